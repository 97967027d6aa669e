#include "data/download.h"

#include <fmt/format.h>
#include <httplib.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <future>
#include <regex>

#include "base/error.h"
#include "base/interrupt.h"

namespace digits {

namespace {

using Clock = std::chrono::steady_clock;

std::chrono::microseconds microseconds(double seconds) {
  return std::chrono::microseconds(std::llround(1e6 * seconds));
}

// One request and what it met.
class Request {
 public:
  Request(const Url& url, const DownloadOptions& options, const DownloadProgress& progress,
          std::string& bytes)
      : url_(url), options_(options), progress_(progress), bytes_(bytes) {}

  httplib::Error get() {
    httplib::Client client(url_.host);  // verifies certificates unless told otherwise
    client.set_connection_timeout(microseconds(options_.connect_seconds));
    client.set_read_timeout(microseconds(options_.read_seconds));
    client.set_follow_location(true);
    client.set_decompress(false);  // the file is wanted as it is
    client.set_socket_options([this](int socket) { socket_ = socket; });
    httplib::Headers headers{{"Accept-Encoding", "identity"}};
    if (!bytes_.empty()) headers.emplace("Range", fmt::format("bytes={}-", bytes_.size()));
    const auto result = client.Get(
        url_.path, headers, [this](const httplib::Response& response) { return begin(response); },
        [this](const char* data, std::size_t size) { return append(data, size); });
    return result.error();
  }

  // Ends get() from another thread, wherever it waits for the network.
  void stop() { ::shutdown(socket_, SHUT_RDWR); }

  std::optional<DownloadFailure> failure(httplib::Error error) {
    using httplib::Error;
    if (error == Error::Success) return std::nullopt;
    if (too_large_) {
      bytes_.clear();
      return DownloadFailure{"fetch.too_large", fmt::format("over {} bytes", options_.max_bytes)};
    }
    if (error == Error::Connection || error == Error::ConnectionTimeout) {
      return DownloadFailure{"fetch.offline", "could not be reached", true};
    }
    if (error == Error::SSLConnection || error == Error::SSLLoadingCerts ||
        error == Error::SSLServerVerification) {
      return DownloadFailure{"fetch.tls", "its certificate could not be verified",
                             error == Error::SSLConnection};
    }
    if (error == Error::ExceedRedirectCount) {
      return DownloadFailure{"fetch.http", "redirects without end"};
    }
    if (status_ != 0 && status_ != 200 && status_ != 206) {
      const bool passing = status_ == 408 || status_ == 416 || status_ == 429 || status_ >= 500;
      return DownloadFailure{"fetch.http", fmt::format("HTTP status {}", status_), passing};
    }
    return silence();
  }

 private:
  // Whether the answer is the rest of the file, or all of it.
  bool begin(const httplib::Response& response) {
    heard_ = Clock::now();
    status_ = response.status;
    const auto rest = fmt::format("bytes {}-", bytes_.size());
    const bool resumes =
        status_ == 206 && response.get_header_value("Content-Range").rfind(rest, 0) == 0;
    // 416: there is nothing after these bytes, so they are no part of the file.
    if (!resumes && (status_ == 200 || status_ == 206 || status_ == 416)) bytes_.clear();
    if (!resumes && status_ != 200) return false;
    const auto length = response.get_header_value("Content-Length");
    if (!length.empty()) total_ = bytes_.size() + std::strtoull(length.c_str(), nullptr, 10);
    too_large_ = total_ > options_.max_bytes;
    return !too_large_;
  }

  bool append(const char* data, std::size_t size) {
    heard_ = Clock::now();
    too_large_ = bytes_.size() + size > options_.max_bytes;
    if (too_large_ || interrupted()) return false;
    bytes_.append(data, size);
    if (total_ > 0) progress_(bytes_.size(), total_);
    return true;
  }

  // The connection ended before the file did: by the server, or by our patience?
  DownloadFailure silence() const {
    if (Clock::now() - heard_ >= microseconds(options_.read_seconds)) {
      return {"fetch.stalled", fmt::format("silent after {} bytes", bytes_.size()), true};
    }
    return {"fetch.truncated", fmt::format("broke off after {} bytes", bytes_.size()), true};
  }

  const Url& url_;
  const DownloadOptions& options_;
  const DownloadProgress& progress_;
  std::string& bytes_;
  std::atomic<int> socket_{-1};
  int status_ = 0;
  std::size_t total_ = 0;  // 0: not known
  bool too_large_ = false;
  Clock::time_point heard_ = Clock::now();
};

}  // namespace

Url parse_url(const std::string& text) {
  static const std::regex kPattern(
      R"((https?://(?:\[[0-9A-Fa-f:]+\]|[\w.-]+)(?::\d{1,5})?)(/[^\s?#]*)?)");
  std::smatch match;
  if (std::regex_match(text, match, kPattern)) {
    return {match[1], match[2].length() == 0 ? "/" : match[2].str()};
  }
  throw Error("usage.url", fmt::format("\"{}\" is no URL, expected http(s)://HOST/PATH", text),
              "write it as a browser shows it, without ? and #");
}

std::optional<DownloadFailure> download(const Url& url, const DownloadOptions& options,
                                        const DownloadProgress& progress, std::string& bytes) {
  Request request(url, options, progress, bytes);
  // On a thread of its own, so that Ctrl-C need not wait for a timeout of the network.
  auto done = std::async(std::launch::async, [&] { return request.get(); });
  while (done.wait_for(std::chrono::milliseconds(20)) != std::future_status::ready) {
    if (interrupted()) request.stop();
  }
  return request.failure(done.get());
}

}  // namespace digits
