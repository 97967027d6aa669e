// Runs `digits synth`: writes a synthetic set as IDX files.
#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "cli/options.h"
#include "cli/output.h"
#include "data/image_file.h"
#include "pipeline/stages.h"

namespace digits {

namespace {

void save_images(const std::filesystem::path& folder, const Dataset& set) {
  for (const auto& name : set.schema.class_names) make_directories(folder / name);
  for (std::size_t i = 0; i < set.size(); ++i) {
    write_png(folder / set.schema.class_names[set.labels[i]] / fmt::format("{:05}.png", i),
              set.image(i), set.schema);
  }
}

Config synthetic_config(const ParsedOptions& parsed) {
  Config config;
  config.data.synthetic_train = parsed.number("train");
  config.data.synthetic_test = parsed.number("test");
  config.data.synthetic_rows = parsed.number("rows");
  config.data.synthetic_cols = parsed.number("cols");
  config.data.classes = parsed.number("classes");
  config.seed = parsed.number("seed");
  config.threads = parsed.number("threads");
  check_values(config, "options");
  return resolve(config);
}

void print_written(const std::filesystem::path& folder, const Sets& sets, bool json) {
  if (json) {
    print_json(Json{{"out", folder.string()},
                    {"train", sets.train.size()},
                    {"test", sets.test.size()},
                    {"data", sets.train.schema}});
  } else {
    print_pairs({{"train", fmt::format("{} images", sets.train.size())},
                 {"test", fmt::format("{} images", sets.test.size())},
                 {"folder", folder.string()}});
  }
}

}  // namespace

int command_synth(const Arguments& arguments) {
  CommandOptions options("synth",
                         "Writes a synthetic set: four gzip'd IDX files under MNIST's names. The "
                         "same seed writes the same bytes.");
  options.text("out", "folder to write; must be new", "DIR");
  options.number("train", "training images", 12000);
  options.number("test", "test images", 2000);
  options.number("rows", "pixels", 28);
  options.number("cols", "pixels", 28);
  options.number("classes", "1 to 10", 10);
  options.number("seed", "seed of every random decision", 0);
  options.number("threads", "0: one per core", 0);
  options.flag("png", "also write the test images as PNG files, OUT/png/<class>/<index>.png");
  options.add_json();
  const auto parsed = options.parse(arguments);
  if (!parsed) return kDone;
  if (!parsed->has("out")) {
    throw Error("usage.option", "no --out given, expected the folder to write",
                "digits synth --out DIR");
  }
  const auto config = synthetic_config(*parsed);
  const std::filesystem::path out = parsed->text("out");
  StagedDirectory staged(out);
  const auto sets = acquire(config);
  save_dataset(staged.path(), Part::kTrain, sets.train);
  save_dataset(staged.path(), Part::kTest, sets.test);
  if (parsed->has("png")) save_images(staged.path() / "png", sets.test);
  staged.commit();
  print_written(out, sets, parsed->has("json"));
  return kDone;
}

}  // namespace digits
