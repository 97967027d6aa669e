#!/usr/bin/env bash
# Configures and builds a preset; prints little if everything is built:
#   scripts/build.sh PRESET [TARGET...]
set -euo pipefail
cd "$(dirname "$0")/.."
preset=$1
shift

# Ninja configures again by itself when a CMake file changes.
if [ ! -f "build/$preset/build.ninja" ]; then
  mkdir -p "build/$preset"
  log=build/$preset/configure.log
  cmake --preset "$preset" > "$log" 2>&1 || { cat "$log" >&2; exit 1; }
fi
targets=()
[ $# -gt 0 ] && targets=(--target "$@")
if [ "${CI:-}" != true ] || [ "$preset" != ci ]; then
  exec cmake --build --preset "$preset" "${targets[@]}" >&2
fi
# In CI a compiler warning in the preset `ci` is an error, reported after all files were compiled.
log=build/$preset/build.log
cmake --build --preset "$preset" "${targets[@]}" 2>&1 | tee "$log" >&2
if grep -qE ':[0-9]+: warning:' "$log"; then  # of the compiler, not the linker
  echo "build: the compiler printed the warnings above, expected none" >&2
  exit 1
fi
