#!/usr/bin/env bash
# Configures and builds a preset, quietly when there is nothing to do:
#   scripts/build.sh PRESET [TARGET...]
set -euo pipefail
cd "$(dirname "$0")/.."
preset=$1
shift

# Ninja configures again by itself when a CMake file changes.
if [ ! -f "build/$preset/build.ninja" ]; then
  cmake --preset "$preset" > "build-$preset.log" 2>&1 || {
    cat "build-$preset.log" >&2
    rm -f "build-$preset.log"
    exit 1
  }
  rm -f "build-$preset.log"
fi
targets=()
[ $# -gt 0 ] && targets=(--target "$@")
cmake --build --preset "$preset" "${targets[@]}" >&2
