// Wraps c10d's process group of Gloo.
#pragma once

#include <ATen/core/Tensor.h>

#include <chrono>
#include <string>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <vector>

#include "distributed/launch_place.h"
#include "distributed/rendezvous.h"

namespace digits {

using Work = c10::intrusive_ptr<c10d::Work>;

// The ranks as a group of their own: calls in different groups do not wait for each other. The
// calls start an operation; it throws at Work::wait().
class GlooGroup {
 public:
  // Connects the ranks through the store, under `name`, within `connect_timeout`. `address` is this
  // host's. Afterwards an operation fails when it takes longer than `timeout`. Throws
  // std::exception.
  GlooGroup(const Store& store, const std::string& name, const LaunchPlace& place,
            const std::string& address, std::chrono::milliseconds connect_timeout,
            std::chrono::milliseconds timeout);

  Work sum(const at::Tensor& values);
  Work maximum(const at::Tensor& values);
  Work broadcast(const at::Tensor& values, int root);
  // `parts` of rank 0, one for each rank and all of one size; `part` receives this rank's.
  Work scatter(const at::Tensor& part, const std::vector<at::Tensor>& parts);

  // Keeps Gloo's threads and connections until the process ends. Gloo cannot cancel an operation
  // that waits for a lost rank, and its destructor would wait for it.
  void abandon();

 private:
  c10::intrusive_ptr<c10d::ProcessGroupGloo> group_;
};

// `bytes` as a tensor that shares their memory, and a copy of a tensor's bytes.
at::Tensor byte_view(const std::string& bytes);
std::string bytes_of(const at::Tensor& tensor);

}  // namespace digits
