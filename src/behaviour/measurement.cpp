#include "behaviour/measurement.h"

namespace digits {

Json tree_of(const std::vector<Measurement>& all) {
  auto json = Json::object();
  for (const auto& [name, observed] : all) json[Json::json_pointer("/" + name)] = observed;
  return json;
}

}  // namespace digits
