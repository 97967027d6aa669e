#include "repository/manifest.h"

#include <algorithm>

#include "support/testing.h"
#include "unit/repository/sample_package.h"

namespace digits {
namespace {

TEST(Manifest, RoundTrips) {
  const auto manifest = sample_manifest();
  EXPECT_EQ(parse_manifest(to_text(manifest, 2)), manifest);
  EXPECT_EQ(manifest.at("input").at("shape"), Json({-1, 1, 28, 28}));
  EXPECT_EQ(manifest.at("output").at("shape"), Json({-1, 2}));
}

// The whole document, of a set with colours and with sides of different lengths.
TEST(Manifest, HasTheDocumentedContent) {
  ManifestContent content;
  content.name = "fruit";
  content.schema = {20, 30, 3, {"apple", "pear"}};
  content.network = Json{{"crop", 1}, {"patch", 2}};
  content.libtorch = "2.6.0";
  content.metrics = Json{{"loss", 0.25}, {"per_class", Json::array()}};
  content.lineage = Json{{"data", "set"}, {"seed", 7}};
  EXPECT_EQ(make_manifest(content), Json::parse(R"({
    "schema": "digits.manifest/2",
    "name": "fruit",
    "data": {"rows": 20, "cols": 30, "channels": 3, "class_names": ["apple", "pear"]},
    "network": {"crop": 1, "patch": 2},
    "input": {"name": "images", "shape": [-1, 3, 20, 30], "type": "float32", "range": [0, 1]},
    "output": {"name": "logits", "shape": [-1, 2], "type": "float32"},
    "library": {"name": "libtorch", "version": "2.6.0"},
    "golden": {"file": "golden.safetensors", "tolerance": 0.0001},
    "metrics": {"loss": 0.25, "per_class": []},
    "lineage": {"data": "set", "seed": 7}
  })"));
}

// Another version of the format is distinguished from damage.
TEST(Manifest, OfAnotherVersionIsRejected) {
  expect_error("package.schema", [] { parse_manifest(R"({"schema": "digits.manifest/9"})"); });
  for (const char* text : {"", "{", "[]", "{}", "null", R"({"schema": 1})"}) {
    expect_error("package.malformed", [&] { parse_manifest(text); });
  }
}

std::string library_code(const std::string& written_by, const std::string& read_by) {
  auto manifest = sample_manifest();
  manifest["library"]["version"] = written_by;
  return error_code([&] { require_library(manifest, read_by); });
}

// The rule: LibTorch reads archives of its own and of earlier versions, by major and minor version.
TEST(Manifest, OfALaterLibraryIsRejected) {
  EXPECT_EQ(library_code("1.13.0", "1.13.0"), "no error");
  EXPECT_EQ(library_code("1.13.1", "1.13.0"), "no error");  // a patch changes no format
  EXPECT_EQ(library_code("1.13.0", "2.6.0+cu124"), "no error");
  EXPECT_EQ(library_code("2.6.0+cu124", "2.6.0"), "no error");
  EXPECT_EQ(library_code("2.6.0", "2.10.0"), "no error");  // not as texts
  EXPECT_EQ(library_code("2.6.0", "1.13.0"), "package.library");
  EXPECT_EQ(library_code("2.10.0", "2.6.0"), "package.library");
  EXPECT_EQ(library_code("1.14.0a0", "1.13.0"), "package.library");
  for (const char* damaged : {"", "1", "1.", "1x13", "one.two", ".13", "-"}) {
    EXPECT_EQ(library_code(damaged, "1.13.0"), "package.malformed") << damaged;
  }
  EXPECT_EQ(error_code([] { require_library(Json::object(), "1.13.0"); }), "package.malformed");
}

// A manifest may tighten the program's tolerance, a ten-thousandth, and never loosen it.
TEST(Manifest, CannotLoosenTheTolerance) {
  auto manifest = sample_manifest();
  EXPECT_EQ(manifest.at("golden").at("tolerance"), 0.0001);
  EXPECT_EQ(golden_tolerance(manifest), kGoldenTolerance);
  for (const double stated : {0.00005, 0.0002}) {
    manifest["golden"]["tolerance"] = stated;
    EXPECT_EQ(golden_tolerance(manifest), std::min(stated, 0.0001));
  }
  manifest["golden"]["tolerance"] = 1e9;
  EXPECT_EQ(golden_tolerance(manifest), kGoldenTolerance);
  manifest["golden"]["tolerance"] = 1e-6;
  EXPECT_EQ(golden_tolerance(manifest), 1e-6);
  for (const Json& damaged : {Json(0), Json(-1.0), Json("large"), Json()}) {
    manifest["golden"]["tolerance"] = damaged;
    expect_error("package.malformed", [&] { golden_tolerance(manifest); });
  }
}

}  // namespace
}  // namespace digits
