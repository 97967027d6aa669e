#include "pipeline/config.h"

#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "base/rng.h"
#include "pipeline/presets.h"
#include "support/testing.h"

namespace digits {
namespace {

Config parse(const std::string& text) { return parse_config(text, "test", Config()); }

TEST(Config, ChangesOnlyTheNamedKeys) {
  const auto config = parse("seed = 7\n[train]\nepochs = 9\n[network]\nblocks = [[1], [2, 3]]\n");
  EXPECT_EQ(config.seed, 7);
  EXPECT_EQ(config.train.epochs, 9);
  EXPECT_THAT(config.network.blocks,
              testing::ElementsAre(testing::ElementsAre(1), testing::ElementsAre(2, 3)));
  EXPECT_EQ(config.train.batch_size, Config().train.batch_size);
}

TEST(Config, AcceptsAnIntegerForANumber) {
  EXPECT_EQ(parse("[augment]\nrotation = 5").augment.rotation, 5.0);
}

// A typo must not silently become a default.
TEST(Config, RejectsUnknownKeys) {
  expect_error("config.unknown_key", [] { parse("[train]\nepoch = 3"); });
  expect_error("config.unknown_key", [] { parse("epochs = 3"); });
  expect_error("config.unknown_key", [] { parse("[training]\nepochs = 3"); });
}

// Otherwise `data = "folder"` above the tables would be ignored, and synthetic data used.
TEST(Config, RejectsAValueInPlaceOfATable) {
  expect_error("config.type", [] { parse("data = \"folder\""); });
  expect_error("config.type", [] { parse("[[train]]\nepochs = 1"); });
}

// A file that names a preset starts from it.
TEST(Config, FileMayNameItsPreset) {
  const TemporaryDirectory folder;
  write_file(folder / "c.toml", "preset = \"accurate\"\nseed = 9\n");
  const auto config = load_config(folder / "c.toml", Config());
  EXPECT_EQ(config.train.epochs, preset_config("accurate").train.epochs);
  EXPECT_EQ(config.seed, 9);
  write_file(folder / "c.toml", "preset = \"nonsense\"\n");
  expect_error("config.preset", [&] { load_config(folder / "c.toml", Config()); });
}

// A run that names bfloat16 is refused on a processor without it, whose sums are too inaccurate.
TEST(Config, FixturesTrainOnEveryProcessor) {
  for (const std::string name : {"smoke.toml", "tiny.toml", "tiny_fast.toml"}) {
    EXPECT_NE(load_config(fixtures() / name, Config()).train.precision, "bfloat16") << name;
  }
}

// A run's own file must be complete: defaults do not replace missing keys.
TEST(Config, OfARunMustBeComplete) {
  const TemporaryDirectory folder;
  write_file(folder / "c.toml", to_toml(Config()));
  EXPECT_EQ(to_toml(load_complete_config(folder / "c.toml")), to_toml(Config()));
  write_file(folder / "c.toml", "seed = 1\n");
  expect_error("config.missing_key", [&] { load_complete_config(folder / "c.toml"); });
}

// The committed configurations, truncated at each byte and with each byte changed once: a config.*
// error or another valid configuration, and no other exception or crash.
TEST(Config, DamagedFilesAreRejectedOrValid) {
  Rng rng(test_seed(), Stream::kTest);
  for (const auto* name : {"tiny.toml", "smoke.toml"}) {
    const auto whole = read_file(fixtures() / name);
    for (std::size_t i = 0; i < whole.size(); ++i) {
      auto changed = whole;
      changed[i] = static_cast<char>(rng.below(256));
      for (const auto& text : {whole.substr(0, i), changed}) {
        EXPECT_THAT(error_code([&] { parse(text); }),
                    testing::AnyOf("no error", testing::StartsWith("config.")))
            << text;
      }
    }
  }
}

TEST(Config, RejectsWrongTypes) {
  expect_error("config.type", [] { parse("seed = \"one\""); });
  expect_error("config.type", [] { parse("seed = 1.5"); });
  expect_error("config.type", [] { parse("device = 1"); });
  expect_error("config.type", [] { parse("[train]\nlearning_rate = \"fast\""); });
  expect_error("config.type", [] { parse("[train]\nlearning_rate = true"); });
  expect_error("config.type", [] { parse("[network]\nblocks = 16"); });
  expect_error("config.type", [] { parse("[network]\nblocks = [16]"); });
  expect_error("config.type", [] { parse("[network]\nblocks = [[16, \"a\"]]"); });
}

TEST(Config, RejectsImpossibleValues) {
  for (const char* text : {"seed = -1",
                           "threads = -2",
                           "[train]\nepochs = 0",
                           "[train]\nbatch_size = -1",
                           "[data]\nsynthetic_train = 0",
                           "[data]\nvalidation_share = 1.5",
                           "[data]\nvalidation_share = nan",
                           "[augment]\nrotation = inf",
                           "[augment]\nscale = 1.0",
                           "[augment]\noutliers = 1.0",
                           "[augment]\nshift = -1",
                           "[train]\nlearning_rate = inf",
                           "[train]\nlearning_rate = 0.0",
                           "[train]\nweight_decay = -0.1",
                           "[data]\nsynthetic_rows = 4294967324",
                           "[train]\nepochs = 4294967297",
                           "[network]\nblocks = [[1000000000]]",
                           "[data]\nclasses = 257",
                           "[train]\nlabel_smoothing = 1",
                           "[train]\naverage = 1",
                           "[train]\ncheckpoint_steps = -1",
                           "[train]\ncheckpoint_seconds = nan",
                           "[data]\ntest_share = 1.5",
                           "[data]\nfail_on = \"never\"",
                           "[data]\ndate = \"2026-02-30\"",
                           "[gates]\nundecided = \"maybe\""}) {
    expect_error("config.value", [&] { parse(text); });
  }
}

TEST(Config, NamesTheLineOfASyntaxError) {
  try {
    parse("seed = 1\nseed = = 2");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), "config.syntax");
    EXPECT_THAT(error.what(), testing::HasSubstr("line 2"));
  }
}

// A resolved configuration is written to every run: reading it must give the same run.
TEST(Config, RoundTrips) {
  for (const auto& [name, text] : presets()) {
    auto config = preset_config(name);
    config.data.source = "a \"quoted\" \\ folder";
    config.train.learning_rate = 1.0 / 3.0;
    config.seed = 1234567890123;
    EXPECT_EQ(to_toml(parse(to_toml(config))), to_toml(config)) << name;
    EXPECT_EQ(parse(to_toml(config)).train.learning_rate, 1.0 / 3.0);
    EXPECT_EQ(parse(to_toml(config)).data.source, config.data.source);
  }
}

// A preset sets every key, so that no default of the code decides a run unseen.
TEST(Config, PresetsSetEveryKey) {
  const TemporaryDirectory folder;
  for (const auto& [name, text] : presets()) {
    write_file(folder / "c.toml", text);
    EXPECT_EQ(to_toml(load_complete_config(folder / "c.toml")), to_toml(preset_config(name)));
  }
}

// A smaller machine lowers the threads. The run can still be resumed there.
TEST(Config, AllowsResumingWithOtherThreads) {
  auto other = Config();
  other.threads = Config().threads + 1;
  require_same(other, Config(), "run");
  other.seed = 8;
  expect_error("config.changed", [&] { require_same(other, Config(), "run"); });
}

// A resumed run must be the same run: every different key is named, with both values.
TEST(Config, NamesEveryKeyThatChanged) {
  require_same(Config(), Config(), "run");
  auto other = Config();
  other.seed = 8;
  other.train.average = 0.5;
  other.data.source = "elsewhere";
  expect_error("config.changed", [&] { require_same(other, Config(), "run"); });
  try {
    require_same(other, Config(), "run");
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("run: seed is 8, expected 0; "));
    EXPECT_THAT(error.what(),
                testing::HasSubstr("data.source is 'elsewhere', expected 'synthetic'; "));
    EXPECT_THAT(error.what(), testing::HasSubstr("train.average is 0.5, expected 0.0, as"));
  }
}

TEST(Config, PresetsRecordTheirNames) {
  for (const auto& [name, text] : presets()) EXPECT_EQ(preset_config(name).preset, name);
  expect_error("config.preset", [] { preset_config("slow"); });
}

TEST(Config, NamesAMissingFile) {
  expect_error("input.missing", [] { load_config("/no/such.toml", Config()); });
}

}  // namespace
}  // namespace digits
