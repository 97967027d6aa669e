// Bodies that arrive packed.
#pragma once

#include <cstddef>
#include <string>

namespace digits {

// The body of a request with this Content-Encoding: "", "identity", "gzip" or "deflate". Throws
// request.encoding for another one, request.compression when the body is damaged, cut off or
// followed by other bytes, and request.too_large when it grows beyond `limit` bytes.
std::string unpacked(std::string body, const std::string& encoding, std::size_t limit);

}  // namespace digits
