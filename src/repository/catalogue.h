// Summarises the models of a repository, for `digits models`.
#pragma once

#include "base/json.h"
#include "repository/model_folder.h"

namespace digits {

// One model, as docs/formats.md describes it: `name`; `current` and `previous`, the target of a
// rollback; and `versions`, every one compared with its sums, with the fields of its manifest that
// differ between versions. In place of the fields of a damaged version, and of `current` and
// `previous` with a damaged current.json, there is `damage` ("package.hash: ..."); the other
// versions are listed too.
Json summarise(const ModelFolder& model);

}  // namespace digits
