// The frame around the images in which next to nothing happens.
#pragma once

#include "data/dataset.h"

namespace digits {

// The widest frame, in pixels on each side, whose pixels hold less than `share` of all pixels'
// variance over the images; 0 for a share of 0 or images that do not differ. At least one pixel is
// left in the middle. For photographs, with as much variance at the edges as anywhere, it is 0 for
// a small share; for centred digits on blank paper it is not.
int quiet_frame(const Dataset& images, double share);

}  // namespace digits
