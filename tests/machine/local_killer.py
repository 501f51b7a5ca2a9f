#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs inside the machine: kills suture-local while a part of its work runs. Usage: local_killer.py WORD WHOM SECONDS: the part is the
process that has WORD as its first argument ("-": suture-local itself, as soon as it is there), WHOM the "part" or the "whole"."""

import os
import signal
import sys
import time


def processes():
    """(pid, parent, words) of what is suture-local's."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read().decode(errors="replace").split("\0")[:-1]
            with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
                parent = int(file.read().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if words and words[0] in ("/usr/libexec/suture-local", "/proc/self/exe"):
            yield int(pid), parent, words


def find(word):
    for pid, parent, words in processes():
        if words[1:2] == ([] if word == "-" else [word]):
            return pid, pid if word == "-" else parent
    return None


def main(word, whom, seconds):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found = find(word)
        if found:
            time.sleep(float(seconds))
            os.kill(found[0 if whom == "part" else 1], signal.SIGKILL)
            return
        time.sleep(0.001)
    sys.exit("it was never there")


if __name__ == "__main__":
    main(*sys.argv[1:])
