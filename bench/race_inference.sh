#!/usr/bin/env bash
# Races `digits bench infer` against ONNX Runtime and Python on this machine, with the same package:
#   bench/race_inference.sh PACKAGE ORT.cjs PYTHON.py [ROUNDS]     (default 5)
# In each round each program runs once with one thread and once with two. The order rotates from round
# to round, so that a change in the machine's speed affects all programs alike. node runs ORT.cjs
# as `ORT.cjs MODEL.onnx THREADS`, PYTHON.py as `PYTHON.py MODEL.pt --threads THREADS`; both
# print lines "... batch N p50_us T p99_us T ...".
#
# DIGITS    the program (default build/release/digits)
# PYTHON    interpreter for PYTHON.py (default python3)
# NODE      interpreter for ORT.cjs (default node)
# ORT       folder with node_modules/onnxruntime-node (default: the working folder)
# ENGINES   of the program (default "onednn onednn-bfloat16 torchscript"; those that this build or processor
#           does not have are skipped)
set -euo pipefail
export LC_ALL=C
if [ $# -lt 3 ] || [ $# -gt 4 ]; then
  echo "race_inference: PACKAGE ORT.cjs PYTHON.py [ROUNDS] expected" >&2
  exit 2
fi
package=$(realpath "$1") ort=$(realpath "$2") python=$(realpath "$3") rounds=${4:-5}
[[ $rounds =~ ^[1-9][0-9]*$ ]] || { echo "race_inference: \"$rounds\" rounds" >&2; exit 2; }
here=$(cd "$(dirname "$0")/.." && pwd)
digits=${DIGITS:-$here/build/release/digits}
read -ra engines <<< "${ENGINES:-onednn onednn-bfloat16 torchscript}"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

runners=()
for engine in "${engines[@]}"; do
  if "$digits" bench infer --model "$package" --engine "$engine" --device cpu --batch 1 --calls 1 \
       > /dev/null 2> "$out/err"; then
    runners+=("$engine")
  else
    echo "race_inference: without $engine: $(cat "$out/err")" >&2
  fi
done
runners+=(onnxruntime python)

# Each prints lines "BATCH MEDIAN_US P99_US".
run_one() {  # RUNNER THREADS
  case $1 in
    onnxruntime) (cd "${ORT:-.}" && "${NODE:-node}" "$ort" "$package/model.onnx" "$2") | columns ;;
    python) "${PYTHON:-python3}" "$python" "$package/model.pt" --threads "$2" | columns ;;
    *) "$digits" bench infer --model "$package" --engine "$1" --threads "$2" --device cpu |
         awk 'NR > 1 {print $2, $4, $5}' ;;
  esac
}
columns() { sed -nE 's/.*batch ([0-9]+) p50_us ([0-9.]+) p99_us ([0-9.]+).*/\1 \2 \3/p'; }

for ((round = 0; round < rounds; ++round)); do
  for threads in 1 2; do
    for ((i = 0; i < ${#runners[@]}; ++i)); do
      runner=${runners[(i + round) % ${#runners[@]}]}
      run_one "$runner" "$threads" > "$out/lines" 2> "$out/err" ||
        { echo "race_inference: $runner failed: $(cat "$out/err")" >&2; exit 1; }
      while read -r batch median p99; do
        echo "$median" >> "$out/$threads.$batch.$runner.median"
        echo "$p99" >> "$out/$threads.$batch.$runner.p99"
      done < "$out/lines"
    done
  done
done

middle() { sort -g | awk '{v[NR] = $1} END {print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2}'; }
spread() { sort -g | awk '{v[NR] = $1} END {printf "%.1f to %.1f", v[1], v[NR]}'; }
printf '| threads | batch | runner | median us | over %d rounds | 99th us | images/s | times ONNX Runtime |\n' "$rounds"
printf '| --- | --- | --- | --- | --- | --- | --- | --- |\n'
for threads in 1 2; do
  for batch in 1 64 256; do
    base=$(middle < "$out/$threads.$batch.onnxruntime.median")
    for runner in "${runners[@]}"; do
      file=$out/$threads.$batch.$runner
      awk -v threads="$threads" -v batch="$batch" -v runner="$runner" -v base="$base" \
        -v median="$(middle < "$file.median")" -v spread="$(spread < "$file.median")" \
        -v p99="$(middle < "$file.p99")" 'BEGIN {
          printf "| %d | %d | %s | %.1f | %s | %.1f | %.0f | %.2f |\n", threads, batch, runner,
            median, spread, p99, batch / median * 1e6, median / base}'
    done
  done
done
