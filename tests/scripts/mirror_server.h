// A web server inside the test that answers with the faults that a test sets.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace digits {

// The answer to one request for a file.
struct Answer {
  enum class Kind {
    kWhole,          // the file, or the requested range of it
    kWithoutRanges,  // the file, for any requested range
    kHalf,           // announces the file, sends its first half, and closes the connection
    kStalled,        // the same, but leaves the connection open until the client closes it
    kStatus,         // no content; `text` is the status: "404 Not Found"
    kRedirect,       // to `text`
  };
  Kind kind;
  std::string text;  // the file's bytes, unless the kind says otherwise
};

// Listens on 127.0.0.1, on a port chosen by the system, while the object exists. One thread serves
// one request after the other.
class MirrorServer {
 public:
  MirrorServer();
  ~MirrorServer();
  MirrorServer(const MirrorServer&) = delete;
  MirrorServer& operator=(const MirrorServer&) = delete;

  // The URL of a mirror. Each request for one of its files gets the next answer, and the last
  // answer repeats.
  std::string mirror(const std::string& name, std::vector<Answer> answers);

  // "NAME/FILE", and " bytes=N-" where a range was requested, one for each request so far.
  std::vector<std::string> requests() const;

 private:
  void serve();
  void answer(int connection);
  Answer next_answer(const std::string& path, const std::string& range);

  int listener_;
  int port_ = 0;
  mutable std::mutex mutex_;  // guards the two below
  std::vector<std::string> requests_;
  std::map<std::string, std::vector<Answer>> answers_;  // the first is the next
  std::thread thread_;
};

}  // namespace digits
