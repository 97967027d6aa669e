// Tells when a file was written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace digits {

// The time of the last write to `path`, in nanoseconds since 1970; 0 when there is no file.
std::int64_t written_at(const std::filesystem::path& path);

// "2026-01-31 12:00:00", UTC.
std::string utc_text(std::int64_t nanoseconds);

}  // namespace digits
