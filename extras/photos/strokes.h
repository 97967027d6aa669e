// Groups pieces of ink into digits.
#pragma once

#include <map>
#include <opencv2/core/mat.hpp>
#include <string>
#include <vector>

namespace digits {

// Connected pixels of ink.
struct Parts {
  cv::Mat1i labels;             // 0 paper; part k has label k + 1
  std::vector<cv::Rect> boxes;  // of part k
  std::vector<double> edges;    // of part k: mean change of ink across its edge, per pixel
  double grain = 0.0;           // the same in the middle of the paper: its noise
};

// The parts of a picture's ink (0 to 255), where `strokes` is set.
Parts find_parts(const cv::Mat1b& ink, const cv::Mat1b& strokes);

// Parts that make one digit.
struct Group {
  cv::Rect box;
  std::vector<int> labels;  // ascending
};

// The number of pieces left out, by name: "dash", "dot", "mark", "speck".
using LeftOut = std::map<std::string, int>;

// The digits, from the top row to the lowest, each from left to right. Leaves out shadows, whose
// edges are soft, thin lines across the picture, specks, and marks: a group below half of its row's
// height, a level bar, or a blob as wide as its pen. Parts that lie above each other, like the flag
// of a 5, belong to one digit.
std::vector<Group> group_digits(const Parts& parts, LeftOut& left_out);

// All strokes as one digit, marks included; or none.
std::vector<Group> group_as_one(const Parts& parts, LeftOut& left_out);

// The pixels of the group's parts within `box`.
cv::Mat1b mask_of(const cv::Mat1i& labels, const Group& group, const cv::Rect& box);

}  // namespace digits
