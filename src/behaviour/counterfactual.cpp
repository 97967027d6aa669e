#include "behaviour/counterfactual.h"

#include <algorithm>
#include <opencv2/core.hpp>

#include "base/interrupt.h"
#include "behaviour/ink.h"

namespace digits {

namespace {

constexpr double kGrey = 128.0;

std::vector<int> sides_of(const Schema& schema) {
  std::vector<int> sides;
  const int shorter = std::min(schema.rows, schema.cols);
  for (int i = 2; i <= 7; ++i) sides.push_back(std::max(1, shorter * i / 14));
  sides.erase(std::unique(sides.begin(), sides.end()), sides.end());
  return sides;
}

// Squares with this side, half a side apart; the last ones touch the edge.
std::vector<cv::Rect> squares_of(int side, const Schema& schema) {
  const auto starts = [&](int whole) {
    std::vector<int> all;
    for (int at = 0; at < whole - side; at += std::max(1, side / 2)) all.push_back(at);
    all.push_back(whole - side);
    return all;
  };
  std::vector<cv::Rect> squares;
  for (const int y : starts(schema.rows)) {
    for (const int x : starts(schema.cols)) squares.emplace_back(x, y, side, side);
  }
  return squares;
}

Dataset covered(const std::uint8_t* image, const Schema& schema,
                const std::vector<cv::Rect>& squares) {
  Dataset set;
  set.schema = schema;
  set.labels.assign(squares.size(), 0);
  for (std::size_t i = 0; i < squares.size(); ++i) {
    set.images.insert(set.images.end(), image, image + schema.image_bytes());
    cv::Mat copy(schema.rows, schema.cols, CV_8UC(schema.channels), set.image(i));
    copy(squares[i]).setTo(cv::Scalar::all(kGrey));
  }
  return set;
}

double share_on(const cv::Mat1b& ink, const cv::Rect& square) {
  return static_cast<double>(cv::countNonZero(ink(square))) / square.area();
}

Counterfactual counterfactual(const Classifier& classify, const std::uint8_t* image,
                              std::uint8_t answer, const Schema& schema) {
  const auto ink = ink_of(image, schema, 1);
  for (const int side : sides_of(schema)) {
    const auto squares = squares_of(side, schema);
    const auto labels = ask(classify, covered(image, schema, squares)).labels;
    double all = 0.0;
    double flipping = 0.0;
    int flips = 0;
    for (std::size_t i = 0; i < squares.size(); ++i) {
      const double share = share_on(ink, squares[i]);
      all += share;
      if (labels[i] == answer) continue;
      flipping += share;
      ++flips;
    }
    if (flips > 0) return {true, side, flipping / flips, all / static_cast<double>(squares.size())};
  }
  return {};
}

}  // namespace

std::vector<Counterfactual> counterfactuals(const Classifier& classify, const Dataset& set) {
  const auto answers = ask(classify, set).labels;
  std::vector<Counterfactual> found;
  for (std::size_t i = 0; i < set.size(); ++i) {
    throw_if_interrupted("the search for counterfactuals");
    found.push_back(counterfactual(classify, set.image(i), answers[i], set.schema));
  }
  return found;
}

Measurement measure_counterfactuals(const Classifier& classify, const Dataset& set) {
  std::vector<double> excess;
  for (const auto& one : counterfactuals(classify, set)) {
    if (one.found) excess.push_back(one.on_ink - one.chance);
  }
  return {"counterfactual/on_ink", mean_within(excess, -1.0, 1.0)};
}

}  // namespace digits
