#include "serve/feedback.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/error.h"
#include "base/printable.h"
#include "serve/json_fields.h"

namespace digits {

namespace {

std::uint8_t class_at(JsonElement value, const std::string& where,
                      const std::vector<std::string>& class_names) {
  const auto name = string_at(value, where);
  const auto found = std::find(class_names.begin(), class_names.end(), name);
  if (found == class_names.end()) {
    throw_field(where, "\"" + printable(name.substr(0, 60)) + "\"", "the name of a class");
  }
  return static_cast<std::uint8_t>(found - class_names.begin());
}

}  // namespace

FeedbackRequest parse_feedback(std::string_view body, const std::vector<std::string>& class_names) {
  const auto fields = fields_of(parse_request_json(body), "", {"id", "label"}, 2);
  FeedbackRequest feedback;
  feedback.id = string_at(fields.at("id"), "id");
  const auto label = fields.at("label");
  if (!label.is_array()) {
    feedback.labels = {class_at(label, "label", class_names)};
    return feedback;
  }
  for (const auto each : array_at(label, "label")) {
    const auto where = fmt::format("label[{}]", feedback.labels.size());
    feedback.labels.push_back(class_at(each, where, class_names));
  }
  return feedback;
}

PairedCounts LabelledPairs::paired() const {
  return {both_right + both_wrong + answered_only + compared_only, answered_only, compared_only};
}

void to_json(Json& json, const LabelledPairs& pairs) {
  json = Json{{"both_right", pairs.both_right},
              {"both_wrong", pairs.both_wrong},
              {"answered_only", pairs.answered_only},
              {"compared_only", pairs.compared_only}};
}

void to_json(Json& json, const FeedbackCounts& counts) {
  auto models = Json::object();
  for (const auto& [version, images] : counts.models) {
    models[version] = {
        {"right", images.right}, {"wrong", images.wrong}, {"wrong_share", images.wrong_share}};
  }
  json = Json{{"labels", counts.labels}, {"unknown", counts.unknown}, {"models", models}};
}

std::uint64_t Feedback::answered(const std::string& id, const std::string& version, Labels labels) {
  const std::lock_guard lock(mutex_);
  if (const auto earlier = by_id_.find(id); earlier != by_id_.end()) {
    requests_.erase(earlier->second);
    by_id_.erase(earlier);
  }
  const auto serial = ++last_serial_;
  requests_.push_back({id, serial, {version, std::move(labels)}, std::nullopt, std::nullopt});
  by_id_[id] = std::prev(requests_.end());
  if (requests_.size() <= limit_) return serial;
  by_id_.erase(requests_.front().id);
  requests_.pop_front();
  return serial;
}

void Feedback::compared(const std::string& id, std::uint64_t serial, const std::string& version,
                        Labels labels) {
  const std::lock_guard lock(mutex_);
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  auto& request = *found->second;
  if (request.serial != serial) return;  // an earlier request of this id, with other images
  if (request.compared || labels.size() != request.answered.labels.size()) return;
  request.compared = Prediction{version, std::move(labels)};
  if (!request.truth) return;
  count_model(*request.compared, *request.truth);
  count_pair(request);
}

std::size_t Feedback::label(const FeedbackRequest& feedback) {
  const std::lock_guard lock(mutex_);
  const auto found = by_id_.find(feedback.id);
  if (found == by_id_.end()) {
    ++counts_.unknown;
    throw Error("request.id",
                fmt::format("no answered request \"{}\" among the latest {}",
                            printable(feedback.id.substr(0, 64)), limit_),
                "send the X-Request-Id of the response");
  }
  auto& request = *found->second;
  const auto count = request.answered.labels.size();
  if (feedback.labels.size() != count) {
    throw_field("label", fmt::format("{} names", feedback.labels.size()),
                fmt::format("{}, one for each image", count));
  }
  if (request.truth) return 0;
  request.truth = feedback.labels;
  counts_.labels += count;
  count_model(request.answered, *request.truth);
  if (request.compared) {
    count_model(*request.compared, *request.truth);
    count_pair(request);
  }
  return count;
}

void Feedback::count_model(const Prediction& prediction, const Labels& truth) {
  auto& images = counts_.models[prediction.version];
  auto& latest = latest_[prediction.version];
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const bool wrong = prediction.labels[i] != truth[i];
    ++(wrong ? images.wrong : images.right);
    latest.add(wrong);
  }
  images.wrong_share = latest.bad_share();
}

void Feedback::count_pair(const Remembered& request) {
  auto& pairs = counts_.pairs[{request.answered.version, request.compared->version}];
  for (std::size_t i = 0; i < request.truth->size(); ++i) {
    const bool answered = request.answered.labels[i] == (*request.truth)[i];
    const bool compared = request.compared->labels[i] == (*request.truth)[i];
    ++(answered ? (compared ? pairs.both_right : pairs.answered_only)
                : (compared ? pairs.compared_only : pairs.both_wrong));
  }
}

FeedbackCounts Feedback::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

}  // namespace digits
