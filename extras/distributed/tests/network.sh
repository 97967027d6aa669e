#!/usr/bin/env bash
# Trains on several hosts: network namespaces, joined by a bridge, each rank at an address of its own.
# A link is cut, a rank is killed, stopped, started late; wrong settings give named errors:
#   extras/distributed/tests/network.sh
# Needs root, or a kernel that lets users create namespaces; skipped with a reason elsewhere.
# DIGITS  the program (default build/release/digits)
# HOSTS   the number of namespaces (default 3)
# TIMES   how often each disturbance is repeated (default 1)
# DIGITS_TEST_SEED  seed of the random moments (default 1)
set -euo pipefail
if [ -z "${INSIDE:-}" ]; then  # a network namespace of its own: nothing outside is changed
  if ! command -v ip > /dev/null; then
    echo "skipped: the command ip is missing (Debian: iproute2)"
    exit 0
  fi
  enter=(unshare --net --mount)
  [ "$(id -u)" -eq 0 ] || enter=(unshare --map-root-user --net --mount)
  if ! "${enter[@]}" ip link add probe type bridge 2> /dev/null; then
    echo "skipped: this system does not permit network namespaces"
    exit 0
  fi
  INSIDE=1 exec "${enter[@]}" "$0" "$@"
fi
EPOCHS=${EPOCHS:-60}
. "$(dirname "$0")/common.sh"
hosts=${HOSTS:-3}
timeout=3  # --distributed-timeout
RANDOM=${DIGITS_TEST_SEED:-1}
pids=()
trap 'kill -KILL "${pids[@]}" 2> /dev/null || true; rm -rf "$work"' EXIT

# ip keeps the names of namespaces in a folder, here a private one.
mkdir -p /run/netns
mount -t tmpfs none /run/netns
ip link add bridge type bridge
ip link set bridge up
for ((host = 0; host < hosts; ++host)); do
  ip netns add "host$host"
  ip link add "veth$host" type veth peer name eth0 netns "host$host"
  ip link set "veth$host" master bridge up
  ip -n "host$host" address add "10.9.0.$((host + 1))/24" dev eth0
  ip -n "host$host" link set eth0 up
  ip -n "host$host" link set lo up
done

# Starts a program of a host with its own /etc/hosts, if there is one.
cat > "$work/with_hosts.sh" <<'SCRIPT'
#!/bin/sh
hosts=$1
shift
[ ! -e "$hosts" ] || mount --bind "$hosts" /etc/hosts
exec "$@"
SCRIPT
chmod +x "$work/with_hosts.sh"

# Starts one rank on its host, with further variables in front of the arguments.
start_rank() {  # RANK [NAME=VALUE...] -- ARGUMENTS...
  local rank=$1 variables=("RANK=$1" "WORLD_SIZE=$hosts" MASTER_ADDR=10.9.0.1 "MASTER_PORT=$port")
  shift
  while [ "$1" != -- ]; do
    variables+=("$1")
    shift
  done
  shift
  ip netns exec "host$rank" "$work/with_hosts.sh" "$work/hosts$rank" \
    env "${variables[@]}" "$digits" train --threads 1 \
    --distributed-timeout "$timeout" "$@" > "$work/$rank.out" 2> "$work/$rank.err" &
  pids[rank]=$!
}

start() {  # ARGUMENTS...
  local rank
  port=$(free_port)
  for ((rank = 0; rank < hosts; ++rank)); do start_rank "$rank" -- "$@"; done
}

await() {  # RANK...: waits for the ranks; their exit statuses are in $ended
  local rank status
  ended=
  for rank in "$@"; do
    status=0
    await_end "${pids[rank]}" 2> /dev/null || status=$?
    ended+="$status "
  done
}

code_of() {  # RANK: the error code in its last message
  sed -n 's/^digits: \([a-z_.]*\): .*/\1/p' "$work/$1.err" | tail -n 1
}

# Waits until the run has saved a state, so that it is in the middle of an epoch.
wait_for_state() {  # RUN
  local i
  for ((i = 0; i < 6000; ++i)); do
    ! ls "$work/$1"/checkpoint/step-* > /dev/null 2>&1 || return 0
    sleep 0.01
  done
  verdict "a state after a minute" false
  exit 1
}

begin() { moment=${EPOCHREALTIME/./}; }
milliseconds() { echo $(((${EPOCHREALTIME/./} - moment) / 1000)); }

last=$((hosts - 1))
mapfile -t all < <(seq 0 "$last")
others=("${all[@]:0:last}")  # the last rank is disturbed
zeros=$(printf '0 %.0s' "${all[@]}") ones=$(printf '1 %.0s' "${others[@]}")

start --config "$config" --out "$work/whole"
await "${all[@]}"
verdict "$hosts hosts train" [ "$ended" = "$zeros" ]
expected=$(identity "$work/whole")

# Calls the function, which disturbs the last rank, at a random moment after the first state; resumes
# afterwards. Repeated, it prints the slowest end.
disturb() {  # NAME FUNCTION
  local time slowest=0
  for ((time = 0; time < ${TIMES:-1}; ++time)); do
    disturb_once "$1" "$2"
    [ "$taken" -le "$slowest" ] || slowest=$taken
  done
  printf '        %s, %d times: the other ranks ended after at most %d ms\n' "$1" "${TIMES:-1}" "$slowest"
}
disturb_once() {  # NAME FUNCTION
  local rank codes=()
  rm -rf "$work/run"
  start --config "$config" --out "$work/run"
  wait_for_state run
  sleep "0.$((RANDOM % 5))"
  begin
  "$2"
  await "${others[@]}"
  taken=$(milliseconds)
  verdict "$1: within the timeout and a second" [ "$taken" -le $((1000 * timeout + 1000)) ]
  verdict "$1: exit status 1" [ "$ended" = "$ones" ]
  for rank in "${others[@]}"; do codes+=("$(code_of "$rank")"); done
  verdict "$1: distributed.peer_lost" \
    [ "$(printf '%s\n' "${codes[@]}" | sort -u)" = distributed.peer_lost ]
  verdict "$1: no partial file" [ -z "$(find "$work/run" -name '*.tmp-*')" ]
  kill -KILL "${pids[last]}" 2> /dev/null || true
  await "$last"
  ip link set "veth$last" up
  start --resume "$work/run"
  await "${all[@]}"
  verdict "$1: resumes" [ "$ended" = "$zeros" ]
  verdict "$1: to the same bits" same_as "$work/run" "$expected"
}
cut_link() { ip link set "veth$last" down; }
kill_rank() { kill -KILL "${pids[last]}"; }
stop_rank() { kill -STOP "${pids[last]}"; }
disturb "a cut link" cut_link
disturb "a killed rank" kill_rank
disturb "a stopped rank" stop_rank

# A rank that is cut off ends, too.
rm -rf "$work/run"
start --config "$config" --out "$work/run"
wait_for_state run
cut_link
await "${all[@]}"
verdict "a cut link ends the rank behind it" [ "$(code_of "$last")" = distributed.peer_lost ]
ip link set "veth$last" up

# The last rank is late, by less than the timeout and by more.
for delay in 1 $((timeout + 2)); do
  rm -rf "$work/run"
  port=$(free_port)
  for rank in "${others[@]}"; do start_rank "$rank" -- --config "$config" --out "$work/run"; done
  sleep "$delay"
  start_rank "$last" -- --config "$config" --out "$work/run"
  await "${all[@]}"
  if [ "$delay" -lt "$timeout" ]; then
    verdict "a rank that starts $delay s late" [ "$ended" = "$zeros" ]
  else
    verdict "a rank that starts $delay s late" [ "$(code_of 0)" = distributed.incomplete ]
  fi
done

# The name of rank 0's host stands for a loopback address on this host itself, as Debian's installer has it.
for rank in "${all[@]}"; do echo '10.9.0.1 first' > "$work/hosts$rank"; done
echo '127.0.1.1 first' > "$work/hosts0"
rm -rf "$work/run"
port=$(free_port)
for rank in "${all[@]}"; do
  start_rank "$rank" MASTER_ADDR=first -- --config "$config" --out "$work/run"
done
await "${all[@]}"
verdict "a host name that is loopback at home" same_as "$work/run" "$expected"
rm "$work"/hosts[0-9]*

# Wrong settings of rank 0 or of the last rank.
refuse() {  # NAME CODE RANK [NAME=VALUE...]
  local rank name=$1 code=$2 wrong=$3
  shift 3
  rm -rf "$work/run"
  for rank in "${all[@]}"; do
    if [ "$rank" = "$wrong" ]; then
      start_rank "$rank" "$@" -- --config "$config" --out "$work/run"
    else
      start_rank "$rank" -- --config "$config" --out "$work/run"
    fi
  done
  await "${all[@]}"
  # Of two world sizes that of the rank that arrives first counts: then the others report the error.
  verdict "$name: $code" grep -q "^digits: $code: " "$work"/[0-9]*.err
  verdict "$name: no run" [ ! -e "$work/run" ]
}
port=$(free_port)
refuse "a wrong world size" distributed.world_size "$last" "WORLD_SIZE=$((hosts + 1))"
port=$(free_port)
refuse "no MASTER_ADDR" usage.distributed "$last" MASTER_ADDR=
port=$(free_port)
refuse "another host's address" distributed.port 0 MASTER_ADDR=10.9.0.2
port=$(free_port)
start_rank 0 WORLD_SIZE=2 -- --config "$config" --out "$work/other"  # waits for its rank 1
holder=${pids[0]}
until ip netns exec host0 ss -ltn | grep -q ":$port "; do sleep 0.05; done
refuse "a taken port" distributed.port 0
wait "$holder" || true
[ "$failures" -eq 0 ]
