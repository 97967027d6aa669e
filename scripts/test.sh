#!/usr/bin/env bash
# Builds and runs the test tiers in order, stops at the first that fails, and ends with a table:
#   scripts/test.sh [unit|integration|smoke|scripts]...
#
# The tier `scripts` tests the scripts and the configuration of the repository.
#
# Each tier has a budget of CPU seconds: user and system time of its programs and of the processes
# that they start and wait for. A tier over its budget is a warning, and a failure with CI=true.
# Wall seconds are printed too, but have no bound: they depend on other work of the machine.
#
# DIGITS_TEST_SEED      seed of every random choice in the tests (default 1)
# DIGITS_PRESET         CMake preset to build and test (default release)
# DIGITS_BUDGET_FACTOR  multiplies the budgets (default 1): CPU seconds vary with the processor,
#                       with other work on its cores, and with instrumented code
set -euo pipefail
cd "$(dirname "$0")/.."
root=$(pwd)

export DIGITS_TEST_SEED=${DIGITS_TEST_SEED:-1}
# A tier's programs run in parallel: waiting threads must not spin on a core that another needs.
export OMP_WAIT_POLICY=passive OPENBLAS_THREAD_TIMEOUT=4
preset=${DIGITS_PRESET:-release}
factor=${DIGITS_BUDGET_FACTOR:-1}
declare -A budget=([unit]=20 [integration]=120 [smoke]=50 [scripts]=90)  # CPU seconds

for tier in "$@"; do
  case $tier in
    unit | integration | smoke | scripts) ;;
    *) echo "test.sh: no tier \"$tier\", expected unit, integration, smoke or scripts" >&2; exit 2 ;;
  esac
done
tiers=()  # in the pyramid's order, for any order of the arguments
for tier in unit integration smoke scripts; do
  if [ $# -eq 0 ] || [[ " $* " == *" $tier "* ]]; then tiers+=("$tier"); fi
done

scripts/setup.sh
if [ $# -eq 0 ]; then scripts/build.sh "$preset"; else scripts/build.sh "$preset" "${tiers[@]/#/tier_}"; fi
# The times below have a decimal point. Set after the build: ccache finds no object of another language.
export LC_ALL=C

# Prints nothing of programs that pass, and the whole output of one that fails. A program often waits for
# a process that it started: two programs more than cores use that time.
run_tier() {  # TIER REPORTS
  GTEST_OUTPUT="xml:$2/" GTEST_BRIEF=1 \
    ctest --test-dir "build/$preset" --label-regex "^$1\$" --no-tests=error --output-on-failure \
      --test-output-size-failed 10000000 --no-label-summary --parallel $(($(nproc) + 2)) 2>&1 |
    sed -u '/^Internal ctest/d; /^Test project/d; /^Total Test/d; /tests passed, /d; /^$/d'
}

# The reports of a tier's test programs; a program that crashed or hung has written none.
reports_in() { cat "$1"/*.xml 2> /dev/null || true; }

# The sum of an attribute over the test programs' reports of a tier.
sum_of() {  # ELEMENT ATTRIBUTE REPORTS
  reports_in "$3" | sed -nE "s/.*<$1( .*)? $2=\"([0-9]+)\".*/\2/p" |
    awk '{ sum += $1 } END { print sum + 0 }'
}

# A line for each test: CPU seconds, SUITE.NAME, and why it was skipped.
list_tests() {  # REPORTS
  reports_in "$1" | awk '
    function attribute(name) {
      if (!match($0, " " name "=\"[^\"]*\"")) return ""
      return substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4)
    }
    /<testcase / { test = attribute("classname") "." attribute("name"); reason = "" }
    /<skipped / { reason = attribute("message"); sub(/.*&#x0A;/, "", reason) }
    /name="cpu_ms"/ { printf "%8.1f  %s  %s\n", attribute("value") / 1000, test, reason }'
}

seconds() { printf '%d.%d' $(($1 / 1000)) $(($1 % 1000 / 100)); }  # MILLISECONDS

warn_of_cost() {  # TIER MILLISECONDS LIMIT REPORTS
  printf '\ntest.sh: WARNING: %s is OVER BUDGET: %s CPU seconds of %d. Most expensive tests:\n' \
    "$1" "$(seconds "$2")" "$3"
  list_tests "$4" | sort -rn | sed -n 1,8p  # reads to the end: sort shall not meet a closed pipe
}

row='%-12s %6s %8s %8s %12s %7s %13s  %s'
table=$(printf "$row" tier tests failed skipped "CPU seconds" budget "wall seconds" result)
print_table() { printf '\n%s\n' "$table"; }
trap print_table EXIT

for tier in "${tiers[@]}"; do
  reports=$root/build/$preset/reports/$tier
  rm -rf "$reports"
  mkdir -p "$reports"
  printf '\n--- %s (DIGITS_TEST_SEED=%s)\n' "$tier" "$DIGITS_TEST_SEED"
  status=0
  TIMEFORMAT='%3R %3U %3S'
  { time run_tier "$tier" "$reports" >&3; } 3>&1 2> "$reports/time" || status=$?
  read -r wall user system < "$reports/time"
  wall=$((10#${wall/./})) cpu=$((10#${user/./} + 10#${system/./}))  # milliseconds
  list_tests "$reports" | sed -nE 's/^ *[0-9.]+  ([^ ]+)  (.+)/skipped: \1: \2/p'

  tests=$(sum_of testsuites tests "$reports")
  failed=$(sum_of testsuites failures "$reports")
  skipped=$(sum_of testsuite skipped "$reports")
  if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
  limit=$((budget[$tier] * factor))  # whole seconds; factor is a whole number
  result=passed
  if [ "$cpu" -gt $((limit * 1000)) ]; then
    result="OVER BUDGET"
    warn_of_cost "$tier" "$cpu" "$limit" "$reports"
  fi
  [ "$status" -eq 0 ] || result=failed
  table+=$(printf "\n$row" "$tier" "$tests" "$failed" "$skipped" "$(seconds "$cpu")" "$limit" \
    "$(seconds "$wall")" "$result")
  [ "$result" != failed ] || exit 1
  [ "$result" = passed ] || [ "${CI:-}" != true ] || exit 1
done
