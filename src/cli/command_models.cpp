// Runs `digits models`: lists, promotes, rolls back and prunes the versions of a repository.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>

#include "base/error.h"
#include "base/nearest.h"
#include "base/quantity_text.h"
#include "cli/options.h"
#include "cli/output.h"
#include "repository/catalogue.h"

namespace digits {

namespace {

constexpr const char* kModelsSchema = "digits.models/1";

// The action and its validated words.
struct Request {
  ModelFolder model;
  std::vector<std::string> words;
  bool json;
};

std::string text_of(const Json& summary, const char* key) {
  return summary.at(key).get<std::string>();
}

void print_models(const std::vector<Json>& models) {
  std::size_t width = 5;
  for (const auto& model : models) width = std::max(width, text_of(model, "name").size());
  const auto row = [&](const auto&... cells) {
    fmt::print(
        fmt::runtime(fmt::format(
            "{{:<{}}}  {{:>7}} {{:<1}} {{:<36}}  {{:>6}}  {{:<12}}  {{:<19}}  {{}}\n", width)),
        cells...);
  };
  row("model", "version", "", "accuracy", "seed", "revision", "written, UTC", "data");
  for (const auto& model : models) {
    const auto name = text_of(model, "name");
    if (model.contains("damage")) {
      row(name, "", "", "damaged", "", "", "", text_of(model, "damage"));
    }
    for (const auto& version : model.at("versions")) {
      const auto number = version.at("version").get<int>();
      const char* mark = model.value("current", Json()) == number    ? "*"
                         : model.value("previous", Json()) == number ? "-"
                                                                     : "";
      const auto written = text_of(version, "written");
      if (version.contains("damage")) {
        row(name, number, mark, "damaged", "", "", written, text_of(version, "damage"));
        continue;
      }
      row(name, number, mark, percent(version.at("accuracy").get<Quantity>()),
          version.at("seed").get<std::int64_t>(), text_of(version, "revision").substr(0, 12),
          written, text_of(version, "data"));
    }
  }
  fmt::print("* current, - where a rollback goes\n");
}

int list_models(const std::string& repository, bool json) {
  std::vector<Json> models;
  for (const auto& model : models_in(repository)) models.push_back(summarise(model));
  if (json) {
    print_json(with_schema(kModelsSchema, Json{{"repository", repository}, {"models", models}}));
  } else {
    print_models(models);
  }
  return kDone;
}

int print_current(const Request& request) {
  const auto previous = request.model.previous();
  if (request.json) {
    print_json(Json{{"model", request.model.name()},
                    {"current", request.model.current()},
                    {"previous", previous ? Json(*previous) : Json()}});
  } else {
    print_pairs({{"model", request.model.name()},
                 {"current", std::to_string(request.model.current())},
                 {"rollback", previous ? fmt::format("to {}", *previous) : "nowhere"}});
  }
  return kDone;
}

int version_of(const std::string& word) {
  if (const int version = version_number(word); version > 0) return version;
  throw Error("usage.argument", fmt::format("version \"{}\", expected a number from 1", word),
              "digits models lists them");
}

int promote(Request& request) {
  request.model.promote(version_of(request.words.at(2)));
  return print_current(request);
}

int roll_back(Request& request) {
  request.model.rollback();
  return print_current(request);
}

int prune(Request& request, std::int64_t keep) {
  const auto removed = request.model.prune(static_cast<int>(keep));
  if (request.json) {
    print_json(Json{{"model", request.model.name()}, {"removed", removed}});
  } else {
    print_pairs(
        {{"model", request.model.name()},
         {"removed", removed.empty() ? "nothing" : fmt::format("{}", fmt::join(removed, ", "))}});
  }
  return kDone;
}

// Accepts each action with its number of words.
void require_action(const std::vector<std::string>& words) {
  const std::map<std::string, std::size_t> actions{
      {"list", 1}, {"promote", 3}, {"prune", 2}, {"rollback", 2}};
  std::vector<std::string> names;
  for (const auto& [name, count] : actions) {
    if (words.front() == name && words.size() == count) return;
    names.push_back(name);
  }
  const auto meant =
      actions.count(words.front()) > 0 ? std::nullopt : nearest(words.front(), names);
  throw Error("usage.argument",
              fmt::format("\"{}\" given, expected list, promote NAME VERSION, rollback NAME or "
                          "prune NAME",
                          fmt::join(words, " ")),
              meant ? fmt::format("did you mean {}?", *meant) : "digits models --help");
}

}  // namespace

int command_models(const Arguments& arguments) {
  CommandOptions options("models",
                         "Manages the packaged models of a repository. Without words, or with "
                         "`list`, it prints a table of all versions, their files compared with "
                         "their sums. `promote` makes a version the current one, `rollback` the "
                         "previous one, `prune` removes all but the newest and these two.",
                         "[list | promote NAME VERSION | rollback NAME | prune NAME]");
  options.text("repository", "folder of the models", "DIR", "models");
  options.number("keep", "prune: number of newest versions to keep", 3);
  options.add_json();
  const auto parsed = options.parse(arguments);
  if (!parsed) return kDone;

  const auto words =
      parsed->has("positional") ? parsed->words("what to do") : std::vector<std::string>{"list"};
  require_action(words);
  const auto repository = parsed->text("repository");
  const bool json = parsed->has("json");
  if (words.front() == "list") return list_models(repository, json);
  Request request{ModelFolder(repository, words.at(1)), words, json};
  if (words.front() == "promote") return promote(request);
  if (words.front() == "rollback") return roll_back(request);
  return prune(request, parsed->number("keep", 0, 1'000'000));
}

}  // namespace digits
