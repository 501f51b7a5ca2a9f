#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The helper is killed at every stage of an installation and of a removal. Its next start finishes or undoes the work, and
each operation ends in exactly one result and one record."""

import os
import signal
import subprocess
import time

import feed
import ring
from ring import active, control, expect, release, until

ID = feed.ids()["alpha"]


def start(ring_):
    ring.forget()
    os.makedirs("/run/ring/control", exist_ok=True)
    ring_.start_polkitd()
    ring_.start_peers()
    ring_.start_helper()
    root = ring_.client("root")
    expect("check", root.result(root.call("Check")["value"][0]), ("", ""))
    return root


def kill_at(ring_, name, call):
    """Begins @call, kills the helper when @name is reached, lets the peers go on, and starts it again."""
    root = ring_.client("root")
    control(name)
    operation = root.call(*call)["value"][0]
    until(name, lambda: os.path.exists(f"/run/ring/control/{name}.reached"))
    expect("killed", ring_.stop("helper", signal.SIGKILL), -signal.SIGKILL)
    release(name)
    ring_.start_helper()
    return operation


def agree(root, operation, events):
    """One result; history, objects and root's side say the same; nothing is left lying about."""
    error, _ = root.result(operation)
    until("idle", lambda: root.get("Activity") == "idle")
    expect("results", [end[0] for end in root.get("Results")].count(operation), 1)
    expect("history", [r["event"] for r in root.history()], events)
    state = root.objects()[ID]["State"]
    expect("state", state, "active" if active() else "available")
    expect("installed at", root.objects()[ID]["InstalledAt"] > 0, bool(active()))
    expect("spool", os.listdir("/var/lib/suture/spool"), [])
    return error


def test_install_while_downloading(ring_):
    root = start(ring_)
    operation = kill_at(ring_, "hold-payload", ("Install", "s", ID))
    expect("end", agree(root, operation, ["interrupted"]), "Interrupted")
    expect("root was not asked", active(), [])
    expect("again", root.result(root.call("Install", "s", ID)["value"][0]), ("", ""))
    agree(root, operation, ["installed", "interrupted"])


def test_install_before_the_switch(ring_):
    """The activation step goes on without the helper: where that ends decides."""
    root = start(ring_)
    operation = kill_at(ring_, "hold-before", ("Install", "s", ID))
    error = agree(root, operation, ["installed"] if active() else ["interrupted"])
    expect("end", error, "" if active() else "Interrupted")


def test_install_activation_dies_too(ring_):
    root = start(ring_)
    control("die-before")
    operation = kill_at(ring_, "hold-before", ("Install", "s", ID))
    release("die-before")
    expect("end", agree(root, operation, ["interrupted"]), "Interrupted")


def test_install_after_the_switch(ring_):
    root = start(ring_)
    operation = kill_at(ring_, "hold-after", ("Install", "s", ID))
    expect("end", agree(root, operation, ["installed"]), "")
    expect("root's side", active(), [ID])


def test_removal_before_the_switch(ring_):
    root = start(ring_)
    expect("install", root.result(root.call("Install", "s", ID)["value"][0]), ("", ""))
    control("die-before")
    operation = kill_at(ring_, "hold-before", ("Remove", "s", ID))
    release("die-before")
    error = agree(root, operation, ["interrupted" if active() else "removed", "installed"])
    expect("end", error, "Interrupted" if active() else "")


def test_removal_after_the_switch(ring_):
    root = start(ring_)
    expect("install", root.result(root.call("Install", "s", ID)["value"][0]), ("", ""))
    operation = kill_at(ring_, "hold-after", ("Remove", "s", ID))
    expect("end", agree(root, operation, ["removed", "installed"]), "")
    expect("root's side", active(), [])


def test_what_waited(ring_):
    """Operations that had only been accepted end as well."""
    root = start(ring_)
    control("hold-payload")
    person = ring_.client("ring-active")
    first = root.call("Install", "s", ID)["value"][0]
    second = person.call("Check")["value"][0]
    until("held", lambda: os.path.exists("/run/ring/control/hold-payload.reached"))
    ring_.stop("helper", signal.SIGKILL)
    release("hold-payload")
    ring_.start_helper()
    expect("first", root.result(first)[0], "Interrupted")
    expect("second", root.result(second)[0], "Interrupted")
    expect("history", [r["event"] for r in root.history()], ["interrupted"])


def test_asked_to_end(ring_):
    """Nothing of what waits is begun any more: it ends at once, and by its name."""
    root = start(ring_)
    control("hold-payload")
    first = root.call("Install", "s", ID)["value"][0]
    second = ring_.client("ring-active").call("Install", "s", feed.ids()["beta"])["value"][0]
    until("held", lambda: os.path.exists("/run/ring/control/hold-payload.reached"))
    began = time.monotonic()
    expect("clean end", ring_.stop("helper"), 0)
    expect("at once", time.monotonic() - began < 8, True)
    release("hold-payload")
    ring_.start_helper()
    expect("ends", [root.result(operation)[0] for operation in (first, second)], ["Cancelled", "Cancelled"])
    expect("root was not asked", "install" in ring.requests(), False)


def test_activation_not_there(ring_):
    """Recovery that can't ask stays open, says so, and is made up for."""
    root = start(ring_)
    control("hold-after")
    operation = root.call("Install", "s", ID)["value"][0]
    until("held", lambda: os.path.exists("/run/ring/control/hold-after.reached"))
    ring_.stop("helper", signal.SIGKILL)
    ring_.stop("peers", signal.SIGKILL)
    release("hold-after")
    os.unlink("/run/suture/activate.sock")
    ring_.start_helper()
    until("idle", lambda: root.get("Activity") == "idle")
    expect("open", [end for end in root.get("Results") if end[0] == operation], [])
    ring_.start_peers()
    expect("check", root.result(root.call("Check")["value"][0]), ("", ""))
    expect("end", agree(root, operation, ["installed"]), "")


def test_at_any_moment(ring_):
    """Random moments, install and remove in turn: the two sides always agree, and every operation ends once."""
    root = start(ring_)
    ended = []
    for number in range(12):
        call = ("Remove", "s", ID) if active() else ("Install", "s", ID)
        ended.append(root.call(*call)["value"][0])
        time.sleep(number * 0.02)
        ring_.stop("helper", signal.SIGKILL)
        ring_.start_helper()
        root.result(ended[-1])
        until("idle", lambda: root.get("Activity") == "idle")
        expect("state", root.objects()[ID]["State"], "active" if active() else "available")
    expect("each ended once", [end[0] for end in root.get("Results")][-12:], ended)
    events = [r["event"] for r in root.history()]
    expect("a record each", len(events), 12)


def test_damaged_database(ring_):
    """Zeroed, cut short, of somebody else: it is set aside and what is installed is still known."""
    root = start(ring_)
    expect("install", root.result(root.call("Install", "s", ID)["value"][0]), ("", ""))
    path = "/var/lib/suture/suture.db"
    size = os.path.getsize(path)
    for damage in (b"\0" * size, b"SQLite format 3\0" + b"\xff" * 5000, os.urandom(size)):
        ring_.stop("helper")
        with open(path, "wb") as file:
            file.write(damage)
        ring_.start_helper()
        until("state", lambda: root.objects().get(ID, {}).get("State") == "active")
        expect("set aside", os.path.exists(f"{path}.set-aside"), True)
        expect("remove", root.result(root.call("Remove", "s", ID)["value"][0]), ("", ""))
        expect("check", root.result(root.call("Check")["value"][0]), ("", ""))
        expect("install", root.result(root.call("Install", "s", ID)["value"][0]), ("", ""))


def fill(folder):
    """Takes every free block."""
    fd = os.open(f"{folder}/filler", os.O_WRONLY | os.O_CREAT)
    try:
        while True:
            os.write(fd, b"\0" * 4096)
    except OSError:
        os.close(fd)


def test_full_disk(ring_):
    """With no block free: installing fails by name and leaves nothing; what is installed can be removed."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m,mode=750,uid=suture,gid=suture", "tmpfs", "/var/lib/suture"],
                   check=True)
    try:
        root = start(ring_)
        beta = feed.ids()["beta"]
        expect("install", root.result(root.call("Install", "s", ID)["value"][0]), ("", ""))
        fill("/var/lib/suture")
        reply = root.call("Install", "s", beta)
        error = root.result(reply["value"][0])[0] if "value" in reply else reply["error"]
        expect("install on a full disk", error, "NoSpace")
        expect("spool", os.listdir("/var/lib/suture/spool"), [])
        expect("root's side", active(), [ID])
        expect("remove on a full disk", root.result(root.call("Remove", "s", ID)["value"][0]), ("", ""))
        expect("root's side", active(), [])
        until("state", lambda: root.objects()[ID]["State"] == "available")
        os.unlink("/var/lib/suture/filler")
        expect("install", root.result(root.call("Install", "s", beta)["value"][0]), ("", ""))
        expect("clean end", ring_.stop("helper"), 0)
    finally:
        for name in list(ring_.programs):
            ring_.stop(name)
        subprocess.run(["umount", "/var/lib/suture"], check=True)


feed.make()
ring.run([(name.removeprefix("test_"), function) for name, function in list(globals().items())
          if name.startswith("test_")])
