// Classifies pictures with a package: classify PACKAGE PICTURE...
#include <algorithm>
#include <cstdio>

#include "base/error.h"
#include "data/image_file.h"
#include "inference/package.h"
#include "metrics/classification.h"

int main(int argc, char** argv) try {
  if (argc < 3) {
    std::fputs("usage: classify PACKAGE PICTURE...\n", stderr);
    return digits::kUsage;
  }
  // Every hash and the golden logits are verified before this returns.
  const auto package = digits::Package::load(argv[1], c10::kCPU);
  const auto& names = package.schema().class_names;
  for (int i = 2; i < argc; ++i) {
    for (const auto& sample : digits::read_image(argv[i], package.schema()).samples) {
      const auto logits = package.logits(sample.image.data(), 1);
      const auto probabilities = digits::softmax_rows(logits, names.size());
      const auto best = std::max_element(probabilities.begin(), probabilities.end());
      const auto label = static_cast<std::size_t>(best - probabilities.begin());
      std::printf("%s %.4f %s\n", names[label].c_str(), *best, argv[i]);
    }
  }
  return digits::kDone;
} catch (const digits::Error& error) {
  std::fprintf(stderr, "%s\n", digits::one_line(error).c_str());
  return digits::exit_status(error.code());
}
