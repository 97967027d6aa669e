# Sourced by the scripts of this folder, which start the built program as ranks of a training.
# DIGITS  the program (default build/release/digits)
export LC_ALL=C  # a comma in EPOCHREALTIME would not be arithmetic
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
digits=$(realpath "${DIGITS:-build/release/digits}")
work=$(mktemp -d)
failures=0

# The configuration of the trainings: long enough to be disturbed, with averaging and many states.
config=$work/config.toml
sed "s/^epochs = .*/epochs = ${EPOCHS:-12}\ncheckpoint_steps = 7\naverage = 0.95/" data/fixtures/tiny.toml > "$config"

# The results that must not depend on launchers, kills and times.
identity() {  # RUN
  sha256sum < "$1/checkpoint/best.safetensors"
  sed -E 's/"[a-z_]*(seconds|per_second|_bytes)":[^,}]*//g' "$1/history.jsonl"
}

# Prints a line with the outcome of a check; the messages of the ranks follow a failure.
verdict() {  # NAME CONDITION...
  local name=$1
  shift
  if "$@"; then
    printf 'passed  %s\n' "$name"
  else
    printf 'FAILED  %s\n' "$name"
    tail -qn 3 "$work"/*.err 2> /dev/null || true
    failures=$((failures + 1))
  fi
}

same_as() {  # RUN EXPECTED
  [ "$(identity "$1")" = "$2" ]
}

# Starts ranks on this host; pids has their processes, in the order of the ranks.
start_ranks() {  # RANKS ARGUMENTS...
  local rank ranks=$1 port
  shift
  port=$(free_port)
  for ((rank = 0; rank < ranks; ++rank)); do
    RANK=$rank WORLD_SIZE=$ranks MASTER_ADDR=127.0.0.1 MASTER_PORT=$port \
      "$digits" "$@" > "$work/$rank.out" 2> "$work/$rank.err" &
    pids[rank]=$!
  done
}

# Waits for the process and returns its exit status, up to 0.05 s after its end. One that runs for a
# minute is killed: a failed detection is no endless wait.
await_end() {  # PID
  local i
  for ((i = 0; i < 1200; ++i)); do
    kill -0 "$1" 2> /dev/null || break
    sleep 0.05
  done
  [ "$i" -lt 1200 ] || kill -KILL "$1"
  wait "$1" 2> /dev/null
}

free_port() { echo $((20000 + RANDOM % 10000)); }
