#include "data/fetch.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <chrono>
#include <future>

#include "base/error.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "base/rng.h"
#include "base/sha256.h"
#include "data/gzip.h"
#include "support/loopback.h"
#include "support/testing.h"

namespace digits {
namespace {

using httplib::Request;
using httplib::Response;

constexpr const char* kType = "application/gzip";

// A file that does not shrink, so that its half is many packets.
std::string random_bytes(std::size_t n) {
  Rng rng(test_seed(), Stream::kTest);
  std::string bytes;
  for (std::size_t i = 0; i < n; ++i) bytes += static_cast<char>(rng.below(256));
  return bytes;
}

// Two files, a server, and an empty folder. Mirrors are made of answers to one request after the
// other, the last of which goes on for ever.
class Fetch : public testing::Test {
 protected:
  using Handler = LoopbackServer::Handler;

  // Gives the whole file, or the range that is asked for.
  Handler honest() {
    return [this](const Request&, Response& response) { response.set_content(zipped_, kType); };
  }
  Handler status(int code) {
    return [code](const Request&, Response& response) { response.status = code; };
  }
  Handler content(const std::string& bytes) {
    return [bytes](const Request&, Response& response) { response.set_content(bytes, kType); };
  }
  // Promises the whole file, gives the first half, and then does `after`.
  Handler half_then(std::function<void()> after) {
    return [this, after](const Request&, Response& response) {
      const auto send = [this, after](std::size_t, std::size_t, httplib::DataSink& sink) {
        sink.write(zipped_.data(), half_);
        after();
        return false;
      };
      response.set_content_provider(zipped_.size(), kType, send);
    };
  }
  // Gives the whole file, whatever range is asked for, which the server's library would honour.
  Handler without_ranges() {
    return [this](const Request& request, Response& response) {
      const_cast<Request&>(request).ranges.clear();
      response.set_content(zipped_, kType);
    };
  }
  // Sends `count` pieces, and no length before them.
  Handler pieces(const std::string& piece, std::size_t count) {
    return [piece, count](const Request&, Response& response) {
      response.set_chunked_content_provider(
          kType, [piece, count](std::size_t offset, httplib::DataSink& sink) {
            if (offset / piece.size() >= count) {
              sink.done();
              return true;
            }
            return sink.write(piece.data(), piece.size());
          });
    };
  }

  // The URL of a mirror. The ranges that it is asked for are noted in ranges_.
  std::string mirror(const std::string& name, std::vector<Handler> answers) {
    auto next = std::make_shared<std::size_t>(0);
    return "http://" + server_.mirror(name, [=](const Request& request, Response& response) {
      ranges_[name].push_back(request.get_header_value("Range"));
      answers[std::min((*next)++, answers.size() - 1)](request, response);
    });
  }

  std::vector<FetchedFile> fetch_from(std::vector<std::string> mirrors) {
    options_.mirrors = std::move(mirrors);
    return fetch(folder_.path(), {file_}, options_);
  }

  // The folder holds the file under its name, and nothing else.
  void expect_fetched() {
    EXPECT_EQ(files_below(folder_.path()), std::vector<std::string>{file_.name});
    EXPECT_EQ(read_file(folder_ / file_.name), zipped_);
  }

  std::string range_from(std::size_t offset) { return "bytes=" + std::to_string(offset) + "-"; }

  const std::string content_ = random_bytes(50000);
  const std::string zipped_ = gzip(content_);
  const std::size_t half_ = zipped_.size() / 2;
  const RemoteFile file_{"a.gz", sha256(content_)};
  const TemporaryDirectory folder_;
  std::map<std::string, std::vector<std::string>> ranges_;  // per mirror, per request
  FetchOptions options_ = [] {
    FetchOptions options;
    options.pause_seconds = 0.001;
    return options;
  }();
  LoopbackServer server_;  // goes first: its threads use the above
};

// With its length announced or not.
TEST_F(Fetch, BringsTheFileWhole) {
  const auto url = mirror("good", {honest()});
  const auto fetched = fetch_from({url});
  expect_fetched();
  ASSERT_EQ(fetched.size(), 1);
  EXPECT_EQ(fetched[0].path, folder_ / "a.gz");
  EXPECT_EQ(fetched[0].bytes, zipped_.size());
  EXPECT_EQ(fetched[0].source, url);
  std::filesystem::remove(folder_ / "a.gz");
  fetch_from({mirror("pieces", {pieces(zipped_, 1)})});
  expect_fetched();
}

// A file that is not there is not asked for again, nor is that mirror for the next file, once
// another one had the first.
TEST_F(Fetch, GoesToTheNextMirrorOn404) {
  options_.mirrors = {mirror("empty", {status(404)}), mirror("good", {honest()})};
  fetch(folder_.path(), {file_, {"b.gz", file_.sha256}}, options_);
  EXPECT_EQ(files_below(folder_.path()), (std::vector<std::string>{"a.gz", "b.gz"}));
  EXPECT_EQ(ranges_["empty"].size(), 1);
  EXPECT_EQ(ranges_["good"].size(), 2);
}

// 503 passes: the same mirror is asked again, and what had arrived is not lost over it.
TEST_F(Fetch, TriesAgainWhenAMirrorIsBusy) {
  write_file(folder_ / "a.gz.part", zipped_.substr(0, 1000));
  fetch_from({mirror("busy", {status(503), status(503), honest()})});
  expect_fetched();
  EXPECT_EQ(ranges_["busy"], std::vector<std::string>(3, range_from(1000)));
}

TEST_F(Fetch, GivesUpAMirrorAfterItsAttempts) {
  expect_error("fetch.http", [&] { fetch_from({mirror("busy", {status(503)})}); });
  EXPECT_EQ(ranges_["busy"].size(), static_cast<std::size_t>(options_.attempts));
}

// The second request asks for what the first did not bring, and for no byte more.
TEST_F(Fetch, ResumesAfterATruncation) {
  fetch_from({mirror("cut", {half_then([] {}), honest()})});
  expect_fetched();
  EXPECT_EQ(ranges_["cut"], (std::vector<std::string>{"", range_from(half_)}));
}

// What arrived before all attempts failed is there for the next call, but not under the file's
// name.
TEST_F(Fetch, ResumesInALaterCall) {
  options_.attempts = 1;
  expect_error("fetch.truncated", [&] { fetch_from({mirror("cut", {half_then([] {})})}); });
  EXPECT_EQ(files_below(folder_.path()), std::vector<std::string>{"a.gz.part"});
  EXPECT_EQ(read_file(folder_ / "a.gz.part"), zipped_.substr(0, half_));
  fetch_from({mirror("good", {honest()})});
  expect_fetched();
  EXPECT_EQ(ranges_["good"], std::vector<std::string>{range_from(half_)});
}

// A server that cannot resume sends all of it: that replaces what is there.
TEST_F(Fetch, BeginsAnewWhereRangesAreIgnored) {
  write_file(folder_ / "a.gz.part", zipped_.substr(0, 1000));
  fetch_from({mirror("simple", {without_ranges()})});
  expect_fetched();
  EXPECT_EQ(ranges_["simple"], std::vector<std::string>{range_from(1000)});
}

// The beginning of another file, or more than all of this one: the mirror gets a second chance,
// from the first byte on.
TEST_F(Fetch, DiscardsAPartThatDoesNotFit) {
  write_file(folder_ / "a.gz.part", "other");
  fetch_from({mirror("good", {honest()})});
  expect_fetched();
  EXPECT_EQ(ranges_["good"], (std::vector<std::string>{range_from(5), ""}));
  std::filesystem::remove(folder_ / "a.gz");
  write_file(folder_ / "a.gz.part", zipped_ + "tail");
  fetch_from({mirror("strict", {status(416), honest()})});
  expect_fetched();
}

// Damaged, not a gzip file at all, or another file: only the hash can tell, and the next mirror
// starts from nothing.
TEST_F(Fetch, TurnsAwayFromACorruptMirror) {
  auto damaged = zipped_;
  damaged[half_] = static_cast<char>(damaged[half_] ^ 1);
  fetch_from({mirror("damaged", {content(damaged)}), mirror("page", {content("<html>")}),
              mirror("other", {content(gzip("other"))}), mirror("good", {honest()})});
  expect_fetched();
  for (const auto& [name, ranges] : ranges_) {
    EXPECT_EQ(ranges, std::vector<std::string>{""}) << name;
  }
}

TEST_F(Fetch, KeepsNothingWhenAllMirrorsAreCorrupt) {
  expect_error("fetch.checksum", [&] {
    fetch_from({mirror("a", {content(gzip("other"))}), mirror("b", {content(zipped_ + "x")})});
  });
  EXPECT_TRUE(files_below(folder_.path()).empty());
}

// A connection that stays open in silence counts as a failed attempt.
TEST_F(Fetch, DoesNotWaitForAStalledMirror) {
  options_.download.read_seconds = 1.0;  // the first half arrives by then, on a busy machine too
  options_.attempts = 1;
  const auto url = mirror("stalled", {half_then([this] { server_.stall(); })});
  expect_error("fetch.stalled", [&] { fetch_from({url}); });
  EXPECT_EQ(files_below(folder_.path()), std::vector<std::string>{"a.gz.part"});
  options_.download.read_seconds = 10.0;
  fetch_from({mirror("good", {honest()})});
  expect_fetched();
}

// Ctrl-C while nothing arrives: fetch() ends while the server is still silent (for ten seconds, so
// that a test which fails ends), and keeps the part that has arrived.
TEST_F(Fetch, StopsAtOnceWhenInterrupted) {
  options_.download.read_seconds = 60.0;
  write_file(folder_ / "a.gz.part", zipped_.substr(0, 1000));
  std::promise<void> ended;
  std::promise<bool> ended_in_silence;
  const auto wait = [&](const Request&, Response&) {
    set_interrupted(true);
    const auto status = ended.get_future().wait_for(std::chrono::seconds(10));
    ended_in_silence.set_value(status == std::future_status::ready);
  };
  expect_error("interrupted", [&] { fetch_from({mirror("silent", {wait})}); });
  ended.set_value();
  set_interrupted(false);
  EXPECT_TRUE(ended_in_silence.get_future().get());
  EXPECT_EQ(files_below(folder_.path()), std::vector<std::string>{"a.gz.part"});
  EXPECT_EQ(read_file(folder_ / "a.gz.part"), zipped_.substr(0, 1000));
}

// The range goes along; a ring of redirects ends.
TEST_F(Fetch, FollowsRedirects) {
  const auto to = [](const std::string& url) -> Handler {
    return [url](const Request&, Response& response) { response.set_redirect(url + "a.gz"); };
  };
  write_file(folder_ / "a.gz.part", zipped_.substr(0, 1000));
  fetch_from({mirror("moved", {to(mirror("good", {honest()}))})});
  expect_fetched();
  EXPECT_EQ(ranges_["good"], std::vector<std::string>{range_from(1000)});
  std::filesystem::remove(folder_ / "a.gz");
  expect_error("fetch.http", [&] { fetch_from({mirror("ring", {to("/ring/")})}); });
}

// More than the limit without a word, an announced size beyond it, and a small file that unpacks to
// a large one.
TEST_F(Fetch, LimitsTheSize) {
  options_.download.max_bytes = 100000;
  const auto endless = mirror("endless", {pieces(std::string(5000, 'x'), 1000)});
  expect_error("fetch.too_large", [&] { fetch_from({endless}); });
  const auto large = mirror("large", {content(std::string(100001, 'x'))});
  expect_error("fetch.too_large", [&] { fetch_from({large}); });
  const auto bomb = mirror("bomb", {content(gzip(std::string(100001, 'x')))});
  expect_error("fetch.checksum", [&] { fetch_from({bomb}); });
  EXPECT_TRUE(files_below(folder_.path()).empty());
}

// A port where nobody listens any more.
std::string closed_mirror() { return "http://" + LoopbackServer().mirror("gone", nullptr); }

// Whoever has no network learns what to do instead.
TEST_F(Fetch, SaysWhatToDoWhenOffline) {
  try {
    fetch_from({closed_mirror(), closed_mirror()});
    FAIL() << "fetched from nowhere";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), "fetch.offline");
    EXPECT_THAT(error.hint(), testing::HasSubstr(file_.name));
    EXPECT_THAT(error.hint(), testing::HasSubstr(folder_.path().string()));
    EXPECT_THAT(error.hint(), testing::HasSubstr("digits run"));
  }
}

// One mirror that answered, even with an error, means that there is a network.
TEST_F(Fetch, IsNotOfflineWhenAMirrorAnswers) {
  expect_error("fetch.http", [&] {
    fetch_from({mirror("empty", {status(404)}), closed_mirror()});
  });
}

// Zipped or not, a file with the right content is not downloaded again.
TEST_F(Fetch, LeavesWhatIsThereAlone) {
  const auto url = mirror("good", {honest()});
  fetch_from({url});
  EXPECT_EQ(fetch_from({url}).at(0).source, "");
  std::filesystem::remove(folder_ / "a.gz");
  write_file(folder_ / "a", content_);
  EXPECT_EQ(fetch_from({url}).at(0).path, folder_ / "a");
  EXPECT_EQ(ranges_["good"].size(), 1);
}

// A file with other content may be somebody's work. It stops the fetch before any download.
TEST_F(Fetch, NeverOverwrites) {
  write_file(folder_ / "b.gz", "mine");
  options_.mirrors = {mirror("good", {honest()})};
  expect_error("fetch.exists", [&] {
    fetch(folder_.path(), {file_, {"b.gz", file_.sha256}}, options_);
  });
  EXPECT_EQ(read_file(folder_ / "b.gz"), "mine");
  EXPECT_TRUE(ranges_.empty());
}

// A server with a certificate that it signed itself.
std::unique_ptr<httplib::Server> self_signed_server() {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  return std::make_unique<httplib::SSLServer>(certificate.get(), key.get());
}

// https is worth its name only if a stranger's certificate is refused.
TEST_F(Fetch, RefusesAnUnknownCertificate) {
  LoopbackServer stranger(self_signed_server());
  expect_error("fetch.tls", [&] { fetch_from({"https://" + stranger.mirror("good", honest())}); });
}

TEST_F(Fetch, RefusesWhatIsNoUrl) {
  for (const char* url : {"", "example.org", "ftp://example.org/", "http://", "http://a b/",
                          "http://a:b/", "http://a/?q=1"}) {
    expect_error("usage.url", [&] { fetch_from({url}); });
  }
}

TEST(ParseUrl, SplitsHostAndPath) {
  EXPECT_EQ(parse_url("https://example.org:8080/a/b").host, "https://example.org:8080");
  EXPECT_EQ(parse_url("https://example.org:8080/a/b").path, "/a/b");
  EXPECT_EQ(parse_url("http://[::1]").host, "http://[::1]");
  EXPECT_EQ(parse_url("http://[::1]").path, "/");
}

}  // namespace
}  // namespace digits
