// A package's bytes are the tested ones, or an error names the file.
#include "repository/package_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "base/error.h"
#include "base/files.h"
#include "support/testing.h"
#include "unit/repository/sample_package.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

// As `sha256sum` prints it: FIPS 180-4's own example, "abc", and the empty text.
TEST(PackageSums, HaveTheFormatOfSha256sum) {
  EXPECT_EQ(format_sums({{"b", ""}, {"a.txt", "abc"}}),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a.txt\n"
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b\n");
}

// A package stays in its folder: no name is a path out of it, is hidden, begins like an option, or
// is that of the sums.
TEST(PackageSums, AcceptOnlyFileNames) {
  for (const char* name : {"../x", "a/b", "/etc/passwd", "", "..", ".hidden", "-x", "_x", "a b",
                           "a\nb", "ä", "SHA256SUMS"}) {
    expect_error("package.sums", [&] { format_sums({{name, "bytes"}}); });
    auto text = format_sums(sample_files());
    text += std::string(64, 'a') + "  " + name + "\n";
    expect_error("package.sums", [&] { parse_sums(text); });
  }
}

TEST(PackageSums, RoundTrip) {
  const auto files = sample_files();
  const auto sums = parse_sums(format_sums(files));
  ASSERT_EQ(sums.size(), files.size());
  for (const auto& [name, bytes] : files) EXPECT_EQ(sums.count(name), 1U) << name;
}

// Every bit of the text matters: with any damage it is rejected or requires other content. The last
// newline counts too, and no line may occur twice.
TEST(PackageSums, DetectEveryDamage) {
  const auto text = format_sums(sample_files());
  const auto whole = parse_sums(text);
  for (std::size_t bit = 0; bit < 8 * text.size(); ++bit) {
    auto damaged = text;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    try {
      EXPECT_NE(parse_sums(damaged), whole) << "bit " << bit;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), "package.sums");
    }
  }
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_EQ(error_code([&] { parse_sums(text.substr(0, size)); }), "package.sums") << size;
  }
  expect_error("package.sums", [&] { parse_sums(text + text.substr(0, text.find('\n') + 1)); });
  expect_error("package.sums", [&] { parse_sums(text + std::string(1 << 20, 'x')); });
}

// Each of the five required files must be listed. A card or an ONNX file need not be.
TEST(PackageSums, MustListTheRequiredFiles) {
  for (const char* name : {kModelFile, kWeightsFile, kGoldenFile, kManifestFile, kProfileFile}) {
    auto files = sample_files();
    files.erase(name);
    expect_error("package.sums", [&] { parse_sums(format_sums(files)); });
  }
  auto files = sample_files();
  files.erase(kCardFile);
  EXPECT_EQ(parse_sums(format_sums(files)).size(), 5U);
}

TEST(PackageFiles, RoundTrip) {
  const TemporaryDirectory folder;
  auto files = sample_files();
  files["model.onnx"] = std::string("\0binary\n", 8);
  write_files(folder.path(), files);
  EXPECT_EQ(read_verified(folder.path()), files);
}

// `bytes` with a bit of each byte changed, in turn, and cut off before each byte.
std::vector<std::string> damaged(const std::string& bytes) {
  std::vector<std::string> copies;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    copies.push_back(bytes.substr(0, i));
    copies.push_back(bytes);
    copies.back()[i] = static_cast<char>(bytes[i] ^ (1 << (i % 8)));
  }
  return copies;
}

// Each file, including optional ones, damaged at each byte: it is rejected, and the message names
// the file.
TEST(PackageFiles, ChangedBytesAreRejectedWithTheFileName) {
  auto files = sample_files();
  files["model.onnx"] = "an optional file";
  const TemporaryDirectory folder;
  write_files(folder.path(), files);
  for (const auto& [name, bytes] : files) {
    for (const auto& copy : damaged(bytes)) {
      write_file(folder / name, copy, Durability::kUnsynced);
      try {
        read_verified(folder.path());
        ADD_FAILURE() << name;
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), "package.hash");
        EXPECT_THAT(error.what(), testing::HasSubstr((folder / name).string()));
      }
    }
    write_file(folder / name, bytes, Durability::kUnsynced);
  }
}

TEST(PackageFiles, MissingFilesAreRejected) {
  const TemporaryDirectory folder;
  expect_error("package.missing", [&] { read_verified(folder / "nowhere"); });
  expect_error("package.missing", [&] { read_verified(folder.path()); });
  for (const char* name : {kModelFile, kCardFile, kSumsFile}) {
    write_files(folder.path(), sample_files());
    fs::remove(folder / name);
    expect_error("package.missing", [&] { read_verified(folder.path()); });
  }
}

// An existing file is not reported as missing, for any read error. (A link to itself cannot be read
// by any user, not even root.)
TEST(PackageFiles, UnreadableFilesAreNotReportedAsMissing) {
  for (const char* name : {kModelFile, kSumsFile}) {
    const TemporaryDirectory folder;
    write_files(folder.path(), sample_files());
    fs::remove(folder / name);
    fs::create_symlink(name, folder / name);
    expect_error("package.unreadable", [&] { read_verified(folder.path()); });
    fs::remove(folder / name);
    fs::create_directory(folder / name);  // no file of this name
    expect_error("package.missing", [&] { read_verified(folder.path()); });
  }
}

// A file that is not in the sums is no part of the package.
TEST(PackageFiles, UnlistedFilesAreNotRead) {
  const TemporaryDirectory folder;
  write_files(folder.path(), sample_files());
  write_file(folder / "model.onnx", "put there later");
  EXPECT_EQ(read_verified(folder.path()), sample_files());
}

// The file is replaced at the worst moment: after it is opened, its name leads to another file. The
// compared bytes are the returned ones. (A pipe fixes the moment, since its writer knows when it is
// opened.)
TEST(PackageFiles, SwappedFilesAreNotReadAgain) {
  const TemporaryDirectory folder;
  const auto files = sample_files();
  write_files(folder.path(), files);
  const auto path = folder / kModelFile;
  fs::remove(path);
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  std::thread writer([&] {
    const int pipe = ::open(path.c_str(), O_WRONLY);  // waits for the reader
    write_file(folder / "other", "another model");
    fs::rename(folder / "other", path);
    const auto& bytes = files.at(kModelFile);
    EXPECT_EQ(::write(pipe, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    ::close(pipe);
  });
  EXPECT_EQ(error_code([&] { EXPECT_EQ(read_verified(folder.path()), files); }), "no error");
  const int unread = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);  // lets a writer go that waits
  writer.join();
  ::close(unread);
}

}  // namespace
}  // namespace digits
