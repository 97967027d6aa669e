// The built program reads photographs: of one digit and of a line, in even and in uneven light.
#include "smoke/smoke.h"

namespace digits {
namespace {

TEST_F(Smoke, ReadsTheCommittedPhotos) { expect_names_as_labels(fixtures() / "photos/good", 12); }

}  // namespace
}  // namespace digits
