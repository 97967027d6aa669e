#include "data/dataset.h"

#include <fmt/format.h>

#include <string_view>

#include "base/error.h"
#include "base/sha256.h"

namespace digits {

namespace {

std::string_view as_text(const std::vector<std::uint8_t>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

void to_json(Json& json, const Schema& schema) {
  json = Json{{"rows", schema.rows},
              {"cols", schema.cols},
              {"channels", schema.channels},
              {"class_names", schema.class_names}};
}

void from_json(const Json& json, Schema& schema) {
  json.at("rows").get_to(schema.rows);
  json.at("cols").get_to(schema.cols);
  json.at("channels").get_to(schema.channels);
  json.at("class_names").get_to(schema.class_names);
}

void require_schema(const Schema& seen, const Schema& expected) {
  if (seen == expected) return;
  throw Error("data.schema_mismatch",
              fmt::format("the set is {}, expected {} as in training", Json(seen).dump(),
                          Json(expected).dump()),
              "use a set with the training set's sizes and classes");
}

std::vector<std::string> numbered_class_names(int classes, int first) {
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(classes));
  for (int k = 0; k < classes; ++k) names.push_back(std::to_string(first + k));
  return names;
}

Dataset subset(const Dataset& set, const std::vector<std::uint32_t>& indices) {
  Dataset part;
  part.schema = set.schema;
  part.images.reserve(indices.size() * set.schema.image_bytes());
  part.labels.reserve(indices.size());
  for (const auto i : indices) {
    part.images.insert(part.images.end(), set.image(i), set.image(i) + set.schema.image_bytes());
    part.labels.push_back(set.labels[i]);
  }
  return part;
}

std::vector<std::size_t> class_counts(const Dataset& set) {
  std::vector<std::size_t> counts(static_cast<std::size_t>(set.schema.classes()), 0);
  for (const auto label : set.labels) ++counts.at(label);
  return counts;
}

std::string fingerprint(const Dataset& set) {
  const auto sizes =
      fmt::format("{}x{}x{}x{}", set.size(), set.schema.rows, set.schema.cols, set.schema.channels);
  return sha256(sizes + "/" + sha256(as_text(set.images)) + "/" + sha256(as_text(set.labels)));
}

}  // namespace digits
