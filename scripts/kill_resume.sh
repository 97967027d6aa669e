#!/usr/bin/env bash
# Kills training at random moments (SIGKILL), resumes it, and compares the result, to the bit, with
# that of an uninterrupted training:
#   scripts/kill_resume.sh [TRAININGS]     (default 100)
# Each is killed one to three times, and at least once after it saved a state.
#
# DIGITS            the program (default build/release/digits)
# CONFIG            configuration of the training (default: data/fixtures/tiny.toml with more epochs and
#                   with averaging); it should save states often, or few kills find a state
# DIGITS_TEST_SEED  seed of the random moments (default 1)
set -euo pipefail
export LC_ALL=C  # a comma in EPOCHREALTIME would not be arithmetic
cd "$(dirname "$0")/.."
trainings=${1:-100}
digits=${DIGITS:-build/release/digits}
RANDOM=${DIGITS_TEST_SEED:-1}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -n "${CONFIG:-}" ]; then
  cp "$CONFIG" "$work/config.toml"
else  # long enough that most kills occur in training; averaging adds state to restore
  sed 's/^epochs = .*/epochs = 24\ncheckpoint_steps = 7\naverage = 0.95/' data/fixtures/tiny.toml > "$work/config.toml"
fi

# The results that must not depend on the kills: the best weights, all losses and accuracies.
identity() {  # RUN
  sha256sum < "$1/checkpoint/best.safetensors"
  sed -E 's/"[a-z_]*(seconds|per_second|_bytes)":[^,}]*//g' "$1/history.jsonl"
}

# The arguments that begin a run, or resume it if it has written its configuration.
arguments() {  # RUN
  if [ -e "$1/config.toml" ]; then
    printf '%s\n' train --resume "$1"
  else
    printf '%s\n' train --config "$work/config.toml" --out "$1"
  fi
}

start=${EPOCHREALTIME/./}
"$digits" train --config "$work/config.toml" --out "$work/whole" > "$work/log" 2>&1 || { cat "$work/log"; exit 1; }
length=$((${EPOCHREALTIME/./} - start))  # microseconds
expected=$(identity "$work/whole")

same=0 kills=0 too_early=0 never=0
declare -A steps=()  # of the newest state at each kill
for ((training = 1; training <= trainings; ++training)); do
  run=$work/run
  rm -rf "$run"
  struck=0
  for ((times = RANDOM % 3 + 1, attempts = 30; attempts > 0 && (times > 0 || struck == 0); --times, --attempts)); do
    mapfile -t words < <(arguments "$run")
    "$digits" "${words[@]}" > "$work/log" 2>&1 &
    child=$!
    moment=$(((RANDOM * 32768 + RANDOM) % length))
    sleep "$(printf '%d.%06d' $((moment / 1000000)) $((moment % 1000000)))"
    kill -KILL "$child" 2> /dev/null || true
    status=0
    wait "$child" 2> /dev/null || status=$?
    if [ "$status" -ne 137 ]; then  # it had already ended
      [ "$struck" -gt 0 ] || rm -rf "$run"
      continue
    fi
    kills=$((kills + 1))
    newest=$(ls "$run/checkpoint" 2> /dev/null |
      sed -n 's/^step-0*\([0-9]*\)\.safetensors$/\1/p' | tail -n 1) ||
      newest=
    if [ -n "$newest" ]; then
      steps[$newest]=1 struck=1
    else
      too_early=$((too_early + 1))
    fi
  done
  [ "$struck" -gt 0 ] || never=$((never + 1))
  mapfile -t words < <(arguments "$run")
  if "$digits" "${words[@]}" > "$work/log" 2>&1 && [ "$(identity "$run")" = "$expected" ]; then
    same=$((same + 1))
  else
    echo "training $training differs:"
    cat "$work/log"
    diff <(echo "$expected") <(identity "$run") || true
  fi
done

printf '%d kills: %d before the first state, the others after %d different states\n' \
  "$kills" "$too_early" "${#steps[@]}"
printf '%d of %d bit-identical, %d of them never killed in training\n' "$same" "$trainings" "$never"
[ "$same" -eq "$trainings" ] && [ "$never" -eq 0 ]
