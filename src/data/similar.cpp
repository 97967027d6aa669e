#include "data/similar.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <opencv2/core.hpp>

#include "base/parallel.h"

namespace digits {

namespace {

// A signature is a short vector that represents an image in the search: its inner products with
// orthonormal vectors. By Bessel's inequality the distance of two signatures is at most that of
// their images: images whose signatures are far apart need no comparison, and no near pair is lost.
// The vectors are the principal axes of the searched set within the low frequencies of the discrete
// cosine transform (DCT-II): they separate its images best.
constexpr int kFrequencies = 6;  // along each side
constexpr int kSignature = 16;   // principal axes

// Axes of the grid, whose cells are as wide as the bound: near images lie in the same cell or in
// adjacent ones. Fewer axes leave more candidates, more axes give more cells to visit.
constexpr std::size_t kGridAxes = 3;
constexpr double kRounding = 1.001;  // float32 sums: their errors stay below 1e-3 of the bound
constexpr std::size_t kBytesPerUnit = 64;  // of work: takes as long as comparing a signature
constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

cv::Mat1f product(const cv::Mat1f& a, const cv::Mat1f& b) {
  cv::Mat1f result;
  cv::gemm(a, b, 1.0, cv::noArray(), 0.0, result);
  return result;
}

// [kFrequencies, n * channels]: row u is sqrt(2 / n) cos(pi (2 x + 1) u / 2 n), each value repeated
// for each channel, with unit norm; zero for frequencies too high for n samples.
cv::Mat1f cosines(int n, int channels) {
  cv::Mat1f basis(kFrequencies, n * channels, 0.0F);
  for (int u = 0; u < std::min(kFrequencies, n); ++u) {
    const double scale = std::sqrt((u == 0 ? 1.0 : 2.0) / (n * channels));
    for (int i = 0; i < n * channels; ++i) {
      const int x = i / channels;
      basis(u, i) = static_cast<float>(scale * std::cos(CV_PI * (2 * x + 1) * u / (2.0 * n)));
    }
  }
  return basis;
}

// [n, kFrequencies * kFrequencies]: the low frequencies of each image, averaged over its channels.
cv::Mat1f spectra_of(const Selection& images, int threads) {
  const auto& schema = images.set.schema;
  const auto vertical = cosines(schema.rows, 1);
  cv::Mat1f horizontal;
  cv::transpose(cosines(schema.cols, schema.channels), horizontal);
  cv::Mat1f spectra(static_cast<int>(images.indices.size()), kFrequencies * kFrequencies);
  parallel_for(images.indices.size(), threads, [&](std::size_t i) {
    const cv::Mat1b bytes(schema.rows, schema.cols * schema.channels,
                          const_cast<std::uint8_t*>(images.set.image(images.indices[i])));
    cv::Mat1f pixels;
    bytes.convertTo(pixels, CV_32F);
    product(product(vertical, pixels), horizontal)
        .reshape(1, 1)
        .copyTo(spectra.row(static_cast<int>(i)));
  });
  return spectra;
}

// [kFrequencies * kFrequencies, kSignature]: the principal axes of spectra, as columns.
cv::Mat1f principal_axes(const cv::Mat1f& spectra) {
  cv::Mat covariance;
  cv::Mat mean;
  cv::calcCovarMatrix(spectra, covariance, mean, cv::COVAR_NORMAL | cv::COVAR_ROWS, CV_64F);
  cv::Mat values;
  cv::Mat vectors;
  cv::eigen(covariance, values, vectors);  // rows, by descending variance
  cv::Mat1f axes;
  cv::Mat(vectors.rowRange(0, kSignature).t()).convertTo(axes, CV_32F);
  return axes;
}

// Whether the sum of squared differences is at most `limit`; stops as soon as it is not.
bool within(const float* a, const float* b, double limit) {
  float sum = 0.0F;
  for (std::size_t k = 0; k < kSignature; ++k) {
    const float difference = a[k] - b[k];
    sum += difference * difference;
    if (k % 4 == 3 && sum > limit) return false;
  }
  return true;
}

bool within(const std::uint8_t* a, const std::uint8_t* b, std::size_t bytes, double limit) {
  constexpr std::size_t kBlock = 4096;
  double sum = 0.0;
  for (std::size_t start = 0; start < bytes && sum <= limit; start += kBlock) {
    const auto count = static_cast<int>(std::min(kBlock, bytes - start));
    sum += cv::norm(cv::Mat1b(1, count, const_cast<std::uint8_t*>(a + start)),
                    cv::Mat1b(1, count, const_cast<std::uint8_t*>(b + start)), cv::NORM_L2SQR);
  }
  return sum <= limit;
}

// The reference images, sorted by grid cell.
class Grid {
 public:
  // `signatures`: [n, kSignature], in the order of the references.
  Grid(const Selection& references, const cv::Mat1f& signatures, double bound)
      : cell_width_(bound * kRounding),
        signature_limit_(cell_width_ * cell_width_),
        signatures_(signatures.size()) {
    std::vector<std::pair<Cell, int>> order;  // by cell, then by index
    order.reserve(static_cast<std::size_t>(signatures.rows));
    for (int i = 0; i < signatures.rows; ++i) order.emplace_back(cell(signatures[i]), i);
    std::sort(order.begin(), order.end());
    for (const auto& [place, i] : order) {
      signatures.row(i).copyTo(signatures_.row(static_cast<int>(cells_.size())));
      cells_.push_back(place);
      indices_.push_back(references.indices[static_cast<std::size_t>(i)]);
    }
  }

  // The first reference before `end` with a near signature that `accept` accepts; kNone when there
  // is none, or when `work` runs out: a signature costs 1, a call of `accept` costs `price`.
  template <typename Accept>
  std::size_t find(const float* query, std::size_t end, std::size_t& work, std::size_t price,
                   const Accept& accept) const {
    const auto pay = [&](std::size_t units) {
      const bool enough = work >= units;
      work -= std::min(work, units);
      return enough;
    };
    const auto centre = cell(query);
    for (int a = -1; a <= 1; ++a) {
      for (int b = -1; b <= 1; ++b) {
        // Cells that differ only on the last axis are neighbours in the order.
        const Cell first{centre[0] + a, centre[1] + b, centre[2] - 1};
        const Cell last{centre[0] + a, centre[1] + b, centre[2] + 1};
        const auto begin = std::lower_bound(cells_.begin(), cells_.end(), first);
        for (auto i = static_cast<std::size_t>(begin - cells_.begin());
             i < cells_.size() && cells_[i] <= last; ++i) {
          if (!pay(1)) return kNone;
          if (indices_[i] >= end) continue;
          if (!within(query, signatures_[static_cast<int>(i)], signature_limit_)) continue;
          if (!pay(price)) return kNone;
          if (accept(indices_[i])) return indices_[i];
        }
      }
    }
    return kNone;
  }

 private:
  using Cell = std::array<int, kGridAxes>;

  Cell cell(const float* signature) const {
    Cell result;
    for (std::size_t k = 0; k < kGridAxes; ++k) {
      result[k] = static_cast<int>(std::floor(signature[k] / cell_width_));
    }
    return result;
  }

  double cell_width_;
  double signature_limit_;
  std::vector<Cell> cells_;  // ascending, in lexicographic order
  cv::Mat1f signatures_;
  std::vector<std::size_t> indices_;
};

// For each image its match among `references`; with `earlier_only`, among those before it.
NearMatches search(const Selection& images, const cv::Mat1f& spectra, const Selection& references,
                   const cv::Mat1f& reference_spectra, bool earlier_only,
                   const NearOptions& options) {
  NearMatches result;
  const auto count = images.indices.size();
  if (count == 0 || references.indices.empty()) return result;
  const auto bytes = images.set.schema.image_bytes();
  const auto limit = options.max_rms * options.max_rms * static_cast<double>(bytes);
  const auto axes = principal_axes(reference_spectra);
  const Grid grid(references, product(reference_spectra, axes), std::sqrt(limit));
  const auto signatures = product(spectra, axes);

  const auto share = std::max<std::size_t>(1, options.max_work / count);
  const auto price = 1 + bytes / kBytesPerUnit;
  std::vector<std::size_t> others(count, kNone);
  std::vector<char> exhausted(count, 0);
  parallel_for(count, options.threads, [&](std::size_t i) {
    const auto index = images.indices[i];
    const auto is_near = [&](std::size_t other) {
      return within(images.set.image(index), references.set.image(other), bytes, limit);
    };
    auto work = share;
    others[i] = grid.find(signatures[static_cast<int>(i)], earlier_only ? index : kNone, work,
                          price, is_near);
    exhausted[i] = others[i] == kNone && work == 0 ? 1 : 0;
  });
  for (std::size_t i = 0; i < count; ++i) {
    if (others[i] != kNone) result.matches.push_back({images.indices[i], others[i]});
    result.incomplete_searches += exhausted[i] != 0 ? 1 : 0;
  }
  return result;
}

}  // namespace

NearMatches near_duplicates(const Selection& images, const NearOptions& options) {
  const auto spectra = spectra_of(images, options.threads);
  return search(images, spectra, images, spectra, true, options);
}

NearMatches near_leakage(const Selection& images, const Selection& references,
                         const NearOptions& options) {
  return search(images, spectra_of(images, options.threads), references,
                spectra_of(references, options.threads), false, options);
}

}  // namespace digits
