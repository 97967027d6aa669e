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

bool valid(const NetworkOptions& options) {
  constexpr int64_t kLimit = 4096;  // of any side or width: a larger one is a mistake
  const auto in_range = [](int64_t size) { return size >= 1 && size <= kLimit; };
  const auto& schema = options.schema;
  const auto& [crop, patch, blocks] = options.architecture;
  const auto is_block = [&](const std::vector<int64_t>& widths) {
    return !widths.empty() && std::all_of(widths.begin(), widths.end(), in_range);
  };
  return in_range(schema.rows) && in_range(schema.cols) && in_range(schema.channels) &&
         in_range(schema.classes()) && schema.classes() > 1 && crop >= 0 &&
         2 * crop < std::min(schema.rows, schema.cols) && patch >= 1 && patch <= 8 &&
         !blocks.empty() && std::all_of(blocks.begin(), blocks.end(), is_block);
}

void check(const NetworkOptions& options) {
  if (valid(options)) return;
  const auto& schema = options.schema;
  throw Error("config.network",
              fmt::format("{} classes, images {}x{}x{}, crop {}, patch {}, blocks {}; expected at "
                          "least 2 classes, sizes and widths from 1 to 4096, a crop that leaves "
                          "pixels, a patch from 1 to 8, no empty block",
                          schema.classes(), schema.rows, schema.cols, schema.channels,
                          options.architecture.crop, options.architecture.patch,
                          options.architecture.blocks),
              "check [network] and the data set");
}

void fill_normal(at::Tensor& parameter, double stddev, Rng rng) {
  auto flat = parameter.view({-1});
  auto values = flat.accessor<float, 1>();
  for (int64_t i = 0; i < values.size(0); ++i)
    values[i] = static_cast<float>(stddev * rng.normal());
}

}  // namespace

std::vector<LayerShape> layer_shapes(const NetworkOptions& options) {
  check(options);
  const auto& schema = options.schema;
  const auto& [crop, patch, blocks] = options.architecture;
  auto rows = (schema.rows - 2 * crop + patch - 1) / patch;
  auto cols = (schema.cols - 2 * crop + patch - 1) / patch;
  auto inputs = schema.channels * patch * patch;
  std::vector<LayerShape> layers;
  for (const auto& block : blocks) {
    for (const auto width : block) {
      layers.push_back({fmt::format("conv{}", layers.size()), inputs, width, rows, cols});
      inputs = width;
    }
    layers.back().pools = rows >= 2 && cols >= 2;
    if (layers.back().pools) {
      rows /= 2;
      cols /= 2;
    }
  }
  layers.push_back({"head", inputs * rows * cols, schema.classes()});
  return layers;
}

at::Tensor space_to_depth(const at::Tensor& images, int64_t patch) {
  // All later layers keep this layout; some versions of oneDNN compute the other one wrongly.
  if (patch == 1) return images.contiguous(at::MemoryFormat::ChannelsLast);
  const auto missing = [&](int64_t size) { return (patch - size % patch) % patch; };
  const auto rows = images.size(2), cols = images.size(3);
  auto x = images;
  if (missing(rows) + missing(cols) > 0) {
    x = at::constant_pad_nd(x, {0, missing(cols), 0, missing(rows)});
  }
  std::vector<at::Tensor> slices;
  for (int64_t y = 0; y < patch; ++y) {
    const auto lines = x.slice(2, y, x.size(2), patch);
    for (int64_t i = 0; i < patch; ++i) slices.push_back(lines.slice(3, i, x.size(3), patch));
  }
  return at::cat(slices, 1).contiguous(at::MemoryFormat::ChannelsLast);
}

NetworkImpl::NetworkImpl(NetworkOptions options, const Normalisation& normalisation)
    : options_(std::move(options)) {
  auto layers = layer_shapes(options_);
  const auto head = layers.back();
  layers.pop_back();
  mean_ = register_buffer("mean", channel_constants(normalisation.mean));
  stddev_ = register_buffer("stddev", channel_constants(normalisation.stddev));
  for (const auto& layer : layers) {
    const auto conv = nn::Conv2dOptions(layer.inputs, layer.outputs, 3).padding(1).bias(false);
    convolutions_.push_back(register_module(layer.name, nn::Conv2d(conv)));
    const auto norm = fmt::format("norm{}", norms_.size());
    norms_.push_back(register_module(norm, nn::BatchNorm2d(layer.outputs)));
    pools_.push_back(layer.pools);
  }
  head_ = register_module(head.name, nn::Linear(head.inputs, head.outputs));
}

at::Tensor NetworkImpl::forward(const at::Tensor& images) {
  const auto& schema = options_.schema;
  const auto& [crop, patch, blocks] = options_.architecture;
  auto x = images.slice(2, crop, schema.rows - crop).slice(3, crop, schema.cols - crop);
  x = space_to_depth((x - mean_) / stddev_, patch);
  for (std::size_t i = 0; i < convolutions_.size(); ++i) {
    x = convolutions_[i]->forward(x);
    if (pools_[i]) x = at::max_pool2d(x, 2);
    x = at::relu(norms_[i]->forward(x));
  }
  // Flattens in the memory order of channels-last maps: a copy into another order would give the
  // gradient a layout different from the map's, and make every backward pass several times slower.
  return head_->forward(x.permute({0, 2, 3, 1}).flatten(1));
}

void initialise(Network& network, std::uint64_t seed) {
  const at::NoGradGuard no_grad;
  std::uint64_t index = 0;
  for (auto& item : network->named_parameters()) {
    auto& parameter = item.value();
    const bool is_weight = parameter.dim() >= 2;  // batch norm and biases are vectors
    if (is_weight) {
      const double fan_in = static_cast<double>(parameter[0].numel());
      const double gain = item.key() == "head.weight" ? 0.1 : std::sqrt(2.0);
      fill_normal(parameter, gain / std::sqrt(fan_in), Rng(seed, Stream::kWeights, index));
    } else {
      const bool is_scale = item.key().find("weight") != std::string::npos;  // of a normalisation
      parameter.fill_(is_scale ? 1.0 : 0.0);
    }
    ++index;
  }
}

}  // namespace digits
