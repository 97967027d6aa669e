// Measures the frame around the images that holds almost no variance.
#pragma once

#include "data/dataset.h"

namespace digits {

// The widest frame, in pixels on each side, whose pixels hold less than `share` of all pixels'
// variance over the images; 0 for a share of 0 or for identical images. At least one pixel is left
// in the middle.
int low_variance_frame(const Dataset& images, double share);

}  // namespace digits
