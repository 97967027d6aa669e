// Formats predictions: a table for people, CSV and JSON lines for programs. docs/formats.md
// specifies every column and key.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "inference/image_inputs.h"

namespace digits {

struct Prediction {
  ImageOrigin origin;
  std::string error;                  // error code; empty if the prediction is valid; then:
  std::vector<double> probabilities;  // [classes], which add up to 1
  std::size_t best = 0;               // the most probable class, the first one on a tie
  bool abstained = false;             // its probability is below the threshold
};

// A prediction for every input of the chunk, in order. `probabilities`: [n * classes], of its n
// images.
std::vector<Prediction> make_predictions(const ImageChunk& chunk,
                                         const std::vector<double>& probabilities,
                                         std::size_t classes, double min_confidence);

// Counts and messages of one or more chunks.
struct PredictionSummary {
  std::size_t images = 0;
  std::size_t abstained = 0;
  std::vector<std::string> failures;  // a line for each input that cannot be read
  std::vector<std::string> notes;     // a line for each file of which something was left out

  void add(const PredictionSummary& later);
};

// `predictions`: the chunk's predictions.
PredictionSummary summarise(const ImageChunk& chunk, const std::vector<Prediction>& predictions);

using ClassNames = std::vector<std::string>;

// CSV, quoted as in RFC 4180; the header's columns depend on the classes. Numbers, here and below,
// read back bit for bit.
std::string csv_header(const ClassNames& names);
std::string csv_line(const Prediction& prediction, const ClassNames& names);

// A JSON object. Bytes of a path that are not UTF-8 become U+FFFD.
std::string json_line(const Prediction& prediction, const ClassNames& names);

// For people: of a prediction without an error.
std::string table_header();
std::string table_line(const Prediction& prediction, const ClassNames& names);

}  // namespace digits
