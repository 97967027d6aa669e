// Sets on disk: a folder with images and labels under MNIST's file names.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/idx.h"

namespace digits {

enum class Part { kTrain, kTest };

// "train-images-idx3-ubyte" and "train-labels-idx1-ubyte", or the "t10k" pair.
struct PartNames {
  std::string images;
  std::string labels;
};
PartNames part_names(Part part);

// Images of any element type as bytes. Those of another type than unsigned byte are scaled: from
// [0, 1] to 0 .. 255 when no value is above 1, else from [0, 255]. Throws data.not_finite for NaN
// and infinity, data.range for values outside both; the message names the first images.
IdxArray as_bytes(IdxArray images, const std::string& name);

// Joins an image array [N, rows, cols] or [N, rows, cols, channels], as bytes, and a label array
// [N] of an integer type. `class_names` says how many classes there are; empty: as many as the
// largest label asks for, named by number. Throws idx.rank, idx.type, data.image_size,
// data.count_mismatch, data.label_range and data.empty, and as as_bytes.
Dataset make_dataset(IdxArray images, const IdxArray& labels, const std::string& name,
                     std::vector<std::string> class_names = {});

// Loads one part of a set from `folder`, where each file may end in .gz. Throws input.missing and
// input.not_a_folder, and as read_idx and make_dataset.
Dataset load_dataset(const std::filesystem::path& folder, Part part,
                     const std::vector<std::string>& class_names = {});

// Writes one part, gzip'd, under MNIST's names. The folder must exist.
void save_dataset(const std::filesystem::path& folder, Part part, const Dataset& set);

// Train and test part of a set, under one schema. Throws data.schema_mismatch when their image
// sizes differ.
struct Sets {
  Dataset train;
  Dataset test;
};
Sets load_sets(const std::filesystem::path& folder,
               const std::vector<std::string>& class_names = {});

}  // namespace digits
