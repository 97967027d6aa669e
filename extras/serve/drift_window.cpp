#include "serve/drift_window.h"

#include <algorithm>

#include "base/error.h"

namespace digits {

namespace {

constexpr std::size_t kEnough = 200;

std::shared_ptr<ImageBlock> empty_block(std::size_t image_bytes) {
  auto block = std::make_shared<ImageBlock>();
  block->images.resize(kBlockImages * image_bytes);
  block->labels.resize(kBlockImages);
  return block;
}

}  // namespace

Dataset WindowImages::copied(const Schema& schema) const {
  const auto bytes = schema.image_bytes();
  Dataset set;
  set.schema = schema;
  set.images.reserve((end - begin) * bytes);
  set.labels.reserve(end - begin);
  for (auto i = begin; i < end; ++i) {
    const auto& block = *blocks[i / kBlockImages - begin / kBlockImages];
    const auto place = i % kBlockImages;
    const auto* const image = block.images.data() + place * bytes;
    set.images.insert(set.images.end(), image, image + bytes);
    set.labels.push_back(block.labels[place]);
  }
  return set;
}

DriftWindow::DriftWindow(const Profile& reference, std::size_t size)
    : reference_(reference), size_(std::max(size, kMinDriftImages)) {}

void DriftWindow::add(const std::vector<std::uint8_t>& images,
                      const std::vector<std::uint8_t>& labels) {
  const auto bytes = reference_.schema.image_bytes();
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto place = added_ % kBlockImages;
    if (place == 0) blocks_.push_back(empty_block(bytes));
    auto& block = *blocks_.back();
    std::copy_n(images.data() + i * bytes, bytes, block.images.data() + place * bytes);
    block.labels[place] = labels[i];
    ++added_;
    const bool first_block_left = added_ > size_ && (added_ - size_) % kBlockImages == 0;
    if (first_block_left) blocks_.pop_front();
  }
}

WindowImages DriftWindow::images() const {
  const std::lock_guard lock(mutex_);
  return {{blocks_.begin(), blocks_.end()}, added_ - std::min(added_, size_), added_};
}

Profile DriftWindow::profile() const {
  const auto set = images().copied(reference_.schema);
  if (set.size() == 0) {
    throw Error("profile.empty", "no image was classified yet, expected one at least",
                "send inference requests first");
  }
  return make_profile(set, /*threads=*/1);
}

DriftVerdict DriftWindow::verdict() const {
  const auto set = images().copied(reference_.schema);
  DriftVerdict verdict;
  verdict.count = set.size();
  if (set.size() < std::min(size_, kEnough)) return verdict;
  verdict.tests = compare(reference_, make_profile(set, /*threads=*/1));
  const bool drifted = std::any_of(verdict.tests.begin(), verdict.tests.end(),
                                   [](const auto& test) { return test.drifted; });
  verdict.state = drifted ? DriftState::kDrifting : DriftState::kOk;
  return verdict;
}

std::size_t DriftWindow::added() const {
  const std::lock_guard lock(mutex_);
  return added_;
}

}  // namespace digits
