#!/usr/bin/env bash
# Compares the training time of this commit with that of an earlier one: builds both, trains each in turn, and
# ends with the status of `digits bench compare` (4: slower by more than the tolerance):
#   extras/bench/compare_with.sh REVISION
# SEEDS      trainings of each (default 5)
# TOLERANCE  share by which the present one may be slower (default 0.25)
set -euo pipefail
cd "$(dirname "$0")/../.."
[ $# -eq 1 ] || { echo "usage: extras/bench/compare_with.sh REVISION" >&2; exit 2; }
before=$(git rev-parse --quiet --verify "$1^{commit}") ||
  { echo "compare_with.sh: no commit \"$1\" (hint: git log --oneline lists them)" >&2; exit 2; }
work=$(mktemp -d)
trap 'git worktree remove --force "$work/before" 2> /dev/null || true; rm -rf "$work"' EXIT

git worktree add --quiet --detach "$work/before" "$before"
scripts/build.sh release digits
"$work/before/scripts/build.sh" release digits
train() { "$1/build/release/digits" bench train --preset fast --seeds "${SEEDS:-5}" --out "$work/$2.json" > /dev/null; }
train "$work/before" warm_up  # the first process is slower: libraries are read from the disk
train "$work/before" before
train . after
build/release/digits bench compare "$work/before.json" "$work/after.json" --tolerance "${TOLERANCE:-0.25}"
