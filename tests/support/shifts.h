// Ways in which the world may change under a model: the sets that a drift test must notice.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace digits {

// A change, and what it makes of a set; images keep their order. All are functions of their input.
struct Shift {
  std::string name;
  std::function<Dataset(const Dataset& set)> apply;
};

// inverted      ink is 0 and paper 255
// shifted       3 pixels to the right
// blurred       by a Gaussian of standard deviation 1 pixel
// noisy         plus Gaussian noise of standard deviation 32
// thickened     each pixel the largest of its 3x3 neighbourhood
// class-skewed  of every second class only one image in three is left
const std::vector<Shift>& shifts();

}  // namespace digits
