#!/usr/bin/env bash
# Formatting, layering and static analysis. Needs clang-format and clang-tidy, and build/release
# configured: scripts/setup.sh clang-format clang-tidy && scripts/build.sh release
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${DIGITS_PRESET:-release}

echo "lint: formatting"
find src tests \( -name '*.h' -o -name '*.cpp' \) -print0 | xargs -0 clang-format --dry-run --Werror

# base <- data <- model <- pipeline <- cli: no folder includes one to its right.
echo "lint: layers"
layers=(base data model pipeline cli)
for i in "${!layers[@]}"; do
  for above in "${layers[@]:i+1}"; do
    if grep -rn "#include \"$above/" "src/${layers[i]}"; then
      echo "lint: src/${layers[i]} must not include $above/" >&2
      exit 1
    fi
  done
done

# Files that include Torch take clang-tidy most of a minute each; these two folders do not.
echo "lint: clang-tidy over base and data"
find src/base src/data -name '*.cpp' -print0 |
  xargs -0 -n 4 -P "$(nproc)" clang-tidy --quiet -p "build/$preset" 2> /dev/null
