#!/usr/bin/env bash
# Runs the libFuzzer targets of tests/fuzz and of the extras, one per core, from the fixtures and from
# the corpus of earlier runs:
#   scripts/fuzz.sh [SECONDS]      of each target (default 10)
# Needs clang with its runtime (scripts/setup.sh clang libclang-rt-dev), but not LibTorch. Without
# clang it prints that it skips, with status 0. An input that crashes a target, takes over 20 s or
# fills the memory is kept under build/fuzz/found/. DIGITS_TEST_SEED repeats a run's random choices.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-10}
[[ $seconds =~ ^[1-9][0-9]*$ ]] || { echo "fuzz: \"$seconds\", expected whole seconds" >&2; exit 2; }

probe='extern "C" int LLVMFuzzerTestOneInput(const char*, unsigned long) { return 0; }'
if ! clang++ -x c++ -fsanitize=fuzzer,address -o /dev/null - <<< "$probe" 2> /dev/null; then
  echo "fuzz: skipped: no clang++ that links -fsanitize=fuzzer (packages clang, libclang-rt-dev)"
  exit 0
fi
scripts/build.sh fuzz

out=build/fuzz
fixtures=data/fixtures
mkdir -p $out/found $out/seeds/{idx,gzip,image,sums,infer,photo}
for file in "$fixtures"/tiny/*.gz; do
  cp "$file" $out/seeds/gzip/
  gunzip -c "$file" > "$out/seeds/idx/$(basename "$file" .gz)"
done
cp "$fixtures"/digits/*.png "$fixtures"/photos/*/* $out/seeds/image/
for name in README.md golden.safetensors manifest.json model.pt model.safetensors profile.json; do
  printf '%s  %s\n' "$(sha256sum <<< "$name" | cut -d ' ' -f 1)" "$name"
done > $out/seeds/sums/SHA256SUMS

targets=(idx gzip image sums)
if [ -x $out/tests/fuzz/fuzz_infer ]; then  # of extras/serve
  targets+=(infer)
  cp extras/serve/tests/fuzz/seeds/* $out/seeds/infer/
fi
if [ -x $out/tests/fuzz/fuzz_photo ]; then  # of extras/photos
  targets+=(photo)
  cp $out/seeds/image/* $out/seeds/photo/
fi

# Largest input in bytes: a few kilobytes reach every branch of the parsers; photos need more.
declare -A longest=([idx]=4096 [gzip]=4096 [image]=40000 [sums]=4096 [infer]=4096 [photo]=40000)
run() {  # TARGET
  local target=$1
  mkdir -p "$out/corpus/$target"
  if ! "$out/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -max_len="${longest[$target]}" \
    -seed="${DIGITS_TEST_SEED:-0}" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$out/found/$target-" "$out/corpus/$target" "$out/seeds/$target" \
    > "$out/$target.log" 2>&1; then
    tail -n 60 "$out/$target.log" >&2
    echo "fuzz: $target failed; the input is under $out/found/" >&2
    return 1
  fi
  sed -n "s/^stat::number_of_executed_units: */fuzz: $target: nothing found; inputs: /p" "$out/$target.log"
}

status=0 pids=()
for target in "${targets[@]}"; do
  while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do sleep 0.2; done
  run "$target" &
  pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid" || status=1; done
exit $status
