#include "synthetic/synthetic.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/crc.hpp>
#include <cmath>
#include <numeric>
#include <opencv2/imgproc.hpp>
#include <set>

#include "data/validate.h"
#include "support/drawn_factors.h"
#include "support/testing.h"
#include "synthetic/glyphs.h"

namespace digits {
namespace {

SyntheticOptions drawing_of(std::size_t count) {
  SyntheticOptions options;
  options.count = count;
  options.seed = test_seed();
  return options;
}

// Pearson's correlation of two samples.
double correlation(const std::vector<double>& x, const std::vector<double>& y) {
  const auto n = static_cast<double>(x.size());
  const double mx = std::accumulate(x.begin(), x.end(), 0.0) / n;
  const double my = std::accumulate(y.begin(), y.end(), 0.0) / n;
  double xx = 0.0, yy = 0.0, xy = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mx) * (x[i] - mx);
    yy += (y[i] - my) * (y[i] - my);
    xy += (x[i] - mx) * (y[i] - my);
  }
  return xy / std::sqrt(xx * yy);
}

// Image k is a function of (seed, k): the numbers of threads and of other images do not matter.
TEST(Synthesise, DependsOnlyOnSeedAndIndex) {
  const auto all = synthesise(drawing_of(40));
  auto options = drawing_of(40);
  options.threads = 3;
  EXPECT_EQ(synthesise(options).images, all.images);
  options.count = 5;
  options.first_index = 30;
  const auto tail = synthesise(options);
  EXPECT_TRUE(std::equal(tail.images.begin(), tail.images.end(), all.image(30)));
  options.seed = test_seed() + 1;
  EXPECT_NE(synthesise(options).images, tail.images);
}

TEST(Synthesise, IsBalancedWithinOne) {
  const auto counts = class_counts(synthesise(drawing_of(25)));
  EXPECT_EQ(*std::max_element(counts.begin(), counts.end()), 3U);
  EXPECT_EQ(*std::min_element(counts.begin(), counts.end()), 2U);
}

// The images that the pipeline draws must pass its own validation.
TEST(Synthesise, PassesValidation) {
  for (const auto& finding : validate(synthesise(drawing_of(500)))) {
    ADD_FAILURE() << finding.code << ": " << finding.message;
  }
}

// In most cases an image is nearest to the mean of its own class: with mixed-up labels one in ten
// would be.
TEST(Synthesise, ClassesLookDifferent) {
  const auto set = synthesise(drawing_of(1000));
  const auto bytes = set.schema.image_bytes();
  std::vector<std::vector<double>> means(10, std::vector<double>(bytes, 0.0));
  for (std::size_t i = 0; i < set.size(); ++i) {
    for (std::size_t b = 0; b < bytes; ++b) means[set.labels[i]][b] += set.image(i)[b] / 100.0;
  }
  int right = 0;
  for (std::size_t i = 0; i < set.size(); ++i) {
    std::vector<double> distances;
    for (const auto& mean : means) {
      distances.push_back(std::inner_product(
          mean.begin(), mean.end(), set.image(i), 0.0, std::plus<>(),
          [](double m, std::uint8_t pixel) { return (m - pixel) * (m - pixel); }));
    }
    const auto nearest = std::min_element(distances.begin(), distances.end()) - distances.begin();
    right += nearest == set.labels[i] ? 1 : 0;
  }
  EXPECT_GT(right, 600);
}

TEST(Synthesise, DrawsOtherSizesAndFewerClasses) {
  auto options = drawing_of(12);
  options.rows = 16;
  options.cols = 20;
  options.classes = 4;
  const auto set = synthesise(options);
  EXPECT_EQ(set.schema.image_bytes(), 320U);
  EXPECT_EQ(*std::max_element(set.labels.begin(), set.labels.end()), 3);
  EXPECT_TRUE(validate(set).empty());
}

// One to ten classes and sides from 8 pixels can be drawn, and the next numbers cannot.
TEST(Synthesise, RejectsUnsupportedOptions) {
  struct Case {
    int rows, cols, classes;
    bool accepted;
  };
  for (const auto& [rows, cols, classes, accepted] : {Case{8, 8, 1, true},
                                                      {8, 8, 10, true},
                                                      {7, 8, 10, false},
                                                      {8, 7, 10, false},
                                                      {8, 8, 0, false},
                                                      {8, 8, 11, false}}) {
    SCOPED_TRACE(fmt::format("{}x{}, {} classes", rows, cols, classes));
    auto options = drawing_of(1);
    options.rows = rows;
    options.cols = cols;
    options.classes = classes;
    if (accepted) {
      EXPECT_EQ(synthesise(options).images.size(), 64U);
    } else {
      expect_error("config.synthetic", [&] { synthesise(options); });
    }
  }
}

// Every glyph is drawn sometimes, has a name of its own, and strokes that are curves.
TEST(Glyphs, AreNamedAndDrawable) {
  for (int digit = 0; digit < 10; ++digit) {
    ASSERT_GE(glyphs_of(digit).size(), 2U);
    std::set<std::string> names;
    for (const auto& glyph : glyphs_of(digit)) {
      EXPECT_GT(glyph.weight, 0.0) << digit << glyph.style;
      EXPECT_TRUE(names.insert(glyph.style).second) << digit << glyph.style;
      ASSERT_FALSE(glyph.strokes.empty());
      for (const auto& stroke : glyph.strokes) EXPECT_GE(stroke.size(), 2U) << digit << glyph.style;
    }
  }
}

// Styles come up in proportion to their weights: within 5 standard deviations of a binomial.
TEST(DrawFactors, PicksStylesByWeight) {
  auto options = drawing_of(20000);
  options.classes = 1;  // zeros alone
  const auto& glyphs = glyphs_of(0);
  std::vector<double> seen(glyphs.size(), 0.0);
  for (const auto& factors : drawn_factors(options))
    ++seen.at(static_cast<std::size_t>(factors.style));
  double total = 0.0;
  for (const auto& glyph : glyphs) total += glyph.weight;
  for (std::size_t k = 0; k < glyphs.size(); ++k) {
    const double share = glyphs[k].weight / total;
    EXPECT_NEAR(seen[k] / 20000.0, share, 5.0 * std::sqrt(share * (1.0 - share) / 20000.0));
  }
}

// Every digit's widest pen, as a share of the glyph's width.
constexpr std::array<double, 10> kWidestPen{.28, .5, .28, .25, .25, .25, .22, .3, .18, .22};

// A factor's share of draws below x is the documented distribution's, within 5 standard deviations
// of a binomial. 1.2816 is the 90 % point of the normal distribution.
TEST(DrawFactors, HaveTheirDistributions) {
  const auto drawn = drawn_factors(drawing_of(100000));
  const auto expect_share = [&](const char* name, double Factors::*factor, double x, double share) {
    const auto below = std::count_if(drawn.begin(), drawn.end(),
                                     [&](const Factors& each) { return each.*factor < x; });
    const auto n = static_cast<double>(drawn.size());
    EXPECT_NEAR(static_cast<double>(below) / n, share, 5.0 * std::sqrt(share * (1.0 - share) / n))
        << name << " below " << x;
  };
  constexpr double kTenth = 1.2816;
  for (const auto& [z, share] : {std::pair(-kTenth, 0.1), {0.0, 0.5}, {kTenth, 0.9}}) {
    expect_share("slant", &Factors::slant, 0.15 + 0.25 * z, share);
    expect_share("rotation", &Factors::rotation, 0.10 * z, share);
    expect_share("aspect", &Factors::aspect, 0.82 * std::exp(0.25 * z), share);
    expect_share("pressure", &Factors::pressure, 0.4 * share, share);
    expect_share("warp", &Factors::warp, 0.10 * share, share);
    expect_share("jitter", &Factors::jitter, 0.01 + 0.04 * share, share);
    expect_share("softness", &Factors::softness, 0.2 + 0.35 * share, share);
    expect_share("ink", &Factors::ink, 0.9 + 0.7 * share, share);
  }
  // The widest pen of narrow digits is below the upper quantiles, so thickness is compared below
  // them.
  expect_share("thickness", &Factors::thickness, 0.105 * std::exp(-0.4 * kTenth), 0.1);
  expect_share("thickness", &Factors::thickness, 0.105 * std::exp(-0.4 * 0.6745), 0.25);
}

// Limits, each of which 100,000 draws reach (the rarest about 19 times).
TEST(DrawFactors, AreLimited) {
  const auto drawn = drawn_factors(drawing_of(100000));
  const auto range_of = [&](double Factors::*factor) {
    const auto [low, high] = std::minmax_element(
        drawn.begin(), drawn.end(),
        [&](const Factors& a, const Factors& b) { return a.*factor < b.*factor; });
    return std::pair((*low).*factor, (*high).*factor);
  };
  EXPECT_EQ(range_of(&Factors::slant), std::pair(-0.5, 0.8));
  EXPECT_EQ(range_of(&Factors::aspect), std::pair(0.45, 1.7));
  EXPECT_EQ(range_of(&Factors::thickness).first, 0.04);
  std::array<double, 10> widest{};
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    widest.at(i % 10) = std::max(widest.at(i % 10), drawn[i].thickness / drawn[i].aspect);
  }
  for (std::size_t digit = 0; digit < 10; ++digit) {
    EXPECT_NEAR(widest.at(digit), kWidestPen.at(digit), 1e-12) << digit;
  }
}

// The strokes as CRC-32 of their numbers, computed once. A changed stroke changes every synthetic
// set: whoever changes one on purpose looks at the digits, and renews the number.
TEST(Glyphs, AreTheKnownOnes) {
  constexpr std::array<std::uint32_t, 10> kKnown{3817393783U, 2735848866U, 2189110053U, 2191963633U,
                                                 624680916U,  2521663541U, 2428589266U, 2200424095U,
                                                 1545547045U, 3772685924U};
  for (int digit = 0; digit < 10; ++digit) {
    std::string text;
    for (const auto& glyph : glyphs_of(digit)) {
      text += fmt::format("{} {:.2f}\n", glyph.style, glyph.weight);
      for (const auto& stroke : glyph.strokes) {
        for (const auto& point : stroke) text += fmt::format("{:.1f},{:.1f} ", point.x, point.y);
        text += '\n';
      }
    }
    boost::crc_32_type crc;
    crc.process_bytes(text.data(), text.size());
    EXPECT_EQ(crc.checksum(), kKnown.at(static_cast<std::size_t>(digit))) << digit;
  }
}

// The factors are those of the images: thick pens leave more ink, and slanted digits lean. The
// correlations over 600 ones, whose main causes are slant and pen, are far from 0.
TEST(DrawFactors, CorrelateWithTheImages) {
  auto options = drawing_of(600);
  options.classes = 2;
  const auto set = synthesise(options);
  const auto factors = drawn_factors(options);
  ASSERT_EQ(factors.size(), set.size());
  std::vector<double> thickness, ink, slant, lean;
  for (std::size_t i = 1; i < set.size(); i += 2) {  // the ones
    const cv::Mat1b image(28, 28, const_cast<std::uint8_t*>(set.image(i)));
    const auto moments = cv::moments(image);
    thickness.push_back(factors[i].thickness);
    ink.push_back(moments.m00);
    slant.push_back(factors[i].slant + factors[i].rotation);
    lean.push_back(-moments.mu11 / moments.mu02);
  }
  EXPECT_GT(correlation(thickness, ink), 0.4);
  EXPECT_GT(correlation(slant, lean), 0.4);
}

}  // namespace
}  // namespace digits
