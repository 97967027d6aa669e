// Reads the log of a piece of work.
#pragma once

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <functional>
#include <string>

#include "base/log.h"

namespace digits {

// The text that the program writes to stderr during `work`, which must not throw.
inline std::string log_text(const std::function<void()>& work) {
  const auto before = spdlog::default_logger();
  testing::internal::CaptureStderr();
  start_logging();
  work();
  spdlog::set_default_logger(before);
  return testing::internal::GetCapturedStderr();
}

}  // namespace digits
