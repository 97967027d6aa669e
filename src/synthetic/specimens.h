// Synthetic digits drawn to order, for questions whose answer is known beforehand: digits that
// nobody could mistake, and pairs that differ in one stroke.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "synthetic/glyphs.h"

namespace digits {

// Whether the schema's images can be drawn: one channel, at least 16 pixels a side, and the first
// of the ten digits as classes, under their own names. That they are digits, only their maker
// knows.
bool can_draw(const Schema& schema);

// Every digit of the schema in its most common shape, as printed: no tremor, an even pen; thin,
// medium and thick, each leaning to the left, upright and to the right. 9 images per class.
Dataset canonical_digits(const Schema& schema);

// A stroke whose loss turns a digit into another, to a person's eye.
struct Erasure {
  int digit = 0;
  std::string style;               // of the glyph
  std::vector<StrokePart> lifted;  // the parts of it that go
  int becomes = 0;
};
const std::vector<Erasure>& erasures();

// `count` digits by as many hands, each whole and without the stroke; `erased` has the labels that
// the images become. Both are in normal form, as any image that a model is given.
struct ErasedPairs {
  Dataset whole;
  Dataset erased;
};
ErasedPairs erased_pairs(const Erasure& erasure, const Schema& schema, std::size_t count,
                         std::uint64_t seed);

}  // namespace digits
