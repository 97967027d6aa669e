#!/usr/bin/env python3
"""Minutes of mixed load on `digits serve`: clients that send requests or pictures, that disconnect during
a request, that send slowly, that send too much, and that only hold a connection.
   python3 extras/serve/tests/stress.py PROGRAM MODEL PICTURE [MINUTES]
PICTURE shows one digit. Prints every half minute: memory, descriptors, responses, response times, CPU use.
Then it raises the load until the 99th percentile of the response time passes 50 ms, and prints the capacity.
The exit status is 1 if memory grew by more than a tenth after the first minute, if descriptors stay open, if a
request got no response or an unexpected one, or if the server's exit status was not 0."""
import base64, collections, http.client, json, os, random, re, signal, socket, subprocess, sys
import threading, time

import capacity

if len(sys.argv) < 4:
    sys.exit(__doc__)
program, model, picture = sys.argv[1:4]
minutes = float(sys.argv[4]) if len(sys.argv) > 4 else 10.0
counts, seconds, lock = collections.Counter(), collections.deque(maxlen=20_000), threading.Lock()


def start():
    server = subprocess.Popen([program, "serve", "--json", "--model", model, "--port", "0", "--timeout", "5"],
                              stdout=subprocess.PIPE, text=True)
    line = server.stdout.readline()
    if not line:
        sys.exit("stress: the server did not start; its message is above")
    return server, int(json.loads(line)["address"].rsplit(":", 1)[1])


server, port = start()
deadline = time.monotonic() + 60 * minutes


def running():
    return time.monotonic() < deadline and server.poll() is None


def memory():  # MiB
    return int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{server.pid}/status").read())[1]) / 1024


def descriptors():
    return len(os.listdir(f"/proc/{server.pid}/fd"))


def processor():  # seconds
    fields = open(f"/proc/{server.pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def count(what):
    with lock:
        counts[what] += 1


def call(connection, method, path, body=None):
    connection.request(method, path, body)
    response = connection.getresponse()
    return response.status, response.read()


def ask(path, body):
    while running():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            for _ in range(random.randrange(1, 300)):
                begin = time.monotonic()
                count(f"answered {call(connection, 'POST', path, body)[0]}")
                seconds.append(time.monotonic() - begin)
                if not running():
                    break
        except (OSError, http.client.HTTPException):
            count("lost")
        connection.close()


def go_away(path, body):
    request = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
    while running():
        try:
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(request[: random.choice([0, 1, 50, len(request) // 2, len(request)])])
                if random.random() < 0.5:  # reset, rather than end
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            count("went away")
        except OSError as error:
            count(f"went away: {error}")
        time.sleep(0.01)


def drip(path):
    request = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n" + "{" * 5000
    while running():
        try:
            with socket.create_connection(("127.0.0.1", port)) as connection:
                for character in request:
                    connection.sendall(character.encode())
                    time.sleep(0.05)
        except OSError:
            count("slow and ended")


def send_too_much(path):
    while running():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            size = random.choice([10**6, 15 * 10**6, 17 * 10**6, 40 * 10**6])
            count(f"large {call(connection, 'POST', path, b' ' * size)[0]}")
        except (OSError, http.client.HTTPException):
            count("large lost")
        connection.close()
        time.sleep(0.5)


def requests_of_model():
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    name = json.loads(call(connection, "POST", "/v2/repository/index")[1])[0]["name"]
    meta = json.loads(call(connection, "GET", f"/v2/models/{name}")[1])
    shape = [1] + meta["inputs"][1]["shape"][1:]
    values = [random.randrange(256) for _ in range(shape[1] * shape[2] * shape[3])]
    pixels = {"name": "pixels", "datatype": "UINT8", "shape": shape, "data": values}
    encoded = base64.b64encode(open(picture, "rb").read()).decode()
    file = {"name": "picture", "datatype": "BYTES", "shape": [1], "data": [encoded]}
    return (f"/v2/models/{name}/infer", json.dumps({"inputs": [pixels]}),
            json.dumps({"inputs": [file]}))


def report(begin, used):
    ordered = sorted(seconds)
    took = time.monotonic() - begin
    answered = sum(n for what, n in counts.items() if what.startswith("answered"))
    print(f"{took:5.0f} s  memory {memory():.0f} MiB  descriptors {descriptors()}  answered {answered}"
          f"  median {1000 * ordered[len(ordered) // 2]:.1f} ms"
          f"  p99 {1000 * ordered[len(ordered) * 99 // 100]:.1f} ms"
          f"  processor {100 * (processor() - used) / took:.0f} %", flush=True)


path, pixels, file = requests_of_model()
before = descriptors()
idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(200)]
clients = [(ask, path, pixels)] * 4 + [(ask, path, file), (go_away, path, pixels)]
clients += [(drip, path)] * 20 + [(send_too_much, path)]
threads = [threading.Thread(target=run, args=arguments) for run, *arguments in clients]
for thread in threads:
    thread.start()
begin, used, warm = time.monotonic(), processor(), None
while running():
    time.sleep(min(30, 15 * minutes))
    if server.poll() is not None:
        break
    report(begin, used)
    if warm is None and time.monotonic() - begin >= min(60, 30 * minutes):
        warm = memory()
if server.poll() is not None:
    sys.exit(f"stress: the server ended under load with status {server.returncode}; its message is above")
for thread in threads:
    thread.join()
for connection in idle:
    connection.close()
time.sleep(6)  # beyond the server's --timeout
after, left = memory(), descriptors()
try:
    capacity.measure_or_exit(port, server.pid)
finally:
    server.send_signal(signal.SIGTERM)
    status = server.wait()
print(dict(counts))
print(f"memory {warm:.0f} -> {after:.0f} MiB, descriptors {before} -> {left}, exit status {status}")
expected = {"answered 200", "answered 503", "went away", "slow and ended", "large 400", "large 413", "large 503"}
unexpected = {what: count for what, count in counts.items() if what not in expected}
print(f"unexpected: {unexpected or 'none'}")
good = after <= 1.1 * warm and left <= before + 2 and not unexpected and status == 0
sys.exit(0 if good else 1)
