#!/usr/bin/env python3
"""Deploys new models to a running server, on the committed tiny set, and shows that no request is lost:
   python3 extras/serve/deploy.py [PROGRAM]        (default: build/release/digits)
The server follows three repositories, one for each role: shadow, canary and live. A good model is trained,
passes its gates, is packaged, runs as the shadow, answers as the canary, and becomes the live version. A
worse model is stopped three times: by a gate, by the shadow report, and by the canary. Clients send
requests and true labels all the time. The exit status is 0 if every model ended as expected."""
import gzip, http.client, json, pathlib, re, shutil, signal, struct, subprocess, sys, tempfile, threading
import time

root = pathlib.Path(__file__).resolve().parents[2]
program = str(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else root / "build/release/digits").resolve())
start = time.monotonic()

# Two trainings on 1600 images agree on nine of ten images, hence the wide bounds.
SERVE = ["--canary-share", "0.3", "--canary-max-disagreement", "0.2", "--threads", "1", "--max-batch", "8",
         "--drift-window", "200"]
REPORT = ["--min-labels", "300", "--max-loss", "0.1", "--max-slowdown", "3"]
LABELS, IMAGES = 300, 150  # of the shadow, of the canary, before a decision
PATIENCE = 60  # seconds for a step


def say(step, result):
    print(f"{time.monotonic() - start:5.1f} s  {step:<44} {result}", flush=True)


def digits(*words):
    done = subprocess.run([program, *map(str, words)], cwd=root, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def must(*words):
    status, out, err = digits(*words)
    if status != 0:
        sys.exit(f"deploy: digits {' '.join(map(str, words))}: exit status {status}\n{err}")
    return out


class Traffic:
    """Clients that send one image a request and then its true label, until they are stopped."""

    def __init__(self, folder, port):
        raw = [gzip.open(folder / f"t10k-{name}.gz").read()
               for name in ("images-idx3-ubyte", "labels-idx1-ubyte")]
        count, rows, columns = struct.unpack(">3I", raw[0][4:16])
        size = rows * columns

        def body(i):
            pixels = {"name": "pixels", "datatype": "UINT8", "shape": [1, 1, rows, columns],
                      "data": list(raw[0][16 + i * size:16 + (i + 1) * size])}
            return json.dumps({"inputs": [pixels], "outputs": [{"name": "label"}]})

        self.bodies, self.labels = [body(i) for i in range(count)], raw[1][8:]
        self.port, self.versions, self.sent, self.lost = port, {}, 0, []
        self.lock, self.stopped = threading.Lock(), False
        self.threads = [threading.Thread(target=self.run) for _ in range(2)]
        for thread in self.threads:
            thread.start()

    def post(self, connection, action, body, id="feedback"):
        connection.request("POST", f"/v2/models/digit/{action}", body, {"X-Request-Id": id})
        response = connection.getresponse()
        answer = json.loads(response.read())
        if response.status != 200:
            raise ValueError(f"{action}: {response.status} {answer}")
        return answer

    def request(self, connection, number):
        image, id = number % len(self.bodies), f"r-{number}"
        answer = self.post(connection, "infer", self.bodies[image], id)
        with self.lock:
            version = answer["model_version"]
            self.versions[version] = self.versions.get(version, 0) + 1
        self.post(connection, "feedback", json.dumps({"id": id, "label": str(self.labels[image])}))

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        while not self.stopped:
            with self.lock:
                number = self.sent
                self.sent += 1
            try:
                self.request(connection, number)
            except (OSError, ValueError, http.client.HTTPException) as error:
                self.lost.append(repr(error))
            time.sleep(0.008)

    def stop(self):
        self.stopped = True
        for thread in self.threads:
            thread.join()


class Server:
    def __init__(self, repositories):
        roles = [word for role in ("shadow", "canary") for word in (f"--{role}", repositories / role / "digit")]
        words = [program, "serve", "--json", "--port", "0", "--model", repositories / "live" / "digit", *roles]
        self.log = open(repositories / "log", "w+")
        self.process = subprocess.Popen([*map(str, words), *SERVE], cwd=root, text=True,
                                        stdout=subprocess.PIPE, stderr=self.log)
        self.port = int(re.search(r":(\d+)\"", self.process.stdout.readline())[1])

    def stats(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", "/v2/models/digit/stats")
        return json.loads(connection.getresponse().read())["model_stats"][0]

    def wait(self, what, reached):
        """The first statistics for which reached(stats) is true."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            stats = self.stats()
            if reached(stats):
                return stats
            time.sleep(0.1)
        sys.exit(f"deploy: not seen within {PATIENCE} s: {what}\n{json.dumps(stats)}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait()


class Deployment:
    def __init__(self, work):
        self.work, self.rows, self.good = work, [], True
        must("synth", "--out", work / "traffic", "--train", 10, "--test", 1000, "--rows", 20, "--cols", 20,
             "--seed", 12)
        self.train("first", epochs=2)
        self.package("first", "live")
        for role in ("shadow", "canary"):
            shutil.copytree(work / "live", work / role)
        self.server = Server(work)
        say("digits serve with the first model", f"port {self.server.port}")
        self.traffic = Traffic(work / "traffic", self.server.port)

    def train(self, name, epochs, rate=0.02):
        text = (root / "data/fixtures/tiny.toml").read_text()
        text = re.sub("(?m)^epochs = .*", f"epochs = {epochs}", text)
        text = re.sub("(?m)^learning_rate = .*", f"learning_rate = {rate}", text)
        (self.work / f"{name}.toml").write_text(text)
        status, _, err = digits("run", "--config", self.work / f"{name}.toml", "--out",
                                self.work / "runs" / name)
        reason = re.search(r"gate\.\w+: [^;]*", err)
        say(f"digits run: the {name} model", reason[0] if reason else "the gates passed")
        return status

    def package(self, name, role):
        must("package", self.work / "runs" / name, "--repository", self.work / role, "--name", "digit",
             "--promote")
        version = json.loads((self.work / role / "digit" / "current.json").read_text())["version"]
        if name != "first":
            say(f"digits package --promote: {name} to {role}", f"version {version}")
        return version

    def shadow_report(self, name):
        """Exit status of the report, after enough labels for the model as the shadow, and whether the
        accuracy failed."""
        version = f"shadow-{self.package(name, 'shadow')}"

        def enough(stats):
            shadow = stats["shadow"]
            return shadow["shadow_version"] == version and shadow["slowdown"] > 0 and \
                sum(shadow["labelled"].values()) >= LABELS

        path = self.work / "stats.json"
        path.write_text(json.dumps({"model_stats": [self.server.wait(version, enough)]}))
        status, out, _ = digits("shadow-report", *REPORT, path)
        for line in out.splitlines():
            say("digits shadow-report", re.sub(" +", " ", line))
        return status, re.search("(?m)^accuracy .*failed$", out) is not None

    def canary(self, name):
        """The canary's statistics when it was rolled back, or has answered enough requests."""
        version = f"canary-{self.package(name, 'canary')}"

        def decided(stats):
            canary = stats["canary"]
            return canary["version"] == version and \
                (canary["state"] == "rolled_back" or canary["disagreement"]["n"] >= IMAGES)

        canary = self.server.wait(version, decided)["canary"]
        seen = canary["disagreement"]
        say(f"canary {version}", canary.get("reason") or
            f"answering: {canary['requests']} requests, disagreement {100 * seen['value']:.1f} %")
        return canary

    def end(self, case, expected, outcomes):
        """Adds a row of the table, and checks it and the live version."""
        live = self.server.stats()["version"]
        self.good &= outcomes == expected
        self.rows.append([case, *outcomes, live, "as expected" if outcomes == expected else "WRONG"])

    def deploy_good_model(self):
        gate = "passed" if self.train("good", epochs=12) == 0 else "stopped"
        shadow = "passed" if self.shadow_report("good")[0] == 0 else "stopped"
        canary = "passed" if self.canary("good")["state"] == "answering" else "stopped"
        version = str(self.package("good", "live"))
        self.server.wait(f"live version {version}", lambda stats: stats["version"] == version)
        say(f"live version {version}", "answering")
        self.end("good model", ["passed", "passed", "passed"], [gate, shadow, canary])

    def stop_worse_model(self):
        status = self.train("worse", epochs=1, rate=0.001)
        none = not (self.work / "runs/worse/package").exists()
        self.end("worse model, by a gate", ["stopped", "-", "-"],
                 ["stopped" if status == 4 and none else "passed", "-", "-"])

        gates = self.work / "runs/worse/gates.toml"
        gates.write_text('[[gate]]\nmetric = "accuracy"\nat_least = 0.2\nreason = "too low a bound"\n')
        say("gates.toml of the worse model", "accuracy at least 0.2: it passes")
        shadow = "stopped" if self.shadow_report("worse") == (4, True) else "passed"
        self.end("worse model, by the shadow report", ["lowered", "stopped", "-"], ["lowered", shadow, "-"])

        canary = "stopped" if self.canary("worse")["state"] == "rolled_back" else "passed"
        before = self.traffic.versions.copy()
        time.sleep(0.5)
        late = [version for version, count in self.traffic.versions.items()
                if version.startswith("canary") and count > before.get(version, 0) + 2]  # in flight
        self.good &= not late
        self.end("worse model, by the canary", ["lowered", "skipped", "stopped"],
                 ["lowered", "skipped", canary])

    def finish(self):
        live = self.server.stats()["version"]
        self.traffic.stop()
        status = self.server.stop()
        answered = sum(self.traffic.versions.values())
        row = "{:<34} {:<8} {:<8} {:<8} {:<5} {}"
        print("\n" + row.format("model", "gate", "shadow", "canary", "live", ""))
        for cells in self.rows:
            print(row.format(*cells))
        by = ", ".join(f"{count} by {version}" for version, count in sorted(self.traffic.versions.items()))
        print(f"\nrequests: {self.traffic.sent} sent, {answered} answered ({by}), {len(self.traffic.lost)} lost"
              f"; exit status of the server: {status}")
        for error in self.traffic.lost[:5]:
            print(f"lost: {error}")
        return self.good and live == "2" and status == 0 and not self.traffic.lost and \
            answered == self.traffic.sent


def main():
    with tempfile.TemporaryDirectory() as folder:
        deployment = Deployment(pathlib.Path(folder))
        try:
            deployment.deploy_good_model()
            deployment.stop_worse_model()
            return 0 if deployment.finish() else 1
        finally:
            deployment.traffic.stopped = True
            if deployment.server.process.poll() is None:
                deployment.server.process.kill()


sys.exit(main())
