// Files that are known by their content's SHA-256, from whichever mirror has them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "data/download.h"

namespace digits {

// A file that mirrors offer gzip'd, under a name that ends in .gz.
struct RemoteFile {
  std::string name;    // after the mirror's URL, and in the folder
  std::string sha256;  // of the unzipped bytes: mirrors may zip differently
};

// MNIST's four files, and who offers them.
const std::vector<RemoteFile>& mnist_files();
const std::vector<std::string>& mnist_mirrors();

struct FetchOptions {
  std::vector<std::string> mirrors = mnist_mirrors();  // URLs of folders, in the order to try
  int attempts = 3;                                    // per file and mirror
  double pause_seconds = 0.5;  // before the second attempt; doubles with each further one
  DownloadOptions download;    // max_bytes holds for the unzipped file too
};

struct FetchedFile {
  std::filesystem::path path;
  std::size_t bytes = 0;  // on the disk
  std::string source;     // the mirror; empty: it was already there
};

// Makes `folder` hold all of `files`; returns them in their order. A file appears under its name
// only whole and with the right hash. One that is there already with that hash, zipped or not, is
// left alone. What has arrived of a file when its download breaks off is kept as NAME.part, where
// the next attempt or the next call goes on.
//
// Draws progress and tells of failed attempts on stderr. Throws, once no mirror is left:
//   fetch.offline    no mirror could be reached
// or, of the last mirror that could be:
//   fetch.tls        its certificate could not be verified
//   fetch.http       it answered with an error, or redirected without end
//   fetch.truncated  it broke off
//   fetch.stalled    it sent nothing for read_seconds
//   fetch.too_large  it sent more than max_bytes
//   fetch.checksum   it sent something else
// Before any download: usage.url for a mirror that is none, fetch.exists for a file with other
// content in the folder. At any time: output.*, disk.* and, soon after the signal, interrupted.
std::vector<FetchedFile> fetch(const std::filesystem::path& folder,
                               const std::vector<RemoteFile>& files, FetchOptions options);

}  // namespace digits
