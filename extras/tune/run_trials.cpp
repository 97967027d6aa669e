#include "tune/run_trials.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"

namespace digits {

namespace {

bool says_untrainable(const Error& error) {
  const auto& code = error.code();
  return code == "train.diverged" || code == "config.train" || code == "config.network";
}

TrialResult train_one(const Trial& trial, const Trainer& train) {
  try {
    return train(trial);
  } catch (const Error& error) {
    if (trial.is_base() || !says_untrainable(error)) throw;
    log_warning(fmt::format("trial {}: {}", trial.id, one_line(error)));
    TrialResult failed;
    failed.failure = error.code();
    return failed;
  }
}

std::string outcome_text(const TrialResult& result) {
  if (!result.failure.empty()) return result.failure;
  return fmt::format("{:.2f} % in {:.1f} s", 100.0 * result.accuracy.value, result.seconds);
}

}  // namespace

std::vector<TrialResult> run_trials(const std::vector<Trial>& trials, const TrialFolder& folder,
                                    const Trainer& train) {
  std::vector<TrialResult> results;
  for (const auto& trial : trials) {
    if (auto finished = folder.find(trial)) {
      results.push_back(std::move(*finished));
      continue;
    }
    try {
      throw_if_interrupted("the search");
      results.push_back(train_one(trial, train));
    } catch (const Error& error) {
      if (error.code() != "interrupted") throw;
      throw Error(error.code(),
                  fmt::format("stopped in trial {}, {} of {} are finished", trial.id,
                              results.size(), trials.size()),
                  "the same command continues; finished trials are kept");
    }
    folder.save(trial, results.back());
    log_info(fmt::format("trial {} ({} of {}), {}: {}", trial.id, results.size(), trials.size(),
                         changes_text(trial), outcome_text(results.back())));
  }
  return results;
}

}  // namespace digits
