// Compares the latest inputs with the training set by the test of `digits drift`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "data/dataset.h"
#include "data/drift.h"
#include "data/profile.h"
#include "serve/metrics.h"

namespace digits {

struct DriftVerdict {
  DriftState state = DriftState::kTooFew;
  std::size_t count = 0;         // images in the window
  std::vector<DriftTest> tests;  // empty for too few images
};

// Images are kept in blocks, in the order of their arrival: a reader then copies few pointers, and
// no images, while others wait.
constexpr std::size_t kBlockImages = 32;

// Images and their predicted classes. Each place is written once: a reader that knows how many are
// written needs no lock for them.
struct ImageBlock {
  std::vector<std::uint8_t> images;  // [kBlockImages, rows, cols, channels]
  std::vector<std::uint8_t> labels;  // [kBlockImages]
};

// The images of a window at one moment; images that arrive later change nothing in it.
struct WindowImages {
  std::vector<std::shared_ptr<const ImageBlock>> blocks;  // the first one has the image `begin`
  std::size_t begin = 0, end = 0;                         // images, counted since the start

  Dataset copied(const Schema& schema) const;
};

// Thread-safe. With fewer than 200 images, or than the window holds, there is no verdict:
// docs/performance.md explains the number.
class DriftWindow {
 public:
  // `size`: number of images to keep, at least kMinDriftImages.
  DriftWindow(const Profile& reference, std::size_t size);

  // `images` [n, rows, cols, channels] and the predicted classes.
  void add(const std::vector<std::uint8_t>& images, const std::vector<std::uint8_t>& labels);

  // Takes some milliseconds for each hundred images. add() does not wait for it.
  DriftVerdict verdict() const;

  // The profile of the images in the window, in the same time. Throws profile.empty if there are
  // none.
  Profile profile() const;

  WindowImages images() const;  // copies pointers alone
  std::size_t added() const;    // images, since the start

 private:
  const Profile reference_;
  const std::size_t size_;
  mutable std::mutex mutex_;                        // guards the next two
  std::deque<std::shared_ptr<ImageBlock>> blocks_;  // of the latest size_ images
  std::size_t added_ = 0;
};

}  // namespace digits
