#!/usr/bin/env bash
# Measures the effect of each choice of a preset: trains the preset unchanged and with one change at a
# time, and evaluates on the validation part, never on the test set:
#   bench/ablation.sh DATA [SEEDS]      (default 3)
#
# DIGITS    the program (default build/release/digits)
# PRESET    the preset to change (default standard)
# BASE      TOML for every row, in dotted keys that no change sets, such as "train.batch_size = 64"
#           (default none)
# CHANGES   file with a change per line: its name, a bar, and its TOML, with ";" for a new line
#           (default: those below, of `standard`)
# THREADS   of the training (default: one per core)
set -euo pipefail
export LC_ALL=C
if [ $# -lt 1 ] || [ $# -gt 2 ]; then
  echo "ablation: DATA [SEEDS] expected" >&2
  exit 2
fi
data=$1 seeds=${2:-3}
here=$(cd "$(dirname "$0")/.." && pwd)
digits=${DIGITS:-$here/build/release/digits}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ -n "${CHANGES:-}" ]; then
  cp "$CHANGES" "$work/changes"
else
  cat > "$work/changes" << 'END'
no geometric augmentation|augment.rotation = 0.0;augment.shift = 0.0;augment.scale = 0.0;augment.shear = 0.0
twice the geometric augmentation|augment.rotation = 10.0;augment.shift = 2.0;augment.scale = 0.2;augment.shear = 0.1
no outliers, contrast, brightness|augment.outliers = 0.0;augment.contrast = 0.0;augment.brightness = 0.0
no label smoothing|train.label_smoothing = 0.0
weights averaged, 0.995|train.average = 0.995
half the epochs|train.epochs = 4
narrower|network.blocks = [[16], [32, 64]]
wider|network.blocks = [[48], [96, 192]]
END
fi

# All numbers that follow a key in the benchmark's JSON document.
values_of() { grep -oE "\"$1\":$2[0-9.eE+-]+" "$work/json" | sed -E 's/.*:([0-9.eE+-]+)$/\1/'; }
percent() { awk '{printf "%s%.2f", sep, 100 * $1; sep = ", "}'; }

row() {  # NAME TOML
  printf 'preset = "%s"\n%s\n%s\n' "${PRESET:-standard}" "${BASE:-}" "${2//;/$'\n'}" > "$work/config.toml"
  "$digits" bench train --data "$data" --config "$work/config.toml" --threads "${THREADS:-$(nproc)}" \
    --seeds "$seeds" --validation --json > "$work/json" 2> "$work/err" ||
    { cat "$work/err" >&2; exit 1; }
  local mean by_seed
  mean=$(grep -oE '"mean_accuracy":\{[^}]*\}' "$work/json")
  number() { sed -E "s/.*\"$1\":([0-9.eE+-]+).*/\1/" <<< "$mean" | percent; }
  by_seed=$(values_of validation_accuracy '\{"value":' | percent)
  printf '| %s | %s %% [%s, %s] | %s | %.1f |\n' "$1" "$(number value)" "$(number low)" \
    "$(number high)" "$by_seed" \
    "$(grep -oE '"seconds":\{[^}]*\}' "$work/json" | sed -E 's/.*"median":([0-9.eE+-]+).*/\1/')"
}

printf '| change | mean validation accuracy, n = %d seeds | by seed | seconds |\n| --- | --- | --- | --- |\n' "$seeds"
row "none: \`${PRESET:-standard}\`${BASE:+, $BASE}" ""
while IFS='|' read -r name toml; do row "$name" "$toml"; done < "$work/changes"
