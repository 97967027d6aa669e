// Computes SHA-256 (FIPS 180-4) by OpenSSL: the identity of data sets and of packaged files.
#pragma once

#include <string>
#include <string_view>

namespace digits {

// 64 lower-case hexadecimal digits.
std::string sha256(std::string_view bytes);

}  // namespace digits
