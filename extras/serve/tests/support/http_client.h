// A client of raw sockets, which can also send invalid requests.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/descriptor.h"

namespace digits {

struct Reply {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

// A connection to 127.0.0.1. Fails the test when it cannot connect, if must_connect.
class HttpClient {
 public:
  explicit HttpClient(int port, bool must_connect = true);

  bool connected() const { return connected_; }
  int fd() const { return socket_.get(); }

  // False when the server has closed the connection.
  bool send(const std::string& bytes);
  void finish_sending();  // the other side sees the end

  // The next response, or nothing when the connection ends before the response is complete. A
  // response to HEAD has no body. Responses of status 100 are skipped and counted.
  std::optional<Reply> receive(bool head = false);
  int continues() const { return continues_; }

  // Waits for a response of status 100, which a server may omit once the body arrives (RFC 9110,
  // 10.1.1). False when another response or the end comes first.
  bool receive_continue();

  // Whether the connection has ended, waiting for it.
  bool ended();

  // Sends a request and receives its response.
  std::optional<Reply> get(const std::string& path);
  std::optional<Reply> post(const std::string& path, const std::string& body,
                            const std::string& headers = "");

 private:
  bool fill();

  Descriptor socket_;
  bool connected_ = false;
  std::string buffer_;
  int continues_ = 0;
};

std::string get_request(const std::string& path);
std::string post_request(const std::string& path, const std::string& body,
                         const std::string& headers = "");

}  // namespace digits
