#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs inside the machine: which of the files named on standard input (JSON, a list of paths) can be used. Libraries are
loaded (or have all libraries that they need), programs are asked for their version or for help, each in a process of its
own, and Python's sources are compiled. Says {path: result}; two answers, before and after a change, are to be compared: not
every program has a version."""

import json
import os
import re
import subprocess
import sys

BINS = ("/usr/bin/", "/usr/sbin/", "/usr/games/", "/usr/libexec/")
BROKEN = re.compile("=> not found|error while loading shared libraries|symbol lookup error|undefined symbol|"
                    "not found \\(required by")
LOAD = "import ctypes, sys; ctypes.CDLL(sys.argv[1])"
COMPILE = "import sys; compile(open(sys.argv[1], 'rb').read(), sys.argv[1], 'exec')"
ENV = {"PATH": "/usr/sbin:/usr/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}


def run(*argv):
    """"ok", or in a few words what went wrong."""
    try:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=20,
                              check=False, env=ENV, cwd="/tmp", text=True, errors="replace")
    except (OSError, subprocess.TimeoutExpired) as error:
        return type(error).__name__
    broken = BROKEN.search(done.stdout)
    return broken[0] if broken else "ok" if done.returncode == 0 else f"status {done.returncode}"


def ask(program):
    """The best answer to the usual questions that change nothing."""
    answers = []
    for question in ("--version", "--help", "-h", "-V", "-v"):
        answers.append(run(program, question))
        if answers[-1] == "ok" or BROKEN.search(answers[-1]):
            return answers[-1]
    return answers[0]


def use(path):
    with open(path, "rb") as file:
        start = file.read(4)
    if path.startswith(BINS) and os.access(path, os.X_OK):
        return ask(path)
    if start == b"\x7fELF" and ".so" in os.path.basename(path):
        # a plugin has symbols of its program: then all that it needs has to be there, at least
        return "ok" if run("/usr/bin/python3", "-c", LOAD, path) == "ok" else run("/usr/bin/ldd", path)
    if path.endswith(".py"):
        return run("/usr/bin/python3", "-c", COMPILE, path)
    return None


def main():
    results = {}
    for path in json.load(sys.stdin):
        if os.path.isfile(path) and not os.path.islink(path):
            results[path] = use(path)
    json.dump({path: result for path, result in results.items() if result}, sys.stdout)


main()
