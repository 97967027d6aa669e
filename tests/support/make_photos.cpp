// Writes the photographs of data/fixtures/photos: `make_photos DIR`. The digits in a name are the
// digits in the picture.
#include <cstdio>
#include <filesystem>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "base/files.h"
#include "support/photos.h"

namespace digits {
namespace {

std::string jpeg_of(const cv::Mat& image) { return encoded(".jpg", image, 85); }

// A JPEG that a camera held sideways would write: the picture turned to the left, and an EXIF
// segment that says to turn it back (orientation 6; Exif 2.3, section 4.6.4).
std::string sideways(const cv::Mat& image) {
  constexpr std::string_view kExif(
      "\xff\xe1\x00\x22"
      "Exif\0\0"
      "MM\0\x2a\0\0\0\x08"
      "\0\x01"
      "\x01\x12\0\x03\0\0\0\x01\0\x06\0\0"
      "\0\0\0\0",
      36);
  cv::Mat turned;
  cv::rotate(image, turned, cv::ROTATE_90_COUNTERCLOCKWISE);
  auto jpeg = jpeg_of(turned);
  return jpeg.insert(2, kExif);
}

PhotoOptions noisy_photo(const std::string& text) {
  auto options = photo_of_line(text);
  options.noise = 6.0;
  return options;
}

// Only the ink on a transparent ground, as drawing programs save it.
std::string transparent(const PhotoOptions& options, std::uint64_t seed) {
  PhotoOptions mask = options;
  mask.paper = {0, 0, 0};
  mask.ink = {255, 255, 255};
  cv::Mat alpha;
  cv::extractChannel(compose_photo(mask, seed), alpha, 0);
  cv::Mat drawing;
  const cv::Mat3b ink(options.size, options.ink);
  cv::merge(std::vector<cv::Mat>{ink, alpha}, drawing);
  return encoded(".png", drawing);
}

void write_good(const std::filesystem::path& folder) {
  const auto write = [&](const char* name, const std::string& bytes) {
    write_file(folder / name, bytes);
  };
  auto photo = noisy_photo("7");
  write("7-plain.jpg", jpeg_of(compose_photo(photo, 1)));
  photo = noisy_photo("3");
  photo.paper = {52, 60, 44};
  photo.ink = {225, 235, 230};
  write("3-chalk-on-board.jpg", jpeg_of(compose_photo(photo, 2)));
  photo = noisy_photo("5");
  photo.gradient = 0.6;
  write("5-uneven-light.jpg", jpeg_of(compose_photo(photo, 3)));
  photo = noisy_photo("2");
  photo.shadow = 0.45;
  write("2-shadow.jpg", jpeg_of(compose_photo(photo, 4)));
  photo = noisy_photo("9");
  photo.height = 90;
  photo.centre = {0.82, 0.25};
  write("9-off-centre.jpg", jpeg_of(compose_photo(photo, 5)));
  photo = noisy_photo("0");
  photo.ink = {160, 60, 40};
  photo.paper = {190, 235, 250};
  write("0-blue-on-yellow.jpg", jpeg_of(compose_photo(photo, 6)));
  write("4-sideways.jpg", sideways(compose_photo(noisy_photo("4"), 7)));
  write("6-transparent.png", transparent(noisy_photo("6"), 8));
  photo = noisy_photo("8");
  photo.size = {1600, 1200};
  photo.height = 700;
  photo.noise = 2.0;
  write("8-large.jpg", jpeg_of(compose_photo(photo, 9)));
  photo = noisy_photo("1");
  photo.size = {160, 150};
  photo.height = 90;
  write("1-small-picture.png", encoded(".png", compose_photo(photo, 10)));
  photo = noisy_photo("1984");
  photo.size = {640, 240};
  photo.height = 110;
  photo.gradient = 0.4;
  write("1984-line.jpg", jpeg_of(compose_photo(photo, 11)));
  photo = noisy_photo("20357");
  photo.size = {640, 240};
  photo.height = 100;
  photo.shadow = 0.4;
  write("20357-line-in-shadow.jpg", jpeg_of(compose_photo(photo, 12)));
}

void write_bad(const std::filesystem::path& folder) {
  const auto whole = jpeg_of(compose_photo(noisy_photo("7"), 1));
  write_file(folder / "truncated.jpg", std::string_view(whole).substr(0, whole.size() / 2));
  write_file(folder / "text.png", "This is no picture.\n");
  write_file(folder / "oversized.png", encoded(".png", cv::Mat1b(8000, 8000, std::uint8_t{0})));
  cv::Mat3b paper(360, 480, cv::Vec3b(214, 228, 234));
  write_file(folder / "blank.jpg", jpeg_of(paper));
}

}  // namespace
}  // namespace digits

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("make_photos DIR\n", stderr);
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  digits::make_directories(folder / "good");
  digits::make_directories(folder / "bad");
  digits::write_good(folder / "good");
  digits::write_bad(folder / "bad");
}
