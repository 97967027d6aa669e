// Gzip (RFC 1952) by zlib, in memory.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace digits {

bool is_gzip(std::string_view bytes) noexcept;  // by its magic number

// The uncompressed bytes of a gzip file that may have several members. `name` is for messages.
// Throws input.gzip when the data are damaged, truncated, followed by other bytes, or grow beyond
// `limit` bytes (a small file must not be able to fill the memory).
std::string gunzip(std::string_view bytes, const std::string& name, std::size_t limit);

// One gzip member with no name and no time in its header: equal input gives equal output.
std::string gzip(std::string_view bytes);

}  // namespace digits
