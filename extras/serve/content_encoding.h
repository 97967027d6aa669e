// Decompresses request bodies.
#pragma once

#include <cstddef>
#include <string>

namespace digits {

// The body of a request with this Content-Encoding: "", "identity", "gzip" or "deflate". Throws
// request.encoding for another one, request.compression when the body is damaged, truncated or
// followed by other bytes, and request.too_large beyond `limit` bytes.
std::string unpacked(std::string body, const std::string& encoding, std::size_t limit);

}  // namespace digits
