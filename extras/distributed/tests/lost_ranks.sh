#!/usr/bin/env bash
# Kills or stops one of two ranks at a random moment, measures the seconds until the other has ended,
# resumes, and compares the result, to the bit, with that of an undisturbed training:
#   extras/distributed/tests/lost_ranks.sh [TRAININGS]      (default 20, of each kind)
# DIGITS            the program (default build/release/digits)
# TIMEOUT           --distributed-timeout in seconds (default 3)
# DIGITS_TEST_SEED  seed of the random moments (default 1)
set -euo pipefail
EPOCHS=${EPOCHS:-40}
. "$(dirname "$0")/common.sh"
trainings=${1:-20}
timeout=${TIMEOUT:-3}
RANDOM=${DIGITS_TEST_SEED:-1}
pids=()
trap 'kill -KILL "${pids[@]}" 2> /dev/null || true; rm -rf "$work"' EXIT

start() { start_ranks 2 train --distributed-timeout "$timeout" "$@"; }

now() { echo "${EPOCHREALTIME/./}"; }  # microseconds

begin=$(now)
start --config "$config" --out "$work/whole"
wait "${pids[@]}"
length=$(($(now) - begin))
expected=$(identity "$work/whole")

# Sends the signal, and prints the other rank's exit status and the seconds until it ended; nothing when
# the training had ended before.
disturb() {  # SIGNAL VICTIM
  local other=$((1 - $2)) begin status=0 moment
  moment=$((length / 5 + (RANDOM * 32768 + RANDOM) % (length / 2)))
  sleep "$(printf '%d.%06d' $((moment / 1000000)) $((moment % 1000000)))"
  begin=$(now)
  kill "-$1" "${pids[$2]}" 2> /dev/null || true
  await_end "${pids[other]}" || status=$?
  taken=$(($(now) - begin))
  kill -KILL "${pids[$2]}" 2> /dev/null || true
  wait "${pids[$2]}" 2> /dev/null || true
  ended=$status
}

for signal in KILL STOP; do
  longest=0 same=0 lost=0 partial=0
  for ((i = 0; i < trainings; ++i)); do
    run=$work/run
    rm -rf "$run"
    start --config "$config" --out "$run"
    victim=$((RANDOM % 2))
    disturb "$signal" "$victim" 2> /dev/null  # the shell would report each kill
    if [ "$ended" -eq 0 ]; then  # the training had ended before
      i=$((i - 1))
      continue
    fi
    [ "$taken" -le "$longest" ] || longest=$taken
    if [ "$ended" -eq 1 ] && grep -q 'distributed.peer_lost' "$work/$((1 - victim)).err"; then
      lost=$((lost + 1))
    else
      tail -n 1 "$work/$((1 - victim)).err"
    fi
    [ "$victim" -eq 0 ] || [ -z "$(find "$run" -name '*.tmp-*')" ] || partial=$((partial + 1))
    if [ -e "$run/config.toml" ]; then start --resume "$run"; else start --config "$config" --out "$run"; fi
    wait "${pids[@]}" || true
    if [ "$(identity "$run")" = "$expected" ]; then same=$((same + 1)); fi
  done
  printf '%s: %d trainings, %d ended with distributed.peer_lost, the slowest after %d.%03d s of %d; ' \
    "$signal" "$trainings" "$lost" $((longest / 1000000)) $((longest / 1000 % 1000)) "$timeout"
  printf '%d left a partial file; %d resumed to the same bits\n' "$partial" "$same"
  # A second more, in which the process ends.
  [ "$same" -eq "$trainings" ] && [ "$lost" -eq "$trainings" ] && [ "$partial" -eq 0 ] &&
    [ "$longest" -le $(((timeout + 1) * 1000000)) ] || failures=1
done
[ "$failures" -eq 0 ]
