#include "scripts/mirror_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

namespace digits {

namespace {

// The request's lines up to the blank one.
std::string read_head(int connection) {
  std::string head;
  char buffer[4096];
  while (head.find("\r\n\r\n") == std::string::npos) {
    const auto n = ::recv(connection, buffer, sizeof buffer, 0);
    if (n <= 0) break;
    head.append(buffer, static_cast<std::size_t>(n));
  }
  return head;
}

// The part of `text` between `begin` and `end`. Empty when they are missing.
std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const auto start = text.find(begin);
  if (start == std::string::npos) return "";
  const auto first = start + begin.size();
  return text.substr(first, text.find(end, first) - first);
}

std::string response(const std::string& status, std::size_t length, const std::string& header,
                     const std::string& body) {
  return fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\nConnection: close\r\n{}\r\n{}", status,
                     length, header, body);
}

// The part of the file from the first byte of `range` ("bytes=N-").
std::string rest_of(const std::string& file, const std::string& range) {
  const auto offset = std::strtoull(between(range, "bytes=", "-").c_str(), nullptr, 10);
  if (offset >= file.size()) return response("416 Range Not Satisfiable", 0, "", "");
  const auto header =
      fmt::format("Content-Range: bytes {}-{}/{}\r\n", offset, file.size() - 1, file.size());
  return response("206 Partial Content", file.size() - offset, header, file.substr(offset));
}

std::string response_to(const std::string& range, const Answer& answer) {
  const auto& text = answer.text;
  switch (answer.kind) {
    case Answer::Kind::kStatus:
      return response(text, 0, "", "");
    case Answer::Kind::kRedirect:
      return response("302 Found", 0, "Location: " + text + "\r\n", "");
    case Answer::Kind::kHalf:
    case Answer::Kind::kStalled:
      return response("200 OK", text.size(), "", text.substr(0, text.size() / 2));
    case Answer::Kind::kWhole:
      if (!range.empty()) return rest_of(text, range);
      break;
    case Answer::Kind::kWithoutRanges:
      break;
  }
  return response("200 OK", text.size(), "", text);
}

}  // namespace

MirrorServer::MirrorServer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, any, size) != 0 || ::listen(listener_, 8) != 0 ||
      ::getsockname(listener_, any, &size) != 0) {
    throw std::runtime_error("no loopback to listen on");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

MirrorServer::~MirrorServer() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

std::string MirrorServer::mirror(const std::string& name, std::vector<Answer> answers) {
  const std::lock_guard lock(mutex_);
  answers_[name] = std::move(answers);
  return fmt::format("http://127.0.0.1:{}/{}/", port_, name);
}

std::vector<std::string> MirrorServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void MirrorServer::serve() {
  while (true) {
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return;
    answer(connection);
    ::close(connection);
  }
}

void MirrorServer::answer(int connection) {
  const auto head = read_head(connection);
  const auto path = between(head, "GET /", " ");
  const auto range = between(head, "\r\nRange: ", "\r\n");
  const auto answer = next_answer(path, range);
  const auto bytes = response_to(range, answer);
  ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  // Unread bytes would turn the close into a reset.
  char byte = 0;
  if (answer.kind != Answer::Kind::kStalled) ::shutdown(connection, SHUT_WR);
  while (::recv(connection, &byte, 1, 0) > 0) continue;
}

Answer MirrorServer::next_answer(const std::string& path, const std::string& range) {
  const std::lock_guard lock(mutex_);
  requests_.push_back(path + (range.empty() ? "" : " " + range));
  auto& answers = answers_[path.substr(0, path.find('/'))];
  if (answers.empty()) return {Answer::Kind::kStatus, "404 Not Found"};
  auto next = answers.front();
  if (answers.size() > 1) answers.erase(answers.begin());
  return next;
}

}  // namespace digits
