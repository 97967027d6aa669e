#include <fmt/format.h>

#include "base/error.h"
#include "cli/options.h"
#include "cli/output.h"
#include "data/fetch.h"

namespace digits {

namespace {

void print_fetched(const std::string& folder, const std::vector<FetchedFile>& files, bool json) {
  Json list = Json::array();
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& file : files) {
    const auto name = file.path.filename().string();
    list.push_back({{"name", name}, {"bytes", file.bytes}, {"mirror", file.source}});
    rows.emplace_back(name, fmt::format("{:>9} bytes  {}", file.bytes,
                                        file.source.empty() ? "already there" : file.source));
  }
  if (json) return print_json(Json{{"out", folder}, {"files", list}});
  rows.emplace_back("folder", folder);
  rows.emplace_back("next", fmt::format("digits run --data {}", folder));
  print_pairs(rows);
}

}  // namespace

int command_fetch(const Arguments& arguments) {
  CommandOptions options("fetch",
                         "Downloads MNIST, checks it by SHA-256, and goes on where an earlier "
                         "download stopped. Files that are there already are left alone.");
  options.text("out", "folder for the four files (default: data/mnist)", "DIR");
  options.texts("mirror",
                "folder to download from, instead of MNIST's public mirrors; give it again for "
                "others, which are tried in order",
                "URL");
  options.add_json();
  const auto parsed = options.parse(arguments);
  if (!parsed) return kDone;
  FetchOptions fetch_options;
  if (parsed->has("mirror")) fetch_options.mirrors = parsed->texts("mirror");
  const auto out = parsed->has("out") ? parsed->text("out") : std::string("data/mnist");
  print_fetched(out, fetch(out, mnist_files(), fetch_options), parsed->has("json"));
  return kDone;
}

}  // namespace digits
