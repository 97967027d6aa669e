#include "model/epoch_record.h"

namespace digits {

void to_json(Json& json, const EpochRecord& record) {
  json = Json{{"epoch", record.epoch},
              {"train_loss", record.train_loss},
              {"validation_loss", record.validation_loss},
              {"validation_accuracy", record.validation_accuracy},
              {"seconds", record.seconds},
              {"wait_seconds", record.wait_seconds}};
}

}  // namespace digits
