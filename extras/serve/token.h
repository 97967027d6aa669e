// Checks the secret token of clients.
#pragma once

#include <filesystem>
#include <string>

namespace digits {

// The token in a file: its text without surrounding white space. Throws input.* for the file, and
// usage.token unless it has 16 to 4096 printable characters without blanks.
std::string read_token(const std::filesystem::path& path);

// Throws auth.token unless the Authorization header is "Bearer TOKEN". Takes the same time for
// every header of the same length. An empty token accepts every header.
void require_token(const std::string& authorization, const std::string& token);

}  // namespace digits
