#!/usr/bin/env bash
# Prints the factor for the budgets of scripts/test.sh on this machine, at least 2:
#   scripts/budget_factor.sh PROGRAM [SECONDS]
#
# Most CPU seconds of the tests are starts of programs, and a start costs several times as much on some
# virtual machines. The factor is twice the CPU seconds of `PROGRAM --version`, divided by SECONDS, those
# of the built program on the machine that the budgets were set on (default 0.55). Fails as the program does.
set -euo pipefail
export LC_ALL=C  # the times have a decimal point
program=$1 reference=${2:-0.55}

TIMEFORMAT='%3U %3S'
starts=3
times=$({ time for ((i = 0; i < starts; ++i)); do "$program" --version > /dev/null 2>&3; done; } 3>&2 2>&1)
awk -v starts=$starts -v reference="$reference" \
  '{ factor = int(2 * ($1 + $2) / starts / reference + 0.5); print factor < 2 ? 2 : factor }' <<< "$times"
