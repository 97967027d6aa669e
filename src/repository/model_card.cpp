#include "repository/model_card.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/quantity_text.h"
#include "data/dataset.h"
#include "repository/package_files.h"

namespace digits {

namespace {

// The value at a JSON pointer as text; empty when it is absent.
std::string text_at(const Json& document, const std::string& pointer) {
  const Json::json_pointer place(pointer);
  if (!document.contains(place)) return "";
  const auto& value = document.at(place);
  return value.is_string() ? value.get<std::string>() : to_text(value, -1);
}

std::optional<Quantity> quantity_at(const Json& document, const std::string& pointer) {
  if (!document.contains(Json::json_pointer(pointer))) return std::nullopt;
  return json_at<Quantity>(document, pointer, kPackageFamily);
}

// Escapes text for Markdown, also in a table's cell.
std::string escaped(const std::string& text) {
  std::string plain;
  for (const char c : text) {
    if (std::string("\\`*_{}[]<>()#|!").find(c) != std::string::npos) plain += '\\';
    plain += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  return plain;
}

// Every JSON string is also a YAML string.
std::string quoted(const std::string& text) { return to_text(Json(text), -1); }

std::string front_matter(const Json& manifest, bool has_onnx) {
  const auto name = quoted(text_at(manifest, "/name"));
  std::string text =
      "---\n"
      "license: unknown\n"  // the owner of data and weights decides
      "library_name: pytorch\n"
      "pipeline_tag: image-classification\n"
      "tags:\n- image-classification\n- torchscript\n- safetensors\n";
  if (has_onnx) text += "- onnx\n";
  text += "metrics:\n- accuracy\n";
  if (const auto accuracy = quantity_at(manifest, "/metrics/accuracy")) {
    text += fmt::format(
        "model-index:\n- name: {0}\n  results:\n  - task:\n      type: image-classification\n"
        "    dataset:\n      name: {1}\n      type: {0}\n      split: test\n"
        "    metrics:\n    - type: accuracy\n      value: {2:.6f}\n",
        name, quoted(text_at(manifest, "/lineage/data")), accuracy->value);
  }
  return text + "---\n";
}

std::string introduction(const Json& manifest, const Schema& schema) {
  std::vector<std::string> classes;
  for (const auto& name : schema.class_names) classes.push_back(escaped(name));
  return fmt::format("\n# {}\n\nClassifies {} images of {} x {} pixels as one of {} classes: {}.\n",
                     escaped(text_at(manifest, "/name")), schema.channels == 1 ? "grey" : "colour",
                     schema.rows, schema.cols, schema.classes(), fmt::join(classes, ", "));
}

std::string metrics_section(const Json& manifest) {
  const auto accuracy = quantity_at(manifest, "/metrics/accuracy");
  if (!accuracy) return "";
  std::string text = fmt::format(
      "\n## Metrics\n\nOn the test set, with 95 % intervals in brackets: accuracy {}; loss "
      "{:.4f}.\n",
      percent(*accuracy), json_at<double>(manifest, "/metrics/loss", kPackageFamily));
  const Json::json_pointer per_class("/metrics/per_class");
  if (!manifest.contains(per_class)) return text;
  text += "\n| class | recall | precision |\n| --- | --- | --- |\n";
  for (const auto& row : manifest.at(per_class)) {
    text += fmt::format("| {} | {} | {} |\n", escaped(text_at(row, "/class")),
                        percent(json_at<Quantity>(row, "/recall", kPackageFamily)),
                        percent(json_at<Quantity>(row, "/precision", kPackageFamily)));
  }
  return text;
}

// Lists the gates that were not passed, so that nobody reads them as passed.
std::string undecided_section(const Json& manifest) {
  const Json::json_pointer place("/metrics/undecided_gates");
  if (!manifest.contains(place) || manifest.at(place).empty()) return "";
  std::string text =
      "\n## Undecided gates\n\nThe test did not show that the model keeps these bounds: it has too "
      "few images, or the\nbound does not fit them.\n\n"
      "| metric | observed, 95 % interval | bound | note |\n| --- | --- | --- | --- |\n";
  for (const auto& gate : manifest.at(place)) {
    const bool least = gate.contains("at_least");
    text += fmt::format("| {} | {} | {} {:g} | {} |\n", escaped(text_at(gate, "/metric")),
                        number(json_at<Quantity>(gate, "/observed", kPackageFamily)),
                        least ? "at least" : "at most",
                        json_at<double>(gate, least ? "/at_least" : "/at_most", kPackageFamily),
                        escaped(text_at(gate, "/note")));
  }
  return text;
}

std::string limits_section(const Schema& schema) {
  return fmt::format(
      "\n## Intended use and limits\n\n"
      "For single images like the training and test images: {} x {} pixels, with a background as\n"
      "bright as theirs. The figures above hold for such images only. The model answers for every\n"
      "image, also for one of no class: check the probability. `profile.json` describes the\n"
      "training images; `digits drift` compares other images with it. Not for decisions about\n"
      "people.\n",
      schema.rows, schema.cols);
}

std::string use_section(const Schema& schema) {
  return fmt::format(
      "\n## Use\n\nIn C++: `digits predict --model . IMAGE...` In Python:\n\n```python\n"
      "import torch\n\nmodel = torch.jit.load(\"{}\")\n"
      "logits = model(images)  # [N, {}, {}, {}] float32 in [0, 1] -> [N, {}]\n```\n\n"
      "Scaling to [0, 1] is the caller's; mean and deviation are inside the model.\n",
      kModelFile, schema.channels, schema.rows, schema.cols, schema.classes());
}

std::string verification_section(const Json& manifest, const std::vector<std::string>& files) {
  return fmt::format(
      "\n## Verify\n\n```console\n$ sha256sum --check --strict {}\n```\n\n"
      "`{}` has inputs and the logits that they must give, within {}. `digits` checks both "
      "whenever it\nloads the package. Files: {}.\n",
      kSumsFile, kGoldenFile, text_at(manifest, "/golden/tolerance"), fmt::join(files, ", "));
}

std::string lineage_section(const Json& manifest) {
  std::string rows;
  const std::pair<const char*, const char*> keys[] = {
      {"data", "/lineage/data"},
      {"newest images", "/lineage/data_date"},
      {"training set, SHA-256", "/lineage/train_data"},
      {"test set, SHA-256", "/lineage/test_data"},
      {"seed", "/lineage/seed"},
      {"epoch", "/lineage/epoch"},
      {"weights, SHA-256", "/lineage/weights_sha256"},
      {"digits, revision", "/lineage/versions/revision"},
      {"LibTorch", "/library/version"}};
  for (const auto& [name, pointer] : keys) {
    const auto value = text_at(manifest, pointer);
    if (!value.empty()) rows += fmt::format("| {} | {} |\n", name, escaped(value));
  }
  return "\n## Lineage\n\n| | |\n| --- | --- |\n" + rows +
         fmt::format("\nThe whole configuration is in `{}`: `digits run` repeats it bit for bit.\n",
                     kManifestFile);
}

}  // namespace

std::string model_card(const Json& manifest, const std::vector<std::string>& files) {
  const auto schema = json_at<Schema>(manifest, "/data", kPackageFamily);
  const bool has_onnx = std::find(files.begin(), files.end(), kOnnxFile) != files.end();
  return front_matter(manifest, has_onnx) + introduction(manifest, schema) +
         metrics_section(manifest) + undecided_section(manifest) + limits_section(schema) +
         use_section(schema) + verification_section(manifest, files) + lineage_section(manifest);
}

}  // namespace digits
