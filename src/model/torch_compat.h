// Handles every difference between LibTorch versions: 1.13 (Debian 12) to current 2.x. Include it
// in .cpp files only.
#pragma once

#include <ATen/autocast_mode.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/DeviceType.h>
#include <c10/core/ScalarType.h>
#include <torch/version.h>

namespace digits {

// Enables mixed precision while it lives: convolutions and matrix products run in `dtype` on
// `device`. The destructor restores the previous state.
class AutocastScope {
 public:
  AutocastScope(c10::DeviceType device, c10::ScalarType dtype, bool enabled)
      : device_(device), before_(is_enabled(device)) {
    set(device, dtype, enabled);
  }
  ~AutocastScope() {
    at::autocast::clear_cache();  // cast weights become stale after the next step
    set_enabled(device_, before_);
  }
  AutocastScope(const AutocastScope&) = delete;
  AutocastScope& operator=(const AutocastScope&) = delete;

#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
  static bool is_enabled(c10::DeviceType device) {
    return at::autocast::is_autocast_enabled(device);
  }
  static c10::ScalarType dtype_on(c10::DeviceType device) {
    return at::autocast::get_autocast_dtype(device);
  }

 private:
  static void set_enabled(c10::DeviceType device, bool enabled) {
    at::autocast::set_autocast_enabled(device, enabled);
  }
  static void set(c10::DeviceType device, c10::ScalarType dtype, bool enabled) {
    at::autocast::set_autocast_dtype(device, dtype);
    set_enabled(device, enabled);
  }
#else
  static bool is_enabled(c10::DeviceType device) {
    return device == c10::DeviceType::CPU ? at::autocast::is_cpu_enabled()
                                          : at::autocast::is_enabled();
  }
  static c10::ScalarType dtype_on(c10::DeviceType device) {
    return device == c10::DeviceType::CPU ? at::autocast::get_autocast_cpu_dtype()
                                          : at::autocast::get_autocast_gpu_dtype();
  }

 private:
  static void set_enabled(c10::DeviceType device, bool enabled) {
    if (device == c10::DeviceType::CPU) {
      at::autocast::set_cpu_enabled(enabled);
    } else {
      at::autocast::set_enabled(enabled);
    }
  }
  static void set(c10::DeviceType device, c10::ScalarType dtype, bool enabled) {
    if (device == c10::DeviceType::CPU) {
      at::autocast::set_autocast_cpu_dtype(dtype);
    } else {
      at::autocast::set_autocast_gpu_dtype(dtype);
    }
    set_enabled(device, enabled);
  }
#endif

  c10::DeviceType device_;
  bool before_;
};

// Whether GPU 0 multiplies bfloat16 natively (compute capability 8) and LibTorch's convolutions use
// it; 1.13 does so only when an environment variable selects cuDNN's newer interface.
inline bool gpu_multiplies_bfloat16() {
  return TORCH_VERSION_MAJOR >= 2 &&
         at::detail::getCUDAHooks().supportsBFloat16ConvolutionWithCuDNNv8();
}

}  // namespace digits
