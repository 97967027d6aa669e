// The thread that loads promoted versions, with models that are loaded when the test lets them.
#include "serve/follow_thread.h"

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "support/fake_model.h"
#include "support/observed.h"
#include "support/testing.h"

namespace digits {
namespace {

class FollowThreadTest : public testing::Test {
 protected:
  // A model whose version 2 was promoted after the start. `loading` is called by each load.
  FollowedModel promoted_model(const std::string& role, std::function<void()> loading) {
    FollowedModel model;
    model.role = role;
    model.current = [] { return 2; };
    model.named = [role](int version) { return role + "-" + std::to_string(version); };
    model.load = [this, named = model.named, loading = std::move(loading)](int version) {
      loaded.push_back(named(version));
      loading();
      return std::make_shared<FakeModel>(1.0F, named(version));
    };
    model.use = [this](const std::shared_ptr<const ServedModel>& next) {
      used.push_back(next->facts().identity.version);
    };
    return model;
  }
  std::unique_ptr<FollowThread> follow(std::vector<FollowedModel> models) {
    return std::make_unique<FollowThread>(std::move(models), observer,
                                          std::chrono::milliseconds(1));
  }
  double loads(const std::string& outcome, const std::string& role) {
    return samples(observer.metrics_text(0, {}))
        .at(R"(digits_model_loads_total{outcome=")" + outcome + R"(",role=")" + role + "\"}");
  }

  // Of the thread; the test reads them after its end.
  std::vector<std::string> loaded, used;
  Observer observer{fake_facts(), 50, /*log=*/""};
};

// Each promoted version is loaded and used, once. One that cannot be loaded leaves the others.
TEST_F(FollowThreadTest, BringsPromotedVersionsIntoUse) {
  const auto works = [] {};
  const auto fails = [] { throw Error("package.hash", "x", "y"); };
  auto thread = follow({promoted_model("live", works), promoted_model("shadow", fails),
                        promoted_model("canary", works)});
  for (int i = 0; i < 4000 && loads("loaded", "canary") < 1.0; ++i) {  // 20 s
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(loads("loaded", "canary"), 1.0);
  thread.reset();
  EXPECT_THAT(loaded, testing::ElementsAre("live-2", "shadow-2", "canary-2"));
  EXPECT_THAT(used, testing::ElementsAre("live-2", "canary-2"));
  EXPECT_EQ(loads("loaded", "live"), 1.0);
  EXPECT_EQ(loads("failed", "shadow"), 1.0);
  EXPECT_EQ(loads("loaded", "shadow"), 0.0);
}

// A server that stops does not wait for three models: the one that is being loaded is not used, and
// no further one is loaded.
TEST_F(FollowThreadTest, LoadsAndUsesNothingAfterItsStop) {
  std::promise<void> loading, release;
  auto thread = follow({promoted_model("live",
                                       [&] {
                                         loading.set_value();
                                         release.get_future().wait();
                                       }),
                        promoted_model("shadow", [] {})});
  EXPECT_EQ(loading.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
  thread->stop();
  release.set_value();
  thread.reset();
  EXPECT_THAT(loaded, testing::ElementsAre("live-2"));
  EXPECT_THAT(used, testing::IsEmpty());
  EXPECT_EQ(loads("loaded", "live"), 0.0);
}

}  // namespace
}  // namespace digits
