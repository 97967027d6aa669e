#include "model/safetensors.h"

#include <ATen/ATen.h>

#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/sha256.h"
#include "support/testing.h"

namespace digits {
namespace {

// The format's layout, by hand: header length, JSON, raw little-endian floats.
TEST(Safetensors, HasThePublishedLayout) {
  const auto bytes = format_safetensors({{"a", at::tensor({1.0F, 2.0F})}});
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  EXPECT_EQ(length % 8, 0U);
  const auto header = nlohmann::json::parse(bytes.substr(8, length));
  EXPECT_EQ(header["a"]["dtype"], "F32");
  EXPECT_EQ(header["a"]["shape"], (std::vector<int>{2}));
  EXPECT_EQ(header["a"]["data_offsets"], (std::vector<int>{0, 8}));
  float second = 0.0F;
  std::memcpy(&second, bytes.data() + 8 + length + 4, 4);
  EXPECT_EQ(second, 2.0F);
}

TEST(Safetensors, RoundTripsShapesAndTypes) {
  const NamedTensors tensors{{"weights", at::rand({2, 3, 4})},
                             {"scalar", at::tensor(int64_t{-5})},
                             {"empty", at::empty({0, 3})},
                             {"strided", at::rand({4, 6}).t()}};
  const auto back = parse_safetensors(format_safetensors(tensors), "x", "checkpoint");
  ASSERT_EQ(back.size(), tensors.size());
  for (const auto& [name, tensor] : tensors) EXPECT_TRUE(back.at(name).equal(tensor)) << name;
}

TEST(Safetensors, CarriesMetadata) {
  const auto bytes = format_safetensors({{"a", at::rand({3})}}, {{"format", "pt"}});
  Metadata metadata;
  EXPECT_EQ(parse_safetensors(bytes, "x", "checkpoint", &metadata).size(), 1U);
  EXPECT_EQ(metadata.at("format"), "pt");
  EXPECT_EQ(parse_safetensors(bytes, "x", "checkpoint").size(), 1U);  // or the metadata are ignored
}

// The seal is the hash of the file with zeros in place of the seal, and other programs read the
// file as before.
TEST(Safetensors, CarriesItsOwnHash) {
  const NamedTensors tensors{{"a", at::rand({3})}};
  auto bytes = format_sealed(tensors, {{"text", "with \"sha256\":\" in it"}});
  Metadata metadata;
  EXPECT_TRUE(parse_sealed(bytes, "x", "package", metadata).at("a").equal(tensors.at("a")));
  EXPECT_EQ(parse_safetensors(bytes, "x", "package").size(), 1U);
  const auto seal = metadata.at("sha256");
  bytes.replace(bytes.find(seal), 64, std::string(64, '0'));
  EXPECT_EQ(sha256(bytes), seal);
  expect_error("package.hash", [&] { parse_sealed(bytes, "x", "package", metadata); });
  expect_error("package.malformed",
               [&] { parse_sealed(format_safetensors(tensors), "x", "package", metadata); });
}

// A file that ends with the last digit of its seal has one, which is wrong. One that ends before it
// has none.
TEST(Safetensors, RejectsACutSeal) {
  const auto bytes = format_sealed({{"a", at::rand({3})}}, {});
  const std::string start = "\"sha256\":\"";
  const auto end = bytes.find(start) + start.size() + 64;
  Metadata metadata;
  expect_error("package.hash",
               [&] { parse_sealed(bytes.substr(0, end), "x", "package", metadata); });
  expect_error("package.malformed",
               [&] { parse_sealed(bytes.substr(0, end - 1), "x", "package", metadata); });
}

TEST(Safetensors, RejectsEveryTruncation) {
  const auto whole = format_safetensors({{"a", at::rand({3})}});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    expect_error("package.malformed",
                 [&] { parse_safetensors(whole.substr(0, size), "x", "package"); });
  }
  expect_error("package.malformed", [&] { parse_safetensors(whole + "!", "x", "package"); });
}

// Headers with wrong sizes must not cause reads outside the file, nor an allocation. The error says
// what is wrong.
TEST(Safetensors, RejectsWrongSizesInHeaders) {
  const auto file = [](const std::string& header) {
    std::string bytes(8, '\0');
    bytes[0] = static_cast<char>(header.size());
    return bytes + header + std::string(8, 'x');
  };
  const std::string gap = "data offsets that leave a gap or the file";
  const std::string large = "a shape larger than its data";
  const std::vector<std::pair<std::string, std::string>> cases{
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,16]}})", gap},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", gap},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", gap},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}})", gap},
      {R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", large},
      {R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", large},
      {R"({"a":{"dtype":"F32","shape":[-1,-2],"data_offsets":[0,8]}})", large},  // 8 modulo 2^64
      {R"({"a":{"dtype":"F32","shape":[4611686018427387906],"data_offsets":[0,8]}})", large},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}})",
       "a shape that does not fill its data"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
       "bytes that belong to no tensor"},
      {R"({"a":{"dtype":"F16","shape":[4],"data_offsets":[0,8]}})", "type F16"},
      {R"([1])", "a header that is no object"},
  };
  for (const auto& [header, reason] : cases) {
    const auto bytes = file(header);
    const auto error = error_of([&] { parse_safetensors(bytes, "x", "package"); });
    EXPECT_EQ(error.code(), "package.malformed") << header;
    EXPECT_EQ(error.what(), "x: " + reason + ", expected a safetensors file");
  }
  expect_error("package.malformed", [&] { parse_safetensors(file(R"({"a":7})"), "x", "package"); });
}

}  // namespace
}  // namespace digits
