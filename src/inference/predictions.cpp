#include "inference/predictions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

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

std::string json_text(const std::string& text) { return to_text(Json(text), -1); }

std::string index_text(const ImageOrigin& origin) {
  return origin.index ? fmt::format_int(*origin.index).str() : "";
}

void append_csv(std::string& out, const Prediction& prediction, const ClassNames& names) {
  const auto& [path, index, box] = prediction.origin;
  const auto to = std::back_inserter(out);
  fmt::format_to(to, "{},{},", csv_field(path), index_text(prediction.origin));
  if (box) {
    fmt::format_to(to, "{},{},{},{},", box->x, box->y, box->width, box->height);
  } else {
    out += ",,,,";
  }
  if (!prediction.error.empty()) {
    fmt::format_to(to, ",,{}{:,>{}}\n", prediction.error, "", names.size());
    return;
  }
  fmt::format_to(to, "{},{},,{}\n", prediction.abstained ? "" : csv_field(names[prediction.best]),
                 prediction.abstained, fmt::join(prediction.probabilities, ","));
}

void append_json(std::string& out, const Prediction& prediction, const ClassNames& names) {
  const auto& [path, index, box] = prediction.origin;
  const auto to = std::back_inserter(out);
  fmt::format_to(to, "{{\"path\":{}", json_text(path));
  if (index) fmt::format_to(to, ",\"index\":{}", *index);
  if (box) {
    fmt::format_to(to, ",\"box\":[{},{},{},{}]", box->x, box->y, box->width, box->height);
  }
  if (!prediction.error.empty()) {
    fmt::format_to(to, ",\"error\":{}}}\n", json_text(prediction.error));
    return;
  }
  fmt::format_to(to, ",\"label\":{},\"probabilities\":[{}],\"abstained\":{}}}\n",
                 prediction.abstained ? "null" : json_text(names[prediction.best]),
                 fmt::join(prediction.probabilities, ","), prediction.abstained);
}

// "path", or "path[2]" when there are several images in it.
void append_row(std::string& out, const Prediction& prediction, const ClassNames& names) {
  if (!prediction.error.empty()) return;
  const auto& origin = prediction.origin;
  fmt::format_to(std::back_inserter(out), "{:<8} {:>11.4f}  {}{}\n",
                 prediction.abstained ? "-" : names[prediction.best],
                 prediction.probabilities[prediction.best], printable(origin.path),
                 origin.index ? fmt::format("[{}]", *origin.index) : "");
}

template <typename Append>
std::string all_lines(const std::vector<Prediction>& predictions, const ClassNames& names,
                      const Append& append) {
  std::string lines;
  for (const auto& prediction : predictions) append(lines, prediction, names);
  return lines;
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

std::string csv_lines(const std::vector<Prediction>& predictions, const ClassNames& names) {
  return all_lines(predictions, names, append_csv);
}

std::string json_lines(const std::vector<Prediction>& predictions, const ClassNames& names) {
  return all_lines(predictions, names, append_json);
}

std::string table_header() {
  return fmt::format("{:<8} {:>11}  {}\n", "label", "probability", "input");
}

std::string table_lines(const std::vector<Prediction>& predictions, const ClassNames& names) {
  return all_lines(predictions, names, append_row);
}

}  // namespace digits
