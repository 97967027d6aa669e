#include "inference/predictions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "base/json.h"
#include "base/printable.h"

namespace digits {

namespace {

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

}  // namespace

std::vector<Prediction> make_predictions(const ImageChunk& chunk,
                                         const std::vector<double>& probabilities,
                                         std::size_t classes, double min_confidence) {
  std::vector<Prediction> predictions;
  auto row = probabilities.begin();
  for (const auto& [origin, error] : chunk.inputs) {
    auto& prediction = predictions.emplace_back();
    prediction.origin = origin;
    if (error) {
      prediction.error = error->code();
      continue;
    }
    const auto end = row + static_cast<std::ptrdiff_t>(classes);
    const auto best = std::max_element(row, end);
    prediction.best = static_cast<std::size_t>(best - row);
    prediction.abstained = *best < min_confidence;
    prediction.probabilities.assign(row, end);
    row = end;
  }
  return predictions;
}

void PredictionSummary::add(const PredictionSummary& later) {
  images += later.images;
  abstained += later.abstained;
  failures.insert(failures.end(), later.failures.begin(), later.failures.end());
  notes.insert(notes.end(), later.notes.begin(), later.notes.end());
}

PredictionSummary summarise(const ImageChunk& chunk, const std::vector<Prediction>& predictions) {
  PredictionSummary summary;
  for (const auto& prediction : predictions) {
    summary.images += prediction.error.empty() ? 1 : 0;
    summary.abstained += prediction.abstained ? 1 : 0;
  }
  for (const auto& input : chunk.inputs) {
    if (input.error) summary.failures.push_back(one_line(*input.error));
  }
  for (const auto& error : chunk.other_errors) summary.failures.push_back(one_line(error));
  for (const auto& note : chunk.notes) summary.notes.push_back("digits: " + note);
  return summary;
}

std::string csv_header(const ClassNames& names) {
  std::string header = "path,index,x,y,width,height,label,abstained,error";
  for (const auto& name : names) header += "," + csv_field("p_" + name);
  return header + "\n";
}

std::string csv_line(const Prediction& prediction, const ClassNames& names) {
  const auto& [path, index, box] = prediction.origin;
  auto line = fmt::format("{},{},", csv_field(path), index ? fmt::to_string(*index) : "");
  line += box ? fmt::format("{},{},{},{},", box->x, box->y, box->width, box->height) : ",,,,";
  if (!prediction.error.empty()) {
    return line + fmt::format(",,{}{:,>{}}\n", prediction.error, "", names.size());
  }
  return line + fmt::format("{},{},,{}\n",
                            prediction.abstained ? "" : csv_field(names[prediction.best]),
                            prediction.abstained, fmt::join(prediction.probabilities, ","));
}

std::string json_line(const Prediction& prediction, const ClassNames& names) {
  const auto& [path, index, box] = prediction.origin;
  Json line{{"path", path}};
  if (index) line["index"] = *index;
  if (box) line["box"] = {box->x, box->y, box->width, box->height};
  if (prediction.error.empty()) {
    line["label"] = prediction.abstained ? Json() : Json(names[prediction.best]);
    line["probabilities"] = prediction.probabilities;
    line["abstained"] = prediction.abstained;
  } else {
    line["error"] = prediction.error;
  }
  return to_text(line, -1) + "\n";
}

std::string table_header() {
  return fmt::format("{:<8} {:>11}  {}\n", "label", "probability", "input");
}

std::string table_line(const Prediction& prediction, const ClassNames& names) {
  const auto& origin = prediction.origin;
  return fmt::format("{:<8} {:>11.4f}  {}{}\n", prediction.abstained ? "-" : names[prediction.best],
                     prediction.probabilities[prediction.best], printable(origin.path),
                     origin.index ? fmt::format("[{}]", *origin.index) : "");
}

}  // namespace digits
