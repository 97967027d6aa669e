#include "serve/picture.h"

#include <fmt/format.h>

#include <cmath>
#include <string>

#include "base/error.h"
#include "data/image_file.h"

namespace digits {

namespace {

// Calls visit(place in the tensor, place in the file) for each value of an image.
template <typename Visit>
void for_each_value(const Schema& schema, const Visit& visit) {
  const auto channels = static_cast<std::size_t>(schema.channels);
  const auto pixels = schema.image_bytes() / channels;
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t i = 0; i < pixels; ++i) visit(c * pixels + i, i * channels + c);
  }
}

}  // namespace

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
  const auto begin = tensor.size();
  tensor.resize(begin + image.size());
  for_each_value(schema, [&](std::size_t to, std::size_t from) {
    tensor[begin + to] = static_cast<float>(image[from]) / 255.0F;
  });
}

std::vector<std::uint8_t> image_bytes(const float* tensor, const Schema& schema) {
  std::vector<std::uint8_t> image(schema.image_bytes());
  for_each_value(schema, [&](std::size_t from, std::size_t to) {
    image[to] = static_cast<std::uint8_t>(std::lround(tensor[from] * 255.0F));
  });
  return image;
}

}  // namespace digits
