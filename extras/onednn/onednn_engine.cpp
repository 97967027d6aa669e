#include "onednn/onednn_engine.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <omp.h>

#include <algorithm>

#include "base/interrupt.h"
#include "model/checkpoint.h"
#include "onednn/onednn_check.h"

namespace digits {

namespace {

constexpr int64_t kPieceImages = 32;

// Primitives that are made and run here use one thread: threads divide the pieces, so that a logit
// does not depend on the number of threads.
class OneThread {
 public:
  OneThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneThread() { omp_set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

// The offsets of an image's rows, or columns, in an input [rows / patch, cols / patch, patch,
// patch, channels]: `across` is the offset of the next patch, `inside` the offset of the next row
// or column within a patch.
std::vector<int64_t> offsets(int64_t size, int64_t patch, int64_t across, int64_t inside) {
  std::vector<int64_t> result;
  for (int64_t i = 0; i < size; ++i) result.push_back(i / patch * across + i % patch * inside);
  return result;
}

std::vector<float> values_of(const at::Tensor& tensor) {
  const auto flat = tensor.detach().to(at::kCPU, at::kFloat).contiguous();
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

}  // namespace

OnednnEngine::OnednnEngine(const Network& network, Precision precision)
    : options_(network->options()), precision_(precision), folded_(fold(network)) {
  const at::NoGradGuard no_grad;
  const auto tensors = network_tensors(network);
  const auto& mean = tensors.at("mean");
  const auto& stddev = tensors.at("stddev");
  of_units_ = {values_of(1.0 / stddev), values_of(-mean / stddev)};
  of_bytes_ = {values_of(1.0 / (255.0 * stddev)), of_units_.summand};

  const auto& first = folded_.layers.front().shape;
  const auto crop = options_.architecture.crop, patch = options_.architecture.patch;
  row_offsets_ = offsets(options_.schema.rows - 2 * crop, patch, first.cols * first.inputs,
                         patch * options_.schema.channels);
  col_offsets_ =
      offsets(options_.schema.cols - 2 * crop, patch, first.inputs, options_.schema.channels);
  input_size_ = first.rows * first.cols * first.inputs;
  release_piece(take(1), 1);  // throws for a precision that oneDNN lacks
}

std::string OnednnEngine::name() const {
  return precision_ == Precision::kFloat32 ? "onednn" : "onednn-bfloat16";
}

at::Tensor OnednnEngine::forward(const at::Tensor& images) const {
  const auto input = images.to(at::kCPU, at::kFloat).permute({0, 2, 3, 1}).contiguous();
  auto logits = at::empty({images.size(0), options_.schema.classes()}, at::kFloat);
  run(input.data_ptr<float>(), images.size(0), of_units_, logits.data_ptr<float>());
  return logits;
}

std::vector<float> OnednnEngine::logits(const std::uint8_t* images, std::size_t n) const {
  std::vector<float> logits(n * static_cast<std::size_t>(options_.schema.classes()));
  run(images, static_cast<int64_t>(n), of_bytes_, logits.data());
  return logits;
}

// Checks pieces of one image and of the largest size: oneDNN chooses its kernels by size too.
std::vector<NumericsResult> OnednnEngine::check_layers() const {
  const OneThread one_thread;
  std::vector<NumericsResult> results;
  for (const auto images : {int64_t{1}, kPieceImages}) {
    auto piece = take(images);
    const auto input = exact_random({images * input_size_}, static_cast<std::uint64_t>(images));
    std::copy_n(input.data_ptr<float>(), input.numel(), piece->input());
    piece->run();
    const auto checked = compare_layers(folded_, piece->last_maps(), precision_);
    results.insert(results.end(), checked.begin(), checked.end());
    piece->clear();
    release_piece(std::move(piece), images);
  }
  return results;
}

template <typename Pixel>
void OnednnEngine::run(const Pixel* images, int64_t n, const Affine& affine, float* logits) const {
  const auto image_size = static_cast<int64_t>(options_.schema.image_bytes());
  const auto pieces = (n + kPieceImages - 1) / kPieceImages;
  at::parallel_for(0, pieces, 1, [&](int64_t begin, int64_t end) {
    const OneThread one_thread;
    for (auto i = begin; i < end; ++i) {
      throw_if_interrupted("inference");
      const auto first = i * kPieceImages, count = std::min(kPieceImages, n - first);
      auto piece = take(count);
      fill(images + first * image_size, count, affine, piece->input());
      std::copy_n(piece->run(), count * options_.schema.classes(),
                  logits + first * options_.schema.classes());
      release_piece(std::move(piece), count);
    }
  });
}

// Crops, normalises and moves patches to channels in one pass. Pixels of a patch beyond the image's
// edge are never written, and stay zero.
template <typename Pixel>
void OnednnEngine::fill(const Pixel* images, int64_t n, const Affine& affine, float* input) const {
  const int64_t crop = options_.architecture.crop, channels = options_.schema.channels;
  const auto image_size = static_cast<int64_t>(options_.schema.image_bytes());
  for (int64_t i = 0; i < n; ++i) {
    for (std::size_t y = 0; y < row_offsets_.size(); ++y) {
      const auto row = crop + static_cast<int64_t>(y);
      const Pixel* pixel = images + i * image_size + (row * options_.schema.cols + crop) * channels;
      float* const target = input + i * input_size_ + row_offsets_[y];
      for (const auto offset : col_offsets_) {
        for (int64_t c = 0; c < channels; ++c, ++pixel) {
          const auto channel = static_cast<std::size_t>(c);
          target[offset + c] =
              affine.factor[channel] * static_cast<float>(*pixel) + affine.summand[channel];
        }
      }
    }
  }
}

std::unique_ptr<OnednnPiece> OnednnEngine::take(int64_t images) const {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    auto& idle = idle_[images];
    if (!idle.empty()) {
      auto piece = std::move(idle.back());
      idle.pop_back();
      return piece;
    }
  }
  const OneThread one_thread;
  return std::make_unique<OnednnPiece>(folded_, constants_, images, precision_);
}

void OnednnEngine::release_piece(std::unique_ptr<OnednnPiece> piece, int64_t images) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  idle_[images].push_back(std::move(piece));
}

}  // namespace digits
