// extras/serve/tests/capacity.py, on a server that fails under load.
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
  const auto result =
      run_process({python, "-c", kFailingServer, source_path("extras/serve/tests/capacity.py")});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, testing::StartsWith("1 capacity: the server closed a connection before "
                                              "its response was complete; does the server"));
}

}  // namespace
}  // namespace digits
