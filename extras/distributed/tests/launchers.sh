#!/usr/bin/env bash
# Trains with one and two ranks by each launcher that is installed, and compares the results to the bit
# with those without a launcher:
#   extras/distributed/tests/launchers.sh
# DIGITS  the program (default build/release/digits)
# PYTHON  a Python with PyTorch, for torchrun (default /usr/bin/python3)
set -euo pipefail
. "$(dirname "$0")/common.sh"
trap 'rm -rf "$work"' EXIT
python=${PYTHON:-/usr/bin/python3}

arguments() { printf '%s\n' train --config "$config" --out "$work/$1" --threads 1; }

# Prints the command, runs it, and compares its run with the expected identity.
launch() {  # NAME COMMAND...
  local name=$1
  shift
  printf '$ %s\n' "$*" | sed "s|$digits|digits|g; s|$work|/tmp|g"
  "$@" > "$work/$name.out" 2> "$work/$name.err" || true
  tail -n 1 "$work/$name.out"
  verdict "$name" same_as "$work/$name" "$expected"
}

# The variables by hand, as `srun` with the lines of the README sets them.
mapfile -t words < <(arguments by_hand)
start_ranks 2 "${words[@]}"
wait
expected=$(identity "$work/by_hand")
echo "two processes with the variables by hand: $(sha256sum < "$work/by_hand/checkpoint/best.safetensors" | cut -c1-16)"

mapfile -t words < <(arguments alone)
"$digits" "${words[@]}" > "$work/alone.out" 2> "$work/alone.err"
of_two=$expected
of_one=$(identity "$work/alone")
echo "one process without a launcher: $(sha256sum < "$work/alone/checkpoint/best.safetensors" | cut -c1-16)"

if "$python" -c 'import torch.distributed.run' 2> /dev/null; then
  # PyTorch 1.13 under Python 3.11 cannot read its own default of the first two options.
  torchrun=("$python" -m torch.distributed.run --redirects 2 --tee 1 --log_dir "$work/logs" --no_python)
  expected=$of_one
  mapfile -t words < <(arguments one)
  launch one "${torchrun[@]}" --nproc_per_node 1 --standalone "$digits" "${words[@]}"
  expected=$of_two
  run=("${torchrun[@]}" --nproc_per_node 2)
  mapfile -t words < <(arguments standalone)
  launch standalone "${run[@]}" --standalone "$digits" "${words[@]}"
  mapfile -t words < <(arguments static)
  launch static "${run[@]}" --master_port "$(free_port)" "$digits" "${words[@]}"
  # torchrun starts all ranks again after one was killed: the script resumes a run that exists.
  cat > "$work/restart.sh" <<SCRIPT
#!/usr/bin/env bash
words=(--config $config --out $work/restarted --threads 1)
[ ! -e $work/restarted/config.toml ] || words=(--resume $work/restarted)
if [ "\$RANK" = 1 ] && [ "\$TORCHELASTIC_RESTART_COUNT" = 0 ]; then
  (until ls $work/restarted/checkpoint/step-* > /dev/null 2>&1; do sleep 0.01; done; kill -KILL \$\$) &
fi
exec $digits train "\${words[@]}"
SCRIPT
  chmod +x "$work/restart.sh"
  launch restarted "${run[@]}" --standalone --max_restarts 1 "$work/restart.sh"
  verdict "restarted from a state" grep -rq 'continuing after step' "$work/logs"
else
  echo "skipped torchrun: $python has no torch.distributed.run (Debian: python3-torch)"
fi

if command -v mpirun > /dev/null; then
  mpi=(mpirun --oversubscribe -x MASTER_ADDR=127.0.0.1 -x "MASTER_PORT=$(free_port)")
  [ "$(id -u)" -ne 0 ] || mpi+=(--allow-run-as-root)
  mapfile -t words < <(arguments mpi)
  launch mpi "${mpi[@]}" -np 2 "$digits" "${words[@]}"
  expected=$of_one
  mapfile -t words < <(arguments mpi_one)
  launch mpi_one "${mpi[@]}" -np 1 "$digits" "${words[@]}"
else
  echo "skipped mpirun: it is not installed (Debian: openmpi-bin)"
fi
[ "$failures" -eq 0 ]
