#include "photos/reading_order.h"

#include <algorithm>
#include <map>

namespace digits {

namespace {

// Whether half of the lower box stands beside the other box. A box of less than half of the height
// may hang below the row, as a comma does, by a quarter of the difference of the heights.
bool side_by_side(const cv::Rect& a, const cv::Rect& b) {
  const int shared = std::min(a.br().y, b.br().y) - std::max(a.y, b.y);
  const int lower = std::min(a.height, b.height);
  const int higher = std::max(a.height, b.height);
  return 2 * shared >= lower || (2 * lower < higher && 4 * shared >= lower - higher);
}

double middle_x(const cv::Rect& box) { return box.x + box.width / 2.0; }
double middle_y(const cv::Rect& box) { return box.y + box.height / 2.0; }

}  // namespace

std::vector<std::vector<std::size_t>> reading_order(const std::vector<cv::Rect>& boxes) {
  std::vector<std::size_t> from_right(boxes.size());
  for (std::size_t k = 0; k < boxes.size(); ++k) from_right[k] = k;
  std::sort(from_right.begin(), from_right.end(),
            [&](std::size_t a, std::size_t b) { return middle_x(boxes[a]) > middle_x(boxes[b]); });
  std::vector<std::size_t> row_of(boxes.size());  // named by the row's last box
  for (auto at = from_right.begin(); at != from_right.end(); ++at) {
    const auto next =
        std::find_if(std::make_reverse_iterator(at), from_right.rend(),
                     [&](std::size_t k) { return side_by_side(boxes[*at], boxes[k]); });
    row_of[*at] = next == from_right.rend() ? *at : row_of[*next];
  }
  std::map<std::size_t, std::vector<std::size_t>> members;
  for (auto at = from_right.rbegin(); at != from_right.rend(); ++at) {
    members[row_of[*at]].push_back(*at);
  }
  std::vector<std::vector<std::size_t>> rows;
  rows.reserve(members.size());
  for (auto& [last, row] : members) rows.push_back(std::move(row));
  const auto height = [&](const std::vector<std::size_t>& row) {
    double sum = 0.0;
    for (const auto k : row) sum += middle_y(boxes[k]);
    return sum / static_cast<double>(row.size());
  };
  std::sort(rows.begin(), rows.end(),
            [&](const auto& a, const auto& b) { return height(a) < height(b); });
  return rows;
}

}  // namespace digits
