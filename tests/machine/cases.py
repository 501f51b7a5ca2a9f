# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the cases of this folder are written with: the list of them, and the questions that they ask the machine."""

import time

CASES = []


class Wrong(Exception):
    """A case found something that should not be."""


def case(name):
    """Registers a function of one argument, the stage, under a name; they run in the order of their files."""
    def register(function):
        CASES.append((name, function))
        return function
    return register


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


def refused(stage, command, errors, user=None):
    """A command fails with one of these errors and a sentence, and what is merged and active stays."""
    before = (stage.merged(), active(stage), stage.files())
    code, answer = stage.ctl(command, user, check=False)
    need(code != 0, f"{command} succeeded")
    need(answer["error"] in errors, f"{command}: {answer['error']} ({answer['message']}), not one of {errors}")
    need(answer.get("sentence"), f"{command}: no sentence for {answer['error']}")
    same((stage.merged(), active(stage), stage.files()), before, "merged, active and the files below /usr")
    return answer["sentence"]


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
