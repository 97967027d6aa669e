// The metrics agree with scikit-learn's on the vectors with ties of tests/support/make_metrics.py.
// The order of summation changes some 1e-15; the tolerance is 1e-9.
#include "base/files.h"
#include "metrics/evaluation.h"
#include "metrics/ranking.h"
#include "support/testing.h"
#include "unit/metrics/metric_of.h"

namespace digits {
namespace {

constexpr double kTolerance = 1e-9;

class Reference : public testing::Test {
 protected:
  Reference()
      : expected_(Json::parse(read_file(fixtures() / "metrics.json"))),
        classes_(expected_.at("classes").get<std::size_t>()),
        labels_(expected_.at("labels").get<std::vector<std::uint8_t>>()),
        evaluation_(evaluate_logits(expected_.at("logits").get<std::vector<float>>(), labels_,
                                    numbered_class_names(static_cast<int>(classes_)), {9, 0})) {}

  void expect(const Quantity& quantity, const Json& value) {
    EXPECT_NEAR(quantity.value, value.get<double>(), kTolerance);
  }

  Json expected_;
  std::size_t classes_;
  std::vector<std::uint8_t> labels_;
  Evaluation evaluation_;
};

TEST_F(Reference, ClassificationMatchesScikitLearn) {
  expect(evaluation_.accuracy, expected_.at("accuracy"));
  EXPECT_EQ(Json(evaluation_.confusion), expected_.at("confusion"));
  for (std::size_t k = 0; k < classes_; ++k) {
    expect(evaluation_.per_class[k].precision, expected_.at("precision")[k]);
    expect(evaluation_.per_class[k].recall, expected_.at("recall")[k]);
    expect(evaluation_.class_scores[k].f1, expected_.at("f1")[k]);
  }
  expect(metric_of(evaluation_, "macro_precision"), expected_.at("macro")[0]);
  expect(metric_of(evaluation_, "macro_recall"), expected_.at("macro")[1]);
  expect(metric_of(evaluation_, "macro_f1"), expected_.at("macro")[2]);
  ASSERT_EQ(evaluation_.top_k.size(), 3U);
  for (std::size_t k = 0; k < 3; ++k) expect(evaluation_.top_k[k], expected_.at("top_k")[k]);
}

// scikit-learn's Brier score is for two classes. For more it is the sum of one against the rest.
TEST_F(Reference, ProbabilitiesMatchScikitLearn) {
  expect(metric_of(evaluation_, "log_loss"), expected_.at("log_loss"));
  double brier = 0.0;
  for (const auto& of_class : expected_.at("per_class"))
    brier += of_class.at("brier").get<double>();
  EXPECT_NEAR(metric_of(evaluation_, "brier").value, brier, kTolerance);
  expect(metric_of(evaluation_, "calibration_error"), expected_.at("calibration_error"));
  std::size_t seen = 0;  // scikit-learn omits empty bins
  for (const auto& bin : evaluation_.reliability) {
    if (bin.accuracy.n == 0) continue;
    expect(bin.accuracy, expected_.at("/reliability/accuracy"_json_pointer)[seen]);
    EXPECT_NEAR(bin.confidence,
                expected_.at("/reliability/confidence"_json_pointer)[seen].get<double>(),
                kTolerance);
    ++seen;
  }
  EXPECT_EQ(seen, expected_.at("/reliability/accuracy"_json_pointer).size());
}

TEST_F(Reference, RankingsMatchScikitLearn) {
  expect(metric_of(evaluation_, "macro_roc_auc"), expected_.at("macro_roc_auc"));
  for (std::size_t k = 0; k < classes_; ++k) {
    const auto& of_class = expected_.at("per_class")[k];
    expect(evaluation_.class_scores[k].roc_auc, of_class.at("roc_auc"));
    expect(evaluation_.class_scores[k].average_precision, of_class.at("average_precision"));
  }
}

// Every point of both curves. scikit-learn's ROC has no point at infinity here, and its
// precision-recall curve starts with it like ours.
TEST_F(Reference, CurvesMatchScikitLearn) {
  for (std::size_t k = 0; k < classes_; ++k) {
    const auto points = curve(rank_by_class(evaluation_.probabilities, labels_, classes_, k));
    const auto& of_class = expected_.at("per_class")[k];
    ASSERT_EQ(points.size(), of_class.at("recall").size());
    ASSERT_EQ(points.size(), of_class.at("thresholds").size() + 1);
    EXPECT_LT(points.size(), labels_.size() / 2);  // there are ties
    const auto expect_at = [&](const char* key, std::size_t i, double value) {
      EXPECT_NEAR(value, of_class.at(key)[i].get<double>(), kTolerance) << key << " " << i;
    };
    for (std::size_t i = 0; i < points.size(); ++i) {
      expect_at("recall", i, points[i].true_positive_rate);
      expect_at("precision", i, points[i].precision);
      if (i == 0) continue;
      expect_at("true_positive_rate", i - 1, points[i].true_positive_rate);
      expect_at("false_positive_rate", i - 1, points[i].false_positive_rate);
    }
  }
}

}  // namespace
}  // namespace digits
