#!/usr/bin/env bash
# Estimates the share of random bugs that the tests detect: plants N mutations that are drawn from SEED
# in a copy of the tree, one at a time, and runs the unit tier, then the integration tier.
#   scripts/random_mutants.sh N SEED
#
# A mutation that does not compile is skipped and does not count, unless a program that is built earlier
# detects it. The survivors lie in build/random_mutants/survivors as patches. A survivor is a missing test,
# or a change without effect: list the second kind with its reason in tests/mutants/equivalent.txt, and it
# is not drawn again.
#
# DIGITS_PRESET  CMake preset of the copy (default release)
# MIN_RATE       per cent: the exit status is 1 if the high end of the rate's interval is below it (default 0)
set -euo pipefail
cd "$(dirname "$0")/.."
if [[ ! "${1:-}" =~ ^[1-9][0-9]*$ || ! "${2:-}" =~ ^[0-9]+$ || $# -ne 2 ]]; then
  echo "usage: scripts/random_mutants.sh N SEED" >&2
  exit 2
fi
wanted=$1 seed=$2
preset=${DIGITS_PRESET:-release}
root=$(pwd)
work=$root/build/random_mutants
patches=$work/patches survivors=$work/survivors log=$work/log.txt
# The programs of the integration tier run in parallel: waiting threads must not spin on a core that another
# needs.
export OMP_WAIT_POLICY=passive OPENBLAS_THREAD_TIMEOUT=4
export GTEST_FAIL_FAST=1  # one failed test is enough
command -v patch > /dev/null || { echo "random_mutants.sh: patch is missing: scripts/setup.sh patch" >&2; exit 1; }

rm -rf "$patches" "$survivors"
mkdir -p "$patches" "$survivors"
python3 scripts/random_mutations.py $((4 * wanted)) "$seed" "$patches"
scripts/copy_tree.sh "$work/tree"
cd "$work/tree"
# One file per compilation: a mutation recompiles its file alone.
[ -f "build/$preset/build.ninja" ] ||
  cmake --preset "$preset" -DDIGITS_UNIT_SIZE=1 > "$log" 2>&1 || { cat "$log" >&2; exit 1; }

# The names of a tier's CTest entries.
programs_of() { ctest --test-dir "build/$preset" -N -L "^$1\$" | sed -nE 's/^ *Test *#[0-9]+: //p'; }
build() { nice cmake --build "build/$preset" --target "$@" > "$log" 2>&1; }

mapfile -t unit < <(programs_of unit)
mapfile -t integration < <(programs_of integration | grep -v '^tiny_run$')

# Whether tests of the mutated tree fail. An endless loop ends by the time limit.
fails() {  # OPTION OF CTEST THAT CHOOSES THEM...
  ! DIGITS_TEST_SEED=$seed nice ctest --test-dir "build/$preset" "$@" \
    -j "$(nproc)" --stop-on-failure --timeout 600 > "$log" 2>&1
}
killer() { grep -q '\*\*\*Timeout' "$log" && echo time || echo "$1"; }

build "${unit[@]}" "${integration[@]}" digits || { tail -n 50 "$log" >&2; exit 1; }
for tier in unit integration; do
  ! fails -L "^$tier\$" || { tail -n 50 "$log" >&2; echo "the $tier tier fails without a mutant" >&2; exit 1; }
done

# One program after the other: the one that fails saves the build of the next, which takes minutes if the
# mutation is in a header.
outcome_of() {
  local program
  for program in "${unit[@]}"; do
    build "$program" || { echo "skipped"; return; }
    ! fails -R "^$program\$" || { killer unit; return; }
  done
  build "${integration[@]}" digits || { echo "skipped"; return; }
  if fails -L '^integration$'; then killer integration; else echo "survived"; fi
}

declare -A count=([unit]=0 [integration]=0 [time]=0 [survived]=0 [skipped]=0)
killed() { echo $((count[unit] + count[integration] + count[time])); }
for patch in "$patches"/*.patch; do
  [ $(($(killed) + count[survived])) -lt "$wanted" ] || break
  file=$(sed -n 's|^+++ b/||p' "$patch")
  patch --quiet --strip=1 --fuzz=0 < "$patch"
  outcome=$(outcome_of)
  patch --quiet --strip=1 --fuzz=0 --force --reverse < "$patch"  # newer than the mutant's object, so it is built again
  count[$outcome]=$((count[$outcome] + 1))
  [ "$outcome" != survived ] || cp "$patch" "$survivors"
  printf '%-12s %-20s %s:%s\n' "$outcome" "$(sed -n 's/^What: //p' "$patch")" "$file" \
    "$(sed -nE 's/^@@ -([0-9]+).*/\1/p' "$patch")"
done

# Wilson's interval for a proportion, 95 %.
n=$(($(killed) + count[survived]))
printf '\nrandom mutants: %d, killed by unit %d, by integration %d, by time %d, survived %d; %d did not compile\n' \
  "$n" "${count[unit]}" "${count[integration]}" "${count[time]}" "${count[survived]}" "${count[skipped]}"
[ "$n" -eq "$wanted" ] || { echo "random_mutants.sh: $n mutations compiled, expected $wanted" >&2; exit 1; }
status=0
awk -v k="$(killed)" -v n="$n" -v least="${MIN_RATE:-0}" 'BEGIN {
  z = 1.959964; p = k / n; d = 1 + z * z / n
  middle = (p + z * z / (2 * n)) / d
  half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / d
  printf "rate %.1f %% [%.1f, %.1f], n = %d, seed '"$seed"'\n", 100 * p, 100 * (middle - half), 100 * (middle + half), n
  exit 100 * (middle + half) < least
}' || status=1
for patch in "$survivors"/*.patch; do
  [ -e "$patch" ] || break
  printf '\n%s\n' "${patch##*/}"
  grep -E '^[-+]' "$patch"
done
exit "$status"
