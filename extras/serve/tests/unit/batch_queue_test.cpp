#include "serve/batch_queue.h"

#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/files.h"
#include "support/fake_model.h"
#include "support/program.h"
#include "support/testing.h"

namespace digits {
namespace {

using std::chrono::milliseconds;

Clock::time_point at(int ms) { return Clock::time_point(milliseconds(ms)); }

constexpr std::size_t kAnyBytes = 1U << 20U;

struct Answers {
  std::vector<std::pair<std::string, Inference>> all;  // by the request's id, in order
};

// `count` images of four pixels of this value.
PendingInference pending(Answers& answers, const std::string& id, std::size_t count,
                         float value = 0.5F, int since = 0) {
  PendingInference result;
  result.request.id = id;
  result.request.count = count;
  result.request.images.assign(count * 4, value);
  result.since = at(since);
  result.done = [&answers](const InferRequest& request, const Inference& inference) {
    answers.all.emplace_back(*request.id, inference);
  };
  return result;
}

PendingInference picture(Answers& answers, const std::string& id, const std::string& bytes) {
  auto result = pending(answers, id, 1);
  result.request.images.clear();
  result.request.pictures = {bytes};
  return result;
}

std::string ids(const InferenceBatch& batch) {
  std::string text;
  for (const auto& each : batch) text += *each.request.id;
  return text;
}

// Waiting requests are taken together, in order, up to the batch size. No request waits for a batch
// to fill.
TEST(BatchQueue, TakesWaitingRequestsTogether) {
  BatchQueue queue(100, 4, kAnyBytes);
  Answers answers;
  for (const auto& [id, count] : {std::pair{"a", 1}, std::pair{"b", 2}, std::pair{"c", 2},
                                  std::pair{"d", 9}, std::pair{"e", 1}}) {
    queue.push(pending(answers, id, static_cast<std::size_t>(count)));
  }
  EXPECT_EQ(queue.waiting(), 15U);
  queue.close();  // a batch too few is empty, rather than waited for
  EXPECT_EQ(ids(queue.take()), "ab");
  EXPECT_EQ(ids(queue.take()), "c");
  EXPECT_EQ(ids(queue.take()), "d");  // larger than a batch: alone
  EXPECT_EQ(ids(queue.take()), "e");
  EXPECT_EQ(queue.waiting(), 0U);
}

// Decoding a picture takes longer than computing a batch, so a picture must not delay other
// requests.
TEST(BatchQueue, TakesPicturesInSeparateBatches) {
  BatchQueue queue(100, 8, kAnyBytes);
  Answers answers;
  queue.push(pending(answers, "a", 1));
  queue.push(picture(answers, "P", ""));
  queue.push(picture(answers, "Q", ""));
  queue.push(pending(answers, "b", 1));
  queue.push(pending(answers, "c", 1));
  queue.close();
  EXPECT_EQ(ids(queue.take()), "a");
  EXPECT_EQ(ids(queue.take()), "P");
  EXPECT_EQ(ids(queue.take()), "Q");
  EXPECT_EQ(ids(queue.take()), "bc");
}

// A full queue rejects at once, since waiting would not help.
TEST(BatchQueue, RejectsRequestsBeyondItsCapacity) {
  BatchQueue queue(4, 4, kAnyBytes);
  Answers answers;
  queue.push(pending(answers, "a", 3));
  expect_error("server.busy", [&] { queue.push(pending(answers, "b", 2)); });
  queue.push(pending(answers, "c", 1));
  EXPECT_EQ(queue.waiting(), 4U);
  EXPECT_EQ(ids(queue.take()), "ac");
  queue.push(pending(answers, "d", 9));  // alone it fits, or it would never be accepted
  EXPECT_EQ(ids(queue.take()), "d");
}

// A small packed body can hold large pictures, so their bytes are limited, too. An image of the
// test has 16.
TEST(BatchQueue, RejectsBytesBeyondItsLimit) {
  BatchQueue queue(100, 4, 40);
  Answers answers;
  queue.push(picture(answers, "a", std::string(50, 'x')));  // alone it fits
  EXPECT_EQ(ids(queue.take()), "a");
  queue.push(pending(answers, "b", 1));
  expect_error("server.busy", [&] { queue.push(picture(answers, "c", std::string(25, 'x'))); });
  expect_error("server.busy", [&] { queue.push(pending(answers, "c", 2)); });
  queue.push(picture(answers, "d", std::string(24, 'x')));
  EXPECT_EQ(ids(queue.take()), "b");
  queue.push(pending(answers, "e", 1));
  EXPECT_EQ(queue.waiting(), 2U);
}

// A closed queue accepts nothing new, and still returns the accepted requests.
TEST(BatchQueue, ClosesWithoutLosingARequest) {
  BatchQueue queue(4, 1, kAnyBytes);
  Answers answers;
  queue.push(pending(answers, "a", 1));
  queue.push(pending(answers, "b", 1));
  queue.close();
  expect_error("server.stopping", [&] { queue.push(pending(answers, "c", 1)); });
  EXPECT_EQ(ids(queue.take()), "a");
  EXPECT_EQ(ids(queue.take()), "b");
  EXPECT_TRUE(queue.take().empty());
  EXPECT_TRUE(queue.take().empty());
}

// Requests computed together get the rows of their own images.
TEST(RunBatch, GivesEachRequestItsRows) {
  const auto model = std::make_shared<FakeModel>(7.0F);
  Answers answers;
  InferenceBatch batch;
  batch.push_back(pending(answers, "a", 1, 0.25F, 0));
  batch.push_back(pending(answers, "b", 2, 0.5F, 4));
  int now = 10;
  run_batch(std::move(batch), model, milliseconds(100), [&] { return at(std::exchange(now, 13)); });
  ASSERT_EQ(answers.all.size(), 2U);
  EXPECT_EQ(model->calls, 1);
  EXPECT_EQ(answers.all[0].first, "a");
  EXPECT_THAT(answers.all[0].second.logits, testing::ElementsAre(1.0F, 7.0F));
  EXPECT_THAT(answers.all[1].second.logits, testing::ElementsAre(2.0F, 7.0F, 2.0F, 7.0F));
  EXPECT_EQ(answers.all[1].second.batch, 3U);
  EXPECT_EQ(answers.all[0].second.queued, milliseconds(10));
  EXPECT_EQ(answers.all[1].second.queued, milliseconds(6));
  EXPECT_EQ(answers.all[0].second.computed, milliseconds(3));
  EXPECT_EQ(answers.all[0].second.model, model);
}

// An expired request is not computed, since its client has given up.
TEST(RunBatch, OmitsExpiredRequests) {
  const auto model = std::make_shared<FakeModel>();
  Answers answers;
  InferenceBatch batch;
  batch.push_back(pending(answers, "late", 1, 0.5F, 0));
  batch.push_back(pending(answers, "early", 1, 0.5F, 1));
  run_batch(std::move(batch), model, milliseconds(100), [] { return at(100); });
  ASSERT_EQ(answers.all.size(), 2U);
  ASSERT_TRUE(answers.all[0].second.error);
  EXPECT_EQ(answers.all[0].second.error->code(), "server.late");
  EXPECT_FALSE(answers.all[1].second.error);
  EXPECT_EQ(answers.all[1].second.batch, 1U);
}

// Decoding ends with the client's patience: between two pictures the time is looked at again.
TEST(RunBatch, StopsDecodingAnExpiredRequest) {
  const auto file = read_file(source_path("data/fixtures/digits/7-small.png"));
  for (const int elapsed : {49, 50}) {  // ms for each call of the clock
    Answers answers;
    InferenceBatch batch;
    batch.push_back(picture(answers, "slow", file));
    batch[0].request.pictures.push_back(file);
    batch[0].request.count = 2;
    int now = -elapsed;  // 0 at the start
    run_batch(std::move(batch), std::make_shared<FakeModel>(), milliseconds(100),
              [&] { return at(now += elapsed); });
    ASSERT_EQ(answers.all.size(), 1U);
    const auto& error = answers.all[0].second.error;
    EXPECT_EQ(error ? error->code() : "", elapsed == 49 ? "" : "server.late");
  }
}

// A request that names a version is answered by it, also when another one answers meanwhile.
TEST(RunBatch, NamedVersionAnswersAlone) {
  Answers answers;
  InferenceBatch batch;
  for (const char* version : {"1", "2"}) {
    batch.push_back(pending(answers, version, 1));
    batch.back().version = version;
  }
  run_batch(std::move(batch), std::make_shared<FakeModel>(1.0F, "2"), milliseconds(100),
            [] { return at(1); });
  ASSERT_EQ(answers.all.size(), 2U);
  ASSERT_TRUE(answers.all[0].second.error);
  EXPECT_EQ(answers.all[0].second.error->code(), "model.unknown");
  EXPECT_FALSE(answers.all[1].second.error);
}

// An unreadable picture fails its own request only.
TEST(RunBatch, BadPictureFailsOnlyItsRequest) {
  const auto model = std::make_shared<FakeModel>();
  Answers answers;
  InferenceBatch batch;
  batch.push_back(picture(answers, "bad", "no picture"));
  batch.push_back(pending(answers, "good", 1, 0.25F));
  run_batch(std::move(batch), model, milliseconds(100), [] { return at(1); });
  ASSERT_EQ(answers.all.size(), 2U);
  ASSERT_TRUE(answers.all[0].second.error);
  EXPECT_EQ(answers.all[0].second.error->code(), "image.unreadable");
  EXPECT_THAT(answers.all[1].second.logits, testing::ElementsAre(1.0F, 1.0F));
}

class BrokenModel : public FakeModel {
 public:
  std::vector<float> logits(const float*, std::size_t) const override {
    throw std::runtime_error("a library's message\nand its backtrace");
  }
};

// An exception of a library becomes a one-line error for the client, and the server continues.
TEST(RunBatch, EngineExceptionIsAnError) {
  Answers answers;
  InferenceBatch batch;
  batch.push_back(pending(answers, "a", 1));
  batch.push_back(pending(answers, "b", 1));
  run_batch(std::move(batch), std::make_shared<BrokenModel>(), milliseconds(100),
            [] { return at(1); });
  ASSERT_EQ(answers.all.size(), 2U);
  for (const auto& [id, inference] : answers.all) {
    ASSERT_TRUE(inference.error);
    EXPECT_EQ(inference.error->code(), "server.internal");
    EXPECT_STREQ(inference.error->what(), "a library's message");
  }
}

// Gives NaN for an image whose pixels sum to more than 3.
class PartlyNanModel : public FakeModel {
 public:
  std::vector<float> logits(const float* images, std::size_t n) const override {
    auto logits = FakeModel::logits(images, n);
    for (auto& logit : logits) {
      if (logit > 3.0F) logit = std::numeric_limits<float>::quiet_NaN();
    }
    return logits;
  }
};

// Logits that are no numbers are an error of their request alone, and are not counted as an answer.
TEST(RunBatch, NonFiniteLogitsFailTheirRequest) {
  Answers answers;
  InferenceBatch batch;
  batch.push_back(pending(answers, "good", 1, 0.25F));
  batch.push_back(pending(answers, "bad", 2, 1.0F));
  batch.push_back(pending(answers, "good, too", 1, 0.5F));
  run_batch(std::move(batch), std::make_shared<PartlyNanModel>(), milliseconds(100),
            [] { return at(1); });
  ASSERT_EQ(answers.all.size(), 3U);
  EXPECT_FALSE(answers.all[0].second.error);
  ASSERT_TRUE(answers.all[1].second.error);
  EXPECT_EQ(answers.all[1].second.error->code(), "model.not_finite");
  EXPECT_FALSE(answers.all[2].second.error);
  EXPECT_THAT(answers.all[2].second.logits, testing::ElementsAre(2.0F, 1.0F));
}

// A request that was not computed was in no batch, whatever the reason; the request log has no
// batch for it. The message says how long it waited: 100 ms of 100 are too many.
TEST(RunBatch, FailedRequestsHaveNoBatch) {
  Answers answers;
  InferenceBatch batch;
  batch.push_back(pending(answers, "late", 1));
  batch.push_back(picture(answers, "bad", "no picture"));
  batch.back().since = at(1);
  batch.push_back(pending(answers, "good", 2, 0.5F, 1));
  run_batch(std::move(batch), std::make_shared<FakeModel>(), milliseconds(100),
            [] { return at(100); });
  ASSERT_EQ(answers.all.size(), 3U);
  ASSERT_TRUE(answers.all[0].second.error);
  EXPECT_STREQ(answers.all[0].second.error->what(),
               "the request waited for 100 ms, expected less than 100");
  EXPECT_EQ(answers.all[0].second.batch, 0U);
  ASSERT_TRUE(answers.all[1].second.error);
  EXPECT_EQ(answers.all[1].second.batch, 0U);
  EXPECT_FALSE(answers.all[2].second.error);
  EXPECT_EQ(answers.all[2].second.batch, 2U);
  EXPECT_FALSE(answers.all[2].second.by_canary);
}

}  // namespace
}  // namespace digits
