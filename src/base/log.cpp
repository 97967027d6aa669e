#include "base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

#include "base/printable.h"

namespace digits {

void start_logging() {
  auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  auto logger = std::make_shared<spdlog::logger>("digits", std::move(sink));
  logger->set_pattern("%^[%l]%$ %v");
  spdlog::set_default_logger(std::move(logger));
}

void log_info(const std::string& text) { spdlog::info("{}", printable(text)); }

void log_warning(const std::string& text) { spdlog::warn("{}", printable(text)); }

}  // namespace digits
