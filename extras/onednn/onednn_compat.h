// Handles every difference between oneDNN 2.6 (Debian 12) and 3.x: the arguments of an operation's
// descriptor became arguments of its primitive descriptor.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>

namespace digits {

// 3x3, stride 1, one pixel of zeros around each map.
inline dnnl::convolution_forward::primitive_desc convolution_3x3(
    const dnnl::engine& engine, const dnnl::memory::desc& source, const dnnl::memory::desc& weights,
    const dnnl::memory::desc& bias, const dnnl::memory::desc& target,
    const dnnl::primitive_attr& attributes) {
  const auto kind = dnnl::prop_kind::forward_inference;
  const auto algorithm = dnnl::algorithm::convolution_direct;
  const dnnl::memory::dims ones{1, 1};
#if DNNL_VERSION_MAJOR >= 3
  return {engine, kind, algorithm, source, weights, bias, target, ones, ones, ones, attributes};
#else
  return {{kind, algorithm, source, weights, bias, target, ones, ones, ones}, attributes, engine};
#endif
}

// The maximum of each 2x2 pixels; a last odd row or column is left out.
inline dnnl::pooling_forward::primitive_desc max_pooling_2x2(
    const dnnl::engine& engine, const dnnl::memory::desc& source, const dnnl::memory::desc& target,
    const dnnl::primitive_attr& attributes) {
  const auto kind = dnnl::prop_kind::forward_inference;
  const auto algorithm = dnnl::algorithm::pooling_max;
  const dnnl::memory::dims twos{2, 2}, zeros{0, 0};
#if DNNL_VERSION_MAJOR >= 3
  return {engine, kind, algorithm, source, target, twos, twos, zeros, zeros, zeros, attributes};
#else
  return {{kind, algorithm, source, target, twos, twos, zeros, zeros}, attributes, engine};
#endif
}

inline dnnl::inner_product_forward::primitive_desc inner_product(
    const dnnl::engine& engine, const dnnl::memory::desc& source, const dnnl::memory::desc& weights,
    const dnnl::memory::desc& bias, const dnnl::memory::desc& target,
    const dnnl::primitive_attr& attributes) {
  const auto kind = dnnl::prop_kind::forward_inference;
#if DNNL_VERSION_MAJOR >= 3
  return {engine, kind, source, weights, bias, target, attributes};
#else
  return {{kind, source, weights, bias, target}, attributes, engine};
#endif
}

inline dnnl::memory::dims sizes_of(const dnnl::memory::desc& desc) {
#if DNNL_VERSION_MAJOR >= 3
  return desc.get_dims();
#else
  return desc.dims();
#endif
}

inline dnnl::memory::data_type type_of(const dnnl::memory::desc& desc) {
#if DNNL_VERSION_MAJOR >= 3
  return desc.get_data_type();
#else
  return desc.data_type();
#endif
}

inline void append_relu(dnnl::post_ops& operations) {
#if DNNL_VERSION_MAJOR >= 3
  operations.append_eltwise(dnnl::algorithm::eltwise_relu, 0.0F, 0.0F);
#else
  operations.append_eltwise(1.0F, dnnl::algorithm::eltwise_relu, 0.0F, 0.0F);
#endif
}

}  // namespace digits
