// Predictions as text: a table for people, CSV and JSON lines for programs. docs/formats.md has
// every column and key.
#pragma once

#include <string>
#include <vector>

#include "data/image_inputs.h"

namespace digits {

struct Prediction {
  ImageOrigin origin;
  std::string error;                  // the code of what kept it from being made, or empty; then:
  std::vector<double> probabilities;  // [classes], which add up to 1
  std::size_t best = 0;               // the most probable class, the first one on a tie
  bool abstained = false;             // its probability is below what was asked for
};

// A prediction for every input of the chunk, in order. `probabilities`: [n * classes], of its n
// images.
std::vector<Prediction> make_predictions(const ImageChunk& chunk,
                                         const std::vector<double>& probabilities,
                                         std::size_t classes, double min_confidence);

using ClassNames = std::vector<std::string>;

// CSV, quoted as RFC 4180 has it; the header's columns depend on the classes. Numbers, here and
// below, read back to the bit.
std::string csv_header(const ClassNames& names);
std::string csv_lines(const std::vector<Prediction>& predictions, const ClassNames& names);

// A JSON object on each line. Bytes of a path that are not UTF-8 become U+FFFD.
std::string json_lines(const std::vector<Prediction>& predictions, const ClassNames& names);

// For people; without errors, which are told elsewhere.
std::string table_header();
std::string table_lines(const std::vector<Prediction>& predictions, const ClassNames& names);

}  // namespace digits
