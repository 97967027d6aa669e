#include "model/network.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/rng.h"

namespace digits {

namespace {

namespace nn = torch::nn;

at::Tensor channel_constants(const std::vector<double>& values) {
  return at::tensor(values, at::kFloat).view({1, -1, 1, 1});
}

void check(const NetworkOptions& options) {
  constexpr int64_t kLimit = 4096;  // of any side or width: beyond it is a mistake
  const auto in_range = [](int64_t size) { return size >= 1 && size <= kLimit; };
  const auto& widths = options.widths;
  const bool possible = in_range(options.rows) && in_range(options.cols) &&
                        in_range(options.channels) && in_range(options.classes) &&
                        options.classes > 1 && !widths.empty() &&
                        std::all_of(widths.begin(), widths.end(), in_range);
  if (possible) return;
  throw Error("config.network",
              fmt::format("{} classes, images {}x{}x{}, widths [{}]; expected at least 2 classes, "
                          "sizes and widths from 1 to {}",
                          options.classes, options.rows, options.cols, options.channels,
                          fmt::join(widths, ", "), kLimit),
              "check network.widths and the data set");
}

void fill_normal(at::Tensor& parameter, double stddev, Rng rng) {
  auto flat = parameter.view({-1});
  auto values = flat.accessor<float, 1>();
  for (int64_t i = 0; i < values.size(0); ++i)
    values[i] = static_cast<float>(stddev * rng.normal());
}

}  // namespace

NetworkOptions network_options(const Schema& schema, std::vector<int64_t> widths) {
  NetworkOptions options;
  options.rows = schema.rows;
  options.cols = schema.cols;
  options.channels = schema.channels;
  options.classes = schema.classes();
  options.widths = std::move(widths);
  return options;
}

NetworkImpl::NetworkImpl(NetworkOptions options, const Normalisation& normalisation)
    : options_(std::move(options)) {
  check(options_);
  mean_ = register_buffer("mean", channel_constants(normalisation.mean));
  stddev_ = register_buffer("stddev", channel_constants(normalisation.stddev));
  auto rows = options_.rows;
  auto cols = options_.cols;
  auto inputs = options_.channels;
  for (std::size_t i = 0; i < options_.widths.size(); ++i) {
    const bool stem = i == 0;
    const auto kernel = stem ? options_.stem_kernel : 3;
    const auto stride = stem ? options_.stem_stride : 1;
    const auto width = options_.widths[i];
    const auto conv =
        nn::Conv2dOptions(inputs, width, kernel).stride(stride).padding(kernel / 2).bias(false);
    convolutions_.push_back(register_module(fmt::format("conv{}", i), nn::Conv2d(conv)));
    norms_.push_back(register_module(fmt::format("norm{}", i), nn::BatchNorm2d(width)));
    rows = (rows - 1) / stride + 1;  // padding keeps the size but for the stride
    cols = (cols - 1) / stride + 1;
    pools_.push_back(!stem && rows >= 2 && cols >= 2);
    if (pools_.back()) {
      rows /= 2;
      cols /= 2;
    }
    inputs = width;
  }
  head_ = register_module("head", nn::Linear(inputs * rows * cols, options_.classes));
}

at::Tensor NetworkImpl::forward(const at::Tensor& images) {
  auto x = (images - mean_) / stddev_;
  for (std::size_t i = 0; i < convolutions_.size(); ++i) {
    x = at::relu(norms_[i]->forward(convolutions_[i]->forward(x)));
    if (pools_[i]) x = at::max_pool2d(x, 2);
  }
  return head_->forward(x.flatten(1));
}

void initialise(Network& network, std::uint64_t seed) {
  const at::NoGradGuard no_grad;
  std::uint64_t index = 0;
  for (auto& item : network->named_parameters()) {
    auto& parameter = item.value();
    const bool is_weight = parameter.dim() >= 2;  // batch norm and biases are vectors
    if (is_weight) {
      const double fan_in = static_cast<double>(parameter[0].numel());
      const double gain = parameter.dim() == 2 ? 0.1 : std::sqrt(2.0);
      fill_normal(parameter, gain / std::sqrt(fan_in), Rng(seed, Stream::kWeights, index));
    } else {
      const bool is_scale =
          item.key().find("norm") == 0 && item.key().find("weight") != std::string::npos;
      parameter.fill_(is_scale ? 1.0 : 0.0);
    }
    ++index;
  }
}

}  // namespace digits
