#!/usr/bin/env bash
# Shows which gates good models pass: presets fast and standard, on synthetic digits and on MNIST, in
# float32 and in bfloat16, several seeds each. Prints a row for each preset, set and precision, then one
# for each gate of each preset and set. A run that OUT already has is not repeated, so the script resumes
# a stopped table, and new gates can be tried on old runs.
#
#   bench/gates_table.sh MNIST OUT [seeds] [gates.toml]
set -euo pipefail
digits=${DIGITS:-$(dirname "$0")/../build/release/digits}
mnist=$1
out=$2
seeds=${3:-10}
gates=${4:-}
presets=${PRESETS:-fast standard}
mkdir -p "$out"

run_one() { # name preset set precision seed
  local run=$out/$1 data=synthetic
  if [ -f "$run/checks.json" ]; then return; fi
  rm -rf "$run"
  if [ "$3" = mnist ]; then data=$mnist; fi
  printf 'preset = "%s"\n[train]\nprecision = "%s"\n' "$2" "$4" > "$out/config.toml"
  # Exit status 4: a gate failed; the table counts these.
  "$digits" run --config "$out/config.toml" --data "$data" --seed "$5" --threads 2 --out "$run" \
    > "$run.log" 2>&1 || [ $? = 4 ]
}

for ((seed = 0; seed < seeds; ++seed)); do
  for preset in $presets; do
    for set in synthetic mnist; do
      for precision in float32 bfloat16; do
        name=$preset-$set-$precision-$seed
        run_one "$name" "$preset" "$set" "$precision" "$seed"
        if [ -n "$gates" ]; then
          "$digits" check "$out/$name" --gates "$gates" --json > "$out/$name.json" || [ $? = 4 ]
        else
          cp "$out/$name/checks.json" "$out/$name.json"
        fi
      done
    done
  done
done

python3 - "$out" << 'END'
import collections, glob, json, os, re, sys

def judged(path):  # (gate, value, conservative end, bound, verdict) of each gate
    for gate in json.load(open(path))["gates"]:
        seen = gate["observed"]
        if not seen or seen.get("value") is None:
            continue
        most = "at_most" in gate
        bound = gate["at_most" if most else "at_least"]
        end = seen["high" if most else "low"]
        keeps = lambda x: x <= bound if most else x >= bound
        verdict = "passed" if keeps(end) else "undecided" if keeps(seen["value"]) else "failed"
        name = re.sub(r"(per_class|baselines|factors)/[^/]+", r"\1/*", gate["metric"])
        yield name, seen["value"], end, ("<= " if most else ">= ") + str(bound), verdict

runs = collections.defaultdict(list)
gates = collections.defaultdict(list)
for path in sorted(glob.glob(sys.argv[1] + "/*-[0-9]*.json")):
    preset, data, precision, _ = os.path.basename(path)[:-5].split("-")
    rows = list(judged(path))
    runs[preset, data, precision].append(rows)
    for row in rows:
        gates[preset, data, row[0]].append(row[1:])

print("| preset | set | precision | runs | with all gates passed | none failed | gates passed | undecided | failed |")
print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
for key, all_rows in runs.items():
    verdicts = [[row[4] for row in rows] for rows in all_rows]
    flat = sum(verdicts, [])
    print("| " + " | ".join([*key, str(len(verdicts)),
          str(sum(set(v) == {"passed"} for v in verdicts)),
          str(sum("failed" not in v for v in verdicts)), f"{flat.count('passed')} of {len(flat)}",
          str(flat.count("undecided")), str(flat.count("failed"))]) + " |")
print("\n| preset | set | gate | observed | worst conservative end | bound | passed | undecided | failed |")
print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
for (preset, data, name), rows in gates.items():
    values = [row[0] for row in rows]
    ends = [row[1] for row in rows]
    worst = max(ends) if rows[0][2].startswith("<") else min(ends)
    counts = [str([row[3] for row in rows].count(v)) for v in ("passed", "undecided", "failed")]
    print(f"| {preset} | {data} | {name} | {min(values):.3f} to {max(values):.3f} | {worst:.3f} "
          f"| {rows[0][2]} | " + " | ".join(counts) + " |")
END
