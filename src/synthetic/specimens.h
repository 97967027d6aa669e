// Draws synthetic digits with a known answer: clear digits, and pairs that differ in one stroke.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "data/dataset.h"
#include "synthetic/glyphs.h"

namespace digits {

// Whether the schema's images can be drawn: one channel, at least 16 pixels a side, and the first
// of the ten digits as classes, under their own names. Whether they really are digits only the
// set's author knows.
bool can_draw(const Schema& schema);

// Every digit of the schema in its most common shape, as printed: no tremor, an even pen; thin,
// medium and thick, each slanted to the left, upright and to the right. 9 images per class.
Dataset canonical_digits(const Schema& schema);

// A stroke whose removal turns a digit into another one, for a human reader.
struct Erasure {
  int digit = 0;
  int style = 0;                   // index into glyphs_of(digit)
  std::vector<StrokePart> lifted;  // the removed parts of the glyph
  int becomes = 0;
};
const std::vector<Erasure>& erasures();

// `count` digits by as many hands, each with and without the stroke; `erased` has the labels of the
// digits that result. Both sets are in normal form, like any input of a model.
struct ErasedPairs {
  Dataset whole;
  Dataset erased;
};
ErasedPairs erased_pairs(const Erasure& erasure, const Schema& schema, std::size_t count,
                         std::uint64_t seed);

}  // namespace digits
