// The image files of a folder with a folder for each class.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "data/finding.h"

namespace digits {

// The names of the classes in `part`, its folders: in alphabetical order, or by value when all are
// numbers.
std::vector<std::string> class_names_in(const std::filesystem::path& part);

struct ClassFiles {
  std::vector<std::filesystem::path> paths;  // in the order of classes, then of file names
  std::vector<std::uint8_t> labels;          // the positions of their folders' names
};

// The image files part/<class>/<image> for the classes `names`; none for an empty `part`. Appends
// to `passed_over` what else lies there, but for hidden entries and those of system names. Throws
// data.label_range for a folder of another name, and input.*.
ClassFiles list_class_files(const std::filesystem::path& part,
                            const std::vector<std::string>& names,
                            std::vector<std::filesystem::path>& passed_over);

// input.missing: no images in the class folders of `part`. Says what lies there instead, by the
// findings of passed_over_findings, and where below `root` a set lies.
Error no_images(const std::filesystem::path& part, const std::filesystem::path& root,
                const std::vector<Finding>& findings);

}  // namespace digits
