// Measures the frame around the images that holds almost no variance.
#pragma once

#include "data/dataset.h"

namespace digits {

// The widest frame, in pixels on each side, whose pixels hold less than `share` of all pixels'
// variance over the images; 0 for a share of 0 or for identical images. At least one pixel is left
// in the middle. For a small share it is 0 for photographs, which vary at the edges too, and above
// 0 for centred digits on blank paper.
int low_variance_frame(const Dataset& images, double share);

}  // namespace digits
