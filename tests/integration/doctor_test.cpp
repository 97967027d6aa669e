// `digits doctor` on any machine that runs the tests.
#include "pipeline/doctor.h"

#include <algorithm>

#include "base/json.h"
#include "integration/tiny_run.h"
#include "model/device.h"

namespace digits {
namespace {

// The document and the exit status agree. The layout that networks use is listed, and so is the
// precision that trainings use.
TEST(Doctor, ExaminesThisMachine) {
  const auto result = call_digits({"doctor", "--json"});
  const auto document = Json::parse(result.out);
  EXPECT_EQ(document.at("schema"), kDoctorSchema);
  EXPECT_EQ(result.status, document.at("problems").empty() ? 0 : 1) << result.err;
  EXPECT_GE(document.at("machine").at("cores"), 1);
  EXPECT_GT(document.at("speed").at("matrix_product_float32"), 0.0);
  const auto& rows = document.at("numerics").at("rows");
  EXPECT_EQ(rows.at(0).at("name"), "float32 channels last, forward");
  EXPECT_EQ(rows.at(0).at("differences").size(), document.at("numerics").at("channels").size());
  const bool listed = std::any_of(rows.begin(), rows.end(), [](const Json& row) {
    return row.at("name") == "bfloat16 channels last, forward";
  });
  EXPECT_EQ(listed, choose_precision("auto", at::kCPU) == Precision::kBfloat16);
}

}  // namespace
}  // namespace digits
