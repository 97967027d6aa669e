// Compares predictions with true labels, which clients send after the answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/json.h"
#include "metrics/comparison.h"
#include "serve/outcome_window.h"

namespace digits {

using Labels = std::vector<std::uint8_t>;  // class indices, one per image

// The body of POST v2/models/M/feedback.
struct FeedbackRequest {
  std::string id;  // X-Request-Id of the answered request
  Labels labels;
};

// `label` is the name of a class; for a request of several images, an array of names. Throws
// request.json and request.field.
FeedbackRequest parse_feedback(std::string_view body, const std::vector<std::string>& class_names);

struct LabelledImages {
  std::size_t right = 0;
  std::size_t wrong = 0;
  Quantity wrong_share;  // of the latest 1000
};

// Labelled images that two models predicted: the one that answered, and one that was compared.
struct LabelledPairs {
  std::size_t both_right = 0;
  std::size_t both_wrong = 0;
  std::size_t answered_only = 0;  // right by the model that answered alone
  std::size_t compared_only = 0;  // right by the other model alone

  PairedCounts paired() const;  // the model that answered is the baseline
};
void to_json(Json& json, const LabelledPairs& pairs);

// Counts since the start, by version of the model.
struct FeedbackCounts {
  std::size_t labels = 0;   // images whose true label arrived
  std::size_t unknown = 0;  // rejected: no remembered request has the id
  std::map<std::string, LabelledImages> models;
  std::map<std::pair<std::string, std::string>, LabelledPairs> pairs;  // {answered, compared}
};
void to_json(Json& json, const FeedbackCounts& counts);

// Remembers the predictions of the latest requests. The predictions of a request and its true
// labels may arrive in any order. Thread-safe.
class Feedback {
 public:
  explicit Feedback(std::size_t limit) : limit_(limit) {}  // requests; the oldest is forgotten

  // `version` has answered the request. A repeated id replaces the earlier request. Returns the
  // request's serial number, which no other request has.
  std::uint64_t answered(const std::string& id, const std::string& version, Labels labels);

  // Another version predicted the images of the request with this id and serial number. Ignores a
  // request that is forgotten or replaced.
  void compared(const std::string& id, std::uint64_t serial, const std::string& version,
                Labels labels);

  // Takes the true labels. Returns the number of images that they count for: 0 when the request
  // already had labels. Throws request.id for an unknown id, and request.field when the number of
  // labels is not that of the images.
  std::size_t label(const FeedbackRequest& feedback);

  FeedbackCounts counts() const;

 private:
  struct Prediction {
    std::string version;
    Labels labels;
  };
  struct Remembered {
    std::string id;
    std::uint64_t serial = 0;
    Prediction answered;
    std::optional<Prediction> compared;
    std::optional<Labels> truth;
  };

  void count_model(const Prediction& prediction, const Labels& truth);
  void count_pair(const Remembered& request);

  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::list<Remembered> requests_;  // the oldest first
  std::unordered_map<std::string, std::list<Remembered>::iterator> by_id_;
  std::uint64_t last_serial_ = 0;
  FeedbackCounts counts_;
  std::map<std::string, OutcomeWindow> latest_;  // by version
};

}  // namespace digits
