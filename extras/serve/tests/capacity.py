"""Raises the load on `digits serve` step by step until the 99th percentile of the response time passes a
bound. Requests start at fixed times, whether or not earlier ones are answered, and the response time counts
from there: a server that falls behind cannot slow its clients down and so look fast. A rejected request (503)
counts as a response that never comes.
   python3 extras/serve/tests/capacity.py PORT PID
PORT and PID are the server's, with a --timeout of at least 5 s. The exit status is 1 if the server stops
answering: it closes a connection, or sends nothing for a minute."""
import collections, http.client, json, math, os, re, selectors, socket, sys, time

BOUND = 0.050  # seconds
STEP = 5.0  # seconds of each rate
GROWTH = 1.4  # of the rate from step to step
TRIES = 3  # of one rate: other work on the machine may delay one of them
IMAGES = 16  # in a request: the server computes more than the client
CONNECTIONS = 256  # each has one request at a time
PATIENCE = 60.0  # seconds without a byte: twice the server's default --timeout, so a slow server still answers


def request_bytes(port):
    """A request of IMAGES images for label alone, in the binary extension."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", "/v2/repository/index", b"")
    name = json.loads(connection.getresponse().read())[0]["name"]
    connection.request("GET", f"/v2/models/{name}")
    shape = [IMAGES] + json.loads(connection.getresponse().read())["inputs"][1]["shape"][1:]
    pixels = os.urandom(shape[0] * shape[1] * shape[2] * shape[3])
    head = json.dumps({"inputs": [{"name": "pixels", "datatype": "UINT8", "shape": shape,
                                   "parameters": {"binary_data_size": len(pixels)}}],
                       "outputs": [{"name": "label", "parameters": {"binary_data": True}}]}).encode()
    return (f"POST /v2/models/{name}/infer HTTP/1.1\r\nHost: x\r\n"
            f"Inference-Header-Content-Length: {len(head)}\r\n"
            f"Content-Length: {len(head) + len(pixels)}\r\n\r\n").encode() + head + pixels


def processor_seconds(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Connection:
    """The server may end an idle connection: the next request opens it again."""

    def __init__(self, port, selector):
        self.port, self.selector = port, selector
        self.due, self.received, self.waits = 0.0, b"", False
        self.open()

    def open(self):
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.selector.register(self.socket, selectors.EVENT_READ, self)

    def close(self):
        if self.socket is not None:
            self.selector.unregister(self.socket)
            self.socket.close()
            self.socket = None

    def send(self, request, due):
        if self.socket is None:
            self.open()
        self.due, self.received, self.waits = due, b"", True
        self.socket.sendall(request)

    def status(self):
        """The status of the response if it is complete, else None."""
        piece = self.socket.recv(65536)
        if not piece and self.waits:
            raise ConnectionError("the server closed a connection before its response was complete")
        if not piece:
            self.close()
            return None
        self.received += piece
        head, found, body = self.received.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        if not found or len(body) < int(length[1]):
            return None
        self.waits = False
        return int(head.split(b" ", 2)[1])


class Step:
    """The outcome of one rate."""

    def __init__(self, port, pid, request, rate):
        self.rate, self.seconds, self.statuses = rate, [], collections.Counter()
        begin, used, own = time.monotonic(), processor_seconds(pid), time.process_time()
        self.run(port, request, begin)
        took = time.monotonic() - begin
        self.server = (processor_seconds(pid) - used) / took  # cores
        self.client = (time.process_time() - own) / took
        self.answered = self.statuses[200] / took
        self.seconds.sort()

    def run(self, port, request, begin):
        selector, due = selectors.DefaultSelector(), begin
        free = [Connection(port, selector) for _ in range(CONNECTIONS)]
        heard = time.monotonic()
        while due < begin + STEP or len(free) < CONNECTIONS:
            while due <= time.monotonic() and due < begin + STEP and free:
                free.pop().send(request, due)
                due += 1.0 / self.rate
            wait = due - time.monotonic() if due < begin + STEP and free else 1.0
            events = selector.select(max(wait, 0.0))
            if events or len(free) == CONNECTIONS:  # with all free, no response is due
                heard = time.monotonic()
            elif time.monotonic() - heard > PATIENCE:
                raise ConnectionError(f"the server has sent nothing for {PATIENCE:g} s")
            for key, _ in events:
                self.read(key.data, free)
        for connection in free:
            connection.close()

    def read(self, connection, free):
        """Counts the connection's response if it is complete; the connection is then free."""
        status = connection.status()
        if status is not None:
            self.statuses[status] += 1
            taken = time.monotonic() - connection.due
            self.seconds.append(taken if status == 200 else math.inf)
            free.append(connection)

    def percentile(self, share):
        return self.seconds[min(int(len(self.seconds) * share), len(self.seconds) - 1)]

    def within_bound(self):
        return self.percentile(0.99) <= BOUND

    def line(self):
        return (f"{self.rate:7.0f} requests/s  {IMAGES * self.answered:8.0f} images/s"
                f"  median {1000 * self.percentile(0.5):5.1f} ms  p99 {1000 * self.percentile(0.99):6.1f} ms"
                f"  server {self.server:.2f} cores  client {self.client:.2f} cores  {dict(self.statuses)}")


def bound_of(last):
    """What bounds the capacity, from the first step beyond it."""
    cores = len(os.sched_getaffinity(0))
    used = f"server {last.server:.2f} and client {last.client:.2f} of {cores} cores"
    if last.client > 0.9:
        return f"the client: {used}"
    if last.server + last.client > 0.9 * cores:
        return f"the processor: {used}"
    rejected = f" and the full queue ({last.statuses[503]} requests rejected)" if last.statuses[503] else ""
    return f"other work on this machine{rejected}: {used}"


def steps_at(rate, port, pid, request):
    """Steps of this rate, until one is within the bound."""
    for _ in range(TRIES):
        step = Step(port, pid, request, rate)
        print(step.line(), flush=True)
        if step.within_bound():
            break
    return step


def measure(port, pid, rate=100.0):
    """Prints a line for each step, then the capacity and its bound."""
    request, best = request_bytes(port), None
    while (step := steps_at(rate, port, pid, request)).within_bound():
        best, rate = step, rate * GROWTH
    capacity = f"{best.rate:.0f} requests/s, {IMAGES * best.rate:.0f} images/s" if best else "below the first step"
    print(f"capacity with a 99th percentile of at most {1000 * BOUND:.0f} ms: {capacity}; bound by {bound_of(step)}")


def measure_or_exit(port, pid):
    """Ends the program with status 1 and a message when the server stops answering."""
    try:
        measure(port, pid)
    except (OSError, http.client.HTTPException) as error:
        sys.exit(f"capacity: {error}; does the server still run? Its messages say more")


if __name__ == "__main__":
    measure_or_exit(int(sys.argv[1]), int(sys.argv[2]))
