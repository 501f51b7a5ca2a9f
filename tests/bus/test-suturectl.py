#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""suturectl against the real helper and the real polkitd: what people, scripts and the timer get to see and to do."""

import fcntl
import json
import os
import pty
import select
import signal
import subprocess
import termios
import time

import feed
import ring
from ring import expect, until

IDS = feed.ids()
PROGRAM = "/run/ring/suturectl"
subprocess.run(["install", "-m755", f"{ring.BUILD}/ui/ctl/suturectl", PROGRAM], check=True)


def start(user, *arguments):
    return subprocess.Popen(ring.as_user(user, [PROGRAM, *arguments]), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"},
                            preexec_fn=lambda: ring.enter_session(user))


def ctl(user, *arguments):
    """Its exit status, output and error output."""
    process = start(user, *arguments)
    output, error = process.communicate(timeout=ring.DEADLINE)
    return process.returncode, output, error


def status():
    code, output, _ = ctl("ring-none", "status", "--json")
    expect("status", code, 0)
    return json.loads(output)


def begin(ring_):
    ring.forget()
    ring_.start_polkitd()
    ring_.start_peers()
    ring_.start_helper()


def test_whole_way(ring_):
    begin(ring_)
    known = status()
    expect("before a check", (known["status"], known["last_checked"], known["improvements"]), ("unchecked", 0, []))
    code, output, error = ctl("ring-active", "check")
    expect("check", (code, error), (0, ""))
    expect("what is new", output.splitlines()[0], "2 Improvements Ready")
    expect("install", ctl("ring-active", "install", IDS["alpha"]), (0, "Installed.\n", ""))
    expect("install", ctl("ring-active", "install", IDS["beta"]), (0, "Installed.\n", ""))
    known = status()
    states = {i["id"]: i["state"] for i in known["improvements"]}
    expect("states", states, {IDS["alpha"]: "active", IDS["beta"]: "active"})
    expect("status", known["status"], "protected")
    expect("clean end", ring_.stop("helper"), 0)
    ring_.start_helper()
    known = status()
    expect("the activation step says that PID 1 maps old bytes", (known["status"], known["improvements"][1]["owed"]),
           ("unfinished", [{"name": "init", "kind": "pid1", "why": "never-restart"}]))
    expect("remove", ctl("root", "remove", IDS["beta"]), (0, "Removed.\n", ""))
    expect("status", status()["status"], "ready")
    code, output, _ = ctl("ring-active", "history", "--json")
    expect("history", [(r["event"], r["improvement"]) for r in json.loads(output)["records"]],
           [("removed", IDS["beta"]), ("installed", IDS["beta"]), ("installed", IDS["alpha"])])


def test_without_permission(ring_):
    begin(ring_)
    expect("check", ctl("root", "check")[0], 0)
    for arguments in (["check"], ["install", IDS["alpha"]], ["automatic", "off"]):
        code, output, error = ctl("ring-none", *arguments)
        expect(f"{arguments}", (code, output), (3, ""))
        expect("the sentence", "Permission was not given. Nothing was changed." in error, True)
    expect("nothing changed", (status()["status"], status()["automatic"]), ("ready", True))
    expect("without polkit", ring_.stop("polkitd") is not None, True)
    expect("install", ctl("ring-active", "install", IDS["alpha"])[0], 3)


def test_password_on_a_terminal(ring_):
    """Where no desktop asks, polkit's own agent does, on the terminal; a wrong password is a no."""
    begin(ring_)
    expect("check", ctl("root", "check")[0], 0)
    reader, writer = pty.openpty()
    process = subprocess.Popen(ring.as_user("ring-inactive", [PROGRAM, "install", IDS["alpha"]]), stdin=writer,
                               stdout=writer, stderr=writer, start_new_session=True,
                               preexec_fn=lambda: (ring.enter_session("ring-inactive"),
                                                   fcntl.ioctl(writer, termios.TIOCSCTTY, 0)))
    os.close(writer)
    shown = b""
    end = time.monotonic() + ring.DEADLINE
    while time.monotonic() < end and (process.poll() is None or select.select([reader], [], [], 0)[0]):
        if not select.select([reader], [], [], 0.2)[0]:
            continue
        try:
            shown += os.read(reader, 4096)
        except OSError:
            break
        if shown.endswith(b"assword: "):
            # the agent asks, and only then turns the echo off and drops what was typed before
            until("the echo to be off", lambda: not termios.tcgetattr(reader)[3] & termios.ECHO)
            os.write(reader, b"wrong\n")
            shown += b"(wrong)"
    os.close(reader)
    if process.poll() is None:
        process.kill()
    expect("the end", process.wait(), 3)
    expect("the question", "org.suture.install" in shown.decode(errors="replace"), True)
    expect("the sentence", "Permission was not given." in shown.decode(errors="replace"), True)
    expect("nothing changed", status()["status"], "ready")


def test_what_does_not_exist(ring_):
    begin(ring_)
    expect("unknown", ctl("root", "install", "nothing-z")[0], 4)
    expect("no name", ctl("root", "install", "../../etc")[0], 2)


def test_timer(ring_):
    begin(ring_)
    ring.announce(ring_.client("root"))
    expect("the timer's call", ctl("ring-none", "run-automatic")[0], 0)
    expect("states", {i["state"] for i in status()["improvements"]}, {"active"})
    expect("again too soon is no failure of a unit", ctl("ring-none", "run-automatic")[0], 0)


def test_timer_asks_nobody(ring_):
    """The timer's call never raises a password dialog: on a terminal, by somebody who would have to give one for a check, it prints
    no question; and polkit, which alone could ask, is not needed for it."""
    begin(ring_)
    ring.announce(ring_.client("root"))
    expect("a check would need one", ctl("ring-inactive", "check")[0], 3)
    expect("without polkit", ring_.stop("polkitd") is not None, True)
    reader, writer = pty.openpty()
    process = subprocess.Popen(ring.as_user("ring-inactive", [PROGRAM, "run-automatic"]), stdin=writer, stdout=writer, stderr=writer,
                               start_new_session=True, preexec_fn=lambda: (ring.enter_session("ring-inactive"),
                                                                           fcntl.ioctl(writer, termios.TIOCSCTTY, 0)))
    os.close(writer)
    expect("its end", process.wait(timeout=ring.DEADLINE), 0)
    said = b""
    while select.select([reader], [], [], 0.5)[0]:
        try:
            said += os.read(reader, 4096)
        except OSError:  # the terminal's other end is closed
            break
    os.close(reader)
    expect("questions on the terminal", [word for word in (b"assword", b"uthenti", b"====") if word in said], [])
    expect("states", {i["state"] for i in status()["improvements"]}, {"active"})


def test_interrupted(ring_):
    """Ctrl-C asks the helper to stop, and what it then says is true."""
    begin(ring_)
    expect("check", ctl("root", "check")[0], 0)
    os.makedirs("/run/ring/control", exist_ok=True)
    with open("/run/ring/control/hold-payload", "w", encoding="ascii"):
        pass
    process = start("ring-active", "install", IDS["alpha"])
    until("the download to begin", lambda: status()["activity"] == "downloading")
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=ring.DEADLINE)
    os.unlink("/run/ring/control/hold-payload")
    expect("its end", (process.returncode, "Stopped. Nothing was changed." in error), (7, True))
    expect("status", status()["status"], "ready")


def test_no_source(ring_):
    ring.forget()
    ring.move("/etc/suture/feeds.d", "/etc/suture/feeds.away")
    os.mkdir("/etc/suture/feeds.d")
    try:
        ring_.start_polkitd()
        ring_.start_helper()
        expect("status", (status()["status"], status()["feeds"]), ("no-source", []))
        expect("check", ctl("root", "check")[0], 5)
        code, output, _ = ctl("ring-active", "status")
        expect("in words", (code, output.splitlines()[0], "rotected" in output), (0, "No Source", False))
        expect("the timer's call", ctl("ring-none", "run-automatic")[0], 0)
    finally:
        os.rmdir("/etc/suture/feeds.d")
        ring.move("/etc/suture/feeds.away", "/etc/suture/feeds.d")


feed.make()
ring.run([(name.removeprefix("test_"), function) for name, function in list(globals().items())
          if name.startswith("test_")])
