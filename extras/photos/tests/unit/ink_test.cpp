#include "photos/ink.h"

#include <cstdint>
#include <opencv2/core.hpp>

#include "support/testing.h"

namespace digits {
namespace {

// Light from one side: the paper of a narrow picture loses more than half of its brightness from
// edge to edge, and is darker there than the chalk beside it. Turned, and with all values inverted,
// the picture shows light on dark or dark on light as before.
TEST(Ink, IsComparedWithThePaperAroundIt) {
  cv::Mat1b chalk(60, 8);
  for (int y = 0; y < chalk.rows; ++y) {
    for (int x = 0; x < chalk.cols; ++x) {
      const bool written = y >= 27 && y < 33 && x >= 3 && x < 5;
      chalk(y, x) = static_cast<std::uint8_t>(188 - 15 * x + (written ? 60 : 0));
    }
  }
  const cv::Mat1b pencil(255 - chalk);
  EXPECT_TRUE(is_light_on_dark(chalk));
  EXPECT_TRUE(is_light_on_dark(cv::Mat1b(chalk.t())));
  EXPECT_FALSE(is_light_on_dark(pencil));
  EXPECT_FALSE(is_light_on_dark(cv::Mat1b(pencil.t())));
}

// The rim of a picture shows the paper, though most of the picture is a filled square: dark on
// light, and light on dark.
TEST(Ink, RimShowsThePaper) {
  cv::Mat1b square(80, 80, std::uint8_t{200});
  square(cv::Rect(8, 8, 64, 64)) = 40;
  EXPECT_FALSE(is_light_on_dark(square));
  EXPECT_TRUE(is_light_on_dark(cv::Mat1b(255 - square)));
}

}  // namespace
}  // namespace digits
