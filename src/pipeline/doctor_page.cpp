// Formats the doctor's document as a page for a person.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sstream>

#include "base/error.h"
#include "pipeline/doctor.h"

namespace digits {

namespace {

constexpr std::size_t kWidth = 80;  // of a terminal
constexpr double kLeastDisk = 0.2;  // GB: a run and its package take some 10 MB, a build 1 GB

// A name and its value; a long value continues on further lines.
std::string line(const std::string& name, const std::string& value) {
  std::string text, row = fmt::format("{:<12}", name);
  std::istringstream words(value.empty() ? "none" : value);
  for (std::string word; words >> word;) {
    if (row.size() + 1 + word.size() > kWidth) {
      text += row + "\n";
      row = std::string(12, ' ');
    }
    row += " " + word;
  }
  return text + row + "\n";
}

std::string joined(const Json& words) {
  return fmt::to_string(fmt::join(words.get<std::vector<std::string>>(), " "));
}

// The versions that are one text each, the program's first.
std::string versions_line(const Json& versions) {
  std::vector<std::string> all;
  for (const auto& [key, value] : versions.items()) {
    if (value.is_string()) all.push_back(key + " " + value.get<std::string>());
  }
  return line("versions", fmt::to_string(fmt::join(all, ", ")));
}

std::string machine_lines(const Json& machine) {
  const auto& quota = machine.at("quota");
  std::string environment;
  for (const auto& [name, value] : machine.at("environment").items()) {
    environment +=
        fmt::format("{}{}={}", environment.empty() ? "" : " ", name, value.get<std::string>());
  }
  return line("processor", machine.at("processor").get<std::string>()) +
         line("features", joined(machine.at("features"))) +
         line("cores",
              fmt::format("{} to use, CPU quota {}, {} threads", machine.at("cores").get<int>(),
                          quota.is_null() ? "none" : fmt::format("{:.2g}", quota.get<double>()),
                          machine.at("threads").get<int>())) +
         line("precision", "\"auto\" trains in " + machine.at("precision").get<std::string>()) +
         line("environment", environment);
}

std::string gigabytes(const Json& value) {
  return value.is_null() ? "unknown" : fmt::format("{:.1f} GB", value.get<double>());
}

std::string cell(const Json& difference, double tolerance) {
  if (difference.is_null()) return "-";
  const auto value = difference.get<double>();
  if (value <= tolerance) return "ok";
  return value < 100.0 ? fmt::format("{:.2g}", value) : "inf";
}

std::string numerics_lines(const Json& numerics) {
  std::string text =
      "\nConvolutions against float64, by input channels: ok, or the largest difference\n"
      "as a share of the largest value; - where the library cannot compute it.\n"
      "Rows with * are what networks use.\n";
  text += fmt::format("{:<34}", "");
  for (const auto& channels : numerics.at("channels")) {
    text += fmt::format(" {:>4}", channels.get<int>());
  }
  for (const auto& row : numerics.at("rows")) {
    text += fmt::format("\n{} {:<32}", row.at("used").get<bool>() ? "*" : " ",
                        row.at("name").get<std::string>());
    for (const auto& difference : row.at("differences")) {
      text += fmt::format(" {:>4}", cell(difference, row.at("tolerance").get<double>()));
    }
  }
  return text + "\n";
}

// "20, 24 input channels"
std::string wrong_channels(const Json& row, const Json& channels) {
  std::vector<int> wrong;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const auto& difference = row.at("differences").at(i);
    if (!difference.is_null() && difference.get<double>() > row.at("tolerance").get<double>()) {
      wrong.push_back(channels.at(i).get<int>());
    }
  }
  return fmt::format("{} input channels", fmt::join(wrong, ", "));
}

}  // namespace

std::vector<std::string> problems_in(const Json& document) {
  std::vector<std::string> problems;
  const auto blas = document.at("versions").at("blas").get<std::string>();
  if (blas.find("reference") != std::string::npos) {
    problems.push_back(fmt::format("BLAS is {}: install libopenblas0-pthread", blas));
  }
  const auto& numerics = document.at("numerics");
  for (const auto& row : numerics.at("rows")) {
    if (row.at("correct").get<bool>()) continue;
    problems.push_back(fmt::format(
        "{}: wrong for {} ({})", row.at("name").get<std::string>(),
        wrong_channels(row, numerics.at("channels")),
        row.at("used").get<bool>() ? "digits goes around it" : "digits does not use it"));
  }
  for (const auto& [folder, free] : document.at("disk").items()) {
    if (free.is_null() || free.get<double>() >= kLeastDisk) continue;
    problems.push_back(fmt::format(
        "{} has {} free, expected {} GB",
        folder == "working_folder" ? "the working folder" : "the folder for temporary files",
        gigabytes(free), kLeastDisk));
  }
  return problems;
}

std::string doctor_page(const Json& document, const std::vector<std::string>& problems) {
  const auto& disk = document.at("disk");
  std::string text =
      versions_line(document.at("versions")) + machine_lines(document.at("machine")) +
      line("disk",
           fmt::format("{} free here, {} for temporary files", gigabytes(disk.at("working_folder")),
                       gigabytes(disk.at("temporary_folder")))) +
      numerics_lines(document.at("numerics"));
  text += "\n";
  if (problems.empty()) text += line("problems", "none");
  for (const auto& problem : problems) {
    text += line(&problem == &problems.front() ? "problems" : "", problem);
  }
  return text;
}

void require_healthy(const std::vector<std::string>& problems) {
  if (problems.empty()) return;
  throw Error(
      "doctor.problems",
      fmt::format("{} problem(s) found, expected none: {}", problems.size(), problems.front()),
      "report this page as a bug of the library, or use another version of it");
}

}  // namespace digits
