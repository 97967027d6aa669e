// An answer of a canary that is offered for comparison, while other threads read requests.
#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>

#include "serve/canary.h"
#include "support/fake_model.h"
#include "support/testing.h"

namespace digits {
namespace {

// Calls a function at the next use of its facts.
class WatchedModel : public FakeModel {
 public:
  WatchedModel() : FakeModel(1.0F, "canary") {}
  const ModelFacts& facts() const override {
    if (watched.exchange(false)) at_next_use();
    return FakeModel::facts();
  }

  mutable std::atomic<bool> watched{false};
  std::function<void()> at_next_use;  // set before `watched`
};

// An offer copies all images of a request. Meanwhile another thread asks whether the canary takes
// the next request, and gets its answer at once.
TEST(Canary, OfferDelaysNoOtherThread) {
  const auto model = std::make_shared<WatchedModel>();
  Canary canary(model, std::make_shared<FakeModel>(), /*share=*/1.0, {}, /*limit=*/10);
  Inference answer;
  answer.model = model;
  answer.images.assign(4, 0.5F);
  answer.logits = model->logits(answer.images.data(), 1);
  answer.by_canary = true;
  std::future<bool> taken;
  auto status = std::future_status::deferred;
  model->at_next_use = [&] {  // in the middle of the offer
    taken = std::async(std::launch::async, [&] { return canary.takes("next"); });
    status = taken.wait_for(std::chrono::seconds(20));
  };
  model->watched = true;
  canary.offer("id", answer);
  EXPECT_EQ(status, std::future_status::ready);
  canary.wait_until_idle();
  EXPECT_EQ(canary.counts().compared.agreed, 1U);
}

}  // namespace
}  // namespace digits
