#include "serve/request_log.h"

#include <fmt/format.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cmath>

#include "base/error.h"
#include "base/json.h"
#include "base/printable.h"

namespace digits {

namespace {

spdlog::sink_ptr sink_of(const std::string& path) {
  if (path == "-") return std::make_shared<spdlog::sinks::stdout_sink_mt>();
  try {
    return std::make_shared<spdlog::sinks::basic_file_sink_mt>(path);
  } catch (const spdlog::spdlog_ex& error) {
    throw Error("output.unwritable", error.what(),
                "--log FILE must name a file in a writable folder");
  }
}

double rounded(double milliseconds) { return std::round(milliseconds * 1000.0) / 1000.0; }

}  // namespace

std::string log_line(const RequestRecord& record) {
  Json line{{"id", record.id},
            {"method", printable(record.method)},
            {"path", printable(record.path)},
            {"status", record.status}};
  if (!record.error.empty()) line["error"] = record.error;
  line["ms"] = rounded(record.milliseconds);
  if (record.images > 0) {
    line["version"] = record.version;
    line["images"] = record.images;
  }
  if (record.batch > 0) {
    line["batch"] = record.batch;
    line["queue_ms"] = rounded(record.queue_milliseconds);
    line["compute_ms"] = rounded(record.compute_milliseconds);
  }
  return to_text(line, -1);
}

RequestLog::RequestLog(const std::string& path) {
  if (path.empty()) return;
  logger_ = std::make_shared<spdlog::logger>("requests", sink_of(path));
  logger_->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ",%v)", spdlog::pattern_time_type::utc);
  logger_->flush_on(spdlog::level::info);
}

RequestLog::~RequestLog() = default;

void RequestLog::write(const RequestRecord& record) {
  if (logger_) logger_->info("{}", log_line(record).substr(1));  // the pattern opens the object
}

}  // namespace digits
