#include "data/fetch.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include "base/error.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "base/progress.h"
#include "base/sha256.h"
#include "data/gzip.h"

namespace digits {

namespace fs = std::filesystem;

namespace {

// What is wrong with the content of `name`; empty when it is the wanted one.
std::string defect(std::string_view bytes, const std::string& name, const RemoteFile& file,
                   std::size_t limit) {
  try {
    const bool zipped = fs::path(name).extension() == ".gz";
    const auto seen = zipped ? sha256(gunzip(bytes, name, limit)) : sha256(bytes);
    return seen == file.sha256 ? "" : fmt::format("SHA-256 {}, expected {}", seen, file.sha256);
  } catch (const Error& error) {
    return error.what();
  }
}

// The file in `folder`, unzipped or not, if it is there.
std::optional<FetchedFile> find_present(const fs::path& folder, const RemoteFile& file,
                                        std::size_t limit) {
  for (const auto& path : {folder / fs::path(file.name).stem(), folder / file.name}) {
    if (kind_of(path) == PathKind::kMissing) continue;
    const auto bytes = read_file(path);
    const auto wrong = defect(bytes, path.filename().string(), file, limit);
    if (wrong.empty()) return FetchedFile{path, bytes.size(), ""};
    throw Error("fetch.exists", fmt::format("{} is another file: {}", path.string(), wrong),
                "move it away, or choose another folder: nothing is overwritten");
  }
  return std::nullopt;
}

std::string kilobytes(std::size_t bytes) { return fmt::format("{} kB", (bytes + 999) / 1000); }

void stop_if_interrupted(const std::string& name) {
  if (!interrupted()) return;
  throw Error("interrupted", "stopped during the download of " + name,
              "the same command goes on from here");
}

void pause(double seconds) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  while (Clock::now() < end && !interrupted()) {
    std::this_thread::sleep_for(std::chrono::duration<double>(std::min(0.02, seconds)));
  }
}

// The bytes of a file that have arrived, kept on the disk between attempts.
class Part {
 public:
  explicit Part(fs::path path)
      : bytes(kind_of(path) == PathKind::kMissing ? "" : read_file(path)), path_(std::move(path)) {}

  void save() const {
    if (!bytes.empty()) return write_file(path_, bytes, Durability::kUnsynced);
    std::error_code ignored;
    fs::remove(path_, ignored);
  }

  std::string bytes;

 private:
  fs::path path_;
};

// Several attempts at one mirror; on success the part is the file.
std::optional<DownloadFailure> try_mirror(const std::string& mirror, const RemoteFile& file,
                                          const FetchOptions& options, Part& part,
                                          Progress& progress) {
  const auto url = parse_url(mirror + file.name);
  const auto draw = [&](std::size_t done, std::size_t total) {
    progress.update(done, total, kilobytes(total));
  };
  std::optional<DownloadFailure> failure;
  for (int attempt = 1; attempt <= options.attempts; ++attempt) {
    if (attempt > 1) pause(std::ldexp(options.pause_seconds, attempt - 2));
    stop_if_interrupted(file.name);
    const bool resumed = !part.bytes.empty();
    failure = download(url, options.download, draw, part.bytes);
    if (!failure) {
      const auto wrong = defect(part.bytes, file.name, file, options.download.max_bytes);
      if (wrong.empty()) return std::nullopt;
      part.bytes.clear();
      // Two mirrors' zips of one file do not join: try again with nothing.
      failure = DownloadFailure{"fetch.checksum", wrong, resumed};
    }
    part.save();
    stop_if_interrupted(file.name);
    progress.line(fmt::format("{}{}: {} (attempt {} of {})", mirror, file.name, failure->seen,
                              attempt, options.attempts));
    if (!failure->again) break;
  }
  return failure;
}

std::string hint_for(const std::string& code, const fs::path& folder,
                     const std::vector<RemoteFile>& files) {
  if (code == "fetch.offline") {
    std::string names;
    for (const auto& file : files) names += (names.empty() ? "" : ", ") + file.name;
    return fmt::format(
        "check the network; or get {} from one of these on another machine, put them into {} and "
        "give "
        "this command again, which checks them; or do without: `digits run` draws its own digits",
        names, folder.string());
  }
  if (code == "fetch.tls") return "is the package ca-certificates installed, and the clock right?";
  if (code == "fetch.checksum") return "name another mirror with --mirror URL";
  return "the same command goes on from here; or name another mirror with --mirror URL";
}

// All mirrors failed: what each did, and the code of the last that could be reached.
Error no_mirror_left(const std::string& name, const std::vector<std::string>& mirrors,
                     const std::vector<DownloadFailure>& failures, const fs::path& folder,
                     const std::vector<RemoteFile>& files) {
  std::string code = "fetch.offline";
  std::vector<std::string> seen;
  for (std::size_t i = 0; i < failures.size(); ++i) {
    if (failures[i].code != "fetch.offline") code = failures[i].code;
    seen.push_back(mirrors[i] + ": " + failures[i].seen);
  }
  return {code, fmt::format("{}: no mirror gave it: {}", name, fmt::join(seen, "; ")),
          hint_for(code, folder, files)};
}

// Tries one mirror after the other; the one that has the file comes first for the next.
FetchedFile fetch_file(const fs::path& folder, const RemoteFile& file, FetchOptions& options,
                       const std::vector<RemoteFile>& files) {
  auto& mirrors = options.mirrors;
  Part part(folder / (file.name + ".part"));
  Progress progress(file.name);
  std::vector<DownloadFailure> failures;
  for (auto mirror = mirrors.begin(); mirror != mirrors.end(); ++mirror) {
    if (auto failure = try_mirror(*mirror, file, options, part, progress)) {
      failures.push_back(*std::move(failure));
      continue;
    }
    FetchedFile fetched{folder / file.name, part.bytes.size(), *mirror};
    write_file(fetched.path, part.bytes);
    part.bytes.clear();
    part.save();
    progress.line(fmt::format("{}{}: {}", *mirror, file.name, kilobytes(fetched.bytes)));
    std::rotate(mirrors.begin(), mirror, mirror + 1);
    return fetched;
  }
  throw no_mirror_left(file.name, mirrors, failures, folder, files);
}

}  // namespace

const std::vector<RemoteFile>& mnist_files() {
  static const std::vector<RemoteFile> kFiles{
      {"train-images-idx3-ubyte.gz",
       "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"},
      {"train-labels-idx1-ubyte.gz",
       "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"},
      {"t10k-images-idx3-ubyte.gz",
       "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"},
      {"t10k-labels-idx1-ubyte.gz",
       "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"},
  };
  return kFiles;
}

const std::vector<std::string>& mnist_mirrors() {
  static const std::vector<std::string> kMirrors{
      "https://ossci-datasets.s3.amazonaws.com/mnist/",
      "https://storage.googleapis.com/cvdf-datasets/mnist/",
  };
  return kMirrors;
}

std::vector<FetchedFile> fetch(const fs::path& folder, const std::vector<RemoteFile>& files,
                               FetchOptions options) {
  for (auto& mirror : options.mirrors) {
    parse_url(mirror);
    if (mirror.back() != '/') mirror += '/';
  }
  std::vector<std::optional<FetchedFile>> present(files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    present[i] = find_present(folder, files[i], options.download.max_bytes);
  }
  make_directories(folder);
  std::vector<FetchedFile> fetched;
  for (std::size_t i = 0; i < files.size(); ++i) {
    fetched.push_back(present[i] ? *present[i] : fetch_file(folder, files[i], options, files));
  }
  return fetched;
}

}  // namespace digits
