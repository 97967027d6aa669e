// Every file of a package, damaged at many places: it is rejected with an error code, and never
// crashes or gives another model. Each test prints the codes by file.
#include <ATen/ATen.h>
#include <c10/core/Device.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "base/rng.h"
#include "data/load.h"
#include "inference/package.h"
#include "integration/package_copy.h"
#include "model/safetensors.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

// The number of loads by outcome: file -> error code, or "loaded" -> count.
using Outcomes = std::map<std::string, std::map<std::string, int>>;

void print_outcomes(const char* title, const Outcomes& outcomes) {
  std::set<std::string> codes;
  int total = 0;
  for (const auto& [file, counts] : outcomes) {
    for (const auto& [code, count] : counts) {
      codes.insert(code);
      total += count;
    }
  }
  std::string table = fmt::format("{}: {} damaged packages\n{:<20}", title, total, "file");
  for (const auto& code : codes) table += fmt::format(" {:>17}", code);
  for (const auto& [file, counts] : outcomes) {
    table += fmt::format("\n{:<20}", file);
    for (const auto& code : codes) {
      const auto found = counts.find(code);
      table += fmt::format(" {:>17}", found == counts.end() ? 0 : found->second);
    }
  }
  std::puts(table.c_str());
}

std::vector<std::string> files_of(const fs::path& package) { return files_below(package); }

// Truncated copies of `bytes`, and copies with one changed bit, at the given numbers of places.
std::vector<std::string> damaged(const std::string& bytes, std::size_t cuts, std::size_t flips,
                                 std::uint64_t key) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  const auto places = permutation(size, test_seed(), Stream::kTest, key);
  Rng rng(test_seed(), Stream::kTest, key);
  std::vector<std::string> copies;
  for (std::size_t i = 0; i < std::min<std::size_t>(cuts, size); ++i) {
    copies.push_back(bytes.substr(0, places[i]));
  }
  for (std::size_t i = 0; i < std::min<std::size_t>(flips, size); ++i) {
    copies.push_back(bytes);
    auto& byte = copies.back()[places[size - 1 - i]];
    byte = static_cast<char>(byte ^ (1U << rng.below(8)));
  }
  return copies;
}

// Accidental damage: the sums are those of the original package. 20 places of each kind;
// tests/unit/repository/package_files_test.cpp damages each byte of a smaller package.
TEST(PackageCorruption, IsAlwaysRejected) {
  const PackageCopy copy;
  Outcomes outcomes;
  std::uint64_t key = 0;
  for (const auto& name : files_of(copy.path())) {
    const auto original = read_file(copy.path() / name);
    for (const auto& bytes : damaged(original, 20, 20, ++key)) {
      write_file(copy.path() / name, bytes, Durability::kUnsynced);
      ++outcomes[name][error_code([&] { Package::load(copy.path(), c10::kCPU); })];
    }
    write_file(copy.path() / name, original, Durability::kUnsynced);
  }
  print_outcomes("corruption, sums as packaged", outcomes);
  for (const auto& [name, counts] : outcomes) {
    for (const auto& [code, count] : counts) {
      const bool in_sums = name == "SHA256SUMS";
      EXPECT_TRUE(code == "package.hash" ||
                  (in_sums && (code == "package.sums" || code == "package.missing")))
          << name << ": " << code << ", " << count << " times";
    }
  }
  EXPECT_GE(outcomes.size(), 7U);
  EXPECT_EQ(outcomes.at("model.pt").at("package.hash"), 40);
  Package::load(copy.path(), c10::kCPU);  // the restored package loads
}

// Damage with updated sums, which the parsers of both engines must handle: an error code, or a
// package whose model gives the same logits.
TEST(PackageCorruption, WithMatchingSumsIsRejectedOrHarmless) {
  const PackageCopy copy;
  const auto test = load_dataset(fixtures() / "tiny", Part::kTest);
  constexpr std::size_t kImages = 16;
  const auto expected = Package::load(copy.path(), c10::kCPU).logits(test.images.data(), kImages);
  Outcomes outcomes;
  std::uint64_t key = 100;
  for (const auto& name : files_of(copy.path())) {
    if (name == "SHA256SUMS") continue;
    const auto original = read_file(copy.path() / name);
    for (const auto& bytes : damaged(original, 5, 15, ++key)) {
      write_file(copy.path() / name, bytes, Durability::kUnsynced);
      renew_sums(copy.path());
      std::string outcome = "loaded";
      try {
        for (const char* engine : {"torchscript", "auto"}) {
          const auto package = Package::load(copy.path(), c10::kCPU, engine);
          const auto logits = package.logits(test.images.data(), kImages);
          for (std::size_t i = 0; i < logits.size(); ++i) EXPECT_NEAR(logits[i], expected[i], 1e-3);
        }
      } catch (const Error& error) {
        outcome = error.code();
        EXPECT_THAT(outcome, testing::StartsWith("package."));
      }
      ++outcomes[name][outcome];
    }
    write_file(copy.path() / name, original, Durability::kUnsynced);
  }
  print_outcomes("corruption, sums renewed", outcomes);
  EXPECT_EQ(outcomes.at("README.md").size(), 1U);  // text for people, which nothing parses
  EXPECT_GE(outcomes.at("golden.safetensors")["package.malformed"], 5);  // the cuts, at least
}

// Golden tensors that do not fit the manifest are rejected before they are used: one is missing, is
// a single number, has no images, or has other sizes.
TEST(PackageCorruption, GoldenTensorsOfOtherSizesAreRejected) {
  const PackageCopy copy;
  const auto path = copy.path() / "golden.safetensors";
  const auto whole = parse_safetensors(read_file(path), "golden", "package");
  const auto &inputs = whole.at("inputs"), &logits = whole.at("logits");
  for (const NamedTensors& tensors : std::vector<NamedTensors>{
           {{"inputs", inputs}},
           {{"logits", logits}},
           {{"inputs", at::scalar_tensor(0.5, at::kFloat)}, {"logits", logits}},
           {{"inputs", inputs.slice(0, 0, 0)}, {"logits", logits.slice(0, 0, 0)}},
           {{"inputs", inputs.slice(2, 1)}, {"logits", logits}},
           {{"inputs", inputs}, {"logits", logits.slice(0, 1)}},
           {{"inputs", inputs}, {"logits", logits.slice(1, 1)}}}) {
    write_file(path, format_safetensors(tensors), Durability::kUnsynced);
    renew_sums(copy.path());
    const auto error = error_of([&] { Package::load(copy.path(), c10::kCPU); });
    EXPECT_EQ(error.code(), "package.malformed");
    EXPECT_STREQ(error.what(), "golden inputs and logits of other sizes than the schema's");
  }
}

TEST(PackageCorruption, MissingFilesAreRejected) {
  const PackageCopy copy;
  for (const auto& name : files_of(copy.path())) {
    fs::rename(copy.path() / name, copy.folder / name);
    EXPECT_EQ(error_code([&] { Package::load(copy.path(), c10::kCPU); }), "package.missing")
        << name;
    fs::rename(copy.folder / name, copy.path() / name);
  }
  EXPECT_EQ(error_code([&] { Package::load(copy.folder / "nowhere", c10::kCPU); }),
            "package.missing");
}

}  // namespace
}  // namespace digits
