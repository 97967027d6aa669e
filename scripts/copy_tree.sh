#!/usr/bin/env bash
# Makes or updates a copy of this tree:
#   scripts/copy_tree.sh DESTINATION
# Writes only files that differ, so that a build in the copy compiles only these. Keeps the copy's
# build folder.
set -euo pipefail
cd "$(dirname "$0")/.."
copy=$1
parts=(CMakeLists.txt CMakePresets.json README.md CONTRIBUTING.md LICENSE .clang-tidy .clang-format
  .ci .github cmake configs data/fixtures bench docs examples extras scripts src tests)

there=()
for part in "${parts[@]}"; do
  [ ! -e "$part" ] || there+=("$part")
done
mkdir -p "$copy"
while IFS= read -r -d '' file; do
  cmp -s "$file" "$copy/$file" && continue
  mkdir -p "$copy/$(dirname "$file")"
  cp -p "$file" "$copy/$file"
  touch "$copy/$file"
done < <(find "${there[@]}" -type f -print0)
root=$(pwd)
cd "$copy"
while IFS= read -r -d '' file; do
  [ -e "$root/$file" ] || rm "$file"
done < <(find . -path ./build -prune -o -type f -printf '%P\0')
