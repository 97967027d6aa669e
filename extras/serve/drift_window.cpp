#include "serve/drift_window.h"

#include <algorithm>

#include "base/error.h"

namespace digits {

namespace {

constexpr std::size_t kEnough = 200;

}  // namespace

DriftWindow::DriftWindow(const Profile& reference, std::size_t size)
    : reference_(reference), size_(std::max(size, kMinDriftImages)) {
  kept_.schema = reference.schema;
}

void DriftWindow::add(const std::vector<std::uint8_t>& images,
                      const std::vector<std::uint8_t>& labels) {
  const auto bytes = kept_.schema.image_bytes();
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto begin = images.begin() + static_cast<std::ptrdiff_t>(i * bytes);
    const auto end = begin + static_cast<std::ptrdiff_t>(bytes);
    if (kept_.size() < size_) {
      kept_.images.insert(kept_.images.end(), begin, end);
      kept_.labels.push_back(labels[i]);
    } else {
      std::copy(begin, end, kept_.image(next_));
      kept_.labels[next_] = labels[i];
      next_ = (next_ + 1) % size_;
    }
  }
  added_ += labels.size();
}

Dataset DriftWindow::kept() const {
  const std::lock_guard lock(mutex_);
  return kept_;
}

Profile DriftWindow::profile() const {
  const auto set = kept();
  if (set.size() == 0) {
    throw Error("profile.empty", "no image was classified yet, expected one at least",
                "send inference requests first");
  }
  return make_profile(set, /*threads=*/1);
}

DriftVerdict DriftWindow::verdict() const {
  const auto set = kept();
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
