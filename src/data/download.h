// One GET of a file over HTTP or HTTPS, which can go on where an earlier one broke off.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

namespace digits {

struct Url {
  std::string host;  // "https://example.org:8080"
  std::string path;  // "/folder/file"; at least "/"
};

// Throws usage.url for anything but http(s)://HOST[:PORT][/PATH].
Url parse_url(const std::string& text);

struct DownloadOptions {
  double connect_seconds = 5.0;                  // until a server counts as unreachable
  double read_seconds = 10.0;                    // without a byte, until it counts as stalled
  std::size_t max_bytes = std::size_t{1} << 26;  // of a file: 64 MiB
};

// Why a download came to nothing.
struct DownloadFailure {
  std::string code;    // one of fetch.*: see fetch.h
  std::string seen;    // "HTTP status 404"
  bool again = false;  // whether another attempt may help
};

// Called with the bytes that are there and those of the whole file, where the server says.
using DownloadProgress = std::function<void(std::size_t done, std::size_t total)>;

// Brings the bytes that `bytes` lacks of the file at `url`, or all of it when the server does not
// resume. Afterwards they are the file, or, on failure, its beginning: what the next call goes on
// with. Follows redirects, verifies certificates, and ends soon after an interrupt, as a failure.
std::optional<DownloadFailure> download(const Url& url, const DownloadOptions& options,
                                        const DownloadProgress& progress, std::string& bytes);

}  // namespace digits
