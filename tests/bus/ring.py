# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of this folder share. They run as root inside `enter`: on a bus of their own, with the real polkitd and the
real helper, which runs as user suture. suture-fetch and suture-activate are stood in for by peers.py, over their sockets."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time

from contract import Contract

W, CGROUP, BUILD, SOURCE = (os.environ[name] for name in ("W", "CGROUP", "BUILD", "SOURCE"))
USERS = ("root", "ring-active", "ring-inactive", "ring-remote", "ring-none", "ring-other")
LOGS = ("helper", "polkitd", "peers")
SOCKETS = ("/run/suture/fetch.sock", "/run/suture/activate.sock")
DEADLINE = 60  # seconds for anything to happen; sanitizers and a busy machine are slow


CONTRACT = Contract(SOURCE)


class Failure(Exception):
    pass


def expect(what, got, wanted):
    if got != wanted:
        raise Failure(f"{what}: got {got!r}, expected {wanted!r}")


def until(what, condition):
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise Failure(f"{what}: did not happen in {DEADLINE} s")


def enter_session(user):
    """In the child: becomes part of the user's session, as far as polkitd can see."""
    path = f"{CGROUP}/user.slice"
    for folder in (os.listdir(path) if os.path.isdir(path) else []):
        if folder == f"user-{uid_of(user)}.slice":
            session = next(s for s in os.listdir(f"{path}/{folder}") if s.startswith("session-"))
            with open(f"{path}/{folder}/{session}/cgroup.procs", "w", encoding="ascii") as file:
                file.write("0")


def uid_of(user):
    return int(subprocess.run(["id", "-u", user], stdout=subprocess.PIPE, check=True, text=True).stdout)


def as_user(user, argv):
    if user == "root":
        return argv
    return ["setpriv", "--reuid", user, "--regid", user, "--init-groups", "--inh-caps=-all", "--", *argv]


class Client:
    """One connection of one user."""

    def __init__(self, user):
        self.user = user
        self.begun = {}  # operation → method
        self.process = subprocess.Popen(as_user(user, ["/usr/bin/python3", "/run/ring/client.py"]), text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        preexec_fn=lambda: enter_session(user))

    def send(self, **ask):
        self.process.stdin.write(json.dumps(ask) + "\n")
        self.process.stdin.flush()

    def receive(self):
        return json.loads(self.process.stdout.readline())

    def ask(self, **ask):
        self.send(**ask)
        return self.receive()

    def call(self, method, *args, **more):
        """The reply, which is one that the contract knows."""
        reply = self.ask(method=method, args=list(args), **more)
        error = reply.get("error", "")
        if error in CONTRACT.names:
            expect(f"{error} of {method} in the contract", error in CONTRACT.errors(method), True)
        elif reply.get("value") and isinstance(reply["value"][0], str):
            self.begun[reply["value"][0]] = method
        return reply

    def get(self, name):
        reply = self.ask(property=name)
        if "value" not in reply:
            raise Failure(f"property {name}: {reply}")
        return reply["value"]

    def objects(self):
        """Improvements by id."""
        return self.objects_of("org.suture.Improvement1", "Id")

    def feeds(self):
        """Feeds by name."""
        return self.objects_of("org.suture.Feed1", "Name")

    def objects_of(self, interface, key):
        reply = self.ask(objects=True)
        return {o[interface][key]: o[interface] for o in reply["value"][0].values() if interface in o}

    def result(self, operation):
        """Waits for the one end of an operation, which is one that the contract knows: (short error name, sentence)."""
        def look():
            ends = [end for end in self.get("Results") if end[0] == operation]
            return ends
        ends = until(f"the end of {operation}", look)
        expect(f"number of ends of {operation}", len(ends), 1)
        method = self.begun.get(operation)
        if method is not None and ends[0][1]:
            expect(f"{ends[0][1]} of {method} in the contract", ends[0][1] in CONTRACT.results(method), True)
        return ends[0][1], ends[0][2]

    def history(self, limit=200):
        return self.call("GetHistory", "t", 0, "u", limit)["value"][0]

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class Program:
    """A program of the ring, ended with it."""

    def __init__(self, name, argv, user="root", env=None):
        self.log = open(f"{W}/{name}.log", "a", encoding="utf-8")
        self.process = subprocess.Popen(as_user(user, argv), stdout=self.log, stderr=self.log, cwd="/",
                                        env={**os.environ, **(env or {})})

    def stop(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait()
        self.log.close()
        return self.process.returncode


def has_owner(name):
    return subprocess.run(["gdbus", "call", "--system", "-d", "org.freedesktop.DBus", "-o", "/org/freedesktop/DBus", "-m",
                           "org.freedesktop.DBus.NameHasOwner", name], stdout=subprocess.PIPE, check=True,
                          text=True).stdout.strip() == "(true,)"


class Ring:
    """polkitd, the helper, and, when wanted, the two peers."""

    def __init__(self):
        self.programs = {}
        self.clients = {}
        for name in LOGS:
            if os.path.exists(f"{W}/{name}.log"):
                os.unlink(f"{W}/{name}.log")

    def start_polkitd(self):
        self.programs["polkitd"] = Program("polkitd", ["/usr/lib/polkit-1/polkitd"])
        until("polkitd on the bus", lambda: has_owner("org.freedesktop.PolicyKit1"))

    def start_helper(self):
        env = {"G_DEBUG": "fatal-criticals", "HOME": "/", "LC_ALL": "C.UTF-8", "G_MESSAGES_DEBUG": "all"}
        self.programs["helper"] = Program("helper", ["/run/ring/suture-helper"], "suture", env)
        until("the helper on the bus", lambda: has_owner("org.suture.Helper1")
              or self.programs["helper"].process.poll() is not None)
        expect("the helper's state", self.programs["helper"].process.poll(), None)

    def start_peers(self):
        for path in SOCKETS:
            if os.path.exists(path):
                os.unlink(path)
        self.programs["peers"] = Program("peers", ["/usr/bin/python3", "/run/ring/peers.py"])
        until("the sockets", lambda: all(os.path.exists(path) for path in SOCKETS))

    def stop(self, name, number=signal.SIGTERM):
        return self.programs.pop(name).stop(number)

    def client(self, user):
        if user not in self.clients:
            self.clients[user] = Client(user)
        return self.clients[user]

    def close(self):
        for client in self.clients.values():
            client.close()
        status = 0
        for name in list(self.programs):
            early = self.programs[name].process.poll()
            if early is not None:
                print(f"# {name} ended by itself with {early}")
            ended = self.stop(name)
            if name == "helper" and ended != 0:
                status = ended
        return status


def show_logs():
    for name in LOGS:
        path = f"{W}/{name}.log"
        if os.path.exists(path):
            with open(path, encoding="utf-8", errors="replace") as file:
                lines = file.read().splitlines()
            print(f"# --- {name}", *[f"# {line}" for line in lines[-60:]], sep="\n", flush=True)


def run(tests):
    """Runs (name, function) as TAP; each function gets a fresh Ring."""
    print(f"1..{len(tests)}", flush=True)
    failed = 0
    for number, (name, function) in enumerate(tests, 1):
        ring = Ring()
        problem = None
        try:
            function(ring)
        except (Failure, KeyError, OSError, ValueError, subprocess.SubprocessError) as error:
            problem = f"{type(error).__name__}: {error}"
        try:
            status = ring.close()
            if status != 0 and problem is None:
                problem = f"the helper ended with {status}"
        except OSError as error:
            problem = problem or str(error)
        if problem is not None:
            failed += 1
            show_logs()
            print(f"# {problem}")
        print(f"{'not ok' if problem else 'ok'} {number} {name}", flush=True)
    sys.exit(1 if failed else 0)


# ---- what the tests of operations do to the world ----

def control(name, text=""):
    """Has a peer stop where this is asked for (peers.py), until release ()."""
    os.makedirs("/run/ring/control", exist_ok=True)
    with open(f"/run/ring/control/{name}", "w", encoding="ascii") as file:
        file.write(text)


def release(name):
    for file in (f"/run/ring/control/{name}", f"/run/ring/control/{name}.reached"):
        if os.path.exists(file):
            os.unlink(file)


def reached(name):
    until(f"{name} reached", lambda: os.path.exists(f"/run/ring/control/{name}.reached"))


def active():
    """Ids of what root's stand-in holds."""
    if not os.path.exists("/run/ring/active.json"):
        return []
    with open("/run/ring/active.json", encoding="utf-8") as file:
        return [entry["id"] for entry in json.load(file)]


def forget():
    """A machine on which nothing ever happened."""
    for path in ("/run/ring/active.json", "/run/ring/requests"):
        if os.path.exists(path):
            os.unlink(path)
    subprocess.run(["find", "/var/lib/suture", "-mindepth", "1", "-delete"], check=True)
    for folder in ("spool", "trust"):
        subprocess.run(["install", "-d", "-m700", "-o", "suture", "-g", "suture", f"/var/lib/suture/{folder}"], check=True)
    subprocess.run(["find", "/run/ring", "-path", "/run/ring/control/*", "-delete"], check=True)


def forget_automatic(ring):
    """As if the ten minutes were over, or more after runs that failed, and a check due again."""
    expect("clean end", ring.stop("helper"), 0)
    with sqlite3.connect("/var/lib/suture/suture.db") as database:
        database.execute("DELETE FROM setting WHERE name IN ('automatic-ran', 'last-checked')")
    database.close()
    ring.start_helper()


def announce(root):
    """Somebody was told that improvements are installed automatically: the first installation does not wait for that."""
    expect("announce", root.call("Announce"), {"value": []})


def move(source, target):
    os.rename(source, target)


def requests():
    try:
        with open("/run/ring/requests", encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def served():
    """[(status, bytes both ways, path)] of the feed's server since the last forget_served (), all of them ended."""
    def look():
        lines = []
        if os.path.exists("/run/ring/served"):
            with open("/run/ring/served", encoding="utf-8") as file:
                lines = [line.split() for line in file.read().splitlines()]
        answers = [(int(line[1]), int(line[2]) + int(line[3]), line[4]) for line in lines if line[0] == "answered"]
        return [answers] if 2 * len(answers) == len(lines) else None
    return until("the end of all answers", look)[0]


def forget_served():
    if os.path.exists("/run/ring/served"):
        os.unlink("/run/ring/served")


def flip(path, place):
    with open(path, "r+b") as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 1]))
