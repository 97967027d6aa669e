// Loads sets from IDX files: a folder with images and labels under MNIST's file names.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/finding.h"
#include "data/idx.h"
#include "data/idx_names.h"
#include "data/set_options.h"

namespace digits {

// Converts images of any element type to bytes. Other types than unsigned byte are scaled: from [0,
// 1] to 0 .. 255 when no value is above 1, else from [0, 255]. Throws data.not_finite for NaN and
// infinity, data.range for values outside both ranges; the message names the first images.
IdxArray as_bytes(IdxArray images, const std::string& name);

// Joins an image array [N, rows, cols] or [N, rows, cols, channels], as bytes, and a label array
// [N] of an integer type, which counts classes from `first_label`. `class_names` sets the classes;
// if empty, the largest label sets their number, and numbers are their names. `names` are the names
// of the two files, for messages. Throws idx.rank, idx.type, data.image_size, data.count_mismatch,
// data.label_range and data.empty, and as as_bytes.
Dataset make_dataset(IdxArray images, const IdxArray& labels, const PartNames& names,
                     std::vector<std::string> class_names = {}, int first_label = 0);

// Loads one part of a set from `folder` with the files of find_idx_file(), then calls
// apply_options(). Throws input.missing, input.not_a_folder and config.value (options.size), and as
// read_idx and make_dataset.
Dataset load_dataset(const std::filesystem::path& folder, Part part,
                     const std::vector<std::string>& class_names = {},
                     const SetOptions& options = {});

// Writes one part, gzip'd, under MNIST's names. The folder must exist.
void save_dataset(const std::filesystem::path& folder, Part part, const Dataset& set);

// Train and test part of a set, under one schema.
struct Sets {
  Dataset train;
  Dataset test;
  // The number of images at the end of `train` that are the set's own validation part.
  std::size_t validation = 0;
  // About the folder: skipped files, and how its parts were named.
  std::vector<Finding> findings{};
};

// Loads the training part alone: `test` stays empty, and its files are not read. Findings and
// errors are those of load_sets.
Sets load_training_part(const std::filesystem::path& folder, const SetOptions& options = {});

// Loads both parts. Labels that start above options.first_label are an error among the findings,
// data.first_label. Throws data.schema_mismatch when the image sizes differ, and as load_dataset.
Sets load_sets(const std::filesystem::path& folder, const SetOptions& options = {});

}  // namespace digits
