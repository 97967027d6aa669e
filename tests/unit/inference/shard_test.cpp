#include "inference/shard.h"

#include <rapidcheck.h>

#include "support/testing.h"

namespace digits {
namespace {

TEST(Shard, IsReadFromText) {
  const auto shard = parse_shard("2/8");
  EXPECT_EQ(shard.number, 2U);
  EXPECT_EQ(shard.count, 8U);
  EXPECT_EQ(parse_shard("1/1").count, 1U);
}

TEST(Shard, RejectsOtherTexts) {
  for (const char* text : {"0/2",   "3/2",   "x",    "1/0",   "0/0",
                           "1/2/3", "-1/2",  "1/-2", "+1/2",  " 1/2",
                           "1/2 ",  "1/",    "/2",   "/",     "",
                           "1",     "1.5/2", "1/x",  "0x1/2", "1/99999999999999999999"}) {
    expect_error("usage.option", [&] { parse_shard(text); });
  }
}

// By hand: 11 items in 4 parts are 3, 3, 3 and 2; 2 items in 3 parts are 1, 1 and 0.
TEST(Shard, MatchesHandCalculation) {
  using Range = std::pair<std::size_t, std::size_t>;
  EXPECT_EQ(items_of({1, 4}, 11), Range(0, 3));
  EXPECT_EQ(items_of({2, 4}, 11), Range(3, 6));
  EXPECT_EQ(items_of({3, 4}, 11), Range(6, 9));
  EXPECT_EQ(items_of({4, 4}, 11), Range(9, 11));
  EXPECT_EQ(items_of({2, 3}, 2), Range(1, 2));
  EXPECT_EQ(items_of({3, 3}, 2), Range(2, 2));
}

// Each part begins at the end of the previous one, the first at 0, and the last ends at the end,
// also for counts near the largest number.
TEST(Shard, PartsAreContiguous) {
  EXPECT_TRUE(rc::check("parts", [] {
    const auto items = *rc::gen::weightedOneOf<std::size_t>(
        {{9, rc::gen::inRange<std::size_t>(0, 1000)}, {1, rc::gen::arbitrary<std::size_t>()}});
    const auto count = *rc::gen::inRange<std::size_t>(1, 100);
    std::size_t next = 0;
    for (std::size_t number = 1; number <= count; ++number) {
      const auto [begin, end] = items_of({number, count}, items);
      RC_ASSERT(begin == next);
      RC_ASSERT(end >= begin);
      RC_ASSERT(end - begin <= items / count + 1);
      next = end;
    }
    RC_ASSERT(next == items);
  }));
}

}  // namespace
}  // namespace digits
