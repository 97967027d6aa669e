#!/usr/bin/env bash
# Proves that the tests can fail: plants each bug of tests/mutants/*.patch in a copy of the tree,
# rebuilds what changed, and runs the one test that must go red.
#   tests/mutants/run.sh [NAME...]
#
# A patch opens with two lines that `patch` skips:
#   What: the bug, in a sentence
#   Test: PROGRAM SUITE.NAME
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$(pwd)
tree=$root/build/mutants

names=("$@")
[ $# -gt 0 ] || mapfile -t names < <(cd tests/mutants && ls ./*.patch | sed 's|^\./||; s|\.patch$||')
command -v patch > /dev/null || { echo "mutants: patch is missing: scripts/setup.sh patch" >&2; exit 1; }

header() { sed -n "s/^$2: //p" "$root/tests/mutants/$1.patch" | head -n 1; }

# A copy with the originals' times, so that a second run rebuilds only what changed since.
mkdir -p "$tree"
for part in CMakeLists.txt CMakePresets.json cmake configs data src tests README.md; do
  [ -e "$part" ] || continue
  rm -rf "${tree:?}/$part"
  cp -a "$part" "$tree/$part"
done
cd "$tree"
log=$tree/log.txt
build() { cmake --build build/release --target "$@" > "$log" 2>&1; }

if [ ! -f build/release/build.ninja ]; then
  cmake --preset release > "$log" 2>&1 || { cat "$log"; exit 1; }
fi

# The unmutated tree must build, and every named test must exist and pass in it.
build all || { cat "$log"; exit 1; }
declare -A wanted=()
for name in "${names[@]}"; do
  read -r program test <<< "$(header "$name" Test)"
  wanted[$program]+="$test:"
done
for program in "${!wanted[@]}"; do
  filter=${wanted[$program]%:}
  listed=$("build/release/tests/$program" --gtest_list_tests --gtest_filter="$filter" | grep -c '^  ' || true)
  distinct=$(tr ':' '\n' <<< "$filter" | sort -u | grep -c .)
  if [ "$listed" -ne "$distinct" ] ||
     ! "build/release/tests/$program" --gtest_filter="$filter" > "$log" 2>&1; then
    cat "$log"
    echo "mutants: of $program's $distinct named tests $listed exist, or one fails without a mutant" >&2
    exit 1
  fi
done

killed=0 survived=0
printf '%-32s %-9s %s\n' mutant outcome test
for name in "${names[@]}"; do
  read -r program test <<< "$(header "$name" Test)"
  file=$(sed -n 's|^+++ b/||p' "$root/tests/mutants/$name.patch" | head -n 1)
  outcome=survived
  if ! patch --quiet --strip=1 --fuzz=0 < "$root/tests/mutants/$name.patch" > "$log" 2>&1; then
    outcome="no patch"  # the code moved on: renew the patch
  elif ! build "$program"; then
    outcome="no build"
  elif ! timeout 60 "build/release/tests/$program" --gtest_filter="$test" > "$log" 2>&1; then
    outcome=killed
  fi
  cp "$root/$file" "$file"  # the copy is newer than the mutant's objects, so it is built again
  rm -f "$file.orig" "$file.rej"
  printf '%-32s %-9s %s %s\n' "$name" "$outcome" "$program" "$test"
  if [ "$outcome" = killed ]; then killed=$((killed + 1)); else survived=$((survived + 1)); fi
done
printf '\nmutants: %d killed, %d not\n' "$killed" "$survived"
[ "$survived" -eq 0 ]
