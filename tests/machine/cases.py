# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the cases of this folder are written with: the list of them, and the questions that they ask the machine."""

import json
import os
import re
import sys
import time

sys.path.append(f"{os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}/lint")
import units  # noqa: E402

CASES = []
# What is looked at before and after whatever must not change anything: the files that improvements replace, what is merged
# and mounted, root's record of what is installed. (What is believed of publishers may move forward: see versions().)
LOOK = ("sha256sum {paths}; find /usr /usr/bin /usr/sbin /usr/lib /usr/lib64 /usr/libexec /usr/share -maxdepth 2 "
        "-path '*/.systemd-sysext/extensions' | sort -u | xargs -r grep -H .; "
        "find /var/lib/suture-activate/images -type f | sort | xargs -r sha256sum; "
        "ls /run/extensions /var/lib/suture/spool; grep -c ' /usr' /proc/self/mountinfo")


# As if the ten minutes between two turns of the timer were over, a check due, and somebody told that improvements install themselves.
ANNOUNCE = "busctl --system call org.suture.Helper1 /org/suture/Helper1 org.suture.Helper1 Announce"
FORGET_TURN = ("systemctl stop suture-helper.service; /usr/bin/python3 -c \"import sqlite3; "
               "db = sqlite3.connect('/var/lib/suture/suture.db'); "
               "db.execute(\\\"DELETE FROM setting WHERE name IN ('automatic-ran', 'last-checked')\\\"); db.commit()\" && " + ANNOUNCE)


class Wrong(Exception):
    """A case found something that should not be."""


def case(name):
    """Registers a function of one argument, the stage, under a name; they run in the order of their files."""
    def register(function):
        CASES.append((name, function))
        return function
    return register


def note(what, text):
    """Says what was seen, above the line of the case."""
    print(f"     {what}: {text}" if what else f"     {text}", flush=True)


def need(condition, text):
    if not condition:
        raise Wrong(text)


def same(now, then, what):
    need(now == then, f"{what}: was {then!r}, is {now!r}")


def state(stage, fix):
    """What suturectl says of an improvement: available, active, …; None when it is not known."""
    answer = stage.ctl("status")[1]
    return next((item["state"] for item in answer["improvements"] if item["id"] == fix.id), None)


def active(stage):
    return sorted(item["id"] for item in stage.ctl("status")[1]["improvements"] if item["state"] == "active")


def settle(stage, seconds=60):
    """Waits until the helper is idle; also starts it when it is not running."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        code, answer = stage.ctl("status", check=False)
        if code == 0 and answer.get("activity") == "idle":
            return answer
        time.sleep(0.2)
    raise Wrong("the helper does not come to rest")


def agree(stage):
    """What is said to be active is what is merged, and nothing else of ours is."""
    settle(stage)
    said = [f"suture-{name}" for name in active(stage)]
    merged = sorted({line.split()[1] for line in stage.merged() if line.split()[1].startswith("suture-")})
    same(merged, said, "merged, against what is said to be active")


def picture(stage):
    """The machine as it is: two of them are equal when nothing was changed."""
    paths = " ".join(sorted(path for fix in stage.fixes for path in fix.files()))
    return stage.machine.run(LOOK.format(paths=paths), check=False).stdout.split("\n")


def unchanged(stage, before):
    now = picture(stage)
    need(now == before, f"it is not as it was: gone {sorted(set(before) - set(now))}, new {sorted(set(now) - set(before))}")


def versions(stage):
    """{file: version} of what the helper and root believe of the publishers."""
    lines = stage.machine.read("cd /var/lib; grep -s -o '\"version\":[0-9][0-9]*' -r suture/trust suture-activate/trust || true")
    found = {}
    for line in filter(None, lines.split("\n")):
        name, _, number = line.rpartition(":")
        found[name] = max(found.get(name, 0), int(number))
    return found


def audit(stage):
    same(stage.machine.read("dpkg --audit"), "", "dpkg --audit")


def records(stage, after=0):
    """The records of history that are newer than the one with that id, newest first."""
    answer = stage.ctl("history")[1]
    return [record for record in answer["records"] if record["id"] > after]


def last_record(stage):
    return max([record["id"] for record in records(stage)], default=0)


def results(stage):
    """{operation: [error, message]} of the helper's last ends; an operation that ended twice is wrong."""
    answer = json.loads(stage.machine.read("busctl --json=short get-property org.suture.Helper1 /org/suture/Helper1 "
                                           "org.suture.Helper1 Results"))["data"]
    names = [end[0] for end in answer]
    need(len(names) == len(set(names)), f"an operation has two results: {answer}")
    return {end[0]: end[1:] for end in answer}


def refused(stage, command, errors, words="", user=None, recorded=None):
    """A command fails with one of these errors, a message of these words, and a sentence that says that nothing was
    changed, and so it is. recorded: whether history tells of it (None: as it does for an operation that ran; "maybe")."""
    before, known, last = picture(stage), versions(stage), last_record(stage)
    was_active = active(stage)
    code, answer = stage.ctl(command, user, check=False)
    error, message = answer["error"], answer["message"]
    need(code != 0, f"{command} succeeded")
    need(error in errors, f"{command}: {error} ({message}), not one of {errors}")
    need(re.search(words, message), f"{command}: {error} says {message!r}, not {words!r}")
    need("Nothing was changed" in answer.get("sentence", ""), f"{command}: its sentence is {answer.get('sentence')!r}")
    unchanged(stage, before)
    same(active(stage), was_active, "what is said to be active")
    now = versions(stage)
    need(all(now.get(name, 0) >= version for name, version in known.items()), f"trust went back: {known}, {now}")
    new = records(stage, last)
    if recorded is None:
        recorded = message.startswith("it was not ")
    if new or recorded != "maybe":
        same([(record["event"], record["error"], record["message"]) for record in new],
             [("failed", error, message)] if recorded else [], "what history tells of it")
    if command == "check":
        status = stage.ctl("status")[1]
        same((status["last_error"], status["last_message"]), (error, message), "what the status tells of it")
    return f"{error}: {message}"


def installed(stage, fix):
    """Installs as root, and looks."""
    stage.ctl(f"install {fix.id}")
    need(f"/usr/lib suture-{fix.id}" in stage.merged(), f"merged is {stage.merged()}")


def removed(stage, fix):
    stage.ctl(f"remove {fix.id}")
    need(f"/usr/lib suture-{fix.id}" not in stage.merged(), f"merged is {stage.merged()}")


def contents(stage, fix):
    """Whether a fix's paths have the fixed bytes ("fixed"), the old ones ("old") or something else."""
    found = set()
    for path, (old, new) in fix.files().items():
        now = stage.machine.read(f"sha256sum {path}").split()[0]
        found.add("fixed" if now == new else "old" if now == old else "other")
    return found.pop() if len(found) == 1 else "mixed"


def as_tight_as_they_were(stage, package):
    """The walls of the package's units, as systemd sees them on the machine (tests/lint looks at the files)."""
    names = {os.path.basename(path) for path in stage.machine.read(f"dpkg -L {package}").split()} & set(units.EXPOSURE)
    need(names, f"{package} has no unit with a limit")
    for name in sorted(names):
        line = stage.machine.read(f"systemd-analyze security --no-pager {name} | tail -1")
        found = re.search(r"level for .*: ([0-9.]+) ", line)
        need(found, f"systemd says nothing of {name}: {line}")
        need(float(found[1]) <= units.EXPOSURE[name], f"{name}: {found[1]}, at most {units.EXPOSURE[name]}")
