// A running server follows the promoted version of a repository.
#include <fmt/format.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <thread>

#include "base/files.h"
#include "base/json.h"
#include "integration/package_copy.h"
#include "integration/tiny_run.h"
#include "repository/model_folder.h"
#include "support/http_client.h"
#include "support/load.h"
#include "support/server_process.h"
#include "support/tiny_requests.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

// A repository of two versions of one model, the first one in use.
class Repository {
 public:
  Repository() {
    for (int i = 0; i < 2; ++i) {
      model.add(schema(), [](const fs::path& to) {
        fs::copy(tiny_run().package(), to, fs::copy_options::recursive);
      });
    }
  }
  static Schema schema() {
    return Json::parse(read_file(tiny_run().package() / "manifest.json")).at("data").get<Schema>();
  }
  TemporaryDirectory folder;
  ModelFolder model{folder.path(), "digit"};
};

void wait_for_version(const ServerProcess& server, int version) {
  const auto path = "/v2/models/digit/versions/" + std::to_string(version) + "/ready";
  while (HttpClient(server.port()).get(path)->status != 200) std::this_thread::yield();
}

// The promoted version answers, and no request is lost at the change. The same holds after a
// rollback.
TEST(Serve, FollowsThePromotedVersionUnderLoad) {
  Repository repository;
  ServerProcess server({"--model", repository.folder / "digit", "--threads", "2"});
  ASSERT_NE(server.port(), 0) << server.err();
  Load load(server.port(), 4, "/v2/models/digit/infer", image_request());
  for (const int version : {2, 1, 2}) {
    repository.model.promote(version);
    wait_for_version(server, version);
    const auto before = load.answered.load();
    while (load.answered < before + 20) std::this_thread::yield();
  }
  repository.model.rollback();
  wait_for_version(server, 1);
  load.stop();
  EXPECT_EQ(load.lost + load.not_accepted, 0);
  EXPECT_THAT(load.statuses(), testing::ElementsAre(testing::Pair(200, load.answered.load())));
  fmt::print("{} requests answered, {} lost\n", load.answered.load(), load.lost.load());
  EXPECT_THAT(load.versions(), testing::SizeIs(2));
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
  EXPECT_THAT(server.err(), testing::HasSubstr("model.loaded: version 2"));
  EXPECT_THAT(server.err(), testing::Not(testing::HasSubstr("model.kept")));
}

// A version that does not give its golden logits never answers. The previous version continues, and
// log and metrics give the reason.
TEST(Serve, KeepsTheOldVersionIfTheNewOneIsInvalid) {
  Repository repository;
  const auto package = repository.model.path_of(2);
  auto golden = read_file(package / "golden.safetensors");
  golden[golden.size() - 2] = static_cast<char>(golden[golden.size() - 2] ^ 0x40);  // a logit
  write_file(package / "golden.safetensors", golden);
  renew_sums(package);
  const ServerProcess server({"--model", repository.folder / "digit", "--threads", "1"});
  ASSERT_NE(server.port(), 0) << server.err();
  repository.model.promote(2);
  const auto metrics = [&] { return HttpClient(server.port()).get("/metrics")->body; };
  const std::string failed = R"(digits_model_loads_total{outcome="failed",role="live"} 1)";
  while (metrics().find(failed) == std::string::npos) std::this_thread::yield();
  const auto reply = HttpClient(server.port()).post("/v2/models/digit/infer", image_request());
  EXPECT_EQ(Json::parse(reply->body).at("model_version"), "1");
  EXPECT_THAT(server.err(), testing::HasSubstr("version 1 continues: package.golden"));
}

}  // namespace
}  // namespace digits
