#include "serve/picture.h"

#include <fmt/format.h>

#include <cmath>
#include <string>

#include "base/error.h"
#include "data/image_file.h"

namespace digits {

std::vector<float> read_pictures(const InferRequest& request, const ModelFacts& facts,
                                 const std::function<void()>& before_each) {
  const auto& schema = facts.contract.schema;
  const ReadOptions options{request.one_digit ? DigitCount::kOne : DigitCount::kAnyNumber,
                            facts.normal_form};
  std::vector<float> images;
  for (std::size_t i = 0; i < request.pictures.size(); ++i) {
    before_each();
    const auto name = fmt::format("picture {}", i);
    const auto picture = decode_image(request.pictures[i], name, schema, options);
    if (picture.samples.size() != 1) {
      throw Error(
          "image.several",
          fmt::format("{} shows {} digits, expected 1", name, picture.samples.size()),
          "cut it into one picture for each digit, or send the input's parameter one: true");
    }
    append_tensor(picture.samples[0].image, schema, images);
  }
  return images;
}

void append_tensor(const std::vector<std::uint8_t>& image, const Schema& schema,
                   std::vector<float>& tensor) {
  const auto channels = static_cast<std::size_t>(schema.channels);
  const auto pixels = image.size() / channels;
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t i = 0; i < pixels; ++i) {
      tensor.push_back(static_cast<float>(image[i * channels + c]) / 255.0F);
    }
  }
}

std::vector<std::uint8_t> image_bytes(const float* tensor, const Schema& schema) {
  const auto channels = static_cast<std::size_t>(schema.channels);
  const auto pixels = schema.image_bytes() / channels;
  std::vector<std::uint8_t> image;
  image.reserve(schema.image_bytes());
  for (std::size_t i = 0; i < pixels; ++i) {
    for (std::size_t c = 0; c < channels; ++c) {
      image.push_back(static_cast<std::uint8_t>(std::lround(tensor[c * pixels + i] * 255.0F)));
    }
  }
  return image;
}

}  // namespace digits
