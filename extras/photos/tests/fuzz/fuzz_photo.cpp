// Any bytes as the file of a photograph, of one digit and of any number, give an Error or samples
// of the schema's size.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "data/image_file.h"
#include "data/picture_reader.h"
#include "photos/photo.h"

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  digits::set_picture_reader({"", digits::read_photo});
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const digits::Schema schema{28, 28, 1, digits::numbered_class_names(10)};
  for (const auto count : {digits::DigitCount::kAnyNumber, digits::DigitCount::kOne}) {
    try {
      const auto samples = digits::decode_image(bytes, "fuzz", schema, {count, true}).samples;
      if (samples.empty()) std::abort();
      for (const auto& sample : samples) {
        if (sample.image.size() != schema.image_bytes()) std::abort();
      }
    } catch (const digits::Error&) {  // damaged input ends in an Error
    }
  }
  return 0;
}
