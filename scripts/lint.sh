#!/usr/bin/env bash
# Formatting, layering and static analysis:
#   scripts/setup.sh clang-format clang-tidy && scripts/build.sh release && scripts/lint.sh
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${DIGITS_PRESET:-release}

# Versions of clang-format disagree on details; this one decides.
if clang-format --version | grep -q 'version 14\.'; then
  echo "lint: formatting"
  find src tests bench extras \( -name '*.h' -o -name '*.cpp' \) -print0 |
    xargs -0 clang-format --dry-run --Werror
else
  echo "lint: formatting skipped: clang-format is not version 14"
fi

# base <- data <- metrics <- behaviour <- model <- pipeline <- cli, data <- repository <- model,
# data <- onnx <- pipeline, base <- report <- pipeline: no folder includes one to its right; Torch
# begins with model and onnx; base, report and onnx know no OpenCV.
echo "lint: layers"
forbid() {  # FOLDER PATTERN
  if grep -rnE "#include [<\"]($2)" "src/$1"; then
    echo "lint: src/$1 must not include the above" >&2
    exit 1
  fi
}
forbid base 'data/|repository/|metrics/|behaviour/|report/|onnx/|model/|pipeline/|cli/|torch/|ATen/|c10/|opencv2/'
forbid data 'repository/|metrics/|behaviour/|report/|onnx/|model/|pipeline/|cli/|torch/|ATen/|c10/'
forbid repository 'metrics/|behaviour/|report/|onnx/|model/|pipeline/|cli/|torch/|ATen/|c10/'
forbid metrics 'repository/|behaviour/|report/|onnx/|model/|pipeline/|cli/|torch/|ATen/|c10/'
forbid behaviour 'repository/|report/|onnx/|model/|pipeline/|cli/|torch/|ATen/|c10/'
forbid report 'data/|repository/|metrics/|behaviour/|onnx/|model/|pipeline/|cli/|torch/|ATen/|c10/|opencv2/'
forbid onnx 'repository/|metrics/|behaviour/|report/|model/|pipeline/|cli/|opencv2/'
forbid model 'report/|pipeline/|cli/'
forbid pipeline 'cli/'

# The core knows no extra; extra serve answers, and trains nothing.
if grep -rnE '#include "(serve)/' src; then
  echo "lint: src must not include an extra" >&2
  exit 1
fi
if [ -d extras/serve ] && grep -nE '#include "(model/(train|network|checkpoint)|pipeline/(config|pipeline|stages)|synthetic)' extras/serve/*.h extras/serve/*.cpp; then
  echo "lint: extras/serve must not include the above" >&2
  exit 1
fi

# Files that include Torch take clang-tidy most of a minute each; these folders do not.
echo "lint: clang-tidy over the folders without Torch"
find src/base src/data src/repository src/metrics src/behaviour src/report -name '*.cpp' -print0 |
  xargs -0 -n 4 -P "$(nproc)" clang-tidy --quiet -p "build/$preset" 2>&1 |
  { grep -v ' warnings generated\.$' || true; }  # in the libraries' headers; pipefail keeps the status
