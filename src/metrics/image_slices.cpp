#include "metrics/image_slices.h"

#include "base/parallel.h"
#include "data/profile.h"

namespace digits {

std::vector<SliceGroup> image_slices(const Dataset& set, int threads) {
  std::vector<double> thickness(set.size());
  std::vector<double> slant(set.size());
  std::vector<double> size(set.size());
  parallel_for(set.size(), threads, [&](std::size_t i) {
    const auto shape = image_shape(set.image(i), set.schema);
    thickness[i] = image_features(set.image(i), set.schema)[kThickness];
    slant[i] = shape.slant;
    size[i] = shape.radius;
  });
  return {class_slices(set.labels, set.schema.class_names),
          thirds("thickness", {"thin", "medium", "thick"}, thickness, set.labels),
          thirds("slant", {"left", "upright", "right"}, slant, set.labels),
          thirds("size", {"small", "medium", "large"}, size, set.labels)};
}

}  // namespace digits
