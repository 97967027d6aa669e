#include "model/epoch_record.h"

namespace digits {

void to_json(Json& json, const EpochRecord& record) {
  json = Json{{"epoch", record.epoch},
              {"train_loss", record.train_loss},
              {"validation_loss", record.validation_loss},
              {"validation_accuracy", record.validation_accuracy},
              {"gradient_norm", record.gradient_norm},
              {"seconds", record.seconds},
              {"wait_seconds", record.wait_seconds}};
}

void from_json(const Json& json, EpochRecord& record) {
  json.at("epoch").get_to(record.epoch);
  json.at("train_loss").get_to(record.train_loss);
  json.at("validation_loss").get_to(record.validation_loss);
  json.at("validation_accuracy").get_to(record.validation_accuracy);
  json.at("gradient_norm").get_to(record.gradient_norm);
  json.at("seconds").get_to(record.seconds);
  json.at("wait_seconds").get_to(record.wait_seconds);
}

}  // namespace digits
