#!/usr/bin/env bash
# Compares `digits serve` with another server of the same model, in turn, by wrk with one thread and 16
# connections, one image a request in JSON:
#   extras/serve/tests/race.sh PROGRAM RUN REFERENCE...
# RUN is a finished run; its package is made again for the model's name `digits`.
# REFERENCE is a command that serves POST /v2/models/digits/infer on the port that is added as its last argument,
# for example `python3 fastapi_server.py RUN/package/model.pt`.
#
# ROUNDS   pairs of measurements (default 5)
# SECONDS_EACH  of a measurement (default 6)
# SERVER_CPUS, CLIENT_CPUS  cores for each side, as for taskset (default: all for both)
# IDLE     idle connections beside (default 0)
set -euo pipefail
program=$(realpath "$1") run=$(realpath "$2")
shift 2
work=$(mktemp -d)
servers=()
trap 'kill "${servers[@]}" 2> /dev/null || true; wait 2> /dev/null || true; rm -rf "$work"' EXIT
command -v wrk > /dev/null || { echo "race.sh: wrk is missing: scripts/setup.sh wrk" >&2; exit 1; }
on() { if [ -n "$1" ]; then exec taskset -c "$1" "${@:2}"; else exec "${@:2}"; fi; }  # CPUS COMMAND...
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

mkdir "$work/models"
"$program" package "$run" --repository "$work/models" --name digits --promote > /dev/null
read -r channels rows cols < <(python3 -c '
import json, sys
data = json.load(open(sys.argv[1]))["data"]
print(data["channels"], data["rows"], data["cols"])' "$run/package/manifest.json")
cat > "$work/infer.lua" << LUA
local pixels = {}
for i = 1, $channels * $rows * $cols do pixels[i] = string.format("%.3f", (i % 29) / 29) end
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"inputs":[{"name":"images","shape":[1,$channels,$rows,$cols],"datatype":"FP32","data":['
  .. table.concat(pixels, ",") .. ']}]}'
LUA

ours=$(free_port)
(on "${SERVER_CPUS:-}" "$program" serve --model "$work/models/digits" --port "$ours" > "$work/ours.log" 2>&1) &
servers+=($!)
theirs=$(free_port)
(on "${SERVER_CPUS:-}" "$@" "$theirs" > "$work/theirs.log" 2>&1) &
servers+=($!)

fail() { cat "$work"/*.log >&2; exit 1; }
measure() {  # PORT SECONDS: requests a second, 99th percentile
  (on "${CLIENT_CPUS:-}" wrk -t1 -c16 -d "$2s" --latency -s "$work/infer.lua" \
    "http://127.0.0.1:$1/v2/models/digits/infer") > "$work/wrk.log"
  ! grep -qE 'Non-2xx|Socket errors' "$work/wrk.log" || fail
  awk '/ 99%/ { p99 = $2 } /^Requests\/sec/ { rate = $2 } END { print rate, p99; exit rate == 0 }' "$work/wrk.log" || fail
}
for port in "$ours" "$theirs"; do
  until (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do
    for server in "${servers[@]}"; do kill -0 "$server" || fail; done
    sleep 0.1
  done
  measure "$port" 1 > /dev/null  # warm
done
if [ "${IDLE:-0}" -gt 0 ]; then
  python3 -c '
import socket, sys, time
all = [socket.create_connection(("127.0.0.1", int(port))) for port in sys.argv[2:] for _ in range(int(sys.argv[1]))]
time.sleep(86400)' "$IDLE" "$ours" "$theirs" &
  servers+=($!)
  sleep 2
fi

printf '%-6s %12s %8s %14s %8s %6s\n' pair 'digits req/s' p99 'reference req/s' p99 ratio
for ((pair = 1; pair <= ${ROUNDS:-5}; ++pair)); do
  line=$(measure "$ours" "${SECONDS_EACH:-6}")
  read -r rate p99 <<< "$line"
  line=$(measure "$theirs" "${SECONDS_EACH:-6}")
  read -r other other_p99 <<< "$line"
  printf '%-6s %12s %8s %14s %8s %6.1f\n' "$pair" "$rate" "$p99" "$other" "$other_p99" \
    "$(awk -v a="$rate" -v b="$other" 'BEGIN { print a / b }')" | tee -a "$work/pairs"
done
awk '{ print $6 }' "$work/pairs" | sort -n | awk '{ all[NR] = $1 } END {
  printf "ratio: median %.1f (%.1f to %.1f), n = %d\n", all[int((NR + 1) / 2)], all[1], all[NR], NR }'
