// Exchanges gradients and bytes among the processes that train one network together. Each of them
// is a rank.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "base/error.h"

namespace digits {

// All ranks call average(), broadcast() and scatter() in the same order; each call waits for the
// other ranks. One thread of a rank makes the calls. When a rank is lost or fails,
// the calls of the others throw.
class GradientExchange {
 public:
  virtual ~GradientExchange() = default;

  virtual int rank() const = 0;   // of this process, from 0
  virtual int ranks() const = 0;  // at least 1

  // Replaces `values`, [n] float32, by their mean over the ranks; each rank gets the same bits.
  virtual void average(at::Tensor& values) = 0;

  // Returns the bytes of rank 0; those of the others are not used.
  virtual std::string broadcast(const std::string& bytes) = 0;

  // Returns this rank's entry of `parts`, which rank 0 has: one entry for each rank.
  virtual std::string scatter(const std::vector<std::string>& parts) = 0;

  // Ends the exchange after the training: waits until all ranks call it. Throws as the other calls.
  virtual void finish() = 0;

  // Ends the exchange with an error, which the calls of the other ranks throw. Returns the error to
  // report: that of another rank if it stopped this one, else `error`. After finish() or an earlier
  // call it only returns `error`.
  virtual Error fail(const Error& error) noexcept = 0;
};

// The number of ranks that share a training: 1 without an exchange.
inline int ranks_of(const GradientExchange* exchange) {
  return exchange == nullptr ? 1 : exchange->ranks();
}

}  // namespace digits
