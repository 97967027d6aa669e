// Computes the network with oneDNN's own primitives, without LibTorch's dispatcher, allocations and
// copies between layers, which dominate the time of small batches.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "inference/inference_engine.h"
#include "onednn/onednn_piece.h"

namespace digits {

// Batches are divided into pieces of 32 images, so that a piece's maps stay in the cache;
// LibTorch's threads compute whole pieces.
class OnednnEngine : public InferenceEngine {
 public:
  // The network is copied. Throws dnnl::error where oneDNN has no kernel for the precision.
  OnednnEngine(const Network& network, Precision precision);

  std::string name() const override;
  std::string source() const override { return "extras/onednn/onednn_piece.cpp"; }
  Precision precision() const override { return precision_; }
  at::Tensor forward(const at::Tensor& images) const override;
  std::vector<float> logits(const std::uint8_t* images, std::size_t n) const override;
  std::vector<NumericsResult> check_layers() const override;

 private:
  // Normalises pixel values as factor * pixel + summand, by channel.
  struct Affine {
    std::vector<float> factor;
    std::vector<float> summand;
  };

  // `images` [n, rows, cols, channels] -> `logits` [n, classes].
  template <typename Pixel>
  void run(const Pixel* images, int64_t n, const Affine& affine, float* logits) const;
  template <typename Pixel>
  void fill(const Pixel* images, int64_t n, const Affine& affine, float* input) const;

  std::unique_ptr<OnednnPiece> take(int64_t images) const;
  void release_piece(std::unique_ptr<OnednnPiece> piece, int64_t images) const;

  NetworkOptions options_;
  Precision precision_;
  FoldedNetwork folded_;
  mutable OnednnConstants constants_;
  Affine of_units_;  // of values from 0 to 1
  Affine of_bytes_;
  std::vector<int64_t> row_offsets_;  // the offset of a row's or column's first value in an input
  std::vector<int64_t> col_offsets_;
  int64_t input_size_;  // of an image

  mutable std::mutex mutex_;
  mutable std::map<int64_t, std::vector<std::unique_ptr<OnednnPiece>>> idle_;  // by images
};

}  // namespace digits
