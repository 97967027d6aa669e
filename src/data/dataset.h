// Defines images with labels, and the schema that sets every size in the program.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"

namespace digits {

// The longest allowed side of an image, in pixels: a longer one is a mistake or needs another
// design.
constexpr int kMaxSide = 4096;

constexpr std::size_t kMaxClasses = 256;  // labels are bytes

// Sizes and class names of a set. They come from the data, so no code changes for another set.
struct Schema {
  int rows = 0;
  int cols = 0;
  int channels = 0;                      // 1 grey, 3 colour
  std::vector<std::string> class_names;  // one per class, in label order

  int classes() const { return static_cast<int>(class_names.size()); }
  std::size_t image_bytes() const {
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols) *
           static_cast<std::size_t>(channels);
  }
  bool operator==(const Schema& other) const {
    return rows == other.rows && cols == other.cols && channels == other.channels &&
           class_names == other.class_names;
  }
  bool operator!=(const Schema& other) const { return !(*this == other); }
};

void to_json(Json& json, const Schema& schema);
void from_json(const Json& json, Schema& schema);

// Throws data.schema_mismatch unless a set's schema is that of the training set.
void require_schema(const Schema& seen, const Schema& expected);

// `classes` names: the numbers from `first`.
std::vector<std::string> numbered_class_names(int classes, int first = 0);

// Images and labels in memory, in the order of their file.
struct Dataset {
  Schema schema;
  std::vector<std::uint8_t> images;  // [N, rows, cols, channels], 0 background .. 255 ink
  std::vector<std::uint8_t> labels;  // [N], 0 .. classes - 1

  std::size_t size() const { return labels.size(); }
  const std::uint8_t* image(std::size_t i) const {
    return images.data() + i * schema.image_bytes();
  }
  std::uint8_t* image(std::size_t i) { return images.data() + i * schema.image_bytes(); }
};

// The samples of `set` at `indices`, in that order. Indices must be below set.size().
Dataset subset(const Dataset& set, const std::vector<std::uint32_t>& indices);

// How many samples each class has, in label order.
std::vector<std::size_t> class_counts(const Dataset& set);

// SHA-256 over schema sizes, images and labels: the identity of a set, independent of its storage.
std::string fingerprint(const Dataset& set);

}  // namespace digits
