# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the rings of tests one after another, and counts. A skip counts as a failure unless tests/skips lists it."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import build

TESTS = f"{build.TOP}/tests"
SANITIZERS = {"ASAN_OPTIONS": "detect_leaks=1:abort_on_error=1:strict_string_checks=1",
              "LSAN_OPTIONS": f"suppressions={TESTS}/support/lsan.supp:print_suppressions=0",
              "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1"}
LIMIT = 30 * 60  # seconds for one of the programs that take longest; it is about twice what the slowest needs alone
FAREWELL = 60  # seconds that it then has to throw its machine away
RUNNING = set()  # process groups of such programs
TAP = re.compile(r"^(not ok|ok) \d+(?: -)?\s*(.*?)(?:\s*# (SKIP|TODO)\b\s*(.*))?$", re.MULTILINE | re.IGNORECASE)
LINE = re.compile(r"^(ok|FAILED|skipped) (.*)$", re.MULTILINE)


def allowed_skips(path=f"{TESTS}/skips"):
    """{RING/NAME: reason}"""
    with open(path, encoding="utf-8") as file:
        rows = [line.split(maxsplit=1) for line in file if line.strip() and not line.startswith("#")]
    without = [row[0] for row in rows if len(row) < 2]
    if without:
        sys.exit(f"tests/skips gives no reason for {', '.join(without)}")
    return {name: reason.strip() for name, reason in rows}


class Count:
    def __init__(self, allowed):
        self.lock = threading.RLock()
        self.passed = self.failed = self.skipped = 0
        self.allowed = allowed
        self.met = set()

    def say(self, text):
        with self.lock:
            print(f"  {text}", flush=True)

    def add(self, outcome, name, detail=""):
        with self.lock:
            self._add(outcome, name, detail)

    def _add(self, outcome, name, detail):
        if outcome == "skipped":
            self.met.add(name)
            if name in self.allowed:
                detail = self.allowed[name]
            else:
                outcome, detail = "failed", f"skipped, and tests/skips does not list it ({detail})"
        setattr(self, outcome, getattr(self, outcome) + 1)
        if outcome != "passed":
            self.say(f"{outcome}: {name}" + (f": {detail}" if detail else ""))

    def stale(self, rings):
        """Each row of tests/skips that these rings, which all ran, did not need; "where …" says that it depends on the machine."""
        for name in sorted(set(self.allowed) - self.met):
            if name.split("/")[0] in rings and not self.allowed[name].startswith("where "):
                self.add("failed", name, "tests/skips lists it, and it was not skipped")


def meson_results(count, ring, folder):
    """Counts each case of each program where it speaks TAP, else each program."""
    with open(f"{folder}/meson-logs/testlog.json", encoding="utf-8") as file:
        tests = [json.loads(line) for line in file]
    for test in tests:
        name = f"{ring}/{test['name'].split(' / ')[-1]}"
        cases = TAP.findall(test.get("stdout", ""))
        failed = False
        for verdict, case, directive, reason in cases:
            if directive.upper() == "SKIP":
                count.add("skipped", f"{name}:{case}".rstrip(":"), reason)
            elif verdict == "ok":
                count.add("passed", name)
            else:
                failed = True
                count.add("failed", f"{name}:{case}")
        if test["result"] in ("OK", "EXPECTEDFAIL"):
            if not cases:
                count.add("passed", name)
        elif test["result"] == "SKIP":
            if not cases:
                count.add("skipped", name, "the whole program")
        elif not failed:
            count.add("failed", name, test["result"].lower())
        if test["result"] not in ("OK", "EXPECTEDFAIL", "SKIP"):
            show(test)
    if not tests:
        count.add("failed", ring, "has no tests")


def show(test):
    for stream in ("stdout", "stderr"):
        lines = [line for line in test.get(stream, "").split("\n") if line and not line.startswith("ok ")]
        for line in lines[-40:]:
            print(f"    {line}")


def meson_ring(count, ring, folder, env=None):
    log = f"{folder}/meson-logs/testlog.json"
    if os.path.exists(log):
        os.unlink(log)
    subprocess.run(["meson", "test", "-C", folder, "--no-rebuild", "--suite", ring, "--num-processes", build.JOBS],
                   env={**os.environ, **(env or {})}, stdout=subprocess.DEVNULL, check=False)
    if os.path.exists(log):
        meson_results(count, ring, folder)
    else:
        count.add("failed", ring, "did not run")


def script_ring(count, ring, argv, limit=LIMIT):
    """A program that says `ok NAME`, `FAILED NAME` or `skipped NAME: REASON` a line, shown as it comes. One that is not done
    after @limit seconds has failed, and the rings behind it have their turn all the same."""
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, errors="replace", start_new_session=True) as process:
        seen, failed = 0, False
        watch = [threading.Timer(limit, os.killpg, (process.pid, signal.SIGTERM)),
                 threading.Timer(limit + FAREWELL, os.killpg, (process.pid, signal.SIGKILL))]
        RUNNING.add(process.pid)
        for timer in watch:
            timer.start()
        for line in process.stdout:
            count.say(f"{ring}: {line.rstrip()}")
            match = LINE.match(line)
            if match:
                seen += 1
                name, _, detail = match[2].partition(": ")
                outcome = {"ok": "passed", "FAILED": "failed", "skipped": "skipped"}[match[1]]
                count.add(outcome, f"{ring}/{name}", detail)
                failed = failed or outcome == "failed"
        RUNNING.discard(process.pid)
        for timer in watch:
            timer.cancel()
    if process.returncode != 0 and not failed:
        count.add("failed", ring, f"ended with status {process.returncode}")
    elif seen == 0:
        count.add("failed", ring, "checked nothing")


def try_ring(count):
    """tests/try, with its own hands and as a person starts it."""
    for program in (["demo.py", "--auto"], ["hands.py"]):
        script_ring(count, "try", ["/usr/bin/python3", f"{TESTS}/support/{program[0]}", *program[1:]])


def build_ring(count):
    for name, options, env in (
            ("gcc", (), {}),
            ("sanitized", ("-Db_sanitize=address,undefined", "-Db_lundef=false", "-Dpanel=false"), {}),
            # what it warns of does not depend on how it optimizes
            ("clang", ("-Doptimization=0",), {"CC": "clang"})):
        try:
            build.meson(name, *options, env=env)
            count.add("passed", f"build/{name}")
        except build.BuildError as error:
            count.add("failed", f"build/{name}", str(error))


RINGS = {
    "build": build_ring,
    "lint": lambda count: meson_ring(count, "lint", f"{build.BUILD}/gcc"),
    "unit": lambda count: meson_ring(count, "unit", f"{build.BUILD}/sanitized", SANITIZERS),
    "model": lambda count: meson_ring(count, "model", f"{build.BUILD}/gcc"),
    "bus": lambda count: meson_ring(count, "bus", f"{build.BUILD}/sanitized", SANITIZERS),
    "ui": lambda count: meson_ring(count, "ui", f"{build.BUILD}/gcc"),
    "machine": lambda count: script_ring(count, "machine", ["/usr/bin/python3", f"{TESTS}/machine/run.py"]),
    "local": lambda count: script_ring(count, "local", ["/usr/bin/python3", f"{TESTS}/machine/local.py"]),
    "kernel": lambda count: script_ring(count, "kernel", [f"{TESTS}/machine/kernel/run"]),
    "try": try_ring,
}
# They mostly wait, each on a bus or a machine of its own, so they run at a time.
TOGETHER = (("bus", "ui"), ("machine", "local", "kernel"))


def groups(wanted):
    """The rings in their order, those that run at a time as one."""
    for name in wanted:
        group = next((one for one in TOGETHER if name in one), (name,))
        together = [other for other in wanted if other in group]
        if name == together[0]:
            yield together


def timed(count, name):
    start = time.monotonic()
    RINGS[name](count)
    text = f"{name} {time.monotonic() - start:.0f} s"
    count.say(text)
    return text


def end_early(number, _frame):
    for group in list(RUNNING):
        os.killpg(group, signal.SIGTERM)
    sys.exit(128 + number)


def main():
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, end_early)
    wanted = sys.argv[1:] or list(RINGS)
    unknown = [name for name in wanted if name not in RINGS]
    if unknown:
        sys.exit(f"no such ring: {', '.join(unknown)}; there are {', '.join(RINGS)}")
    if "build" not in wanted:
        wanted.insert(0, "build")
    count = Count(allowed_skips())
    seconds = []
    for group in groups(wanted):
        print(f"{', '.join(group)}:", flush=True)
        with ThreadPoolExecutor(len(group)) as pool:
            seconds += pool.map(lambda name: timed(count, name), group)
    count.stale(wanted)
    print(", ".join(seconds))
    print(f"{count.passed} passed, {count.failed} failed, {count.skipped} skipped", flush=True)
    sys.exit(1 if count.failed else 0)


if __name__ == "__main__":
    main()
