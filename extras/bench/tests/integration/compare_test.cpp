// `digits bench compare`, on documents that the benchmarks wrote.
#include "base/files.h"
#include "integration/tiny_run.h"

namespace digits {
namespace {

// One short training with two seeds, and one call of a package in two rounds.
class BenchCompare : public testing::Test {
 public:
  static void SetUpTestSuite() {
    folder_ = new TemporaryDirectory;
    call_digits({"bench", "train", "--config", fixtures() / "tiny.toml", "--data",
                 fixtures() / "tiny", "--epochs", "1", "--seeds", "2", "--out", train()});
    call_digits({"bench", "infer", "--model", tiny_run().package(), "--device", "cpu", "--batch",
                 "1", "--calls", "2", "--out", infer()});
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

// The documents hold the calibration, one value per seed and per round.
TEST_F(BenchCompare, DocumentsHoldTheCalibration) {
  for (const auto& file : {train(), infer()}) {
    const auto json = Json::parse(read_file(file));
    EXPECT_EQ(json.at("calibration").at("n"), 2) << file;
    EXPECT_GT(json.at("calibration").at("min"), 0.0) << file;
  }
  const auto seed = Json::parse(read_file(train())).at("seeds").at(0);
  EXPECT_GT(seed.at("calibration_seconds"), 0.0);
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
