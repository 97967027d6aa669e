// `digits doctor` on any machine that runs the tests.
#include "pipeline/doctor.h"

#include <algorithm>
#include <set>
#include <string>

#include "base/json.h"
#include "base/threads.h"
#include "integration/tiny_run.h"
#include "model/device.h"
#include "support/program.h"

namespace digits {
namespace {

// The document and the exit status agree. The layout that networks use is listed, and so is the
// precision that trainings use, each row once. It computes on all cores, also after set_threads(1).
TEST(Doctor, ExaminesThisMachine) {
  set_threads(1);
  const auto result = call_digits({"doctor", "--json"});
  const auto document = Json::parse(result.out);
  EXPECT_EQ(document.at("schema"), kDoctorSchema);
  EXPECT_EQ(result.status, document.at("problems").empty() ? 0 : 1) << result.err;
  EXPECT_GE(document.at("machine").at("cores"), 1);
  EXPECT_EQ(document.at("machine").at("threads"), available_cores());
  const auto& rows = document.at("numerics").at("rows");
  EXPECT_EQ(rows.at(0).at("name"), "float32 channels last, forward");
  EXPECT_EQ(rows.at(0).at("differences").size(), document.at("numerics").at("channels").size());
  const bool listed = std::any_of(rows.begin(), rows.end(), [](const Json& row) {
    return row.at("name") == "bfloat16 channels last, forward";
  });
  EXPECT_EQ(listed, choose_precision("auto", at::kCPU) == Precision::kBfloat16);
  std::set<std::string> names;
  for (const auto& row : rows) names.insert(row.at("name").get<std::string>());
  EXPECT_EQ(names.size(), rows.size());
}

// A problem is on the page, which is printed whole, and makes the exit status 1. The file system of
// /proc has no room for temporary files on any machine. Waiting threads sleep, and a variable set
// by the user stays.
TEST(Doctor, ExitsWithStatus1AfterThePage) {
  ProcessOptions options;
  options.environment = {{"TMPDIR", "/proc"}, {"OPENBLAS_THREAD_TIMEOUT", "20"}};
  const auto result =
      run_process({"env", "-u", "OMP_WAIT_POLICY", program_path(), "doctor"}, options);
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out, testing::StartsWith("versions     digits "));
  EXPECT_THAT(result.out, testing::HasSubstr(" OMP_WAIT_POLICY=passive"));
  EXPECT_THAT(result.out, testing::HasSubstr(" OPENBLAS_THREAD_TIMEOUT=20"));
  EXPECT_THAT(result.out, testing::HasSubstr(" free here, 0.0 GB for temporary files\n"));
  EXPECT_THAT(result.out, testing::HasSubstr("\n* float32 channels last, forward "));
  EXPECT_THAT(result.out, testing::HasSubstr("\nproblems     "));
  EXPECT_THAT(
      result.out,
      testing::EndsWith(" the folder for temporary files has 0.0 GB free, expected 0.2 GB\n"));
  EXPECT_THAT(result.err, testing::HasSubstr("digits: doctor.problems: "));
}

}  // namespace
}  // namespace digits
