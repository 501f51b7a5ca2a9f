#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What was installed is watched, and taken out by an operation of the helper's own when something does not work with it. There are no
units and no journal in this ring: what speaks against an improvement is written where the watcher would. (Real crashes are in the
whole machine.)"""

import os
import signal
import sqlite3
import time

import feed
import ring
from ring import active, control, expect, reached, release, until

IDS = feed.ids()
ALPHA, BETA = IDS["alpha"], IDS["beta"]
WHY = "ring.service stopped working after it was installed (it crashed)"


def condemn(improvement):
    """What the watcher writes when it has seen enough."""
    database = sqlite3.connect("/var/lib/suture/suture.db", timeout=10)
    with database:
        changed = database.execute("UPDATE probation SET verdict = ? WHERE improvement = ?", (WHY, improvement)).rowcount
    database.close()
    expect("what is watched", changed, 1)


def start(ring_):
    ring.forget()
    ring_.start_polkitd()
    ring_.start_peers()
    ring_.start_helper()
    root = ring_.client("root")
    expect("check", root.result(root.call("Check")["value"][0]), ("", ""))
    expect("announced", root.call("SetAutomatic", "b", True).get("error", ""), "")
    return root


def install(root, improvement):
    expect("install", root.result(root.call("Install", "s", improvement)["value"][0]), ("", ""))


def events(root):
    return [(r["event"], r["improvement"], r["by"]) for r in root.history()]


def undone(root):
    until("it is taken out", lambda: ALPHA not in active())
    until("history", lambda: root.history()[0]["event"] == "undone")


def reasons(root, improvement):
    return {wait[0]: wait[2] for wait in root.objects()[improvement]["Waits"]}


def test_watching(ring_):
    root = start(ring_)
    expect("nothing yet", root.get("Watching"), [])
    before = time.time()
    install(root, ALPHA)
    watched = until("it is watched", lambda: root.get("Watching"))
    expect("what", watched[0][0], ALPHA)
    expect("ten minutes", 590 <= watched[0][1] - before <= 630, True)
    expect("the mark for suture-watch.service", os.path.exists("/var/lib/suture/watching"), True)
    # another process goes on
    expect("killed", ring_.stop("helper", signal.SIGKILL), -signal.SIGKILL)
    ring_.start_helper()
    until("it is still watched", lambda: [w[0] for w in root.get("Watching")] == [ALPHA])
    expect("remove", root.result(root.call("Remove", "s", ALPHA)["value"][0]), ("", ""))
    until("nothing is watched", lambda: root.get("Watching") == [])
    until("the mark is gone", lambda: not os.path.exists("/var/lib/suture/watching"))


def test_s35_undone(ring_):
    root = start(ring_)
    install(root, ALPHA)
    condemn(ALPHA)
    undone(root)
    expect("history", events(root), [("undone", ALPHA, "system"), ("installed", ALPHA, "user")])
    message = root.history()[0]["message"]
    expect("what history says", message, f"{WHY}; the files of before are in use again")
    until("it is told why it waits", lambda: reasons(root, ALPHA).get("undone") == message)
    until("nothing is watched", lambda: root.get("Watching") == [])
    expect("by itself", root.result(root.call("RunAutomatic")["value"][0]), ("", ""))
    expect("what is installed", active(), [BETA])
    # a person may, and that is the end of the quarantine
    install(root, ALPHA)
    expect("why it waits", "undone" in reasons(root, ALPHA), False)
    until("it is watched again", lambda: sorted(w[0] for w in root.get("Watching")) == sorted(IDS.values()))


def test_before_what_waits(ring_):
    """A run of the timer that is downloading stands in no way."""
    root = start(ring_)
    install(root, ALPHA)
    control("hold-payload")
    try:
        run = root.call("RunAutomatic")["value"][0]
        reached("hold-payload")
        condemn(ALPHA)
        undone(root)
    finally:
        release("hold-payload")
    expect("the run", root.result(run)[0], "Cancelled")


def test_busy(ring_):
    root = start(ring_)
    install(root, ALPHA)
    control("refuse", "Busy")
    try:
        condemn(ALPHA)
        until("history", lambda: root.history()[0]["event"] == "failed")
        expect("its words", root.history()[0]["message"].startswith(f"{WHY}, but it can't be taken out yet, which is tried again: "), True)
        time.sleep(15)
        expect("history", events(root), [("failed", ALPHA, "system"), ("installed", ALPHA, "user")])
    finally:
        release("refuse")
    undone(root)
    expect("history", [event[0] for event in events(root)], ["undone", "failed", "installed"])


def test_killed(ring_):
    """At the switch, and behind it: the next start finishes it, and it ends once."""
    for name in ("hold-before", "hold-after"):
        root = start(ring_)
        install(root, ALPHA)
        control(name)
        condemn(ALPHA)
        reached(name)
        expect("killed", ring_.stop("helper", signal.SIGKILL), -signal.SIGKILL)
        release(name)
        ring_.start_helper()
        undone(root)
        expect(f"history, {name}", events(root), [("undone", ALPHA, "system"), ("installed", ALPHA, "user")])
        until("it is told why it waits", lambda: reasons(root, ALPHA).get("undone"))
        for program in ("helper", "peers", "polkitd"):
            ring_.stop(program)


feed.make()
ring.run([(name.removeprefix("test_"), function) for name, function in list(globals().items())
          if name.startswith("test_")])
