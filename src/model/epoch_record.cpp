#include "model/epoch_record.h"

#include <algorithm>

namespace digits {

namespace {

// Values from a clock or the kernel: they differ between runs.
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
              {"gradient_norm", record.gradient_norm},
              {"learning_rate", record.learning_rate},
              {"images", record.images}};
  json.update(measured(record));
}

void from_json(const Json& json, EpochRecord& record) {
  json.at("epoch").get_to(record.epoch);
  json.at("train_loss").get_to(record.train_loss);
  json.at("validation_loss").get_to(record.validation_loss);
  json.at("validation_accuracy").get_to(record.validation_accuracy);
  json.at("gradient_norm").get_to(record.gradient_norm);
  json.at("learning_rate").get_to(record.learning_rate);
  json.at("images").get_to(record.images);
  json.at("seconds").get_to(record.seconds);
  json.at("train_seconds").get_to(record.train_seconds);
  json.at("wait_seconds").get_to(record.wait_seconds);
  json.at("peak_memory_bytes").get_to(record.peak_memory_bytes);
}

void to_json(Json& json, const TrainingSummary& summary) {
  json = Json{{"images", summary.images}};
  json.update(measured(summary));
  json["wait_share"] = wait_share(summary);
}

}  // namespace digits
