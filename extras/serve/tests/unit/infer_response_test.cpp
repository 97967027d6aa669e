#include "serve/infer_response.h"

#include <cmath>
#include <cstring>

#include "support/testing.h"

namespace digits {
namespace {

const ModelIdentity kModel{"m", "3", {"zero", "o\"ne"}};

InferRequest wanting(std::vector<RequestedOutput> outputs) {
  InferRequest request;
  request.count = 2;
  request.outputs = std::move(outputs);
  return request;
}

// The whole text, by hand: rows of two images, escaped labels, the id if the request has one.
TEST(InferResponse, WritesJson) {
  auto request = wanting({{OutputKind::kLogits, "logits__0", false, 0},
                          {OutputKind::kProbabilities, "probabilities", false, 0},
                          {OutputKind::kLabel, "label", false, 0}});
  request.id = "a\"b";
  const auto response = infer_response(request, kModel, {{0.5F, 0.5F, -1000.0F, 0.1F}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_TRUE(response.headers.empty());
  EXPECT_EQ(response.body,
            R"({"model_name":"m","model_version":"3","id":"a\"b","outputs":[)"
            R"({"name":"logits__0","datatype":"FP32","shape":[2,2],"data":[0.5,0.5,-1000,0.1]},)"
            R"({"name":"probabilities","datatype":"FP32","shape":[2,2],"data":[0.5,0.5,0,1]},)"
            R"({"name":"label","datatype":"BYTES","shape":[2],"data":["zero","o\"ne"]}]})");
}

// Some clients reject an id that they did not send.
TEST(InferResponse, OmitsAMissingId) {
  const auto response =
      infer_response(wanting({{OutputKind::kLabel, "label", false, 0}}), kModel, {{1, 0, 0, 1}});
  EXPECT_EQ(response.body.find("\"id\""), std::string::npos);
}

// value:index:label of the best classes, limited to the number of classes.
TEST(InferResponse, WritesClassifications) {
  for (const std::size_t k : {1U, 2U, 7U}) {
    const auto body = infer_response(wanting({{OutputKind::kLogits, "logits", false, k}}),
                                     {"m", "1", {"a", "b"}}, {{0.25F, 2.0F, 1.0F, 1.0F}})
                          .body;
    const auto expected = k == 1 ? R"("shape":[2,1],"data":["2:1:b","1:0:a"])"
                                 : R"("shape":[2,2],"data":["2:1:b","0.25:0:a","1:0:a","1:1:b"])";
    EXPECT_THAT(body, testing::HasSubstr(expected)) << k;
  }
}

// Tensors behind the JSON, in the order of the outputs: raw floats, and strings with lengths.
TEST(InferResponse, WritesTensorsBehindTheJson) {
  const auto response = infer_response(wanting({{OutputKind::kLabel, "label", true, 0},
                                                {OutputKind::kProbabilities, "p", false, 0},
                                                {OutputKind::kLogits, "logits", true, 0}}),
                                       {"m", "1", {"a", "bc"}}, {{1.0F, 0.0F, 0.0F, 1.5F}});
  EXPECT_EQ(response.content_type, "application/octet-stream");
  ASSERT_EQ(response.headers.size(), 1U);
  EXPECT_EQ(response.headers[0].first, "Inference-Header-Content-Length");
  const auto length = std::stoul(response.headers[0].second);
  const auto json = response.body.substr(0, length);
  EXPECT_THAT(json, testing::HasSubstr(R"("name":"label","datatype":"BYTES","shape":[2],)"
                                       R"("parameters":{"binary_data_size":11}})"));
  EXPECT_THAT(json, testing::HasSubstr(R"("parameters":{"binary_data_size":16}})"));
  EXPECT_EQ(response.body.substr(length, 11), std::string("\1\0\0\0a\2\0\0\0bc", 11));
  float logits[4];
  ASSERT_EQ(response.body.size(), length + 27);
  std::memcpy(logits, response.body.data() + length + 11, sizeof logits);
  EXPECT_THAT(logits, testing::ElementsAre(1.0F, 0.0F, 0.0F, 1.5F));
}

// Every number is written with enough digits to read back to the bit.
TEST(InferResponse, NumbersRoundTripBitExactly) {
  const float third = 1.0F / 3.0F, tiny = 1.1754944e-38F;
  const auto body = infer_response(wanting({{OutputKind::kLogits, "logits", false, 0}}), kModel,
                                   {{third, std::nextafter(third, 1.0F), tiny, -16777217.0F}})
                        .body;
  const auto begin = body.find("[", body.find("\"data\"")) + 1;
  std::vector<float> values;
  for (const char* at = body.c_str() + begin; *at != ']';) {
    char* end = nullptr;
    values.push_back(std::strtof(at, &end));
    at = *end == ',' ? end + 1 : end;
  }
  EXPECT_THAT(values, testing::ElementsAre(third, std::nextafter(third, 1.0F), tiny, -16777217.0F));
}

// On request the response holds the network's input, also for a picture.
TEST(InferResponse, WritesTheNetworkInput) {
  auto request = wanting({{OutputKind::kPixels, "pixels", false, 0}});
  const InferValues values{{1, 0, 0, 1}, {0.0F, 1.0F, 0.2F, 0.5F}, {1, 1, 2}};
  EXPECT_THAT(infer_response(request, kModel, values).body,
              testing::HasSubstr(
                  R"("name":"pixels","datatype":"UINT8","shape":[2,1,1,2],"data":[0,255,51,128])"));
  request.outputs[0].binary = true;
  const auto body = infer_response(request, kModel, values).body;
  EXPECT_EQ(body.substr(body.size() - 4), std::string("\0\xff\x33\x80", 4));
}

// JSON cannot hold NaN, and NaN is no valid answer.
TEST(InferResponse, RejectsNonFiniteLogits) {
  for (const float value : {NAN, INFINITY}) {
    expect_error("model.not_finite", [&] {
      infer_response(wanting({{OutputKind::kLabel, "label", false, 0}}), kModel,
                     {{0, 0, 0, value}});
    });
  }
}

}  // namespace
}  // namespace digits
