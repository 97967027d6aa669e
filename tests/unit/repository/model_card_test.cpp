#include "repository/model_card.h"

#include "support/testing.h"
#include "unit/repository/sample_package.h"

namespace digits {
namespace {

using testing::HasSubstr;
using testing::Not;

// The Hub's keys, each on a line of its own, and the accuracy as a result of the model.
TEST(ModelCard, BeginsWithFrontMatter) {
  const auto card = model_card(sample_manifest(), {kModelFile});
  EXPECT_EQ(card.substr(0, card.find("\n---\n", 4) + 5),
            "---\nlicense: unknown\nlibrary_name: pytorch\npipeline_tag: image-classification\n"
            "tags:\n- image-classification\n- torchscript\n- safetensors\nmetrics:\n- accuracy\n"
            "model-index:\n- name: \"sample\"\n  results:\n  - task:\n"
            "      type: image-classification\n    dataset:\n      name: \"data/sample\"\n"
            "      type: \"sample\"\n      split: test\n    metrics:\n    - type: accuracy\n"
            "      value: 0.900000\n---\n");
}

// The card of the sample after its front matter.
constexpr char kCardOfTheSample[] = R"(
# sample

Classifies grey images of 28 x 28 pixels as one of 2 classes: 0, 1.

## Metrics

On the test set, with 95 % intervals in brackets: accuracy 90.00 % [59.58, 98.21], n = 10; )"
                                    R"(loss 0.2500.

| class | recall | precision |
| --- | --- | --- |
| 0 | 80.00 % [49.02, 94.33], n = 10 | 100.00 % [20.65, 100.00], n = 1 |

## Intended use and limits

For single images like the training and test images: 28 x 28 pixels, with a background as
bright as theirs. The figures above hold for such images only. The model answers for every
image, also for one of no class: check the probability. `profile.json` describes the
training images; `digits drift` compares other images with it. Not for decisions about
people.

## Use

In C++: `digits predict --model . IMAGE...` In Python:

```python
import torch

model = torch.jit.load("model.pt")
logits = model(images)  # [N, 1, 28, 28] float32 in [0, 1] -> [N, 2]
```

Scaling to [0, 1] is the caller's; mean and deviation are inside the model.

## Verify

```console
$ sha256sum --check --strict SHA256SUMS
```

`golden.safetensors` has inputs and the logits that they must give, within 0.0001. )"
                                    R"(`digits` checks both whenever it
loads the package. Files: model.pt, SHA256SUMS.

## Lineage

| | |
| --- | --- |
| data | data/sample |
| seed | 41 |
| digits, revision | abc1234 |
| LibTorch | 1.13.0 |

The whole configuration is in `manifest.json`: `digits run` repeats it bit for bit.
)";

// The whole text after the front matter: metrics have their interval and n (Wilson's for 9 of 10),
// and the card gives the model's lineage.
TEST(ModelCard, HasMetricsAndLineage) {
  auto manifest = sample_manifest(41);
  manifest["metrics"]["per_class"] = Json::array(
      {{{"class", "0"}, {"recall", proportion(8, 10)}, {"precision", proportion(1, 1)}}});
  const auto card = model_card(manifest, {kModelFile, kSumsFile});
  EXPECT_EQ(card.substr(card.find("\n---\n", 4) + 5), kCardOfTheSample);
}

// An undecided gate is named with its bound and the number of images that it needs. Without
// undecided gates there is no such section.
TEST(ModelCard, ListsUndecidedGates) {
  auto manifest = sample_manifest();
  manifest["metrics"]["undecided_gates"] = Json::array();
  EXPECT_THAT(model_card(manifest, {kModelFile}), Not(HasSubstr("Undecided")));
  manifest["metrics"]["undecided_gates"].push_back({{"metric", "per_class/7/recall"},
                                                    {"observed", proportion(34, 34)},
                                                    {"at_least", 0.9},
                                                    {"note", "34 images, 35 needed"}});
  EXPECT_THAT(model_card(manifest, {kModelFile}),
              HasSubstr("\n| per\\_class/7/recall | 1.0000 [0.8985, 1.0000] | at least 0.9 | 34 "
                        "images, 35 needed |\n"));
}

// Names come from folders, and may hold any text: it must not break YAML or a table.
TEST(ModelCard, EscapesNames) {
  auto manifest = sample_manifest();
  manifest["lineage"]["data"] = "a \"b\": c\n---\n| d";
  manifest["data"]["class_names"] = {"a|b", "<script>"};
  const auto card = model_card(manifest, {kModelFile});
  EXPECT_THAT(card, HasSubstr("      name: \"a \\\"b\\\": c\\n---\\n| d\"\n"));
  EXPECT_THAT(card, HasSubstr("2 classes: a\\|b, \\<script\\>."));
  EXPECT_THAT(card, HasSubstr("| data | a \"b\": c --- \\| d |"));
}

// Missing values of the package are omitted.
TEST(ModelCard, OmitsMissingValues) {
  auto manifest = sample_manifest();
  manifest["metrics"] = Json();
  manifest["lineage"] = Json();
  const auto card = model_card(manifest, {kModelFile});
  EXPECT_THAT(card, Not(HasSubstr("model-index")));
  EXPECT_THAT(card, Not(HasSubstr("## Metrics")));
  EXPECT_THAT(card, Not(HasSubstr("| seed |")));
  EXPECT_THAT(card, Not(HasSubstr("- onnx")));
  EXPECT_THAT(model_card(manifest, {kModelFile, "model.onnx"}), HasSubstr("\n- onnx\n"));
  manifest.erase("data");
  expect_error("package.malformed", [&] { model_card(manifest, {}); });
}

}  // namespace
}  // namespace digits
