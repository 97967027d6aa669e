// Runs the stage acquire: loads or draws the sets that a configuration names.
#include "data/class_folders.h"
#include "data/load.h"
#include "pipeline/stages.h"

namespace digits {

namespace {

SetOptions set_options(const Config& config) {
  SetOptions options;
  options.classes = static_cast<int>(config.data.classes);
  options.first_label = static_cast<int>(config.data.first_label);
  options.invert = config.data.invert;
  options.transpose = config.data.transpose;
  options.size = parse_picture_size(config.data.size);
  options.test_share = config.data.test_share;
  options.seed = static_cast<std::uint64_t>(config.seed);
  options.threads = static_cast<int>(config.threads);
  return options;
}

}  // namespace

SyntheticOptions synthetic_options(const Config& config, Part part) {
  SyntheticOptions options;
  options.count = static_cast<std::size_t>(part == Part::kTrain ? config.data.synthetic_train
                                                                : config.data.synthetic_test);
  options.rows = static_cast<int>(config.data.synthetic_rows);
  options.cols = static_cast<int>(config.data.synthetic_cols);
  if (config.data.classes > 0) options.classes = static_cast<int>(config.data.classes);
  options.seed = static_cast<std::uint64_t>(config.seed);
  if (part == Part::kTest) {  // after the training images, so that no key is used twice
    options.first_index = static_cast<std::uint64_t>(config.data.synthetic_train);
  }
  options.threads = static_cast<int>(config.threads);
  return options;
}

Sets acquire(const Config& config) {
  const auto& source = config.data.source;
  if (source == "synthetic") {
    return {synthesise(synthetic_options(config, Part::kTrain)),
            synthesise(synthetic_options(config, Part::kTest)),
            0,
            {}};
  }
  const auto options = set_options(config);
  return has_class_folders(source) ? load_class_folders(source, options)
                                   : load_sets(source, options);
}

Sets acquire_training(const Config& config) {
  const auto& source = config.data.source;
  if (source == "synthetic")
    return {synthesise(synthetic_options(config, Part::kTrain)), {}, 0, {}};
  const auto options = set_options(config);
  if (!has_class_folders(source)) return load_training_part(source, options);
  auto sets = load_class_folders(source, options);
  sets.test = {};
  return sets;
}

Dataset acquire_test(const Config& config, const std::vector<std::string>& class_names) {
  const auto& source = config.data.source;
  if (source == "synthetic") return synthesise(synthetic_options(config, Part::kTest));
  const auto options = set_options(config);
  return has_class_folders(source) ? load_class_folders(source, options).test
                                   : load_dataset(source, Part::kTest, class_names, options);
}

}  // namespace digits
