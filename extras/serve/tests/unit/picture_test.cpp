#include "serve/picture.h"

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "support/fake_model.h"
#include "support/scoped_reader.h"
#include "support/testing.h"

namespace digits {
namespace {

// One digit on request, else two.
Reading read_as_requested(const cv::Mat1b& grey, DigitCount count) {
  auto reading = read_as_one_digit(grey);
  if (count == DigitCount::kAnyNumber) reading.digits.push_back(reading.digits.front());
  return reading;
}

// A picture of two digits is rejected with their number. Read as one digit, it is an image of the
// model's size.
TEST(ReadPictures, RejectsSeveralDigits) {
  const ScopedReader reader({"", read_as_requested});
  InferRequest request;
  request.count = 1;
  request.pictures = {read_file(fixtures() / "digits" / "7-large.png")};
  const auto read = [&] { return read_pictures(request, fake_facts(), [] {}); };
  try {
    read();
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), "image.several");
    EXPECT_STREQ(error.what(), "picture 0 shows 2 digits, expected 1");
  }
  request.one_digit = true;
  EXPECT_EQ(read().size(), 4U);
}

// A file has the channels of a pixel side by side, a tensor has each channel as a whole. Here are
// two pixels of three channels, behind a value that the tensor has already.
TEST(PixelOrder, OfATensorIsByChannel) {
  const Schema schema{1, 2, 3, {"zero", "one"}};
  const std::vector<std::uint8_t> image{0, 51, 255, 102, 204, 153};
  std::vector<float> tensor{0.5F};
  append_tensor(image, schema, tensor);
  EXPECT_THAT(tensor, testing::ElementsAre(0.5F, 0.0F, 0.4F, 0.2F, 0.8F, 1.0F, 0.6F));
  EXPECT_EQ(image_bytes(tensor.data() + 1, schema), image);
}

}  // namespace
}  // namespace digits
