// Lists the image files of a folder with one folder per class.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "data/finding.h"

namespace digits {

// The class names in `part`, one per folder: in alphabetical order, or by value when all are
// numbers.
std::vector<std::string> class_names_in(const std::filesystem::path& part);

struct ClassFiles {
  std::vector<std::filesystem::path> paths;  // in the order of classes, then of file names
  std::vector<std::uint8_t> labels;          // positions of their folders' names among the classes
};

// The image files part/<class>/<image> for the classes `names`; none for an empty `part`. Appends
// the other entries to `passed_over`, except hidden ones and those with system names. Throws
// data.label_range for a folder of another name, and input.*.
ClassFiles list_class_files(const std::filesystem::path& part,
                            const std::vector<std::string>& names,
                            std::vector<std::filesystem::path>& passed_over);

// input.missing: no images in the class folders of `part`. The message has the findings of
// passed_over_findings, and names a set that lies below `root`.
Error no_images(const std::filesystem::path& part, const std::filesystem::path& root,
                const std::vector<Finding>& findings);

}  // namespace digits
