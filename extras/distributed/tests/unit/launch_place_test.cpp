#include "distributed/launch_place.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>

#include "distributed/address.h"
#include "distributed/rank_message.h"
#include "distributed/tests/support/rank_processes.h"
#include "support/testing.h"

namespace digits {
namespace {

using std::chrono::milliseconds;
using Variables = std::map<std::string, std::string>;

Environment environment_of(const Variables& variables) {
  return [variables](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string() : found->second;
  };
}

const Variables kTorchrun{{"RANK", "2"},
                          {"WORLD_SIZE", "4"},
                          {"LOCAL_RANK", "1"},
                          {"MASTER_ADDR", "a"},
                          {"MASTER_PORT", "29500"}};

TEST(LaunchPlace, ReadsTorchrunsVariables) {
  auto variables = kTorchrun;
  const auto place = find_place(environment_of(variables));
  ASSERT_TRUE(place);
  EXPECT_EQ(place->rank, 2);
  EXPECT_EQ(place->ranks, 4);
  EXPECT_EQ(place->local_rank, 1);
  EXPECT_EQ(place->host, "a");
  EXPECT_EQ(place->port, 29500);
  EXPECT_FALSE(place->store_is_running);
  EXPECT_EQ(place->attempt, "0");
  variables["TORCHELASTIC_USE_AGENT_STORE"] = "True";
  variables["TORCHELASTIC_RESTART_COUNT"] = "3";
  const auto restarted = find_place(environment_of(variables));
  EXPECT_TRUE(restarted->store_is_running);
  EXPECT_EQ(restarted->attempt, "3");
}

TEST(LaunchPlace, ReadsOpenMpisVariables) {
  const auto place = find_place(environment_of({{"OMPI_COMM_WORLD_RANK", "1"},
                                                {"OMPI_COMM_WORLD_SIZE", "2"},
                                                {"OMPI_COMM_WORLD_LOCAL_RANK", "1"},
                                                {"MASTER_ADDR", "127.0.0.1"},
                                                {"MASTER_PORT", "1"}}));
  ASSERT_TRUE(place);
  EXPECT_EQ(place->rank, 1);
  EXPECT_EQ(place->ranks, 2);
  EXPECT_EQ(place->local_rank, 1);
}

// A place that nobody has set is that of a process alone.
TEST(LaunchPlace, IsAProcessAloneAtFirst) {
  const LaunchPlace place;
  EXPECT_EQ(place.rank, 0);
  EXPECT_EQ(place.ranks, 1);
  EXPECT_EQ(place.local_rank, 0);
  EXPECT_FALSE(place.shares_device);
  EXPECT_EQ(place.host, "");
  EXPECT_EQ(place.port, 0);
  EXPECT_FALSE(place.store_is_running);
  EXPECT_EQ(place.attempt, "0");
}

TEST(LaunchPlace, IsNoneWithoutALauncher) {
  EXPECT_FALSE(find_place(environment_of({{"MASTER_ADDR", "a"}, {"MASTER_PORT", "1"}})));
}

// Each variable that is missing or wrong is named, and the largest numbers are accepted. Without a
// local rank there is one rank on each host.
TEST(LaunchPlace, NamesTheWrongVariable) {
  const auto largest = find_place(environment_of({{"RANK", "65535"},
                                                  {"WORLD_SIZE", "65536"},
                                                  {"MASTER_ADDR", "a"},
                                                  {"MASTER_PORT", "65535"}}));
  ASSERT_TRUE(largest);
  EXPECT_EQ(largest->rank, 65535);
  EXPECT_EQ(largest->ranks, 65536);
  EXPECT_EQ(largest->port, 65535);
  EXPECT_EQ(largest->local_rank, 0);
  EXPECT_FALSE(largest->shares_device);
  const auto refuse = [](const std::string& name, const std::string& value) {
    auto variables = kTorchrun;
    variables[name] = value;
    try {
      find_place(environment_of(variables));
      FAIL() << name << " " << value;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), "usage.distributed");
      EXPECT_THAT(error.what(), testing::HasSubstr(name + " is")) << value;
    }
  };
  for (const char* value : {"", "-1", "4", "x", "1x", "99999999999"}) refuse("RANK", value);
  for (const char* value : {"", "0", "-2", "2.5", "65537"}) refuse("WORLD_SIZE", value);
  for (const char* value : {"4", "first"}) refuse("LOCAL_RANK", value);
  for (const char* value : {"", "0", "65536", "http"}) refuse("MASTER_PORT", value);
  refuse("MASTER_ADDR", "");
}

TEST(LaunchPlace, GivesEachRankOneDevice) {
  EXPECT_EQ(device_of_rank(nullptr, 3), "3");
  EXPECT_EQ(device_of_rank("", 3), "");  // the user hides all devices
  EXPECT_FALSE(begins_again(nullptr, 3));
  EXPECT_FALSE(begins_again("4,6", 1));
  EXPECT_TRUE(begins_again("4,6", 2));
  EXPECT_EQ(device_of_rank("4,6", 0), "4");
  EXPECT_EQ(device_of_rank("4,6", 1), "6");
  EXPECT_EQ(device_of_rank("4,6", 2), "4");  // a second rank on the device
  EXPECT_EQ(device_of_rank("5", 1), "5");    // chosen by the launcher
}

// A rank takes its entry of the list, and knows whether another one has it, too.
TEST(LaunchPlace, TakesOneDevice) {
  const auto* const given = std::getenv("CUDA_VISIBLE_DEVICES");
  std::optional<std::string> before;
  if (given != nullptr) before = given;
  const auto take = [](int local_rank) {
    ::setenv("CUDA_VISIBLE_DEVICES", "4,6", 1);
    LaunchPlace place;
    place.local_rank = local_rank;
    take_device(place);
    return fmt::format("{} {}", environment_variable("CUDA_VISIBLE_DEVICES"),
                       place.shares_device ? "shared" : "alone");
  };
  EXPECT_EQ(take(1), "6 alone");
  EXPECT_EQ(take(2), "4 shared");
  ::unsetenv("CUDA_VISIBLE_DEVICES");
  if (before) ::setenv("CUDA_VISIBLE_DEVICES", before->c_str(), 1);
}

// NCCL needs all three.
TEST(LaunchPlace, UsesNcclOnAGpuOfItsOwn) {
  EXPECT_TRUE(can_use_nccl(true, true, false));
  EXPECT_FALSE(can_use_nccl(false, true, false));
  EXPECT_FALSE(can_use_nccl(true, false, false));
  EXPECT_FALSE(can_use_nccl(true, true, true));
}

// Debian's installer gives a host's own name the address 127.0.1.1.
TEST(Address, OfAHostWhoseNameIsLoopback) {
  for (const char* address : {"127.0.0.1", "127.0.1.1", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(is_loopback(address)) << address;
    EXPECT_EQ(address_for_others({address, address}, "10.9.0.1"), "10.9.0.1");
    EXPECT_EQ(address_for_others({address, address}, ""), address);  // one host
  }
  for (const char* address : {"10.9.0.2", "128.0.0.1", "fe80::1", "::ffff:10.9.0.2"}) {
    EXPECT_FALSE(is_loopback(address)) << address;
    EXPECT_EQ(address_for_others({address, "10.9.0.1"}, "10.9.0.1"), address);
  }
}

// Both ends of the way within this host. Linux has no way to a broadcast address.
TEST(Address, TellsBothEndsOfARoute) {
  const auto route = route_to("127.0.0.1", 1);
  EXPECT_EQ(route.own, "127.0.0.1");
  EXPECT_EQ(route.other, "127.0.0.1");
  const auto error = error_of([] { route_to("255.255.255.255", 1); });
  EXPECT_EQ(error.code(), "distributed.unreachable");
  EXPECT_STREQ(error.what(), "255.255.255.255:1: no route, expected the store of rank 0");
}

// A port counts once a program listens there, not as soon as one holds it.
TEST(Address, WaitsForAPort) {
  const Listener listener;
  EXPECT_EQ(error_code([&] { wait_for_port("127.0.0.1", listener.port, milliseconds(20000)); }),
            "no error");
  const BoundSocket silent;
  const auto error = error_of([&] { wait_for_port("127.0.0.1", silent.port, milliseconds(50)); });
  EXPECT_EQ(error.code(), "distributed.unreachable");
  EXPECT_EQ(error.what(), fmt::format("127.0.0.1:{}: nothing listens after 0 s, expected the store "
                                      "of rank 0",
                                      silent.port));
}

// An error travels between ranks with its code and hint, and names its rank.
TEST(RankMessage, CarriesAnError) {
  const auto error = parse_error(format_error({"disk.full", "full: \"\xff\"", "make room"}, 3));
  EXPECT_EQ(error.code(), "disk.full");
  EXPECT_THAT(error.what(), testing::StartsWith("rank 3: full: "));
  EXPECT_EQ(error.hint(), "make room");
  expect_error("distributed.malformed", [] { parse_error("{"); });
}

// A backtrace behind the first line is left out, and a time is rounded to seconds.
TEST(RankMessage, IsShort) {
  EXPECT_EQ(first_line("timed out\n#0 main\n#1 start"), "timed out");
  EXPECT_EQ(first_line("timed out"), "timed out");
  EXPECT_EQ(first_line("\n#0 main"), "");
  EXPECT_EQ(in_seconds(std::chrono::milliseconds(30000)), "30 s");
  EXPECT_EQ(in_seconds(std::chrono::milliseconds(1400)), "1 s");
  EXPECT_EQ(in_seconds(std::chrono::milliseconds(1600)), "2 s");
  const auto error = parse_error(format_error({"disk.full", "full", "make room"}, 3));
  EXPECT_STREQ(error.what(), "rank 3: full");
}

}  // namespace
}  // namespace digits
