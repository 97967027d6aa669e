#include "pipeline/evaluate_photos.h"

#include <functional>
#include <numeric>

#include "data/profile.h"
#include "model/checkpoint.h"
#include "pipeline/stages.h"

namespace digits {

PhotoEvaluation evaluate_photos(const RunDirectory& run, const Config& config,
                                const std::filesystem::path& photos) {
  const auto checkpoint = load_checkpoint(run.checkpoint());
  const auto& schema = checkpoint.info.schema;
  PhotoEvaluation result;
  ReadOptions options;
  options.normal_form = in_normal_form(run.read_profile(schema));  // as predict reads them
  result.photos = read_labelled_photos(photos, schema, static_cast<int>(config.threads), options);
  const auto& set = result.photos.set;
  if (set.size() == 0) throw result.photos.unread.front().error;
  result.read = evaluate_stage(checkpoint, set, config);
  const auto right = std::inner_product(
      set.labels.begin(), set.labels.end(), result.read.predictions.begin(), std::size_t{0},
      std::plus<>(), [](auto label, auto prediction) { return label == prediction ? 1U : 0U; });
  result.accuracy = proportion(right, set.size() + result.photos.unread.size());
  return result;
}

}  // namespace digits
