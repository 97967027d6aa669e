#!/usr/bin/env bash
# Measures what ranks do to the accuracy and to the time of a step, on this machine:
#   extras/distributed/tests/scaling.sh MNIST [SEEDS]     (default 5)
# First each preset with one, two and four ranks of one thread, for each seed; then, in turn, two ranks of
# one thread and one process of two threads. Then the memory of a rank, and the exchange alone, where PyTorch is installed for Python.
# DIGITS   the program (default build/release/digits)
# PRESETS  (default "fast standard")
# PYTHON   a Python with PyTorch (default /usr/bin/python3)
set -euo pipefail
data=$(realpath "${1:?usage: scaling.sh MNIST [SEEDS]}")
. "$(dirname "$0")/common.sh"
seeds=${2:-5}
trap '[ $? -eq 0 ] || tail -qn 3 "$work"/*.err; rm -rf "$work"' EXIT

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
  "$digits" evaluate "$1" --data "$data" --json 2> "$work/0.err" |
    grep -oE '"accuracy":\{"value":[0-9.e-]+' | head -n 1 | sed 's/.*://' | awk '{ print 100 * $1 }'
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

# The largest resident memory of each rank, MiB, over two epochs of `fast`.
peak_of() {  # PID
  local line peak=0
  while line=$(grep -s VmHWM "/proc/$1/status"); do
    peak=$(tr -dc 0-9 <<< "$line")
    sleep 0.02
  done
  echo $((peak / 1024))
}
for ranks in 1 2 4; do
  for ((i = 0; i < 3; ++i)); do
    rm -rf "$work/run"
    pids=()
    start_ranks "$ranks" train --data "$data" --preset fast --epochs 2 --threads 1 --out "$work/run"
    for rank in "${!pids[@]}"; do peak_of "${pids[rank]}" >> "$work/memory.$ranks.$((rank > 0))" & done
    wait
  done
  printf 'memory of %d ranks, n = 3, MiB: rank 0 %s' "$ranks" "$(spread < "$work/memory.$ranks.0")"
  [ "$ranks" -eq 1 ] || printf '; the others %s' "$(spread < "$work/memory.$ranks.1")"
  echo
done

# One all-reduce by the same engine, for the numbers of a step of `fast` and of `standard`.
cat > "$work/exchange.py" <<'SCRIPT'
import datetime, os, statistics, time
import torch, torch.distributed
torch.set_num_threads(1)
torch.distributed.init_process_group("gloo", timeout=datetime.timedelta(seconds=60))
for numbers in 26643, 105747:
    values, milliseconds = torch.ones(numbers), []
    for _ in range(600):
        start = time.perf_counter()
        torch.distributed.all_reduce(values)
        milliseconds.append(1000 * (time.perf_counter() - start))
    if os.environ["RANK"] == "0":
        milliseconds.sort()
        print("two ranks, one all-reduce of %d bytes: %.3f ms, 80 %% of them %.3f to %.3f" % (
            4 * numbers, statistics.median(milliseconds), milliseconds[60], milliseconds[540]))
SCRIPT
python=${PYTHON:-/usr/bin/python3}
if "$python" -c 'import torch.distributed' 2> /dev/null; then
  port=$(free_port)
  pids=()
  for rank in 0 1; do
    RANK=$rank WORLD_SIZE=2 MASTER_ADDR=127.0.0.1 MASTER_PORT=$port "$python" "$work/exchange.py" &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid"; done
else
  echo "skipped the exchange alone: $python has no torch.distributed (Debian: python3-torch)"
fi
