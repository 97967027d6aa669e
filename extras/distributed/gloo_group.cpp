#include "distributed/gloo_group.h"

#include <ATen/ATen.h>
#include <gloo/context.h>

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <utility>

namespace digits {

namespace {

using Group = c10d::ProcessGroupGloo;

c10::intrusive_ptr<Group::Options> group_options(const std::string& address,
                                                 std::chrono::milliseconds timeout) {
  auto options = Group::Options::create(timeout);
  const auto interface = environment_variable("GLOO_SOCKET_IFNAME");  // as for PyTorch
  options->devices.push_back(interface.empty() ? Group::createDeviceForHostname(address)
                                               : Group::createDeviceForInterface(interface));
  return options;
}

// Gloo's contexts have one timeout for connecting and for operations; LibTorch 1.13 does not pass
// on that of an operation.
class TimedGroup : public Group {
 public:
  using Group::Group;
  void set_timeout(std::chrono::milliseconds timeout) {
    for (const auto& context : contexts_) context->setTimeout(timeout);
  }
};

}  // namespace

GlooGroup::GlooGroup(const Store& store, const std::string& name, const LaunchPlace& place,
                     const std::string& address, std::chrono::milliseconds connect_timeout,
                     std::chrono::milliseconds timeout) {
  auto group = c10::make_intrusive<TimedGroup>(c10::make_intrusive<c10d::PrefixStore>(name, store),
                                               place.rank, place.ranks,
                                               group_options(address, connect_timeout));
  group->set_timeout(timeout);
  group_ = std::move(group);
}

Work GlooGroup::sum(const at::Tensor& values) {
  std::vector<at::Tensor> tensors{values};
  return group_->allreduce(tensors);
}

Work GlooGroup::maximum(const at::Tensor& values) {
  std::vector<at::Tensor> tensors{values};
  c10d::AllreduceOptions options;
  options.reduceOp = c10d::ReduceOp::MAX;
  return group_->allreduce(tensors, options);
}

Work GlooGroup::broadcast(const at::Tensor& values, int root) {
  std::vector<at::Tensor> tensors{values};
  c10d::BroadcastOptions options;
  options.rootRank = root;
  return group_->broadcast(tensors, options);
}

Work GlooGroup::scatter(const at::Tensor& part, const std::vector<at::Tensor>& parts) {
  std::vector<at::Tensor> outputs{part};
  std::vector<std::vector<at::Tensor>> inputs;
  if (!parts.empty()) inputs.push_back(parts);
  return group_->scatter(outputs, inputs);
}

void GlooGroup::abandon() { group_.release(); }

at::Tensor byte_view(const std::string& bytes) {
  return at::from_blob(const_cast<char*>(bytes.data()), {static_cast<int64_t>(bytes.size())},
                       at::kByte);
}

std::string bytes_of(const at::Tensor& tensor) {
  return {static_cast<const char*>(tensor.data_ptr()), static_cast<std::size_t>(tensor.numel())};
}

}  // namespace digits
