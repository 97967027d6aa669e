// The manifest as a contract: a written manifest matches docs/schemas/manifest.schema.json, and a
// required key cannot be missing or of another type.
#include <rapidjson/document.h>
#include <rapidjson/schema.h>

#include <functional>

#include "base/files.h"
#include "base/json.h"
#include "integration/tiny_run.h"

namespace digits {
namespace {

namespace fs = std::filesystem;
using Pointer = Json::json_pointer;

std::string schema_text() { return read_file(source_path("docs/schemas/manifest.schema.json")); }

// The manifest of a package with an undecided gate, so that it has each object of the schema.
Json written_manifest() {
  static const auto text = [] {
    const TemporaryDirectory folder;
    copy_undecided_run(folder / "run");
    EXPECT_EQ(call_digits({"package", folder / "run", "--out", folder / "package"}).status, 0);
    return read_file(folder / "package" / "manifest.json");
  }();
  return Json::parse(text);
}

// The committed schema, read by another library than the one that writes manifests.
class Contract {
 public:
  Contract() : schema_(parsed(schema_text())) {}

  bool accepts(const Json& manifest) const {
    rapidjson::SchemaValidator validator(schema_);
    return parsed(manifest.dump()).Accept(validator);
  }

 private:
  static rapidjson::Document parsed(const std::string& text) {
    rapidjson::Document document;
    document.Parse(text.c_str());
    EXPECT_FALSE(document.HasParseError()) << text;
    return document;
  }

  rapidjson::SchemaDocument schema_;
};

// Calls `visit` for each object of the schema, from the outermost, with its place in the manifest.
// Arrays are entered at their first element.
void for_each_object(const Json& schema, const Pointer& place,
                     const std::function<void(const Json&, const Pointer&)>& visit) {
  if (schema.contains("items")) for_each_object(schema.at("items"), place / std::size_t{0}, visit);
  if (!schema.contains("properties")) return;
  visit(schema, place);
  for (const auto& [key, value] : schema.at("properties").items()) {
    for_each_object(value, place / key, visit);
  }
}

// The schema with its references replaced by the definitions.
Json resolved(Json schema, const Json& root) {
  if (schema.contains("$ref")) {
    return resolved(root.at(Pointer(schema.at("$ref").get<std::string>().substr(1))), root);
  }
  for (auto& value : schema) {
    if (value.is_object()) value = resolved(value, root);
  }
  return schema;
}

void for_each_object(const std::function<void(const Json&, const Pointer&)>& visit) {
  const auto schema = Json::parse(schema_text());
  for_each_object(resolved(schema, schema), Pointer(), visit);
}

TEST(ManifestContract, HoldsForAWrittenManifest) {
  EXPECT_TRUE(Contract().accepts(written_manifest()));
}

TEST(ManifestContract, MissingKeysAreRejected) {
  const Contract contract;
  const auto manifest = written_manifest();
  int count = 0;
  for_each_object([&](const Json& object, const Pointer& place) {
    for (const std::string key : object.at("required")) {
      auto damaged = manifest;
      ASSERT_EQ(damaged.at(place).erase(key), 1U) << (place / key).to_string();
      EXPECT_FALSE(contract.accepts(damaged)) << "without " << (place / key).to_string();
      ++count;
    }
  });
  EXPECT_GE(count, 40);
}

// Another type is rejected: an object becomes a text, everything else an object.
TEST(ManifestContract, WrongTypesAreRejected) {
  const Contract contract;
  const auto manifest = written_manifest();
  for_each_object([&](const Json& object, const Pointer& place) {
    for (const auto& [key, value] : object.at("properties").items()) {
      if (!manifest.contains(place / key)) continue;  // at_least or at_most, not both
      auto damaged = manifest;
      auto& target = damaged.at(place / key);
      target = target.is_object() ? Json("text") : Json::object();
      EXPECT_FALSE(contract.accepts(damaged)) << (place / key).to_string();
    }
  });
}

// An unknown key is rejected, and docs/formats.md describes each known key.
TEST(ManifestContract, UnknownKeysAreRejectedAndKnownKeysDocumented) {
  const Contract contract;
  const auto manifest = written_manifest();
  const auto formats = read_file(source_path("docs/formats.md"));
  for_each_object([&](const Json& object, const Pointer& place) {
    auto extended = manifest;
    extended.at(place)["unheard_of"] = 1;
    const bool open = place == Pointer("/lineage/versions");  // any library
    EXPECT_EQ(contract.accepts(extended), open) << place.to_string();
    for (const auto& item : object.at("properties").items()) {
      EXPECT_NE(formats.find("`" + item.key() + "`"), std::string::npos) << item.key();
    }
  });
}

// Impossible values are rejected, not only wrong types: sizes, hashes and proportions.
TEST(ManifestContract, ImpossibleValuesAreRejected) {
  const Contract contract;
  const auto refused = [&](const char* place, const Json& value) {
    auto damaged = written_manifest();
    damaged[Pointer(place)] = value;
    return !contract.accepts(damaged);
  };
  EXPECT_TRUE(refused("/schema", "digits.manifest/1"));
  EXPECT_TRUE(refused("/name", "../name"));
  EXPECT_TRUE(refused("/data/rows", 0));
  EXPECT_TRUE(refused("/data/channels", 2));
  EXPECT_TRUE(refused("/data/class_names", Json::array()));
  EXPECT_TRUE(refused("/golden/tolerance", 0));
  EXPECT_TRUE(refused("/golden/tolerance", 0.5));
  EXPECT_TRUE(refused("/library/version", "new"));
  EXPECT_TRUE(refused("/metrics/accuracy/value", 1.5));
  EXPECT_TRUE(refused("/lineage/weights_sha256", "abc"));
  EXPECT_TRUE(refused("/lineage/data_date", "31.1.2026"));
}

}  // namespace
}  // namespace digits
