#include "serve/token.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <strings.h>

#include <algorithm>
#include <string_view>

#include "base/error.h"
#include "base/files.h"

namespace digits {

namespace {

constexpr std::size_t kShortest = 16, kLongest = 4096;

bool is_token_character(unsigned char c) { return c > ' ' && c < 0x7f; }

}  // namespace

std::string read_token(const std::filesystem::path& path) {
  constexpr const char* kBlank = " \t\r\n";
  const auto text = read_file(path);
  const auto begin = text.find_first_not_of(kBlank);
  auto token = begin == std::string::npos
                   ? std::string()
                   : text.substr(begin, text.find_last_not_of(kBlank) + 1 - begin);
  if (token.size() >= kShortest && token.size() <= kLongest &&
      std::all_of(token.begin(), token.end(), is_token_character)) {
    return token;
  }
  throw Error("usage.token",
              fmt::format("{}: a token of {} characters, expected {} to {} without blanks",
                          path.string(), token.size(), kShortest, kLongest),
              "make one: openssl rand -hex 32");
}

void require_token(const std::string& authorization, const std::string& token) {
  if (token.empty()) return;
  const std::string_view scheme = "Bearer ";  // in any case: RFC 9110, section 11.1
  if (authorization.size() == scheme.size() + token.size() &&
      ::strncasecmp(authorization.data(), scheme.data(), scheme.size()) == 0 &&
      CRYPTO_memcmp(authorization.data() + scheme.size(), token.data(), token.size()) == 0) {
    return;
  }
  throw Error("auth.token",
              authorization.empty() ? "no Authorization header, expected a bearer token"
                                    : "another Authorization header, expected the server's token",
              "send the header Authorization: Bearer TOKEN");
}

}  // namespace digits
