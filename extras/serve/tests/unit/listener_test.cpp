#include "serve/listener.h"

#include <cerrno>
#include <cstring>
#include <string>

#include "base/error.h"
#include "support/testing.h"

namespace digits {
namespace {

// A refused address is named with the system's reason: a port in use, and an address that this
// machine does not have (192.0.2.1 is reserved: RFC 5737).
TEST(Listener, SaysWhyItCannotListen) {
  const auto listener = listen_on("127.0.0.1", 0);
  const int port = address_of(listener).port;
  const auto message = [port](const std::string& host, int reason) {
    return "cannot listen on " + host + " port " + std::to_string(port) + ": " +
           std::strerror(reason) + "; expected a free address of this machine";
  };
  const auto taken = error_of([port] { listen_on("127.0.0.1", port); });
  EXPECT_EQ(taken.code(), "usage.address");
  EXPECT_EQ(taken.what(), message("127.0.0.1", EADDRINUSE));
  const auto foreign = error_of([port] { listen_on("192.0.2.1", port); });
  EXPECT_EQ(foreign.code(), "usage.address");
  EXPECT_EQ(foreign.what(), message("192.0.2.1", EADDRNOTAVAIL));
}

}  // namespace
}  // namespace digits
