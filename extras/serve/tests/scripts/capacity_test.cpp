// extras/serve/tests/capacity.py, on a server that fails under load, and on connections that end.
#include <sys/resource.h>

#include <algorithm>
#include <string>

#include "support/process.h"
#include "support/program.h"
#include "support/python.h"
#include "support/testing.h"

namespace digits {
namespace {

// A server that describes its model, and closes the connection of each inference. Starts the script
// of the first argument on it, and prints its status and message, or "no end".
const char* const kFailingServer = R"(
import http.server, os, subprocess, sys, threading


class Handler(http.server.BaseHTTPRequestHandler):
    def reply(self, text):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text.encode())

    def do_GET(self):
        self.reply('{"inputs": [{}, {"shape": [-1, 1, 2, 2]}]}')

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        if not self.path.endswith("/infer"):
            self.reply('[{"name": "digit"}]')

    def log_message(self, *words):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 512  # more than the script's connections


server = Server(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
command = [sys.executable, sys.argv[1], str(server.server_port), str(os.getpid())]
try:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    print(done.returncode, done.stderr)
except subprocess.TimeoutExpired:
    print("no end")
)";

// A server that dies under load ends the measurement with a message and a status; it does not hang.
TEST(Capacity, EndsWhenTheServerClosesItsConnections) {
  const auto python = python_with({"json"});
  if (python.empty()) GTEST_SKIP() << "no python3";
  // The server and the script inherit the limit; each has an end of 256 connections.
  constexpr rlim_t kFiles = 400;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::max(limit.rlim_cur, std::min(kFiles, limit.rlim_max));
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < kFiles) GTEST_SKIP() << "the limit of open files is " << limit.rlim_cur;
  const auto result =
      run_process({python, "-c", kFailingServer, source_path("extras/serve/tests/capacity.py")});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, testing::StartsWith("1 capacity: the server closed a connection before "
                                              "its response was complete; does the server"));
}

// The output of these lines, with the script as the module `capacity` and a listener. SIGALRM ends
// lines that hang.
std::string output_with_capacity(const std::string& python, const std::string& lines) {
  const std::string start = R"(
import os, selectors, signal, socket, sys
sys.path.insert(0, sys.argv[1])
import capacity
signal.alarm(60)
listener = socket.create_server(("127.0.0.1", 0), backlog=8)
port = listener.getsockname()[1]
)";
  const auto result =
      run_process({python, "-B", "-c", start + lines, source_path("extras/serve/tests")});
  EXPECT_EQ(result.status, 0) << result.err;
  return result.out;
}

// A server may end an idle connection. Its last response is not counted again, its end is seen
// once, and the next request opens the connection again.
TEST(Capacity, CountsNoResponseOfAnEndedConnection) {
  const auto python = python_with({"json"});
  if (python.empty()) GTEST_SKIP() << "no python3";
  const auto out = output_with_capacity(python, R"(
selector = selectors.DefaultSelector()
connection = capacity.Connection(port, selector)
for due in (1.0, 2.0):
    connection.send(b"request", due)
    server, _ = listener.accept()
    server.recv(len(b"request"), socket.MSG_WAITALL)
    server.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    selector.select()
    print(connection.status(), end=" ")
    server.close()
    selector.select()
    print(ended := (connection.status(), len(selector.get_map())))
    if ended != (None, 0):
        break
)");
  EXPECT_EQ(out, "200 (None, 0)\n200 (None, 0)\n");
}

// A server that hangs accepts connections, and reads nothing.
TEST(Capacity, EndsWhenTheServerHangs) {
  const auto python = python_with({"json"});
  if (python.empty()) GTEST_SKIP() << "no python3";
  const auto out = output_with_capacity(python, R"(
capacity.CONNECTIONS, capacity.STEP, capacity.PATIENCE = 2, 0.1, 2.0
try:
    capacity.Step(port, os.getpid(), b"request", 100.0)
except ConnectionError as error:
    print(error)
)");
  EXPECT_EQ(out, "the server has sent nothing for 2 s\n");
}

}  // namespace
}  // namespace digits
