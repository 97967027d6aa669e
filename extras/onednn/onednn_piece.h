// Runs the network as a sequence of oneDNN primitives for one batch size; kernels, weight layouts
// and all memory are prepared before the first image.
#pragma once

#include <mutex>
#include <oneapi/dnnl/dnnl.hpp>
#include <unordered_map>
#include <vector>

#include "model/device.h"
#include "model/network.h"

namespace digits {

// The network in evaluation mode; batch norm is a factor and a summand for each channel.
struct FoldedNetwork {
  struct Layer {
    LayerShape shape;
    at::Tensor kernels;  // [outputs, inputs, 3, 3]; times `scale` in a layer that does not pool
    at::Tensor scale;    // [outputs], of batch norm
    at::Tensor shift;    // [outputs]
  };
  std::vector<Layer> layers;
  at::Tensor head;  // [classes, features], features in the order row, column, channel
  at::Tensor bias;  // [classes]
};

// All float32 on the CPU, contiguous.
FoldedNetwork fold(const Network& network);

// The network's constants in the layouts of the primitives, each made once for all pieces: they are
// most of a model's memory. Thread-safe.
class OnednnConstants {
 public:
  dnnl::engine& engine() { return engine_; }

  // Constant number `number` in the layout `wanted`, made from `values`, whose layout is `given`.
  dnnl::memory get(int number, const at::Tensor& values, const dnnl::memory::desc& given,
                   const dnnl::memory::desc& wanted);

 private:
  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  std::mutex mutex_;
  std::unordered_map<int, std::vector<dnnl::memory>> made_;  // by number
};

// Not thread-safe.
class OnednnPiece {
 public:
  // Made for batches of `images`. `constants` belong to all pieces of this network and precision,
  // and must outlive it. Throws dnnl::error where oneDNN has no kernel for the precision.
  OnednnPiece(const FoldedNetwork& network, OnednnConstants& constants, int64_t images,
              Precision precision);

  // [images, rows, cols, channels] of the first layer's maps, for the caller to fill in; all zero
  // at first.
  float* input() { return static_cast<float*>(input_.get_data_handle()); }

  void clear();

  // Logits [images, classes] of the input; valid until the next call.
  const float* run();

  // Input and results of the last run(), in float32: the input, the maps [images, channels, rows,
  // cols] after each layer, the logits.
  std::vector<at::Tensor> last_maps() const;

 private:
  using Arguments = std::unordered_map<int, dnnl::memory>;
  struct Step {
    dnnl::primitive primitive;
    Arguments arguments;
  };

  // `made` is the primitive's descriptor.
  template <typename Made>
  void add_step(const dnnl::primitive& primitive, const Made& made, Arguments arguments);

  // Each adds the steps of a layer and returns the memory of its result.
  dnnl::memory convert(const dnnl::memory& source, const dnnl::memory::desc& wanted);
  dnnl::memory convolve(const FoldedNetwork::Layer& layer, const dnnl::memory& source);
  dnnl::memory pool(const FoldedNetwork::Layer& layer, const dnnl::memory& source);
  dnnl::memory classify(const FoldedNetwork& network, const dnnl::memory& source);

  // The next constant of the network, in the layout `wanted`.
  dnnl::memory constant(const at::Tensor& values, const dnnl::memory::dims& sizes,
                        dnnl::memory::format_tag layout, const dnnl::memory::desc& wanted);

  OnednnConstants& constants_;
  int constant_count_ = 0;
  int64_t images_;
  dnnl::memory::data_type type_;
  dnnl::engine engine_;
  dnnl::stream stream_;
  std::vector<Step> steps_;
  std::vector<dnnl::memory> maps_;  // after each layer
  dnnl::memory input_;
  dnnl::memory logits_;
};

}  // namespace digits
