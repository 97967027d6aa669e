#include "model/epoch_record.h"

#include <algorithm>

namespace digits {

namespace {

// What a clock or the kernel decides, so that it differs from one run to the next.
template <typename Record>
Json measured(const Record& record) {
  return Json{{"seconds", record.seconds},
              {"train_seconds", record.train_seconds},
              {"wait_seconds", record.wait_seconds},
              {"images_per_second", images_per_second(record)},
              {"peak_memory_bytes", record.peak_memory_bytes}};
}

}  // namespace

const EpochRecord& best_epoch(const std::vector<EpochRecord>& history) {
  const auto* best = &history.at(0);
  for (const auto& record : history) {
    if (record.validation_accuracy.value >= best->validation_accuracy.value) best = &record;
  }
  return *best;
}

TrainingSummary summarise(const std::vector<EpochRecord>& history) {
  TrainingSummary sum;
  for (const auto& record : history) {
    sum.images += record.images;
    sum.seconds += record.seconds;
    sum.train_seconds += record.train_seconds;
    sum.wait_seconds += record.wait_seconds;
    sum.peak_memory_bytes = std::max(sum.peak_memory_bytes, record.peak_memory_bytes);
  }
  return sum;
}

void to_json(Json& json, const EpochRecord& record) {
  json = Json{{"epoch", record.epoch},
              {"train_loss", record.train_loss},
              {"validation_loss", record.validation_loss},
              {"validation_accuracy", record.validation_accuracy},
              {"learning_rate", record.learning_rate},
              {"images", record.images}};
  json.update(measured(record));
}

void to_json(Json& json, const TrainingSummary& summary) {
  json = Json{{"images", summary.images}};
  json.update(measured(summary));
  json["wait_share"] = wait_share(summary);
}

}  // namespace digits
