// TorchScript, in C++ and in Python, agrees with the eager network.
#include "integration/agreement.h"

#include "support/python.h"

namespace digits {
namespace {

TEST_F(Agreement, TorchScriptMatchesTheEagerNetwork) {
  compare("TorchScript in C++",
          [](const ExportedModel& subject) { return forward_by("torchscript", subject); });
}

// Python also reads the weights with the example's reader, and finds them equal to the bit.
TEST_F(Agreement, PythonMatchesTheEagerNetwork) {
  const auto python = python_with({"torch"});
  if (python.empty()) {
    GTEST_SKIP() << "no python3 that can import torch (Debian: apt-get install python3-torch)";
  }
  compare_program(
      "TorchScript in Python",
      {python, source_path("tests/integration/run_torchscript.py"), source_path("examples/python")},
      "python");
}

}  // namespace
}  // namespace digits
