#!/usr/bin/env bash
# Races `digits bench train` against a reference program on this machine. The two run in turn, and take
# turns to begin, so that a change in the machine's speed affects both alike:
#   bench/race_training.sh REFERENCE.py DATA [SEEDS [ROUNDS]]
# Each program trains SEEDS times (default 10) in ROUNDS processes (default: SEEDS, one training per
# process). The reference takes --seeds N --threads N, times its training loop alone and prints
# "seconds median S" and "accuracy mean PERCENT". A reference that starts from the same seed in each
# process repeats it in each round: measure its accuracy in a separate run.
#
# DIGITS    the program (default build/release/digits)
# PYTHON    interpreter for the reference (default python3)
# PRESET    of the program (default fast)
# THREADS   of both (default: one per core)
# FIRST     seed of the program (default 0)
set -euo pipefail
export LC_ALL=C
if [ $# -lt 2 ] || [ $# -gt 4 ]; then
  echo "race_training: REFERENCE.py DATA [SEEDS [ROUNDS]] expected" >&2
  exit 2
fi
reference=$1 data=$2 seeds=${3:-10}
rounds=${4:-$seeds}
if ! [[ $seeds =~ ^[1-9][0-9]*$ && $rounds =~ ^[1-9][0-9]*$ ]] || [ $((seeds % rounds)) -ne 0 ]; then
  echo "race_training: $seeds seeds in $rounds rounds, expected whole numbers and no remainder" >&2
  exit 2
fi
here=$(cd "$(dirname "$0")/.." && pwd)
digits=${DIGITS:-$here/build/release/digits}
threads=${THREADS:-$(nproc)}
first=${FIRST:-0}
each=$((seeds / rounds))
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# Numbers that follow a key in a round's JSON document.
values_of() { grep -oE "\"$2\":$3[0-9.eE+-]+" "$1" | sed -E 's/.*:([0-9.eE+-]+)$/\1/'; }
median() { sort -g | awk '{v[NR] = $1} END {print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2}'; }
spread() { sort -g | awk '{v[NR] = $1} END {printf "%.2f to %.2f", v[1], v[NR]}'; }
mean() { awk '{s += $1} END {printf "%.3f", s / NR}'; }

run_digits() {
  "$digits" bench train --data "$data" --preset "${PRESET:-fast}" --threads "$threads" \
    --seed $((first + $1 * each)) --seeds "$each" --json > "$out/json" 2> "$out/err" ||
    { cat "$out/err" >&2; exit 1; }
  values_of "$out/json" train_seconds '' | median | tee -a "$out/program.seconds" > "$out/ours"
  values_of "$out/json" test_accuracy '\{"value":' | awk '{print 100 * $1}' >> "$out/program.accuracy"
}
run_reference() {
  "${PYTHON:-python3}" "$reference" --seeds "$each" --threads "$threads" > "$out/text"
  sed -nE 's/.*seconds median ([0-9.]+).*/\1/p' "$out/text" | tee -a "$out/reference.seconds" > "$out/theirs"
  sed -nE 's/.*accuracy mean ([0-9.]+).*/\1/p' "$out/text" >> "$out/reference.accuracy"
  [ -s "$out/theirs" ] || { echo "race_training: the reference printed no \"seconds median\"" >&2; exit 1; }
}

printf '%-6s %15s %17s %7s\n' round "program seconds" "reference seconds" ratio
for ((round = 0; round < rounds; ++round)); do
  if [ $((round % 2)) -eq 0 ]; then
    run_digits $round
    run_reference
  else
    run_reference
    run_digits $round
  fi
  awk -v round=$((round + 1)) -v ours="$(cat "$out/ours")" -v theirs="$(cat "$out/theirs")" \
    'BEGIN {printf "%-6d %15.2f %17.2f %7.1f\n", round, ours, theirs, theirs / ours}'
done

echo
for name in program reference; do
  printf '%-10s median %.2f s, %s, test accuracy %s %%\n' "$name" \
    "$(median < "$out/$name.seconds")" "$(spread < "$out/$name.seconds")" "$(mean < "$out/$name.accuracy")"
done
awk -v ours="$(median < "$out/program.seconds")" -v theirs="$(median < "$out/reference.seconds")" \
  -v seeds="$seeds" -v rounds="$rounds" -v threads="$threads" 'BEGIN {
    printf "ratio of medians %.1f; %d seeds each in %d rounds, %d threads\n",
      theirs / ours, seeds, rounds, threads}'
sed -nE 's/.*"cpu":"([^"]*)".*"precision":"([^"]*)".*"revision":"([^"]*)".*"libtorch":"([^"]*)".*/machine: \1; \2; libtorch \4; revision \3/p' "$out/json"
