// Compares the latest inputs with the training set by the test of `digits drift`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "data/drift.h"
#include "data/profile.h"
#include "serve/metrics.h"

namespace digits {

struct DriftVerdict {
  DriftState state = DriftState::kTooFew;
  std::size_t count = 0;         // images in the window
  std::vector<DriftTest> tests;  // empty for too few images
};

// Thread-safe. With fewer than 200 images, or than the window holds, there is no verdict:
// docs/performance.md explains the number.
class DriftWindow {
 public:
  // `size`: number of images to keep, at least kMinDriftImages.
  DriftWindow(const Profile& reference, std::size_t size);

  // `images` [n, rows, cols, channels] and the predicted classes.
  void add(const std::vector<std::uint8_t>& images, const std::vector<std::uint8_t>& labels);

  // Takes some milliseconds for each hundred images.
  DriftVerdict verdict() const;

  // The profile of the images in the window. Throws profile.empty if there are none.
  Profile profile() const;

  // Images added since the start.
  std::size_t added() const;

 private:
  Dataset kept() const;

  Profile reference_;
  std::size_t size_;
  mutable std::mutex mutex_;
  Dataset kept_;          // at most size_; the oldest is overwritten
  std::size_t next_ = 0;  // the next one to overwrite
  std::size_t added_ = 0;
};

}  // namespace digits
