#!/usr/bin/env bash
# Proves that the tests can fail: plants each bug of tests/mutants/*.patch, and of the same folder of
# each extra, in a copy of the tree, rebuilds what changed, and runs the one test that must go red.
#   tests/mutants/run.sh [NAME...]
#
# SEEDS   test seeds, at each of which the test must go red (default 1: always the same, so that
#         whether a mutant is killed is no matter of luck; five others now and then show which test
#         is sharp only by luck)
#
# BUDGET  seconds after which no further mutant is begun (default: none; with it the order is random,
#         so that on a slow machine each has its turn); those that are left are counted
#
# A patch opens with two lines that `patch` skips:
#   What: the bug, in a sentence
#   Test: PROGRAM SUITE.NAME
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$(pwd)
read -ra seeds <<< "${SEEDS:-1}"
tree=$root/build/mutants

names=("$@")
[ $# -gt 0 ] || mapfile -t names < <(find tests/mutants extras/*/tests/mutants -name '*.patch' \
  -exec basename {} .patch \; | sort)
[ -z "${BUDGET:-}" ] || mapfile -t names < <(shuf -e "${names[@]}")
command -v patch > /dev/null || { echo "mutants: patch is missing: scripts/setup.sh patch" >&2; exit 1; }

patch_of() { find "$root"/tests/mutants "$root"/extras/*/tests/mutants -name "$1.patch"; }

header() { sed -n "s/^$2: //p" "$(patch_of "$1")" | head -n 1; }

# Brings the copy in line with the tree. Only what differs is touched, and gets a new time, so that
# it is built again, whatever an earlier run or Ctrl-C left there.
mkdir -p "$tree"
parts=(CMakeLists.txt CMakePresets.json cmake configs data docs examples extras scripts src tests README.md)
while IFS= read -r -d '' file; do
  cmp -s "$file" "$tree/$file" && continue
  mkdir -p "$tree/$(dirname "$file")"
  cp "$file" "$tree/$file"
done < <(find "${parts[@]}" -type f -print0)
while IFS= read -r -d '' file; do
  [ -e "$root/$file" ] || rm "$tree/$file"
done < <(cd "$tree" && find "${parts[@]}" -type f -print0)
cd "$tree"
log=$tree/log.txt
# What the planted bug does to its test: killed, crashed or survived.
outcome_of() {  # PROGRAM TEST
  local seed
  for seed in "${seeds[@]}"; do
    if DIGITS_TEST_SEED=$seed timeout 60 "build/release/tests/$1" --gtest_filter="$2" \
         > "$log" 2>&1; then
      echo survived
      return
    fi
    # Red for the right reason: the named test failed. A crash or a hang is told apart.
    grep -qF "[  FAILED  ] $2" "$log" || { echo crashed; return; }
  done
  echo killed
}

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
     ! DIGITS_TEST_SEED=${seeds[0]} "build/release/tests/$program" --gtest_filter="$filter" \
       > "$log" 2>&1; then
    cat "$log"
    echo "mutants: of $program's $distinct named tests $listed exist, or one fails without a mutant" >&2
    exit 1
  fi
done

killed=0 survived=0 left=0 started=$SECONDS
printf '%-32s %-9s %s\n' mutant outcome test
for name in "${names[@]}"; do
  if [ -n "${BUDGET:-}" ] && [ $((SECONDS - started)) -ge "$BUDGET" ]; then
    left=$((left + 1))
    continue
  fi
  read -r program test <<< "$(header "$name" Test)"
  if ! patch --quiet --strip=1 --fuzz=0 < "$(patch_of "$name")" > "$log" 2>&1; then
    outcome="no patch"  # the code moved on: renew the patch
  elif ! build "$program"; then
    outcome="no build"
  else
    outcome=$(outcome_of "$program" "$test")
  fi
  while read -r file; do
    cp "$root/$file" "$file"  # newer than the mutant's objects, so it is built again
    rm -f "$file.orig" "$file.rej"
  done < <(sed -n 's|^+++ b/||p' "$(patch_of "$name")")
  printf '%-32s %-9s %s %s\n' "$name" "$outcome" "$program" "$test"
  if [ "$outcome" = killed ]; then killed=$((killed + 1)); else survived=$((survived + 1)); fi
done
[ "$left" -eq 0 ] || printf '\n%d mutants not tried in %s s\n' "$left" "$BUDGET"
printf '\nmutants: %d killed, %d not\n' "$killed" "$survived"
[ "$survived" -eq 0 ]
