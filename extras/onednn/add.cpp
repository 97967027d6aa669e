// Adds the oneDNN engines to the program.
#include "cli/extras.h"
#include "onednn/onednn_factory.h"

namespace digits {

void add_onednn(Extras& extras) { extras.engines.push_back(onednn_factory()); }

}  // namespace digits
