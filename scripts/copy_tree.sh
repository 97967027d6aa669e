#!/usr/bin/env bash
# Makes or updates a copy of this tree:
#   scripts/copy_tree.sh DESTINATION
# Writes only files that differ, so that a build in the copy compiles only these. Keeps the copy's
# build folder.
set -euo pipefail
cd "$(dirname "$0")/.."
copy=$1
parts=(CMakeLists.txt CMakePresets.json README.md CONTRIBUTING.md LICENSE .clang-tidy .clang-format .gitignore
  .ci .github cmake configs data/fixtures bench docs examples extras scripts src tests)

there=()
for part in "${parts[@]}"; do
  [ ! -e "$part" ] || there+=("$part")
done
mkdir -p "$copy"
lists=$(mktemp -d)
trap 'rm -rf "$lists"' EXIT
hashes() { xargs -0 -r sha1sum | sort; }  # a line has a hash, two spaces and a name
find "${there[@]}" -type f -print0 | hashes > "$lists/root"
(cd "$copy" && find . -path ./build -prune -o -type f -printf '%P\0' | hashes) > "$lists/copy"
# Files of the copy that differ are removed, or written again.
comm -13 "$lists/root" "$lists/copy" | cut -c 43- | (cd "$copy" && xargs -d '\n' -r rm)
comm -23 "$lists/root" "$lists/copy" | cut -c 43- |
  xargs -d '\n' -r cp --preserve=mode --parents -t "$copy"
