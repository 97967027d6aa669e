#!/usr/bin/env bash
# Builds and runs the test tiers in order, stops at the first that fails, and ends with a table:
#   scripts/test.sh [unit|integration|smoke]...
#
# DIGITS_TEST_SEED      seed of every random choice in the tests (default 1)
# DIGITS_PRESET         CMake preset to build and test (default release)
# DIGITS_BUDGET_FACTOR  multiplies the tiers' time budgets, for slower machines (default 1)
set -euo pipefail
export LC_ALL=C  # a comma in EPOCHREALTIME would not be arithmetic
cd "$(dirname "$0")/.."
root=$(pwd)

export DIGITS_TEST_SEED=${DIGITS_TEST_SEED:-1}
# A tier's programs run side by side: OpenMP's threads must not spin on a core that another needs.
export OMP_WAIT_POLICY=passive
preset=${DIGITS_PRESET:-release}
factor=${DIGITS_BUDGET_FACTOR:-1}
declare -A budget=([unit]=10 [integration]=90 [smoke]=30)  # seconds on two cores

for tier in "$@"; do
  case $tier in
    unit | integration | smoke) ;;
    *) echo "test.sh: no tier \"$tier\", expected unit, integration or smoke" >&2; exit 2 ;;
  esac
done
tiers=()  # in the pyramid's order, whatever the order of the arguments
for tier in unit integration smoke; do
  if [ $# -eq 0 ] || [[ " $* " == *" $tier "* ]]; then tiers+=("$tier"); fi
done

scripts/setup.sh
scripts/build.sh "$preset"

# The sum of an attribute over the test programs' reports of a tier.
sum_of() {  # ELEMENT ATTRIBUTE FOLDER
  local element=$1 attribute=$2 total=0 number
  for number in $(cat "$3"/*.xml 2> /dev/null | sed -nE "s/.*<$element( .*)? $attribute=\"([0-9]+)\".*/\2/p"); do
    total=$((total + number))
  done
  echo "$total"
}

table=$(printf '%-12s %6s %8s %8s %8s %7s  %s' tier tests failed skipped seconds budget result)
print_table() { printf '\n%s\n' "$table"; }
trap print_table EXIT

for tier in "${tiers[@]}"; do
  reports=$root/build/$preset/reports/$tier
  rm -rf "$reports"
  printf '\n--- %s (DIGITS_TEST_SEED=%s)\n' "$tier" "$DIGITS_TEST_SEED"
  start=${EPOCHREALTIME/./}
  status=0
  GTEST_OUTPUT="xml:$reports/" GTEST_BRIEF=1 \
    ctest --test-dir "build/$preset" --label-regex "^$tier\$" --no-tests=error --verbose \
      --parallel "$(nproc)" |
    sed -nE 's/^[0-9]+: //p; /\*\*\*/p' || status=$?
  milliseconds=$(((${EPOCHREALTIME/./} - start) / 1000))

  tests=$(sum_of testsuites tests "$reports")
  failed=$(sum_of testsuites failures "$reports")
  skipped=$(sum_of testsuite skipped "$reports")
  # A program that crashed or hung has written no report.
  if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
  limit=$((budget[$tier] * factor))  # whole seconds; factor is a whole number
  result=passed
  [ "$milliseconds" -le $((limit * 1000)) ] || result="over budget"
  [ "$status" -eq 0 ] || result=failed
  table+=$(printf '\n%-12s %6d %8d %8d %6d.%d %7d  %s' "$tier" "$tests" "$failed" "$skipped" \
    $((milliseconds / 1000)) $((milliseconds % 1000 / 100)) "$limit" "$result")
  [ "$result" = passed ] || exit 1
done
