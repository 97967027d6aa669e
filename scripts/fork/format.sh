#!/usr/bin/env bash
# Formats the sources of a fork, whose lines have another length than the template's, and adapts the planted
# bugs to the new lines:
#   scripts/fork/format.sh FORK
set -euo pipefail
clang_format=$("$(dirname "$0")/../clang_format.sh")
cd "$1"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

is_source() { [[ $1 == *.h || $1 == *.cpp ]]; }

# The patch fits the files as they were; it shall fit the formatted ones.
adapt() {  # PATCH
  local file files from
  mapfile -t files < <(sed -n 's|^+++ b/||p' "$1")
  rm -rf "$work/bug"
  for file in "${files[@]}"; do
    mkdir -p "$work/bug/$(dirname "$file")"
    if is_source "$file"; then from=$work/before/$file; else from=$file; fi
    cp "$from" "$work/bug/$file"
  done
  patch --quiet --strip=1 --fuzz=0 --directory="$work/bug" < "$1"
  sed '/^\(---\|diff\) /,$d' "$1" > "$work/patch"
  for file in "${files[@]}"; do
    ! is_source "$file" || "$clang_format" -i --style=file:.clang-format "$work/bug/$file"
    diff -u --label "a/$file" --label "b/$file" "$file" "$work/bug/$file" >> "$work/patch" || [ $? = 1 ]
  done
  cat "$work/patch" > "$1"
}

mapfile -t sources < <(find . \( -name '*.h' -o -name '*.cpp' \) -printf '%P\n')
[ ${#sources[@]} -gt 0 ] || exit 0
mkdir "$work/before"
cp --parents "${sources[@]}" "$work/before"
printf '%s\0' "${sources[@]}" | xargs -0 "$clang_format" -i
for file in "${sources[@]}"; do
  cmp -s "$file" "$work/before/$file" || echo "+++ b/$file"
done > "$work/changed"
while IFS= read -r patch; do
  adapt "$patch"
done < <(grep -rlxF --include='*.patch' -f "$work/changed" .)
