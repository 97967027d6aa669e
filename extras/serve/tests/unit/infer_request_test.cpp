#include "serve/infer_request.h"

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "serve/served_model.h"
#include "support/fake_model.h"
#include "support/testing.h"

namespace digits {
namespace {

InferRequest parsed(const std::string& json) {
  return parse_infer_request(json, std::nullopt, fake_contract());
}

std::string code_of(const std::string& json) {
  return error_code([&] { parsed(json); });
}

// `[...]` of an input with these shape, datatype and data.
std::string input(const std::string& name, const std::string& shape, const std::string& datatype,
                  const std::string& data) {
  return R"({"inputs":[{"name":")" + name + R"(","shape":)" + shape + R"(,"datatype":")" +
         datatype + R"(","data":)" + data + "}]}";
}

// The protocol allows flat and nested data. Both give the same tensor.
TEST(InferRequest, ReadsFlatAndNestedTensors) {
  const std::vector<float> expected{0.0F, 0.25F, 0.5F, 1.0F};
  for (const char* data : {"[0,0.25,5e-1,1]", "[[[[0,0.25],[0.5,1.0]]]]"}) {
    const auto request = parsed(input("images", "[1,1,2,2]", "FP32", data));
    EXPECT_EQ(request.count, 1U);
    EXPECT_EQ(request.images, expected);
    EXPECT_EQ(request.id, std::nullopt);
  }
}

// Bytes are scaled to the range of the network's input: b / 255.
TEST(InferRequest, ReadsPixels) {
  const auto request = parsed(input("pixels", "[2,1,2,2]", "UINT8", "[0,255,51,102,1,2,3,4]"));
  EXPECT_EQ(request.count, 2U);
  ASSERT_EQ(request.images.size(), 8U);
  EXPECT_EQ(request.images[1], 1.0F);
  EXPECT_EQ(request.images[2], 51.0F / 255.0F);
  EXPECT_EQ(request.images[7], 4.0F / 255.0F);
}

TEST(InferRequest, ReadsPictures) {
  const auto request = parsed(
      R"({"inputs":[{"name":"picture","shape":[2],"datatype":"BYTES","parameters":{"one":true},
          "data":["aGk=","AAEC"]}]})");
  EXPECT_THAT(request.pictures, testing::ElementsAre("hi", std::string("\0\1\2", 3)));
  EXPECT_TRUE(request.one_digit);
  EXPECT_TRUE(request.images.empty());
}

TEST(InferRequest, ReadsTheRequestedOutputs) {
  const auto request = parsed(
      R"({"id":"7","parameters":{"binary_data_output":true,"priority":3},
          "inputs":[{"name":"images","shape":[1,1,2,2],"datatype":"FP32","data":[0,0,0,0]}],
          "outputs":[{"name":"label","parameters":{"binary_data":false}},
                     {"name":"logits__0"},
                     {"name":"probabilities","parameters":{"classification":2}}]})");
  EXPECT_EQ(request.id, "7");
  ASSERT_EQ(request.outputs.size(), 3U);
  EXPECT_EQ(request.outputs[0].kind, OutputKind::kLabel);
  EXPECT_FALSE(request.outputs[0].binary);
  EXPECT_EQ(request.outputs[1].kind, OutputKind::kLogits);
  EXPECT_EQ(request.outputs[1].name, "logits__0");  // Triton's name is answered by that name
  EXPECT_TRUE(request.outputs[1].binary);
  EXPECT_EQ(request.outputs[2].classes, 2U);
}

// Without a list of outputs all are requested, in the order of the metadata.
TEST(InferRequest, RequestsAllOutputsByDefault) {
  const auto request = parsed(fake_request());
  ASSERT_EQ(request.outputs.size(), 3U);
  EXPECT_EQ(request.outputs[0].name, "logits");
  EXPECT_EQ(request.outputs[1].name, "probabilities");
  EXPECT_EQ(request.outputs[2].name, "label");
}

struct Bad {
  const char* code;
  std::string json;
};

// Each error is named by its code, at any place in the request. The parser guesses and ignores
// nothing.
TEST(InferRequest, RejectsInvalidRequests) {
  const std::string good = R"([0,0,0,0])", shape = "[1,1,2,2]";
  const auto inputs = fake_request().substr(1);  // of a valid request, to its end
  const std::string deep(40, '[');
  const std::vector<Bad> all{
      {"request.json", ""},
      {"request.json", "{"},
      {"request.json", "{}{}"},
      {"request.json", deep},
      {"request.json", input("images", shape, "FP32", "[NaN,0,0,0]")},
      {"request.json", input("images", shape, "FP32", "[Infinity,0,0,0]")},
      {"request.json", input("images", shape, "FP32", "[0,0,0,0,]")},
      {"request.json", input("images", shape, "FP32", "[1e999,0,0,0]")},
      {"request.json", input("im\xff"
                             "ages",
                             shape, "FP32", good)},
      {"request.field", "[]"},
      {"request.field", "{}"},
      {"request.field", R"({"inputs":{}})"},
      {"request.field", R"({"inputs":[]})"},
      {"request.field", R"({"inputs":[1]})"},
      {"request.field", R"({"inputs":[{},{}]})"},
      {"request.field", R"({"id":"a","id":"b",)" + inputs},
      {"request.field", R"({"output":[],)" + inputs},
      {"request.field", R"({"id":7,)" + inputs},
      {"request.field", R"({"id":")" + std::string(257, 'x') + "\"," + inputs},
      {"request.field", R"({"parameters":[],)" + inputs},
      {"request.field", R"({"parameters":{"priority":1,"priority":1},)" + inputs},
      {"request.field", R"({"parameters":{"binary_data_output":1},)" + inputs},
      {"request.field", R"({"outputs":[],)" + inputs},
      {"request.field", R"({"outputs":[{"name":"label"},{"name":"label"}],)" + inputs},
      {"request.field",
       R"({"outputs":[{"name":"logits","parameters":{"classification":0}}],)" + inputs},
      {"request.field",
       R"({"outputs":[{"name":"label","parameters":{"classification":1}}],)" + inputs},
      {"request.field", R"({"inputs":[{"name":"images","shape":[1,1,2,2],"datatype":"FP32"}]})"},
      {"request.field", R"({"inputs":[{"name":"images","shape":[1,1,2,2],"data":[0,0,0,0]}]})"},
      {"request.field", input("images", "4", "FP32", good)},
      {"request.field", input("images", "[-1,1,2,2]", "FP32", good)},
      {"request.field", input("images", "[1.0,1,2,2]", "FP32", good)},
      {"request.field", input("images", "[1,1,1,1,1,1,1,1,1]", "FP32", good)},
      {"request.output", R"({"inputs":[],"outputs":[{"name":"classes"}]})"},
      {"request.input", input("image", shape, "FP32", good)},
      {"request.datatype", input("images", shape, "FP64", good)},
      {"request.datatype", input("images", shape, "UINT8", good)},
      {"request.datatype", input("pixels", shape, "FP32", good)},
      {"request.datatype", input("picture", "[1]", "UINT8", good)},
      {"request.shape", input("images", "[]", "FP32", "[]")},
      {"request.shape", input("images", "[0,1,2,2]", "FP32", "[]")},
      {"request.shape", input("images", "[1,2,2]", "FP32", good)},
      {"request.shape", input("images", "[1,2,2,1]", "FP32", good)},
      {"request.shape", input("picture", "[1,1]", "BYTES", R"(["aGk="])")},
      {"request.too_large", input("images", "[9,1,2,2]", "FP32", good)},
      {"request.too_large", input("images", "[18446744073709551615,1,2,2]", "FP32", good)},
      {"request.data", input("images", shape, "FP32", "7")},
      {"request.data", input("images", shape, "FP32", "[]")},
      {"request.data", input("images", shape, "FP32", "[0,0,0]")},
      {"request.data", input("images", shape, "FP32", "[0,0,0,0,0]")},
      {"request.data", input("images", shape, "FP32", R"([0,0,0,"0"])")},
      {"request.data", input("images", shape, "FP32", "[0,0,0,null]")},
      {"request.data", input("images", shape, "FP32", "[0,0,0,[0]]")},
      {"request.data", input("images", shape, "FP32", "[[0,0,0,0]]")},
      {"request.data", input("images", shape, "FP32", "[[[[0,0],[0]]]]")},
      {"request.data", input("images", shape, "FP32", "[[[[0,0],[0,0]]],[]]")},
      {"request.data", input("pixels", shape, "UINT8", "[0,0,0,256]")},
      {"request.data", input("pixels", shape, "UINT8", "[0,0,0,-1]")},
      {"request.data", input("pixels", shape, "UINT8", "[0,0,0,1.5]")},
      {"request.data", input("picture", "[1]", "BYTES", "[]")},
      {"request.data", input("picture", "[1]", "BYTES", R"(["aGk=","aGk="])")},
      {"request.data", input("picture", "[1]", "BYTES", "[7]")},
      {"request.base64", input("picture", "[1]", "BYTES", R"([""])")},
      {"request.base64", input("picture", "[1]", "BYTES", R"(["aGk"])")},
      {"request.base64", input("picture", "[1]", "BYTES", R"(["aGk=="])")},
      {"request.base64", input("picture", "[1]", "BYTES", R"(["a==="])")},
      {"request.base64", input("picture", "[1]", "BYTES", R"(["aG k"])")},
      {"request.base64", input("picture", "[1]", "BYTES", R"(["aG=k"])")},
      {"request.range", input("images", shape, "FP32", "[0,0,0,1.01]")},
      {"request.range", input("images", shape, "FP32", "[0,0,0,255]")},
      {"request.range", input("images", shape, "FP32", "[0,0,0,-0.01]")},
      {"request.binary", R"({"inputs":[{"name":"images","shape":[1,1,2,2],"datatype":"FP32",
                             "parameters":{"binary_data_size":16}}]})"},
  };
  for (const auto& bad : all) EXPECT_EQ(code_of(bad.json), bad.code) << bad.json;
}

// The next request on a thread does not see the buffers of a large one, and is not slower.
TEST(InferRequest, LargeRequestsDoNotAffectSmallOnes) {
  std::string many = "[0";
  for (int i = 0; i < 1'000'000; ++i) many += ",0";
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(code_of(input("images", "[1,1,2,2]", "FP32", many + "]")), "request.data");
    EXPECT_EQ(parsed(fake_request("1")).images, (std::vector<float>{1, 1, 1, 1}));
    EXPECT_EQ(code_of(std::string(17, '[') + std::string(17, ']')), "request.json");
  }
}

// Fields that a request leaves out ask for nothing: no classification, values in the JSON, any
// number of pieces. What is just within a limit is accepted: an id of 256 bytes, eight sizes, eight
// images.
TEST(InferRequest, AcceptsTheLeastAndTheMost) {
  const auto request = parsed(
      R"({"inputs":[{"name":"picture","shape":[1],"datatype":"BYTES","data":["aGk="]}],
          "outputs":[{"name":"probabilities"},{"name":"logits","parameters":{}}]})");
  EXPECT_FALSE(request.one_digit);
  ASSERT_EQ(request.outputs.size(), 2U);
  EXPECT_EQ(request.outputs[0].kind, OutputKind::kProbabilities);
  EXPECT_EQ(request.outputs[1].kind, OutputKind::kLogits);
  for (const auto& output : request.outputs) {
    EXPECT_EQ(output.classes, 0U) << output.name;
    EXPECT_FALSE(output.binary) << output.name;
  }

  const std::string longest(256, 'x');
  EXPECT_EQ(parsed(R"({"id":")" + longest + R"(",)" + fake_request().substr(1)).id, longest);
  EXPECT_EQ(code_of(input("images", "[1,1,1,1,1,1,1,1]", "FP32", "[0]")), "request.shape");
  std::string zeros = "[0";
  for (int i = 1; i < 32; ++i) zeros += ",0";
  EXPECT_EQ(parsed(input("images", "[8,1,2,2]", "FP32", zeros + "]")).count, 8U);
}

// A message repeats the beginning of a long text from the client, and no more.
TEST(InferRequest, MessagesCutLongTexts) {
  const auto message_of = [](const std::string& body,
                             const std::optional<std::string>& header) -> std::string {
    try {
      parse_infer_request(body, header, fake_contract());
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  const std::string x40(40, 'x'), x60(60, 'x');
  EXPECT_EQ(message_of("{}", x40 + "y"), "Inference-Header-Content-Length " + x40 +
                                             ", expected at most the 2 bytes of the body");
  EXPECT_EQ(message_of(input("images", "[1,1,2,2]", x40 + "y", "[0,0,0,0]"), std::nullopt),
            "input images as " + x40 + ", expected FP32");
  EXPECT_EQ(message_of(input(x60 + "y", "[1,1,2,2]", "FP32", "[0,0,0,0]"), std::nullopt),
            "input " + x60 + ", expected images, pixels or picture");
  EXPECT_EQ(message_of(R"({"inputs":[],"outputs":[{"name":")" + x60 + "y\"}]}", std::nullopt),
            "output " + x60 + ", expected logits, probabilities, label or pixels");
}

}  // namespace
}  // namespace digits
