#include "support/http_client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <sstream>

namespace digits {

namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

Reply parse_head(const std::string& head) {
  Reply reply;
  std::istringstream lines(head);
  std::string version, line;
  lines >> version >> reply.status;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    auto value = line.substr(std::min(colon + 2, line.size()));
    if (!value.empty() && value.back() == '\r') value.pop_back();
    reply.headers[lower(line.substr(0, colon))] = value;
  }
  return reply;
}

}  // namespace

HttpClient::HttpClient(int port, bool must_connect)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  connected_ = ::connect(fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  const timeval patience{60, 0};  // against hanging
  ::setsockopt(fd(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  EXPECT_TRUE(connected_ || !must_connect);
}

bool HttpClient::send(const std::string& bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const auto n = ::send(fd(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return false;
    sent += static_cast<std::size_t>(n);
  }
  return true;
}

void HttpClient::finish_sending() { ::shutdown(fd(), SHUT_WR); }

bool HttpClient::fill() {
  char piece[65536];
  const auto n = ::recv(fd(), piece, sizeof piece, 0);
  if (n <= 0) return false;
  buffer_.append(piece, static_cast<std::size_t>(n));
  return true;
}

bool HttpClient::receive_continue() {
  while (buffer_.find("\r\n\r\n") == std::string::npos) {
    if (!fill()) return false;
  }
  const auto end = buffer_.find("\r\n\r\n");
  if (parse_head(buffer_.substr(0, end)).status != 100) return false;
  buffer_.erase(0, end + 4);
  return true;
}

std::optional<Reply> HttpClient::receive(bool head) {
  for (;;) {
    auto end = buffer_.find("\r\n\r\n");
    while (end == std::string::npos) {
      if (!fill()) return std::nullopt;
      end = buffer_.find("\r\n\r\n");
    }
    auto reply = parse_head(buffer_.substr(0, end));
    buffer_.erase(0, end + 4);
    if (reply.status == 100) {
      ++continues_;
      continue;
    }
    const auto length =
        reply.headers.count("content-length") > 0 ? std::stoul(reply.headers["content-length"]) : 0;
    if (head) return reply;
    while (buffer_.size() < length) {
      if (!fill()) return std::nullopt;
    }
    reply.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    return reply;
  }
}

bool HttpClient::ended() {
  if (!buffer_.empty()) return false;
  char byte = 0;
  const auto n = ::recv(fd(), &byte, 1, 0);
  return n == 0 || (n < 0 && errno != EAGAIN);
}

std::optional<Reply> HttpClient::get(const std::string& path) {
  return send(get_request(path)) ? receive() : std::nullopt;
}

std::optional<Reply> HttpClient::post(const std::string& path, const std::string& body,
                                      const std::string& headers) {
  return send(post_request(path, body, headers)) ? receive() : std::nullopt;
}

std::string get_request(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}

std::string post_request(const std::string& path, const std::string& body,
                         const std::string& headers) {
  return "POST " + path +
         " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         headers + "\r\n" + body;
}

}  // namespace digits
