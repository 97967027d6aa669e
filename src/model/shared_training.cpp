#include "model/shared_training.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/sha256.h"
#include "model/checkpoint.h"
#include "model/safetensors.h"

namespace digits {

namespace {

// Batches in one message of rank 0: limits the memory that it needs besides the set.
constexpr std::size_t kBatchesPerMessage = 64;

struct Positions {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// The positions of a rank's images in a batch.
Positions positions_of(int rank, int ranks, std::size_t batch_size) {
  const auto r = static_cast<std::size_t>(rank);
  const auto n = static_cast<std::size_t>(ranks);
  return {batch_size * r / n, batch_size * (r + 1) / n};
}

// The numbers of a rank's images in the batches from `first` to before `last`.
std::vector<std::uint32_t> numbers_of(const Positions& positions,
                                      const std::vector<std::uint32_t>& order,
                                      std::size_t batch_size, std::size_t first, std::size_t last) {
  std::vector<std::uint32_t> numbers;
  for (auto b = first; b < last; ++b) {
    const auto batch = order.begin() + static_cast<std::ptrdiff_t>(b * batch_size);
    numbers.insert(numbers.end(), batch + static_cast<std::ptrdiff_t>(positions.begin),
                   batch + static_cast<std::ptrdiff_t>(positions.end));
  }
  return numbers;
}

std::string pack(const Dataset& part) {
  std::string bytes(part.images.begin(), part.images.end());
  bytes.append(part.labels.begin(), part.labels.end());
  return bytes;
}

void append(const std::string& bytes, Dataset& part) {
  const auto count = bytes.size() / (part.schema.image_bytes() + 1);
  const auto labels = bytes.end() - static_cast<std::ptrdiff_t>(count);
  part.images.insert(part.images.end(), bytes.begin(), labels);
  part.labels.insert(part.labels.end(), labels, bytes.end());
}

// Whether the condition holds on any rank.
bool any(GradientExchange& exchange, bool condition) {
  auto share = at::full({1}, condition ? 1.0 : 0.0, at::kFloat);
  exchange.average(share);
  return share.item<float>() > 0.0F;
}

}  // namespace

void share_state(GradientExchange& exchange, TrainingState& state) {
  const bool first = exchange.rank() == 0;
  const auto bytes = exchange.broadcast(first ? format_state(state) : std::string());
  if (first) return;
  auto received = parse_state(bytes, "the state of rank 0");
  copy_tensors(state.tensors, received.tensors, "the state of rank 0");
  received.tensors = std::move(state.tensors);
  state = std::move(received);
}

EpochPart epoch_part(GradientExchange& exchange, const Dataset& set, std::size_t samples,
                     const BatchOptions& options) {
  const auto order = epoch_order(samples, options);
  const auto steps = batch_count(samples, options);
  const auto own = positions_of(exchange.rank(), exchange.ranks(), options.batch_size);
  EpochPart part{{set.schema, {}, {}}, options};
  part.options.batch_size = own.end - own.begin;
  part.options.shuffle = false;
  part.options.first_batch = 0;
  part.options.numbers = numbers_of(own, order, options.batch_size, options.first_batch,
                                    std::max(options.first_batch, steps));
  part.set.images.reserve(part.options.numbers.size() * set.schema.image_bytes());
  for (auto first = options.first_batch; first < steps; first += kBatchesPerMessage) {
    const auto last = std::min(first + kBatchesPerMessage, steps);
    std::vector<std::string> messages;
    for (int rank = 0; exchange.rank() == 0 && rank < exchange.ranks(); ++rank) {
      const auto positions = positions_of(rank, exchange.ranks(), options.batch_size);
      messages.push_back(
          pack(subset(set, numbers_of(positions, order, options.batch_size, first, last))));
    }
    append(exchange.scatter(messages), part.set);
  }
  return part;
}

StepExchange::StepExchange(GradientExchange& exchange, const FlatWeights& weights,
                           std::size_t batch_size)
    : exchange_(exchange), weights_(weights) {
  for (const auto& [name, tensor] : weights.views(weights.all(), "")) {
    if (name.find("running_") != std::string::npos) statistics_.push_back(tensor);
  }
  const auto own = positions_of(exchange.rank(), exchange.ranks(), batch_size);
  weight_ =
      static_cast<double>(own.end - own.begin) * exchange.ranks() / static_cast<double>(batch_size);
}

StepRequests StepExchange::average(StepOutcome& outcome, const StepRequests& requests) {
  const at::NoGradGuard no_grad;
  const std::vector<float> asked{requests.stop ? 1.0F : 0.0F, requests.save ? 1.0F : 0.0F};
  std::vector<at::Tensor> pieces{weights_.gradients()};
  pieces.insert(pieces.end(), statistics_.begin(), statistics_.end());
  pieces.push_back(outcome.loss.reshape({1}));
  pieces.push_back(at::tensor(asked).to(outcome.loss.device()));
  auto values = at::cat(pieces);
  if (weight_ != 1.0) values.mul_(weight_);
  exchange_.average(values);
  int64_t begin = 0;
  for (auto& piece : pieces) {
    piece.copy_(values.narrow(0, begin, piece.numel()));  // the loss and the gradients are views
    begin += piece.numel();
  }
  outcome.gradient_norm = at::norm(weights_.gradients());
  const auto granted = pieces.back().to(at::kCPU);
  return {granted[0].item<float>() > 0.0F, granted[1].item<float>() > 0.0F};
}

void share_epoch(GradientExchange& exchange, const at::Tensor& weights, EpochRecord& record) {
  const auto hash = sha256(format_safetensors({{"weights", weights.cpu()}}));
  const auto received = exchange.broadcast(Json{{"record", record}, {"hash", hash}}.dump());
  const auto json = parse_json(received, "the epoch of rank 0", "train");
  record = json_at<EpochRecord>(json, "/record", "train");
  const bool differs = json_at<std::string>(json, "/hash", "train") != hash;
  if (!any(exchange, differs)) return;
  throw Error("train.ranks_differ",
              differs
                  ? fmt::format("the weights of rank {} differ from those of rank 0 after epoch "
                                "{}, expected equal weights",
                                exchange.rank(), record.epoch)
                  : fmt::format("the weights of another rank differ from those of rank 0 after "
                                "epoch {}, expected equal weights; see its message",
                                record.epoch),
              "run all ranks on the same processor model, with the same build and --threads");
}

}  // namespace digits
