#include "serve/exchange.h"

#include <atomic>
#include <string>
#include <utility>

#include "support/testing.h"

namespace digits {
namespace {

class ExchangeTest : public testing::Test {
 protected:
  BodyFraming length(std::size_t bytes) const {
    BodyFraming framing;
    framing.lengths = 1;
    framing.length = bytes;
    return framing;
  }
  std::atomic<std::size_t> buffered{0};
  BodyLimits limits{100, 150, &buffered};
};

// A body arrives in pieces and is returned complete. Its memory is released at the end.
TEST_F(ExchangeTest, CollectsABody) {
  {
    Exchange exchange(limits);
    exchange.begin(length(6));
    exchange.append("abc", 3);
    exchange.append("def", 3);
    EXPECT_EQ(buffered, 6U);
    EXPECT_EQ(exchange.take().body, "abcdef");
  }
  EXPECT_EQ(buffered, 0U);
}

// A body follows if its length is announced, also one of 0 bytes, or if it comes in chunks.
TEST_F(ExchangeTest, KnowsWhetherABodyFollows) {
  BodyFraming chunks;
  chunks.encodings = 1;
  chunks.chunked = true;
  for (const auto& [framing, expected] :
       {std::pair{length(0), true}, {chunks, true}, {BodyFraming(), false}}) {
    Exchange exchange(limits);
    exchange.begin(framing);
    EXPECT_EQ(exchange.request.has_length, expected);
  }
}

// Two servers that disagree about the end of a body can be attacked by request smuggling. Such
// requests are rejected, and their connection ends.
TEST_F(ExchangeTest, RejectsAmbiguousFraming) {
  BodyFraming both = length(3), twice = length(3), unknown;
  both.encodings = 1;
  both.chunked = true;
  twice.lengths = 2;
  unknown.encodings = 1;
  for (const auto& framing : {both, twice, unknown}) {
    Exchange exchange(limits);
    expect_error("request.framing", [&] { exchange.begin(framing); });
    exchange.refuse({});
    EXPECT_TRUE(exchange.exceeds_discard_limit());
  }
}

// Two servers that read different ones of two headers can be attacked. The end of the body is
// clear, so that the connection goes on.
TEST_F(ExchangeTest, RejectsARepeatedHeader) {
  auto framing = length(3);
  framing.repeated = "Authorization";
  Exchange exchange(limits);
  const auto error = error_of([&] { exchange.begin(framing); });
  EXPECT_EQ(error.code(), "request.framing");
  EXPECT_STREQ(error.what(), "more than one Authorization header, expected one");
  exchange.refuse({});
  EXPECT_FALSE(exchange.exceeds_discard_limit());
}

// The limit of one body holds with and without a declared length.
TEST_F(ExchangeTest, LimitsOneBody) {
  Exchange announced(limits), chunked(limits);
  announced.begin(length(100));
  Exchange longer(limits);
  expect_error("request.too_large", [&] { longer.begin(length(101)); });
  const std::string text(100, 'x');
  chunked.append(text.data(), 100);
  expect_error("request.too_large", [&] { chunked.append("x", 1); });
}

// The limit of all bodies together holds for many clients.
TEST_F(ExchangeTest, LimitsAllBodiesTogether) {
  const std::string text(100, 'x');
  Exchange first(limits);
  first.append(text.data(), 100);
  {
    Exchange second(limits);
    expect_error("server.busy", [&] { second.append(text.data(), 51); });
  }
  Exchange third(limits);
  third.append(text.data(), 50);
  EXPECT_EQ(buffered, 150U);
}

// A rejected body is read and discarded, so that the client sees the response. The discarded size
// has a limit.
TEST_F(ExchangeTest, DiscardsARejectedBodyUpToALimit) {
  const std::string text(100, 'x');
  Exchange exchange(limits);
  exchange.append(text.data(), 100);
  exchange.refuse({});
  EXPECT_EQ(buffered, 0U);
  for (int i = 0; i < 4; ++i) exchange.append(text.data(), 100);
  EXPECT_EQ(buffered, 0U);
  EXPECT_FALSE(exchange.exceeds_discard_limit());
  exchange.append(text.data(), 100);
  EXPECT_TRUE(exchange.exceeds_discard_limit());
}

// A body that the handler does not read takes no memory, and no part of the limit of all bodies.
// The limit of one body holds.
TEST_F(ExchangeTest, DiscardsABodyThatIsNotRead) {
  const std::string text(60, 'x');
  Exchange exchange(limits);
  exchange.keeps_body = false;
  exchange.append(text.data(), 60);
  exchange.append(text.data(), 40);
  EXPECT_EQ(buffered, 0U);
  expect_error("request.too_large", [&] { exchange.append("x", 1); });
  EXPECT_EQ(exchange.take().body, "");
}

// A client that sends Expect gets the rejection at once.
TEST_F(ExchangeTest, RejectsAtExpectContinue) {
  auto framing = length(50);
  framing.expects_continue = true;
  Exchange exchange(limits);
  exchange.begin(framing);
  EXPECT_FALSE(exchange.exceeds_discard_limit());
  exchange.refuse({});
  EXPECT_TRUE(exchange.exceeds_discard_limit());
}

// A client that was asked for its body sends it to its end, and reads the rejection then.
TEST_F(ExchangeTest, DiscardsABodyThatWasAskedFor) {
  auto framing = length(80);
  framing.expects_continue = true;
  const std::string text(100, 'x');
  Exchange other(limits), asked(limits);
  other.append(text.data(), 100);
  asked.begin(framing);
  expect_error("server.busy", [&] { asked.append(text.data(), 60); });
  asked.refuse({});
  EXPECT_FALSE(asked.exceeds_discard_limit());
  asked.append(text.data(), 20);
  EXPECT_FALSE(asked.exceeds_discard_limit());
}

// The memory of a rejected body is free at once, since it no longer counts as stored.
TEST_F(ExchangeTest, FreesARejectedBody) {
  const std::string text(100, 'x');
  Exchange exchange(limits);
  exchange.append(text.data(), 100);
  exchange.refuse({});
  EXPECT_LT(exchange.request.body.capacity(), 100U);
}

// The limit of what is discarded, four times that of a body, holds for the announced length, too.
TEST_F(ExchangeTest, DiscardsNoBodyAnnouncedAsTooLong) {
  for (const std::size_t bytes : {403, 404}) {
    Exchange exchange(limits);
    expect_error("request.too_large", [&] { exchange.begin(length(bytes)); });
    exchange.refuse({});
    EXPECT_EQ(exchange.exceeds_discard_limit(), bytes == 404);
  }
}

}  // namespace
}  // namespace digits
