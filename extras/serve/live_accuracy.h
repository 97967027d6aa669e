// Compares the accuracy of the live model on labelled requests with the accuracy in its package.
#pragma once

#include <string>

#include "base/json.h"
#include "base/statistics.h"
#include "serve/feedback.h"
#include "serve/served_model.h"

namespace digits {

enum class AccuracyState { kTooFew, kOk, kDropped };

const char* to_string(AccuracyState state);  // "too_few", "ok", "dropped"

struct LiveAccuracy {
  std::string version;
  Quantity wrong_share;  // of the latest 1000 labelled images
  Quantity packaged;     // accuracy on the test set
  AccuracyState state = AccuracyState::kTooFew;
};
void to_json(Json& json, const LiveAccuracy& accuracy);

// "dropped" if the share of wrong answers exceeds (outcome_window.h) 1.5 times the largest error
// that the package's interval allows. Checked after each of 5,000 labels, a model of the packaged
// error of 1 % alarmed in 1 of 200 simulations, one of three times that error in all of 100, after
// 256 labels in the median. With the factor 1 the first figure was 16 %. Too few labels, and a
// package without an accuracy, decide nothing.
LiveAccuracy live_accuracy(const ModelFacts& live, const FeedbackCounts& feedback);

}  // namespace digits
