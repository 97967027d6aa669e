// Logs one line of JSON for each request: client, result and duration, but no pixels.
#pragma once

#include <chrono>
#include <memory>
#include <string>

namespace spdlog {
class logger;
}

namespace digits {

struct RequestRecord {
  std::string id;  // X-Request-Id
  std::string method;
  std::string path;
  int status = 0;
  std::string error;  // its code; empty if there is none
  double milliseconds = 0.0;
  std::string version;     // of the model; empty if no model was used
  std::size_t images = 0;  // of the request
  std::size_t batch = 0;   // images that were computed together
  double queue_milliseconds = 0.0;
  double compute_milliseconds = 0.0;
};

// The line, without its end and its time.
std::string log_line(const RequestRecord& record);

// Thread-safe.
class RequestLog {
 public:
  // `path`: a file to append lines to, "-" for standard output, or empty for none. Throws
  // output.unwritable.
  explicit RequestLog(const std::string& path);
  ~RequestLog();
  RequestLog(const RequestLog&) = delete;
  RequestLog& operator=(const RequestLog&) = delete;

  void write(const RequestRecord& record);

 private:
  std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace digits
