#!/usr/bin/env bash
# Proves that the tests can fail: plants each bug of tests/mutants/*/*.patch and
# extras/*/tests/mutants/*.patch in a copy of the tree, rebuilds the changed files, and runs the one
# test that must fail.
#   tests/mutants/run.sh [NAME...]
#
# CHANGED_SINCE  a commit: the bugs of files that differ from it, and of tests in files that differ,
#                come first, without regard to BUDGET
# CHANGED_BUDGET seconds after which none of these is started (default: no limit)
# BUDGET         seconds after which no other mutant is started (default: no limit). With it their order
#                is random, so that each is tried at some time; the untried ones are counted
# SHARD          I/N, such as 2/4: each N-th mutant by name, from the I-th
# SEEDS          test seeds; the test must fail at each of them (default 1)
# DIGITS_PRESET  CMake preset of the copy (default release)
#
# A patch begins with two lines that `patch` skips:
#   What: the bug, in a sentence
#   Test: PROGRAM SUITE.NAME
# A third line, `Needs: NAME`, names an environment variable or a program without which the test is skipped;
# where it is missing the mutant is left out.
# The exit status is 1 if a mutant is not killed, or if none was tried.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$(pwd)
read -ra seeds <<< "${SEEDS:-1}"
preset=${DIGITS_PRESET:-release}
export TEST_SECONDS=${TEST_SECONDS:-180}  # longer than the longest wait of a test, 60 s in extras/serve/deploy.py
tree=$root/build/mutants
tests=build/$preset/tests  # in the copy

fail() { echo "mutants: $1" >&2; exit 1; }
command -v patch > /dev/null || fail "patch is missing: scripts/setup.sh patch"

. tests/mutants/planted_bugs.sh
find_patches
for name in "$@"; do
  [ -n "${patch_of[$name]:-}" ] || fail "no patch is named $name"
done

# The names to try, one per line: those of the arguments, or of this shard.
chosen() {
  if [ $# -gt 0 ]; then
    printf '%s\n' "$@"
    return
  fi
  local shard=${SHARD:-1/1}
  printf '%s\n' "${!patch_of[@]}" | sort |
    awk -v i="${shard%/*}" -v n="${shard#*/}" 'NR % n == i % n'
}

# Those names on stdin whose test finds here what its header Needs names.
possible() {
  local name needs
  while IFS= read -r name; do
    needs=$(header "$name" Needs)
    if [ -z "$needs" ] || [ -n "$(printenv -- "$needs" || true)" ] || command -v -- "$needs" > /dev/null; then
      echo "$name"
    else echo "mutants: $name is left out: its test needs $needs" >&2
    fi
  done
}

# Those names on stdin whose bug or test is in a file that differs from commit $1.
touched_since() {
  local name test file hit
  local -A changed=() changed_test=()
  while IFS= read -r file; do
    changed[$file]=1
    [[ $file == *.cpp && -f $file ]] || continue
    while IFS= read -r test; do
      changed_test[$test]=1
    done < <(sed -nE 's/^TEST(_[FP])?\((\w+), (\w+)\).*/\2.\3/p' "$file")
  done < <(git diff --name-only "$1" --)
  while IFS= read -r name; do
    read -r _ test <<< "$(header "$name" Test)"
    test=${test#*/}  # PREFIX/SUITE.NAME/PARAMETER
    hit=${changed_test[${test%%/*}]:-}
    while IFS= read -r file; do hit+=${changed[$file]:-}; done < <(files_of "$name")
    [ -z "$hit" ] || echo "$name"
  done
}

mapfile -t names < <(chosen "$@" | possible)
first=()
[ -z "${CHANGED_SINCE:-}" ] ||
  mapfile -t first < <(printf '%s\n' "${names[@]}" | touched_since "$CHANGED_SINCE")
mapfile -t others < <(printf '%s\n' "${names[@]}" |
  { grep -vxFf <(printf '%s\n' "${first[@]}" "") || true; })
[ -z "${BUDGET:-}" ] || mapfile -t others < <(shuf -e "${others[@]}")
names=("${first[@]}" "${others[@]}")
[ ${#names[@]} -gt 0 ] || fail "none to try"

scripts/copy_tree.sh "$tree"
cd "$tree"
log=$tree/log.txt

# The outcome of the planted bug. The named test must fail by an assertion or an exception; a crash, a
# hang and a skipped test are outcomes of their own.
outcome_of() {  # PROGRAM TEST
  local seed outcome
  for seed in "${seeds[@]}"; do
    outcome=$(outcome_of_test "$tests/$1" "$2" "$seed" "$log")
    case $outcome in
      passed) echo survived; return ;;
      crashed | hung | skipped) echo "$outcome"; return ;;
    esac
  done
  echo killed
}

build() { cmake --build "build/$preset" --target "$@" > "$log" 2>&1; }

if [ ! -f "build/$preset/build.ninja" ]; then
  cmake --preset "$preset" > "$log" 2>&1 || { cat "$log"; exit 1; }
fi

# The first ones, which the time limit lets through: on average a mutant takes four seconds at least.
reach=${#names[@]}
[ -z "${BUDGET:-}" ] || reach=$((${#first[@]} + BUDGET / 4))

# The unmutated tree must build, every named test must exist, and those within reach must pass in it.
declare -A named=() wanted=()
for i in "${!names[@]}"; do
  read -r program test <<< "$(header "${names[i]}" Test)"
  named[$program]+="$test:"
  [ "$i" -ge "$reach" ] || wanted[$program]+="$test:"
done
build "${!named[@]}" || { cat "$log"; exit 1; }
for program in "${!named[@]}"; do
  filter=${named[$program]%:}
  listed=$("$tests/$program" --gtest_list_tests --gtest_filter="$filter" | grep -c '^  ' || true)
  distinct=$(tr ':' '\n' <<< "$filter" | sort -u | grep -c .)
  [ "$listed" -eq "$distinct" ] || fail "of $program's $distinct named tests $listed exist"
done
for program in "${!wanted[@]}"; do
  DIGITS_TEST_SEED=${seeds[0]} "$tests/$program" --gtest_filter="${wanted[$program]%:}" > "$log" 2>&1 ||
    { cat "$log"; fail "a named test of $program fails without a mutant"; }
done

# Whether the time limit for the mutant at this index has passed.
is_late() {  # INDEX
  [ "$1" -lt "$reach" ] || return 0
  local budget=${BUDGET:-}
  [ "$1" -ge ${#first[@]} ] || budget=${CHANGED_BUDGET:-}
  [ "$1" -ne ${#first[@]} ] || started=$SECONDS  # the others have their own time limit
  [ -n "$budget" ] && [ $((SECONDS - started)) -ge "$budget" ]
}

killed=0 survived=0 left=0 started=$SECONDS
printf '%-32s %-9s %s\n' mutant outcome test
for i in "${!names[@]}"; do
  name=${names[i]}
  if is_late "$i"; then
    left=$((left + 1))
    continue
  fi
  read -r program test <<< "$(header "$name" Test)"
  if ! patch --quiet --strip=1 --fuzz=0 < "${patch_of[$name]}" > "$log" 2>&1; then
    outcome="no patch"  # the patch needs renewal
  elif ! build "$program"; then
    outcome="no build"
  else
    outcome=$(outcome_of "$program" "$test")
  fi
  while read -r file; do
    cp "$root/$file" "$file"  # newer than the mutant's objects, so it is built again
    rm -f "$file.orig" "$file.rej"
  done < <(files_of "$name")
  printf '%-32s %-9s %s %s\n' "$name" "$outcome" "$program" "$test"
  if [ "$outcome" = killed ]; then killed=$((killed + 1)); else survived=$((survived + 1)); fi
done
[ "$left" -eq 0 ] || printf '\n%d mutants not tried for lack of time\n' "$left"
printf '\nmutants: %d killed, %d not killed; %d were chosen for changed files\n' \
  "$killed" "$survived" "${#first[@]}"
[ "$survived" -eq 0 ] && [ "$killed" -gt 0 ]
