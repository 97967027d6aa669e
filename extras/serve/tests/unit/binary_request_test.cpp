// Requests of the binary extension: tensors behind the JSON.
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "serve/infer_request.h"
#include "support/fake_model.h"
#include "support/testing.h"

namespace digits {
namespace {

// JSON followed by tensors, as the binary extension has it.
InferRequest parsed_binary(const std::string& json, const std::string& bytes) {
  return parse_infer_request(json + bytes, std::to_string(json.size()), fake_contract());
}

std::string bytes_of(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

std::string framed(const std::string& text) {
  const auto length = static_cast<std::uint32_t>(text.size());
  return std::string(reinterpret_cast<const char*>(&length), sizeof length) + text;
}

// The same values behind the JSON, of each datatype.
TEST(InferRequest, ReadsTensorsBehindTheJson) {
  const std::vector<float> values{0.0F, 0.25F, 0.5F, 1.0F};
  EXPECT_EQ(parsed_binary(R"({"inputs":[{"name":"images","shape":[1,1,2,2],"datatype":"FP32",
                              "parameters":{"binary_data_size":16}}]})",
                          bytes_of(values))
                .images,
            values);
  EXPECT_EQ(parsed_binary(R"({"inputs":[{"name":"pixels","shape":[1,1,2,2],"datatype":"UINT8",
                              "parameters":{"binary_data_size":4}}]})",
                          std::string("\0\xff\0\xff", 4))
                .images,
            (std::vector<float>{0.0F, 1.0F, 0.0F, 1.0F}));
  EXPECT_THAT(parsed_binary(R"({"inputs":[{"name":"picture","shape":[2],"datatype":"BYTES",
                                "parameters":{"binary_data_size":11}}]})",
                            framed("ab") + framed("c"))
                  .pictures,
              testing::ElementsAre("ab", "c"));
}

// Wrong lengths of the JSON, of a tensor, and of a string within it.
TEST(InferRequest, RejectsWrongLengths) {
  const std::string json = R"({"inputs":[{"name":"images","shape":[1,1,2,2],"datatype":"FP32",
                               "parameters":{"binary_data_size":16}}]})";
  const auto values = bytes_of({0.0F, 0.0F, 0.0F, 0.0F});
  const auto code = [&](const std::string& header, const std::string& body) {
    return error_code([&] { parse_infer_request(body, header, fake_contract()); });
  };
  const auto length = std::to_string(json.size());
  EXPECT_EQ(code(length, json + values), "no error");
  EXPECT_EQ(code(length, json + values + "x"), "request.binary");
  EXPECT_EQ(code(length, json + values.substr(1)), "request.binary");
  EXPECT_EQ(code(std::to_string(json.size() + 17), json + values), "request.binary");
  for (const char* header : {"", "-1", "x", "1x", " 1", "99999999999999999999"}) {
    EXPECT_EQ(code(header, json + values), "request.binary") << header;
  }
  EXPECT_EQ(code("10", json + values), "request.json");
  const auto pictures = [&](const std::string& size, const std::string& bytes) {
    return error_code([&] {
      parsed_binary(R"({"inputs":[{"name":"picture","shape":[1],"datatype":"BYTES","parameters":
                        {"binary_data_size":)" +
                        size + "}}]}",
                    bytes);
    });
  };
  EXPECT_EQ(pictures("5", framed("x")), "no error");
  EXPECT_EQ(pictures("3", framed("x").substr(0, 3)), "request.data");
  EXPECT_EQ(pictures("4", std::string("\xff\xff\xff\xff", 4)), "request.data");
  EXPECT_EQ(pictures("6", framed("x") + "y"), "request.data");
}

// JSON cannot hold NaN and infinity, but bytes can.
TEST(InferRequest, RejectsValuesOutsideZeroToOne) {
  for (const float value : {NAN, INFINITY, -INFINITY, -0.1F, 1.1F}) {
    EXPECT_EQ(error_code([&] {
                parsed_binary(R"({"inputs":[{"name":"images","shape":[1,1,2,2],"datatype":"FP32",
                                  "parameters":{"binary_data_size":16}}]})",
                              bytes_of({0.0F, 0.0F, 0.0F, value}));
              }),
              "request.range")
        << value;
  }
}

// With data in both places the valid one is unknown.
TEST(InferRequest, RejectsDataInBothPlaces) {
  EXPECT_EQ(error_code([] {
              parsed_binary(R"({"inputs":[{"name":"pixels","shape":[1,1,2,2],"datatype":"UINT8",
                                "data":[0,0,0,0],"parameters":{"binary_data_size":4}}]})",
                            "abcd");
            }),
            "request.field");
}

}  // namespace
}  // namespace digits
