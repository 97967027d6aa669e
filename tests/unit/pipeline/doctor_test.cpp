// The page about a machine, and its problems. The machines here are documents; the table is that of
// a library with a fault.
#include "pipeline/doctor.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/registry.h"
#include "inference/engine_factory.h"
#include "inference/numerics_table.h"
#include "support/engines.h"
#include "support/testing.h"

namespace digits {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

NumericsRow row(const std::string& name, bool used) {
  return {name, used, 1e-4, std::vector<double>(table_channels().size(), 1e-7)};
}

// A healthy machine. Its revision begins a line of the page, whatever the length of the program's
// name.
Json healthy() {
  Json document;
  document["versions"] = Json{{"digits", "0.1.0"},       {"revision", std::string(50, 'f')},
                              {"libtorch", "2.6.0"},     {"onednn", "3.7.2"},
                              {"opencv", "4.6.0"},       {"zlib", "1.3"},
                              {"blas", "OpenBLAS 0.3"},  {"device", "cpu"},
                              {"cpu_features", {"avx2"}}};
  document["machine"] = Json{{"processor", "Some CPU"},
                             {"features", {"avx2", "avx512f"}},
                             {"cores", 4},
                             {"quota", 1.5},
                             {"threads", 2},
                             {"precision", "float32"},
                             {"environment", {{"OMP_WAIT_POLICY", "passive"}}}};
  document["disk"] = Json{{"working_folder", 12.3}, {"temporary_folder", nullptr}};
  document["numerics"]["channels"] = table_channels();
  document["numerics"]["rows"] =
      Json{row("float32 channels last, forward", true), row("float32 contiguous, forward", false)};
  return document;
}

void set_wrong(Json& document, std::size_t which, const std::vector<std::int64_t>& channels,
               double difference) {
  auto wrong = which == 0 ? row("float32 channels last, forward", true)
                          : row("float32 contiguous, forward", false);
  for (std::size_t i = 0; i < table_channels().size(); ++i) {
    if (std::count(channels.begin(), channels.end(), table_channels()[i]) > 0) {
      wrong.differences[i] = difference;
    }
  }
  document["numerics"]["rows"][which] = wrong;
}

TEST(Doctor, FindsNoProblemOnAHealthyMachine) {
  EXPECT_THAT(problems_in(healthy()), IsEmpty());
  require_healthy({});
}

TEST(Doctor, NamesWrongConvolutions) {
  auto document = healthy();
  set_wrong(document, 1, {20, 24}, 0.34);
  EXPECT_THAT(problems_in(document),
              ElementsAre("float32 contiguous, forward: wrong for 20, 24 input channels (digits "
                          "does not use it)"));
  set_wrong(document, 0, {3}, INFINITY);
  EXPECT_THAT(problems_in(document),
              Contains("float32 channels last, forward: wrong for 3 input channels (digits goes "
                       "around it)"));
}

// A library that reports an unsupported computation is not wrong.
TEST(Doctor, MissingKernelsAreNoProblem) {
  auto document = healthy();
  set_wrong(document, 0, {3}, NAN);
  EXPECT_THAT(problems_in(document), IsEmpty());
  EXPECT_THAT(doctor_page(document, {}), HasSubstr("   -"));
  set_wrong(document, 0, {3}, INFINITY);
  EXPECT_THAT(doctor_page(document, {}), HasSubstr(" inf"));
}

TEST(Doctor, ReportsTheReferenceBlas) {
  auto document = healthy();
  document["versions"]["blas"] = "unknown (reference BLAS is about 40 times slower)";
  EXPECT_THAT(problems_in(document), ElementsAre(HasSubstr("libopenblas0-pthread")));
}

// A folder with unknown free space is no problem.
TEST(Doctor, ReportsAFullDisk) {
  auto document = healthy();
  document["disk"]["working_folder"] = 0.1;
  EXPECT_THAT(problems_in(document), ElementsAre(HasSubstr("the working folder has 0.1 GB")));
}

TEST(Doctor, ProblemsExitWithStatus1) {
  expect_error("doctor.problems", [] { require_healthy({"something"}); });
  EXPECT_EQ(exit_status("doctor.problems"), kInternalError);
}

// Everything needed for a bug report, on lines of at most 80 columns.
TEST(Doctor, PageFitsATerminal) {
  auto document = healthy();
  set_wrong(document, 1, {20, 24}, 0.34);
  const auto page = doctor_page(document, problems_in(document));
  for (const char* text :
       {"digits 0.1.0, revision", "fff, libtorch 2.6.0,", "onednn 3.7.2, opencv 4.6.0, zlib 1.3",
        "blas OpenBLAS 0.3, device cpu", "Some CPU", "avx2 avx512f",
        "4 to use, CPU quota 1.5, 2 threads", "OMP_WAIT_POLICY=passive",
        "12.3 GB free here, unknown for temporary files", "* float32 channels last, forward",
        "  float32 contiguous, forward", "0.34", "problems     float32 contiguous"}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
  EXPECT_THAT(doctor_page(healthy(), {}), HasSubstr("problems     none"));
}

// The whole page of a machine, wrapped at 80 columns, and its problems, one of each kind. A
// tolerance and a bound of the disk are kept by equal values.
TEST(Doctor, WritesThisPage) {
  auto document = healthy();
  document["versions"]["blas"] = "reference BLAS";
  auto& machine = document["machine"];
  machine["features"] = Json::array({"feature_1", "feature_2", "feature_3", "feature_4",
                                     "feature_5", "feature_6", "seventh", "eighth"});
  machine["quota"] = nullptr;
  machine["environment"] = Json::object();
  document["disk"]["working_folder"] = 0.2;
  document["disk"]["temporary_folder"] = 0.06;
  auto& numerics = document["numerics"];
  numerics["channels"] = Json::array({1, 20, 24});
  numerics["rows"][0]["correct"] = false;
  numerics["rows"][0]["differences"] = Json::array({1e-4, 0.25, nullptr});
  numerics["rows"][1]["correct"] = false;
  numerics["rows"][1]["differences"] = Json::array({0.00011, 99.0, 100.0});
  const std::string expected =
      R"(versions     digits 0.1.0, revision
             ffffffffffffffffffffffffffffffffffffffffffffffffff, libtorch 2.6.0,
             onednn 3.7.2, opencv 4.6.0, zlib 1.3, blas reference BLAS, device
             cpu
processor    Some CPU
features     feature_1 feature_2 feature_3 feature_4 feature_5 feature_6 seventh
             eighth
cores        4 to use, CPU quota none, 2 threads
precision    "auto" trains in float32
environment  none
disk         0.2 GB free here, 0.1 GB for temporary files

Convolutions against float64, by input channels: ok, or the largest difference
as a share of the largest value; - where the library cannot compute it.
Rows with * are what networks use.
                                      1   20   24
* float32 channels last, forward     ok 0.25    -
  float32 contiguous, forward      0.00011   99  inf

problems     a problem whose text is longer than a line of eighty columns,
             continues on another line
             another one
)";
  const std::vector<std::string> long_problems{
      "a problem whose text is longer than a line of eighty columns, continues on another line",
      "another one"};
  EXPECT_EQ(doctor_page(document, long_problems), expected);
  const auto problems = problems_in(document);
  EXPECT_THAT(
      problems,
      ElementsAre(
          "BLAS is reference BLAS: install libopenblas0-pthread",
          "float32 channels last, forward: wrong for 20 input channels (digits goes around it)",
          "float32 contiguous, forward: wrong for 1, 20, 24 input channels (digits does not use "
          "it)",
          "the folder for temporary files has 0.1 GB free, expected 0.2 GB"));
  try {
    require_healthy(problems);
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "4 problem(s) found, expected none: BLAS is reference BLAS: install "
                 "libopenblas0-pthread");
  }
}

// A difference as large as the tolerance is no fault, and any larger one is.
TEST(NumericsTable, AcceptsTheTolerance) {
  auto one = row("float32 channels last, forward", true);
  one.differences = {0.0, one.tolerance, NAN};
  EXPECT_TRUE(is_correct(one));
  one.differences.push_back(std::nextafter(one.tolerance, 1.0));
  EXPECT_FALSE(is_correct(one));
}

// The doctor leaves out a precision that no training on this machine uses.
TEST(NumericsTable, HasRowsOfTheGivenPrecisions) {
  const auto rows_in = [](const std::string& precision, const std::vector<Precision>& given) {
    const auto table = numerics_table({4}, given);
    return std::count_if(table.begin(), table.end(), [&](const NumericsRow& one) {
      return one.name.rfind(precision + " c", 0) == 0;  // channels last, contiguous
    });
  };
  EXPECT_EQ(rows_in("bfloat16", {Precision::kFloat32}), 0);
  EXPECT_EQ(rows_in("float32", {Precision::kFloat32}), 4);
  EXPECT_EQ(rows_in("bfloat16", {Precision::kFloat32, Precision::kBfloat16}), 4);
}

// An engine that this processor cannot run has no row. Each other engine has one.
TEST(NumericsTable, OmitsUnavailableEngines) {
  registered<EngineFactory>() = {unavailable_factory("npu"), fake_factory("fast", "fast-bfloat16")};
  const auto table = numerics_table({4}, {});
  registered<EngineFactory>().clear();
  std::vector<std::string> names;
  for (const auto& one : table) names.push_back(one.name);
  EXPECT_THAT(names,
              ElementsAre("engine fast, forward", "engine fast-bfloat16, forward",
                          "float32 without oneDNN, forward", "float32 without oneDNN, backward"));
}

// Convolutions that are wrong in one layout only, for 20 input channels.
TEST(NumericsTable, ShowsTheLayoutOfWrongConvolutions) {
  auto operations = libtorch_operations();
  operations.convolve = [correct = operations.convolve](const at::Tensor& input,
                                                        const at::Tensor& weights) {
    const auto output = correct(input, weights);
    const bool wrong = input.size(1) == 20 && input.scalar_type() == at::kFloat &&
                       input.suggest_memory_format() == at::MemoryFormat::Contiguous;
    return wrong ? output * 1.5 : output;
  };
  int contiguous = 0, last = 0;
  for (const auto& one : numerics_table({4, 20}, {Precision::kFloat32}, operations)) {
    ASSERT_EQ(one.differences.size(), 2U) << one.name;
    if (one.name.find("float32 channels last") == 0 ||
        one.name.find("float32 without oneDNN") == 0) {
      ++last;
      EXPECT_TRUE(is_correct(one)) << one.name << " is wrong in LibTorch itself";
      EXPECT_TRUE(one.used);
    } else if (one.name == "float32 contiguous, forward") {
      ++contiguous;
      EXPECT_GE(one.differences[1], 0.3);
      EXPECT_FALSE(is_correct(one));
      EXPECT_FALSE(one.used) << "no network asks for it";
    }
  }
  EXPECT_EQ(contiguous, 1);
  EXPECT_EQ(last, 4);  // forward and backward, with oneDNN and without
  EXPECT_TRUE(onednn_enabled());
}

}  // namespace
}  // namespace digits
