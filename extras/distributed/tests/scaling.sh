#!/usr/bin/env bash
# Measures what ranks do to the accuracy and to the time of a step, on this machine:
#   extras/distributed/tests/scaling.sh MNIST [SEEDS]     (default 5)
# First each preset with one, two and four ranks of one thread, for each seed; then, in turn, two ranks of
# one thread and one process of two threads.
# DIGITS   the program (default build/release/digits)
# PRESETS  (default "fast standard")
set -euo pipefail
data=$(realpath "${1:?usage: scaling.sh MNIST [SEEDS]}")
. "$(dirname "$0")/common.sh"
seeds=${2:-5}
trap 'rm -rf "$work"' EXIT

# Trains with so many ranks; one is a process without a launcher.
train() {  # RUN RANKS THREADS PRESET SEED
  local rank pids=() words=(train --data "$data" --preset "$4" --seed "$5" --threads "$3" --out "$1")
  rm -rf "$1"
  if [ "$2" -eq 1 ]; then
    "$digits" "${words[@]}" > /dev/null 2> "$work/0.err"
    return
  fi
  start_ranks "$2" "${words[@]}"
  for rank in "${!pids[@]}"; do wait "${pids[rank]}"; done
}

# The values of a number in a file of JSON.
values() {  # KEY FILE
  grep -oE "\"$1\": *[0-9.e+-]+" "$2" | sed 's/.*: *//'
}

# Milliseconds of the training loop per step of 256 images.
step_time() {  # RUN
  paste <(values train_seconds "$1/history.jsonl") <(values images "$1/history.jsonl") |
    awk '{ seconds += $1; images += $2 } END { print 1000 * seconds / images * 256 }'
}

accuracy() {  # RUN: per cent, on the test set
  "$digits" evaluate "$1" > /dev/null 2> "$work/0.err"
  tr -d '\n' < "$1/evaluation.json" | sed -nE 's/.*"accuracy": *\{[^}]*"value": *([0-9.e-]+).*/\1/p' |
    awk '{ print 100 * $1 }'
}

# Reads a number a line: median, smallest and largest.
spread() {
  sort -g | awk '{ x[NR] = $1 } END {
    printf "%.3f (%.3f to %.3f)", (x[int((NR + 1) / 2)] + x[int(NR / 2) + 1]) / 2, x[1], x[NR] }'
}

for preset in ${PRESETS:-fast standard}; do
  for ranks in 1 2 4; do
    for ((seed = 0; seed < seeds; ++seed)); do
      train "$work/run" "$ranks" 1 "$preset" "$seed"
      accuracy "$work/run" >> "$work/$preset.$ranks.accuracy"
      step_time "$work/run" >> "$work/$preset.$ranks.step"
    done
    printf '%s, ranks %d of one thread, n = %d: test accuracy %s %%, mean %s; ms a step %s\n' "$preset" "$ranks" \
      "$seeds" "$(spread < "$work/$preset.$ranks.accuracy")" \
      "$(awk '{ sum += $1 } END { printf "%.3f", sum / NR }' "$work/$preset.$ranks.accuracy")" \
      "$(spread < "$work/$preset.$ranks.step")"
  done
  for ((seed = 0; seed < seeds; ++seed)); do
    train "$work/run" 2 1 "$preset" "$seed"
    step_time "$work/run" >> "$work/$preset.processes"
    train "$work/run" 1 2 "$preset" "$seed"
    step_time "$work/run" >> "$work/$preset.threads"
  done
  printf '%s, in turn, n = %d, ms a step: two ranks of one thread %s; one process of two threads %s; ratio %s\n' \
    "$preset" "$seeds" "$(spread < "$work/$preset.processes")" "$(spread < "$work/$preset.threads")" \
    "$(paste "$work/$preset.processes" "$work/$preset.threads" | awk '{ print $1 / $2 }' | spread)"
done
