// Any bytes as the body of an inference request, and as its header for the binary extension, give
// an Error or a valid request. The first byte selects the encoding of the body. The next two give
// the length of its JSON; if the second of them is 255, the first one gives the length of a header
// that follows.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

#include "base/error.h"
#include "serve/content_encoding.h"
#include "serve/infer_request.h"

namespace {

const digits::InferContract& contract() {
  static const digits::InferContract kContract{{2, 2, 1, {"a", "b"}}, "images", "logits", 8};
  return kContract;
}

void require(bool holds) {
  if (!holds) std::abort();
}

// Inference-Header-Content-Length: a number, or any bytes, which are removed from the body.
std::optional<std::string> take_header(std::uint8_t low, std::uint8_t high, std::string& body) {
  if (high != 255) {
    const int length = low + 256 * high;
    return length == 0 ? std::nullopt : std::optional(std::to_string(length));
  }
  auto header = body.substr(0, low);
  body.erase(0, header.size());
  return header;
}

void check(const digits::InferRequest& request) {
  require(request.count >= 1 && request.count <= contract().max_images);
  require(request.pictures.empty() ? request.images.size() == 4 * request.count
                                   : request.pictures.size() == request.count);
  for (const float value : request.images) require(value >= 0.0F && value <= 1.0F);
  require(!request.outputs.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  constexpr std::size_t kLimit = std::size_t{1} << 20;
  static constexpr const char* kEncodings[] = {"", "gzip", "deflate"};
  std::string body(reinterpret_cast<const char*>(data) + 3, size - 3);
  const auto header = take_header(data[1], data[2], body);
  try {
    body = digits::unpacked(body, kEncodings[data[0] % 3], kLimit);
    require(body.size() <= kLimit);
    check(digits::parse_infer_request(body, header, contract()));
  } catch (const digits::Error&) {  // a bad request ends in an Error
  }
  return 0;
}
