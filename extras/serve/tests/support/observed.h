// Results to count, and the counts in the text that Prometheus reads.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <sstream>
#include <string>

#include "serve/batch_queue.h"

namespace digits {

// The samples of a text in Prometheus' format, by name and labels.
inline std::map<std::string, double> samples(const std::string& text) {
  std::map<std::string, double> all;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    const auto blank = line.rfind(' ');
    all[line.substr(0, blank)] = std::stod(line.substr(blank + 1));
  }
  return all;
}

// A result that waited for 2 ms and took 6 ms, with a batch of this size.
inline Inference inference_of(std::size_t batch) {
  Inference inference;
  inference.batch = batch;
  inference.queued = std::chrono::milliseconds(2);
  inference.computed = std::chrono::milliseconds(6);
  return inference;
}

}  // namespace digits
