#include "onednn/onednn_piece.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cstring>

#include "model/checkpoint.h"
#include "onednn/onednn_compat.h"

namespace digits {

namespace {

using dnnl::memory;
using Type = memory::data_type;
using Tag = memory::format_tag;

// Maps [images, channels, rows, cols] in channels-last layout, which the network uses too; here no
// slower than oneDNN's own blocked layouts.
memory::desc maps(int64_t images, int64_t channels, int64_t rows, int64_t cols, Type type) {
  return {{images, channels, rows, cols}, type, Tag::nhwc};
}

// A float32 copy of maps, or of rows.
at::Tensor tensor_of(const memory& values) {
  const auto sizes = sizes_of(values.get_desc());
  const auto type = type_of(values.get_desc()) == Type::bf16 ? at::kBFloat16 : at::kFloat;
  auto* const data = values.get_data_handle();
  if (sizes.size() == 2) return at::from_blob(data, sizes, type).to(at::kFloat, false, true);
  return at::from_blob(data, {sizes[0], sizes[2], sizes[3], sizes[1]}, type)
      .permute({0, 3, 1, 2})
      .to(at::kFloat, false, /*copy=*/true);
}

// The operations after each result. We own the temporary memory: oneDNN's own belongs to the thread
// that made the primitive, and pieces move between threads.
dnnl::primitive_attr attributes_with(const dnnl::post_ops& operations) {
  dnnl::primitive_attr attributes;
  attributes.set_post_ops(operations);
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

// Batch norm is folded into the weights of a convolution without pooling. With pooling it is not: a
// negative factor would turn the largest value into the smallest.
bool takes_batch_norm(const LayerShape& shape) { return !shape.pools; }

}  // namespace

FoldedNetwork fold(const Network& network) {
  const at::NoGradGuard no_grad;
  const auto tensors = network_tensors(network);
  const auto tensor = [&](const std::string& name) {
    return tensors.at(name).detach().to(at::kCPU, at::kFloat, false, /*copy=*/true).contiguous();
  };
  FoldedNetwork folded;
  auto shapes = layer_shapes(network->options());
  shapes.pop_back();  // the head
  for (const auto& shape : shapes) {
    const auto number = folded.layers.size();
    const auto of_norm = [&](const char* name) {
      return tensor(fmt::format("norm{}.{}", number, name));
    };
    constexpr double kEpsilon = 1e-5;  // the network's batch norm adds it to the variance
    FoldedNetwork::Layer layer{shape, tensor(fmt::format("conv{}.weight", number)), {}, {}};
    layer.scale = of_norm("weight") / (of_norm("running_var") + kEpsilon).sqrt();
    layer.shift = of_norm("bias") - of_norm("running_mean") * layer.scale;
    if (takes_batch_norm(shape)) layer.kernels.mul_(layer.scale.view({-1, 1, 1, 1}));
    folded.layers.push_back(std::move(layer));
  }
  folded.head = tensor("head.weight");
  folded.bias = tensor("head.bias");
  return folded;
}

memory OnednnConstants::get(int number, const at::Tensor& values, const memory::desc& given,
                            const memory::desc& wanted) {
  const std::lock_guard<std::mutex> lock(mutex_);
  auto& made = made_[number];
  for (const auto& constant : made) {
    if (constant.get_desc() == wanted) return constant;
  }
  const auto kept = values.contiguous();
  memory source(given, engine_, kept.data_ptr());
  memory target(wanted, engine_);
  // Blocked layouts are padded, and some versions of oneDNN leave the padding uninitialised.
  std::memset(target.get_data_handle(), 0, wanted.get_size());
  dnnl::stream stream(engine_);
  dnnl::reorder(source, target).execute(stream, source, target);
  stream.wait();
  made.push_back(target);
  return target;
}

OnednnPiece::OnednnPiece(const FoldedNetwork& network, OnednnConstants& constants, int64_t images,
                         Precision precision)
    : constants_(constants),
      images_(images),
      type_(precision == Precision::kBfloat16 ? Type::bf16 : Type::f32),
      engine_(constants.engine()),
      stream_(engine_) {
  const auto& first = network.layers.front().shape;
  const auto input_of = [&](Type type) {
    return maps(images, first.inputs, first.rows, first.cols, type);
  };
  input_ = memory(input_of(Type::f32), engine_);
  clear();
  auto x = convert(input_, input_of(type_));
  for (const auto& layer : network.layers) {
    x = convolve(layer, x);
    if (layer.shape.pools) x = pool(layer, x);
    maps_.push_back(x);
  }
  logits_ = classify(network, x);
}

const float* OnednnPiece::run() {
  for (const auto& step : steps_) step.primitive.execute(stream_, step.arguments);
  stream_.wait();
  return static_cast<const float*>(logits_.get_data_handle());
}

void OnednnPiece::clear() {
  std::memset(input_.get_data_handle(), 0, input_.get_desc().get_size());
}

std::vector<at::Tensor> OnednnPiece::last_maps() const {
  std::vector<at::Tensor> all{tensor_of(input_)};
  for (const auto& map : maps_) all.push_back(tensor_of(map));
  all.push_back(tensor_of(logits_));
  return all;
}

template <typename Made>
void OnednnPiece::add_step(const dnnl::primitive& primitive, const Made& made,
                           Arguments arguments) {
  arguments.emplace(DNNL_ARG_SCRATCHPAD, memory(made.scratchpad_desc(), engine_));
  steps_.push_back({primitive, std::move(arguments)});
}

memory OnednnPiece::convert(const memory& source, const memory::desc& wanted) {
  if (source.get_desc() == wanted) return source;
  memory target(wanted, engine_);
  const dnnl::reorder::primitive_desc made(source, target, attributes_with({}));
  add_step(dnnl::reorder(made), made, {{DNNL_ARG_FROM, source}, {DNNL_ARG_TO, target}});
  return target;
}

memory OnednnPiece::convolve(const FoldedNetwork::Layer& layer, const memory& source) {
  const auto& shape = layer.shape;
  const bool folds = takes_batch_norm(shape);
  dnnl::post_ops operations;
  if (folds) append_relu(operations);
  const memory::dims kernel_sizes{shape.outputs, shape.inputs, 3, 3};
  memory target(maps(images_, shape.outputs, shape.rows, shape.cols, type_), engine_);
  const auto made = convolution_3x3(engine_, source.get_desc(), {kernel_sizes, type_, Tag::any},
                                    {{shape.outputs}, Type::f32, Tag::x}, target.get_desc(),
                                    attributes_with(operations));
  // In the order of the maps, since some versions of oneDNN reorder from the other order wrongly.
  const auto kernels = layer.kernels.permute({0, 2, 3, 1});
  const auto bias = folds ? layer.shift : at::zeros_like(layer.shift);
  add_step(dnnl::convolution_forward(made), made,
           {{DNNL_ARG_SRC, source},
            {DNNL_ARG_WEIGHTS, constant(kernels, kernel_sizes, Tag::ohwi, made.weights_desc())},
            {DNNL_ARG_BIAS, constant(bias, {shape.outputs}, Tag::x, made.bias_desc())},
            {DNNL_ARG_DST, target}});
  return target;
}

memory OnednnPiece::pool(const FoldedNetwork::Layer& layer, const memory& source) {
  const auto& shape = layer.shape;
  const memory::dims sizes{1, shape.outputs, 1, 1};  // one value for each channel
  const memory::desc of_channels(sizes, Type::f32, Tag::nchw);
  dnnl::post_ops operations;
  operations.append_binary(dnnl::algorithm::binary_mul, of_channels);
  operations.append_binary(dnnl::algorithm::binary_add, of_channels);
  append_relu(operations);
  memory target(maps(images_, shape.outputs, shape.rows / 2, shape.cols / 2, type_), engine_);
  const auto made =
      max_pooling_2x2(engine_, source.get_desc(), target.get_desc(), attributes_with(operations));
  const auto operand = [](int number) {
    return DNNL_ARG_ATTR_MULTIPLE_POST_OP(number) | DNNL_ARG_SRC_1;
  };
  add_step(dnnl::pooling_forward(made), made,
           {{DNNL_ARG_SRC, source},
            {DNNL_ARG_DST, target},
            {operand(0), constant(layer.scale, sizes, Tag::nchw, of_channels)},
            {operand(1), constant(layer.shift, sizes, Tag::nchw, of_channels)}});
  return target;
}

memory OnednnPiece::classify(const FoldedNetwork& network, const memory& source) {
  const auto classes = network.head.size(0), features = network.head.size(1);
  const memory::dims sizes{classes, features};
  // The same bytes as rows; the previous step keeps them.
  const memory flat({{images_, features}, type_, Tag::nc}, engine_, source.get_data_handle());
  memory target({{images_, classes}, Type::f32, Tag::nc}, engine_);
  const auto made =
      inner_product(engine_, flat.get_desc(), {sizes, type_, Tag::any},
                    {{classes}, Type::f32, Tag::x}, target.get_desc(), attributes_with({}));
  add_step(dnnl::inner_product_forward(made), made,
           {{DNNL_ARG_SRC, flat},
            {DNNL_ARG_WEIGHTS, constant(network.head, sizes, Tag::oi, made.weights_desc())},
            {DNNL_ARG_BIAS, constant(network.bias, {classes}, Tag::x, made.bias_desc())},
            {DNNL_ARG_DST, target}});
  return target;
}

memory OnednnPiece::constant(const at::Tensor& values, const memory::dims& sizes, Tag layout,
                             const memory::desc& wanted) {
  return constants_.get(constant_count_++, values, {sizes, Type::f32, layout}, wanted);
}

}  // namespace digits
