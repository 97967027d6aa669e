#!/usr/bin/env bash
# Checks that extras can be deleted: deletes each folder of extras/ in a copy of the tree, then all of
# them, builds, and runs the test tiers.
#   scripts/without_extras.sh [NAME...|all]    (default: each in turn, then all)
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${DIGITS_PRESET:-release}
tiers=${TIERS:-unit integration smoke scripts}

mapfile -t extras < <(cd extras && ls -d -- */ | tr -d /)
names=("$@")
[ $# -gt 0 ] || names=("${extras[@]}" all)
for name in "${names[@]}"; do
  [ "$name" = all ] || [ -d "extras/$name" ] ||
    { echo "without_extras.sh: no extra \"$name\", expected one of: ${extras[*]} all" >&2; exit 2; }
done

# The build tree stays, so that the next copy compiles only the differences.
copy=build/without_extras
for name in "${names[@]}"; do
  echo "without_extras.sh: without $name"
  scripts/copy_tree.sh "$copy"
  if [ "$name" = all ]; then rm -rf "$copy/extras"; else rm -rf "${copy:?}/extras/$name"; fi
  # shellcheck disable=SC2086
  DIGITS_PRESET=$preset "$copy/scripts/test.sh" $tiers
done
