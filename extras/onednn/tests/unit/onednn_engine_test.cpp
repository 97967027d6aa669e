// The engine agrees with the eager network, for networks of many shapes.
#include "onednn/onednn_engine.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <ctime>
#include <thread>

#include "base/interrupt.h"
#include "base/memory.h"
#include "model/tensors.h"
#include "onednn/onednn_compat.h"
#include "repository/manifest.h"
#include "support/models.h"
#include "support/testing.h"

namespace digits {
namespace {

const Schema kOddSchema{13, 10, 2, {"a", "b", "c"}};
const Architecture kOddArchitecture{1, 2, {{5, 7}, {6}}};

double difference(const at::Tensor& a, const at::Tensor& b) {
  return a.sizes() == b.sizes() ? (a - b).abs().max().item<double>() : INFINITY;
}

// Odd sides, several channels, crops, patches that reach beyond the edge, maps too small to pool.
// Float32 sums in another order: 1e-6 of logits of 10.
TEST(OnednnEngine, MatchesTheEagerNetwork) {
  for (const auto& schema : {kOddSchema, Schema{28, 28, 1, kOddSchema.class_names},
                             Schema{1, 1, 1, {"a", "b"}}, Schema{9, 31, 3, {"a", "b"}}}) {
    for (const auto& architecture :
         {Architecture{0, 1, {{4}, {6}}}, Architecture{schema.rows > 4 ? 2 : 0, 2, {{4, 5}, {6}}},
          Architecture{0, 3, {{20}}}, Architecture{0, 2, {{16}, {32, 64}, {8}}}}) {
      auto network = random_network(schema, architecture, test_seed());
      const OnednnEngine engine(network, Precision::kFloat32);
      const auto images = at::rand({3, schema.channels, schema.rows, schema.cols});
      const at::NoGradGuard no_grad;
      EXPECT_LE(difference(engine.forward(images), network->forward(images)), kGoldenTolerance)
          << schema.rows << "x" << schema.cols << ", patch " << architecture.patch;
    }
  }
}

// The engine gives the same logits for bytes and for floats.
TEST(OnednnEngine, AcceptsBytes) {
  auto network = random_network(kOddSchema, kOddArchitecture, test_seed());
  const OnednnEngine engine(network, Precision::kFloat32);
  const auto set = random_dataset(40, kOddSchema.rows, kOddSchema.cols, kOddSchema.channels);
  const auto logits = engine.logits(set.images.data(), set.size());
  const auto floats = engine.forward(image_tensor(set.images.data(), 40, kOddSchema, at::kCPU));
  EXPECT_LE(difference(at::tensor(logits).view({40, 3}), floats), kGoldenTolerance);
}

// Batches of any size are cut into pieces; an image's logits do not depend on its neighbours, nor
// on the number of threads.
TEST(OnednnEngine, LogitsDoNotDependOnBatchOrThreads) {
  auto network = random_network(kOddSchema, kOddArchitecture, test_seed());
  const at::NoGradGuard no_grad;
  const OnednnEngine engine(network, Precision::kFloat32);
  const auto threads = at::get_num_threads();
  for (const int64_t n : {0, 1, 2, 31, 32, 33, 100}) {
    const auto images = at::rand({n, kOddSchema.channels, kOddSchema.rows, kOddSchema.cols});
    at::set_num_threads(1);
    const auto alone = engine.forward(images);
    at::set_num_threads(2);
    EXPECT_TRUE(engine.forward(images).equal(alone)) << n;
    if (n == 0) continue;  // has no largest difference
    EXPECT_LE(difference(alone, network->forward(images)), kGoldenTolerance) << n;
  }
  at::set_num_threads(threads);
}

// Processor time so far, in seconds.
double time_of(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// Each of two threads computes half of a batch: both use the same CPU time, even on a busy machine.
// A BLAS thread that spins, for up to 30 ms, adds to the process's time: the rounds take much
// longer.
TEST(OnednnEngine, ThreadsShareABatch) {
  auto network = random_network(kOddSchema, kOddArchitecture, test_seed());
  const OnednnEngine engine(network, Precision::kFloat32);
  const auto set = random_dataset(2000, kOddSchema.rows, kOddSchema.cols, kOddSchema.channels);
  const auto threads = at::get_num_threads();
  at::set_num_threads(2);
  engine.logits(set.images.data(), set.size());  // makes the thread, and a piece for each
  const auto own = time_of(CLOCK_THREAD_CPUTIME_ID), all = time_of(CLOCK_PROCESS_CPUTIME_ID);
  for (int round = 0; round < 40; ++round) engine.logits(set.images.data(), set.size());
  const auto own_share = time_of(CLOCK_THREAD_CPUTIME_ID) - own;
  EXPECT_GT(time_of(CLOCK_PROCESS_CPUTIME_ID) - all, 1.5 * own_share);
  at::set_num_threads(threads);
}

// Ctrl-C stops the computation before the end of a batch.
TEST(OnednnEngine, StopsBetweenPieces) {
  auto network = random_network(kOddSchema, kOddArchitecture, test_seed());
  const OnednnEngine engine(network, Precision::kFloat32);
  const auto set = random_dataset(40, kOddSchema.rows, kOddSchema.cols, kOddSchema.channels);
  set_interrupted(true);
  expect_error("interrupted", [&] { engine.logits(set.images.data(), set.size()); });
  set_interrupted(false);
  EXPECT_EQ(engine.logits(set.images.data(), set.size()).size(), 120U);
}

// Each call has its own piece, so concurrent threads do not mix their inputs.
TEST(OnednnEngine, ServesConcurrentThreads) {
  auto network = random_network(kOddSchema, kOddArchitecture, test_seed());
  const OnednnEngine engine(network, Precision::kFloat32);
  const auto set = random_dataset(64, kOddSchema.rows, kOddSchema.cols, kOddSchema.channels);
  const auto expected = engine.logits(set.images.data(), set.size());
  std::vector<int> wrong(4, 0);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < wrong.size(); ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t round = 0; round < 2000; ++round) {
        const std::size_t i = (t * 16 + round) % 64;
        const auto logits = engine.logits(set.images.data() + i * kOddSchema.image_bytes(), 1);
        for (std::size_t c = 0; c < 3; ++c) {
          wrong[t] += std::abs(logits[c] - expected[3 * i + c]) > 1e-4F ? 1 : 0;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_THAT(wrong, testing::Each(0));
}

// Pieces for batches of many sizes share the weights: 20 MiB of weights exist once or in a few
// layouts, not once for each size.
TEST(OnednnEngine, PiecesShareTheWeights) {
  const Schema schema{4, 4, 1, {"a", "b"}};
  const Architecture architecture{0, 1, {{64}, {512}, {1024}}};
  Network network(NetworkOptions{schema, architecture}, Normalisation{{0.5}, {0.3}});
  const OnednnEngine engine(network, Precision::kFloat32);
  const auto set = random_dataset(24, schema.rows, schema.cols, schema.channels);
  const auto before = peak_memory_bytes();
  for (std::size_t n = 1; n <= set.size(); ++n) engine.logits(set.images.data(), n);
  EXPECT_LT(peak_memory_bytes() - before, 200 << 20);
}

// Whether oneDNN has convolutions in bfloat16 on this processor.
bool has_bfloat16_kernels() {
  using Type = dnnl::memory::data_type;
  using Tag = dnnl::memory::format_tag;
  const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  try {
    convolution_3x3(engine, {{1, 4, 6, 6}, Type::bf16, Tag::nhwc},
                    {{8, 4, 3, 3}, Type::bf16, Tag::any}, {{8}, Type::f32, Tag::x},
                    {{1, 8, 6, 6}, Type::bf16, Tag::nhwc}, dnnl::primitive_attr());
    return true;
  } catch (const dnnl::error&) {
    return false;
  }
}

// bfloat16 has 8 bits of precision: the logits differ more from the network, but within the
// tolerance of bfloat16. There is such an engine for each processor with bfloat16 kernels.
TEST(OnednnEngine, Bfloat16IsClose) {
  auto network = random_network(kOddSchema, kOddArchitecture, test_seed());
  const at::NoGradGuard no_grad;
  if (!has_bfloat16_kernels()) GTEST_SKIP() << "no bfloat16 convolutions on this processor";
  const OnednnEngine engine(network, Precision::kBfloat16);
  const auto images = at::rand({50, kOddSchema.channels, kOddSchema.rows, kOddSchema.cols});
  const auto off = difference(engine.forward(images), network->forward(images));
  EXPECT_LE(off, kBfloat16Tolerance);
  EXPECT_GT(off, kGoldenTolerance) << "this is float32";
}

}  // namespace
}  // namespace digits
