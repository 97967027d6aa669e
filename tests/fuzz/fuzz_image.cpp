// Any bytes as an image file, grey and in colour, give an Error or samples of the schema's size.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "data/image_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const int channels : {1, 3}) {
    const digits::Schema schema{28, 28, channels, digits::numbered_class_names(10)};
    try {
      const auto samples = digits::decode_image(bytes, "fuzz", schema).samples;
      if (samples.empty()) std::abort();
      for (const auto& sample : samples) {
        if (sample.image.size() != schema.image_bytes()) std::abort();
      }
    } catch (const digits::Error&) {  // damaged input ends in an Error
    }
  }
  return 0;
}
