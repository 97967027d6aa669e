#include "data/frame.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

#include "data/normalisation.h"

namespace digits {

int low_variance_frame(const Dataset& images, double share) {
  const auto& schema = images.schema;
  const auto widest = static_cast<std::size_t>((std::min(schema.rows, schema.cols) - 1) / 2);
  std::vector<double> rings(widest + 1, 0.0);  // variance of the pixels so far from the edge
  int byte = 0;
  for (const double variance : byte_statistics(images, schema.image_bytes()).variance) {
    const int pixel = byte++ / schema.channels;
    const int y = pixel / schema.cols;
    const int x = pixel % schema.cols;
    const int distance = std::min({y, x, schema.rows - 1 - y, schema.cols - 1 - x});
    rings[static_cast<std::size_t>(distance)] += variance;
  }
  const double most = share * std::accumulate(rings.begin(), rings.end(), 0.0);
  std::size_t frame = 0;
  for (double held = rings[0]; frame < widest && held < most; held += rings[frame]) ++frame;
  return static_cast<int>(frame);
}

}  // namespace digits
