// Adds the reader of photographs to the program.
#include "cli/extras.h"
#include "photos/photo.h"

namespace digits {

void add_photos(Extras& extras) {
  extras.picture_reader = {
      "A photo may show rows of digits, which are read from the top, each from left to right.",
      read_photo};
}

}  // namespace digits
