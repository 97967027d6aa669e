// `digits bench compare`, on documents that the benchmarks wrote.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/files.h"
#include "base/quantity_text.h"
#include "cli/output.h"
#include "integration/tiny_run.h"

namespace digits {
namespace {

// One short training with two seeds, and one call of a package in two rounds.
class BenchCompare : public testing::Test {
 public:
  static void SetUpTestSuite() {
    folder_ = new TemporaryDirectory;
    const auto trained =
        call_digits({"bench", "train", "--config", fixtures() / "tiny.toml", "--data",
                     fixtures() / "tiny", "--epochs", "1", "--seeds", "2", "--out", train()});
    train_table_ = trained.out;
    train_lines_ = trained.err;
    infer_table_ = call_digits({"bench", "infer", "--model", tiny_run().package(), "--device",
                                "cpu", "--batch", "1", "--calls", "2", "--out", infer()})
                       .out;
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }
  static std::string train() { return *folder_ / "train.json"; }
  static std::string infer() { return *folder_ / "infer.json"; }

  // The path of a copy of `file` with another value at `pointer`.
  static std::string changed(const std::string& file, const char* pointer, const Json& value) {
    auto document = parse_json(read_file(file), file, "input");
    document[Json::json_pointer(pointer)] = value;
    write_json(*folder_ / "changed.json", document);
    return *folder_ / "changed.json";
  }

  static inline TemporaryDirectory* folder_ = nullptr;
  static inline std::string train_table_, train_lines_, infer_table_;
};

TEST_F(BenchCompare, ReadsTheDocumentsOfTheBenchmarks) {
  const auto result = call_digits({"bench", "compare", train(), train(), "--json"});
  ASSERT_EQ(result.status, 0) << result.err;
  const auto json = Json::parse(result.out);
  EXPECT_EQ(json.at("schema"), "digits.bench_compare/1");
  EXPECT_EQ(json.at("tolerance"), 0.2);
  EXPECT_EQ(json.at("changes").at(0).at("name"), "training");
  EXPECT_EQ(json.at("changes").at(0).at("change").at("value"), 0.0);
  EXPECT_EQ(json.at("changes").at(1).at("verdict"), "not larger");
  const auto answers = call_digits({"bench", "compare", infer(), infer()});
  ASSERT_EQ(answers.status, 0) << answers.err;
  EXPECT_THAT(answers.out, testing::ContainsRegex(", batch 1 +loops .* \\+0.0 % "));
  EXPECT_THAT(answers.out, testing::HasSubstr("spread of 2 and 2 rounds"));
}

// The table of `digits bench train` for this document.
std::string table_of(const Json& document) {
  const char* row = "{:<6} {:>8} {:>9} {:>11} {:>36} {:>36}\n";
  auto table = fmt::format(fmt::runtime(row), "seed", "seconds", "images/s", "best epoch",
                           "validation accuracy", "test accuracy");
  for (const auto& seed : document.at("seeds")) {
    const auto& training = seed.at("training");
    table += fmt::format(fmt::runtime(row), seed.at("seed").get<int>(),
                         fmt::format("{:.2f}", training.at("train_seconds").get<double>()),
                         fmt::format("{:.0f}", training.at("images_per_second").get<double>()),
                         seed.at("best_epoch").get<int>(),
                         percent(seed.at("validation_accuracy").get<Quantity>()),
                         percent(seed.at("test_accuracy").get<Quantity>()));
  }
  const auto number = [&](const char* pointer) {
    return document.at(Json::json_pointer(pointer)).get<double>();
  };
  const auto text = [&](const char* pointer) {
    return document.at(Json::json_pointer(pointer)).get<std::string>();
  };
  const auto features =
      document.at("machine").at("versions").at("cpu_features").get<std::vector<std::string>>();
  const auto mean = percent(document.at("mean_accuracy").get<Quantity>());
  table +=
      fmt::format("\nmean test accuracy   {} seeds; {:.2f} to {:.2f}, standard deviation {:.2f}\n",
                  mean, 100.0 * number("/accuracy/min"), 100.0 * number("/accuracy/max"),
                  100.0 * number("/accuracy/stddev"));
  table += fmt::format(
      "seconds of training  median {:.2f}, {:.2f} to {:.2f}, standard deviation {:.2f}\n",
      number("/seconds/median"), number("/seconds/min"), number("/seconds/max"),
      number("/seconds/stddev"));
  table += fmt::format(
      "images/s             median {:.0f}, {:.0f} to {:.0f}, standard deviation {:.0f}\n",
      number("/images_per_second/median"), number("/images_per_second/min"),
      number("/images_per_second/max"), number("/images_per_second/stddev"));
  table += fmt::format("waiting for data     {:.1f} %\npeak memory          {}\n",
                       100.0 * number("/wait_share"),
                       mebibytes(document.at("peak_memory_bytes").get<std::int64_t>()));
  table += fmt::format("machine              {}, {:.0f} cores, {}\n", text("/machine/cpu"),
                       number("/machine/cores"), fmt::join(features, " "));
  table += fmt::format("run on               {}, {:.0f} threads, {}\n", text("/machine/device"),
                       number("/machine/threads"), text("/machine/precision"));
  return table + fmt::format("libtorch             {}, {}\nrevision             {}\n",
                             text("/machine/versions/libtorch"), text("/machine/versions/blas"),
                             text("/machine/versions/revision"));
}

// The tables show the numbers of the documents, and so does a line on stderr for each seed. The
// documents hold the calibration, one value per seed and per round.
TEST_F(BenchCompare, DocumentsHoldTheCalibration) {
  for (const auto& file : {train(), infer()}) {
    const auto json = Json::parse(read_file(file));
    EXPECT_EQ(json.at("calibration").at("n"), 2) << file;
    EXPECT_GT(json.at("calibration").at("min"), 0.0) << file;
  }
  const auto document = Json::parse(read_file(train()));
  EXPECT_GT(document.at("seeds").at(0).at("calibration_seconds"), 0.0);
  EXPECT_EQ(train_table_, table_of(document));
  for (const auto& seed : document.at("seeds")) {
    EXPECT_THAT(train_lines_,
                testing::HasSubstr(fmt::format(
                    "seed {}: {:.2f} s, test accuracy {:.2f} %\n", seed.at("seed").get<int>(),
                    seed.at("training").at("train_seconds").get<double>(),
                    100.0 * seed.at("test_accuracy").at("value").get<double>())));
  }
  const auto times = Json::parse(read_file(infer())).at("times");
  ASSERT_EQ(times.size(), 1U);
  EXPECT_EQ(infer_table_,
            fmt::format("engine            batch   calls   median us     99th us   images/s\n"
                        "{:<16}      1       2 {:>11.1f} {:>11.1f} {:>10.0f}\n",
                        times[0].at("engine").get<std::string>(),
                        times[0].at("p50_us").get<double>(), times[0].at("p99_us").get<double>(),
                        times[0].at("images_per_second").get<double>()));
}

// A slower program is an exit status, after the table.
TEST_F(BenchCompare, IsAGate) {
  const auto mean = Json::parse(read_file(train())).at("calibrated").at("mean").get<double>();
  const auto slower = changed(train(), "/calibrated/mean", 1.5 * mean);
  const auto result = call_digits({"bench", "compare", train(), slower});
  EXPECT_EQ(result.status, 4);
  EXPECT_THAT(result.out, testing::ContainsRegex("training .*\\+50.0 % .* slower"));
  EXPECT_THAT(result.err, testing::HasSubstr("gate.compute: training: +50.0 %"));
  EXPECT_EQ(call_digits({"bench", "compare", train(), slower, "--tolerance", "0.6"}).status, 0);
}

TEST_F(BenchCompare, RejectsInvalidInputs) {
  const auto refused = [](const std::vector<std::string>& more, int status, const char* code) {
    std::vector<std::string> arguments{"bench", "compare"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto result = call_digits(arguments);
    EXPECT_EQ(result.status, status) << result.err;
    EXPECT_THAT(result.err, testing::StartsWith(std::string("digits: ") + code + ": "));
    EXPECT_EQ(result.out, "");
  };
  refused({}, 2, "usage.argument");
  refused({train()}, 2, "usage.argument");
  refused({train(), train(), train()}, 2, "usage.argument");
  refused({train(), train(), "--tolerence", "1"}, 2, "usage.option");
  refused({train(), train(), "--tolerance", "20"}, 2, "usage.option");
  refused({train(), *folder_ / "none.json"}, 3, "input.missing");
  refused({train(), infer()}, 3, "input.kind");
  refused({train(), changed(train(), "/schema", "digits.bench_train/1")}, 3, "input.schema");
  refused({train(), changed(train(), "/machine/threads", 7)}, 3, "input.not_comparable");
  refused({infer(), changed(infer(), "/times/0/engine", "other")}, 3, "input.missing_measure");
  write_file(*folder_ / "cut.json", read_file(train()).substr(0, 100));
  refused({train(), *folder_ / "cut.json"}, 3, "input.malformed");
}

}  // namespace
}  // namespace digits
