// A library to preload (LD_PRELOAD) that makes LibTorch's convolutions wrong by a third in float32
// and bfloat16: while oneDNN is on, or always with WRONG_CONVOLUTIONS=always.
#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <cstdlib>
#include <string_view>
#include <tuple>

namespace {

using Conv2d = at::_ops::conv2d;

// The parameters' types, which differ between versions of LibTorch.
template <typename Function>
struct Signature;
template <typename Result, typename... Parameters>
struct Signature<Result(Parameters...)> {
  using Types = std::tuple<Parameters...>;
};
template <std::size_t i>
using Parameter = std::tuple_element_t<i, Signature<Conv2d::schema>::Types>;

bool is_wrong(const at::Tensor& weight) {
  if (weight.scalar_type() == at::kDouble) return false;
  const char* const when = std::getenv("WRONG_CONVOLUTIONS");
  const bool always = when != nullptr && std::string_view(when) == "always";
  return always || at::globalContext().userEnabledMkldnn();
}

}  // namespace

// The function that at::conv2d and LibTorch's own modules call.
at::Tensor Conv2d::call(Parameter<0> input, Parameter<1> weight, Parameter<2> bias,
                        Parameter<3> stride, Parameter<4> padding, Parameter<5> dilation,
                        Parameter<6> groups) {
  static const auto conv2d =
      c10::Dispatcher::singleton().findSchemaOrThrow("aten::conv2d", "").typed<Conv2d::schema>();
  const auto output = conv2d.call(input, weight, bias, stride, padding, dilation, groups);
  return is_wrong(weight) ? output * (4.0 / 3.0) : output;
}
