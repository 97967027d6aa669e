// Changes of the data in use that a drift test must detect.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace digits {

// A change, and the function that applies it to a set. Images keep their order. All are functions
// of their input.
struct Shift {
  std::string name;
  std::function<Dataset(const Dataset& set)> apply;
};

// inverted      ink is 0 and paper 255
// shifted       3 pixels to the right
// blurred       by a Gaussian of standard deviation 1 pixel
// noisy         plus Gaussian noise of standard deviation 32
// thickened     each pixel the largest of its 3x3 neighbourhood
// class-skewed  every second class keeps only one image in three
const std::vector<Shift>& shifts();

}  // namespace digits
