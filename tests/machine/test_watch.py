# SPDX-License-Identifier: LGPL-2.1-or-later
"""What was installed is watched, and taken out by itself when something does not work with it. The service and its library are
built here: the "fixes" are really built so that they crash."""

import json
import os
import subprocess
import textwrap
import time

import archive
import feed
import machine
import probe
from cases import case, need, note, records, last_record, same, settle
from test_feeds import run_automatic

NAME = "crashdemo"
LIBRARY = "/usr/lib/crashdemo/libcrashdemo.so.1"
PROGRAM = "/usr/bin/crashdemo"
UNIT = "crashdemo.service"
MESSAGE_ID = "fc2e22bc6ee647b6b90729ab34a250b1"
DAEMON = """
#include <stdio.h>
#include <string.h>
#include <unistd.h>
int demo_work (int second);
int demo_version (void);
int main (int argc, char **argv)
{
  if (argc > 1 && strcmp (argv[1], "--version") == 0)
    return demo_version ();
  for (int second = 0;; second++)
    {
      demo_work (second);
      sleep (1);
    }
}
"""
# version -> what the library does; all of them are what a compiler makes of C, none is a stand-in
LIBRARIES = {
    "1.0": "int demo_work (int s) { return s; } int demo_version (void) { return 0; }",
    "1.1": "int demo_work (int s) { return s + 1; } int demo_version (void) { return 0; }",
    "1.2": "#include <stdlib.h>\nint demo_work (int s) { if (s >= 2) abort (); return s; } int demo_version (void) { return 0; }",
    "1.3": "int demo_work (int s) { return s + 3; } int demo_version (void) { return 0; }",
    # works as a service, and can't say its version any more; or never ends with saying it
    "1.5": "int demo_work (int s) { return s + 5; } int demo_version (void) { return 3; }",
    "1.6": "#include <unistd.h>\nint demo_work (int s) { return s + 6; } int demo_version (void) { for (;;) pause (); }",
    # ends without an error: no unit fails, and nothing crashes
    "1.7": "#include <stdlib.h>\nint demo_work (int s) { if (s >= 2) exit (0); return s; } int demo_version (void) { return 0; }",
    "1.4": "#include <stdlib.h>\nint demo_work (int s) { abort (); return s; } int demo_version (void) { return 0; }",
}
RESTARTING = "Restart=always\nRestartSec=1\n"
SERVICE = """[Unit]
Description=A service that needs a library
StartLimitIntervalSec=0
[Service]
ExecStart=/usr/bin/crashdemo
{restart}
"""
NOTES = """[Improvement]
Title=A Service That Needs a Library
Component=crashdemo
Kind=security
Severity=high
Description=Made to be tried.
"""


class Demo:
    """The package in its versions, its publisher, and the service on the machine."""

    def __init__(self, stage):
        self.stage = stage
        self.machine = stage.machine
        self.work = f"{self.machine.folder}/{NAME}"
        os.makedirs(self.work, exist_ok=True)
        self.made = set()
        self.debs = {version: self.build(version) for version in LIBRARIES}
        self.publisher = feed.Publisher(stage.publisher.tool, f"{self.work}/feed", NAME, "Demo Publisher")
        self.machine.put(self.debs["1.0"], f"/root/{NAME}.deb")
        self.machine.run(f"dpkg -i /root/{NAME}.deb")
        self.service(RESTARTING)
        self.old = self.bytes()

    def build(self, version):
        tree = f"{self.work}/{version}"
        os.makedirs(f"{tree}/DEBIAN")
        os.makedirs(tree + os.path.dirname(LIBRARY))
        os.makedirs(tree + os.path.dirname(PROGRAM))
        for name, text in (("library.c", LIBRARIES[version]), ("daemon.c", DAEMON)):
            with open(f"{self.work}/{name}", "w", encoding="ascii") as file:
                file.write(text)
        subprocess.run(["gcc", "-shared", "-fPIC", f"-Wl,-soname,{os.path.basename(LIBRARY)}", "-o", tree + LIBRARY,
                        f"{self.work}/library.c"], check=True)
        subprocess.run(["gcc", "-o", tree + PROGRAM, f"{self.work}/daemon.c", tree + LIBRARY,
                        f"-Wl,-rpath,{os.path.dirname(LIBRARY)}", "-Wl,--disable-new-dtags"], check=True)
        with open(f"{tree}/DEBIAN/control", "w", encoding="ascii") as file:
            file.write(f"Package: {NAME}\nVersion: {version}\nArchitecture: amd64\nMaintainer: Nobody <nobody@example.org>\n"
                       "Description: for a test\n")
        subprocess.run(["dpkg-deb", "--root-owner-group", "-b", tree, f"{tree}.deb"], check=True, stdout=subprocess.DEVNULL)
        return f"{tree}.deb"

    def service(self, restart):
        self.machine.write(f"/etc/systemd/system/{UNIT}", SERVICE.format(restart=restart))
        self.machine.run(f"systemctl daemon-reload; systemctl reset-failed {UNIT} 2>/dev/null; systemctl restart {UNIT}")

    def make(self, version, effects=""):
        """An improvement of the first version to that one; its id."""
        path = f"{self.work}/notes"
        with open(path, "w", encoding="ascii") as file:
            file.write(NOTES + textwrap.dedent(effects))
        self.publisher.command("make", "--old", self.debs["1.0"], "--new", self.debs[version], "--notes", path, "--base", "debian:12")
        self.publisher.publish()
        self.publisher.serve(self.stage.outside)
        self.publisher.configure(self.machine, self.stage.outside.url)
        self.stage.ctl("check")
        new = (set(self.publisher.improvements()) - self.made).pop()
        self.made.add(new)
        return new

    def bytes(self):
        return self.machine.read(f"sha256sum {LIBRARY}").split()[0]

    def show(self, name):
        return self.machine.read(f"systemctl show -P {name} {UNIT}")

    def item(self, name):
        return next((item for item in self.stage.ctl("status")[1]["improvements"] if item["id"] == name), {"state": None})

    def undone(self, name, last, seconds=60):
        """Waits for it, without a word to the helper; the record, and how long it took."""
        start = time.monotonic()
        machine.until(lambda: f"suture-{name}" not in "\n".join(self.stage.merged()), f"{name} is taken out", seconds)
        took = time.monotonic() - start
        record = machine.until(lambda: next((record for record in records(self.stage, last) if record["event"] == "undone"), None),
                               "history tells of it", 30)
        same((record["improvement"], record["by"], record["error"]), (name, "system", ""), "the record")
        note(f"undone after {took:.0f} s", record["message"])
        return record

    def runs_as_before(self):
        same(self.bytes(), self.old, "the library")
        machine.until(lambda: self.show("ActiveState") == "active", "the service runs", 30)
        pid = self.show("MainPID")
        time.sleep(4)
        same(self.show("MainPID"), pid, "the service's process, four seconds later")

    def remove(self):
        for item in self.stage.ctl("status")[1]["improvements"]:
            if item["id"].startswith(NAME) and item["state"] in ("active", "inactive", "overtaken"):
                self.stage.ctl(f"remove {item['id']}")
        self.machine.run(f"systemctl disable --now {UNIT}; rm -f /etc/systemd/system/{UNIT} /etc/suture/feeds.d/{NAME}.* "
                         f"/etc/systemd/system/multi-user.target.wants/{UNIT}; "
                         f"systemctl daemon-reload; systemctl reset-failed; dpkg -P {NAME}", check=False)
        settle(self.stage)


def with_demo(function):
    """The demo is there before the case, and gone after."""
    def run(stage):
        demo = Demo(stage)
        try:
            function(stage, demo)
        finally:
            demo.remove()
            subprocess.run(["rm", "-rf", demo.work], check=True)
    return run


@case("watched: a service that crashes with the fix has it undone within a minute, and it is not tried again by itself")
@with_demo
def crashing(stage, demo):
    fix = demo.make("1.2")
    last = last_record(stage)
    stage.ctl(f"install {fix}")
    need(demo.bytes() != demo.old, "the library is the old one")
    record = demo.undone(fix, last)
    need(record["message"].startswith(f"{UNIT} stopped working after it was installed (it failed"), f"it says {record['message']}")
    demo.runs_as_before()
    run_automatic(stage)
    same((demo.item(fix)["state"], demo.bytes()), ("available", demo.old), "after a run of the timer")
    # a person may try it again, and then it is watched again
    last = last_record(stage)
    stage.ctl(f"install {fix}")
    same(demo.item(fix)["state"], "active", "after a person's installation")
    demo.undone(fix, last)
    demo.runs_as_before()
    # a later letter is tried as any
    later = demo.make("1.3")
    run_automatic(stage)
    same(demo.item(later)["state"], "active", "the later letter after a run of the timer")
    demo.runs_on = demo.show("ActiveState")
    same(demo.runs_on, "active", "the service with the later letter")


@case("watched: a unit that fails at once has it undone, and the letter before is put back")
@with_demo
def failing(stage, demo):
    demo.service("Restart=no\n")
    good = demo.make("1.1")
    stage.ctl(f"install {good}")
    good_bytes = demo.bytes()
    bad = demo.make("1.4")
    last = last_record(stage)
    stage.ctl(f"install {bad}", check=False)
    demo.undone(bad, last)
    machine.until(lambda: demo.item(good)["state"] == "active", "the letter before is back", 60)
    same(demo.bytes(), good_bytes, "the library")
    machine.until(lambda: demo.show("ActiveState") == "active", "the service runs", 30)
    events = [(record["event"], record["improvement"]) for record in reversed(records(stage, last))]
    same(events, [("installed", bad), ("undone", bad), ("installed", good)], "history")


@case("watched: a helper that is killed goes on watching")
@with_demo
def killed(stage, demo):
    fix = demo.make("1.2")
    last = last_record(stage)
    stage.ctl(f"install {fix}")
    stage.machine.run("systemctl kill -s KILL suture-helper.service")
    demo.undone(fix, last)
    demo.runs_as_before()


@case("watched: a program of the system that fails its health check, or is late, has it undone")
@with_demo
def health_program(stage, demo):
    for version, seconds, words in (("1.5", 10, "it ended with the error 3"), ("1.6", 3, "it did not end within 3 seconds")):
        fix = demo.make(version, f"[Effects]\nHealth={PROGRAM} {seconds}\n")
        last = last_record(stage)
        stage.ctl(f"install {fix}")
        record = demo.undone(fix, last)
        need(words in record["message"], f"it says {record['message']}")
        demo.runs_as_before()


@case("watched: a service that does not run when its health check looks has it undone; checks that pass leave it alone")
@with_demo
def health_unit(stage, demo):
    demo.service("Restart=no\n")
    fix = demo.make("1.7", f"[Effects]\nHealth={UNIT} 8\n")
    last = last_record(stage)
    stage.ctl(f"install {fix}")
    record = demo.undone(fix, last)
    need(f"{UNIT} stopped working after it was installed (it did not run 8 seconds later)" in record["message"], f"it says {record['message']}")
    same(demo.bytes(), demo.old, "the library")
    demo.machine.run(f"systemctl start {UNIT}")
    good = demo.make("1.3", f"[Effects]\nHealth={UNIT} 5;{PROGRAM} 5;/usr/bin/ldd 5\n")
    stage.ctl(f"install {good}")
    time.sleep(20)
    same((demo.item(good)["state"], demo.show("ActiveState")), ("active", "active"), "what passes its checks, twenty seconds later")


PROBES = r'''
for name in ("/run/dbus/system_bus_socket", "/run/suture/activate.sock", "/run/suture/health.sock", "/run/systemd/private"):
    attempt(name, lambda: connect(socket.AF_UNIX, name))
for path in ("/usr", "/etc", "/run", "/var", "/var/lib/suture", "/var/tmp", "/home", "/root", "/srv", "/dev"):
    attempt("write " + path, lambda: write(path))
for path in ("/etc/shadow", "/var/lib/suture/suture.db", "/var/log/wtmp", "/root/.profile"):
    attempt("read " + path, lambda: open(path, "rb").close())
'''


@case("watched: what runs a health check reaches nothing")
def sandbox(stage):
    found = probe.run(stage, "suture-health", "health", PROBES)
    found.pop("write /var/tmp")  # of its own, and gone with it
    probe.nothing_else(found)
    refused = stage.machine.run(f"runuser -u alice -- {probe.ask('health')}", check=False)
    need("PermissionError" in refused.stdout, f"alice may ask: {refused.stdout}")


@case("watched: a service that kept failing before is no sign")
@with_demo
def failing_before(stage, demo):
    demo.machine.write("/srv/flapping", "#!/bin/sh\nsleep 2\nexit 1\n", 0o755)
    demo.machine.write(f"/etc/systemd/system/{UNIT}", SERVICE.format(restart=RESTARTING).replace(PROGRAM, "/srv/flapping"))
    demo.machine.run(f"systemctl daemon-reload; systemctl restart {UNIT}")
    time.sleep(8)
    fix = demo.make("1.3", f"[Effects]\nRestart={UNIT}\n")
    last = last_record(stage)
    stage.ctl(f"install {fix}")
    time.sleep(40)
    need(int(demo.show("NRestarts")) >= 5, f"it was restarted {demo.show('NRestarts')} times")
    same(([r["event"] for r in records(stage, last)], demo.item(fix)["state"]), (["installed"], "active"), "history and state")
    demo.machine.run("rm /srv/flapping")


@case("watched: a computer that is started anew meanwhile goes on watching")
@with_demo
def started_anew(stage, demo):
    demo.machine.run(f"mkdir -p /etc/systemd/system/multi-user.target.wants && "
                     f"ln -sf ../{UNIT} /etc/systemd/system/multi-user.target.wants/{UNIT}")
    # crashes only some time after its start, so that the computer can be started before that counts
    demo.service("Restart=always\nRestartSec=4\n")
    fix = demo.make("1.2")
    last = last_record(stage)
    stage.ctl(f"install {fix}")
    stage.restart(demo.machine.reboot)
    need(f"/usr/lib suture-{fix}" in stage.merged(), f"merged is {stage.merged()}")
    demo.undone(fix, last, 120)
    demo.runs_as_before()


def dump(demo, program, mapped, unit="", uid=0):
    """An entry as systemd-coredump makes them: whose kernel setting (core_pattern) is the host's, out of a container's reach."""
    maps = f"7f0000000000-7f0000001000 r-xp 00000000 00:2a 12 {mapped}"
    lines = [f"MESSAGE_ID={MESSAGE_ID}", "PRIORITY=2", f"COREDUMP_EXE={program}", f"COREDUMP_UID={uid}", "COREDUMP_SIGNAL=11",
             f"COREDUMP_PROC_MAPS={maps}", f"MESSAGE=Process 1 ({os.path.basename(program)}) of user {uid} dumped core."]
    lines += [f"COREDUMP_UNIT={unit}"] if unit else []
    demo.machine.run("logger --journald", stdin="\n".join(lines) + "\n")


def closing(demo, name):
    path = "/org/suture/Helper1/improvement/" + name.replace("-", "_2d")
    answer = demo.machine.read(f"busctl --json=short get-property org.suture.Helper1 {path} org.suture.Improvement1 KeepsClosing")
    return json.loads(answer)["data"]


@case("watched: a program that keeps closing is told; five crashes in a minute undo, a stranger's do not")
@with_demo
def crashes(stage, demo):
    fix = demo.make("1.3")
    stage.ctl(f"install {fix}")
    same(closing(demo, fix), [], "before anything crashed")
    for _ in range(3):
        dump(demo, "/usr/bin/viewer", LIBRARY)
        dump(demo, "/usr/bin/other", "/usr/lib/other.so")
    machine.until(lambda: closing(demo, fix) == [["viewer", 3]], "the hint", 30)
    # nobody is at the computer as that user, whose programs may crash as often as that person likes
    for _ in range(6):
        dump(demo, "/usr/bin/viewer", LIBRARY, uid=1001)
    machine.until(lambda: closing(demo, fix) == [["viewer", 9]], "the hint", 30)
    # what a user writes to the journal is not believed at all
    entry = f"MESSAGE_ID={MESSAGE_ID}\nCOREDUMP_EXE=/usr/bin/viewer\nCOREDUMP_UID=0\nCOREDUMP_PROC_MAPS=1-2 r 0 0 0 {LIBRARY}\nMESSAGE=x\n"
    demo.machine.write("/srv/entry", entry)
    demo.machine.run("for i in 1 2 3 4 5 6; do runuser -u bob -- logger --journald < /srv/entry; done; rm /srv/entry")
    time.sleep(12)
    same((closing(demo, fix), demo.item(fix)["state"]), ([["viewer", 9]], "active"), "after what is not believed")
    last = last_record(stage)
    for _ in range(5):
        dump(demo, "/usr/bin/viewer", LIBRARY)
    record = demo.undone(fix, last)
    need("viewer stopped working after it was installed (it crashed" in record["message"], f"it says {record['message']}")


@case("watched: while a package manager is at work the undoing is tried again, and history says so once")
@with_demo
def busy(stage, demo):
    fix = demo.make("1.2")
    last = last_record(stage)
    stage.ctl(f"install {fix}")
    holder = ("import fcntl, time; f = open('/var/lib/dpkg/lock', 'w'); fcntl.lockf(f, fcntl.LOCK_EX); time.sleep(600)")
    demo.machine.run(f"systemd-run --quiet --unit=holder /usr/bin/python3 -c \"{holder}\"")
    try:
        machine.until(lambda: [r for r in records(stage, last) if r["event"] == "failed"], "history tells that it can't be undone yet", 60)
        time.sleep(25)
        same(len([r for r in records(stage, last) if r["event"] == "failed"]), 1, "records of that")
        same(demo.item(fix)["state"], "active", "it")
    finally:
        demo.machine.run("systemctl stop holder")
    demo.undone(fix, last, 120)
    demo.runs_as_before()


def dump_really(demo, user):
    """What the kernel does when core_pattern names systemd-coredump: hands it a process that has crashed, and its core."""
    line = (f"setpriv --reuid {user} --regid {user} --clear-groups {PROGRAM} & pid=$!; sleep 1; "
            f"head -c 4096 /proc/self/exe | /lib/systemd/systemd-coredump $pid $(id -u {user}) $(id -g {user}) 11 $(date +%s) "
            f"18446744073709551615 machine; kill -KILL $pid")
    demo.machine.run(line)


@case("watched: what systemd-coredump writes of crashes counts, as the service it runs as")
@with_demo
def coredump(stage, demo):
    version = demo.machine.read("dpkg-query -W -f '${Version}' systemd")
    with archive.alone():
        repository = archive.Archive()
        repository.update()
        demo.machine.put(repository.deb("systemd-coredump", version), "/root/systemd-coredump.deb")
    demo.machine.run("dpkg -i /root/systemd-coredump.deb")
    try:
        fix = demo.make("1.3")
        stage.ctl(f"install {fix}")
        for _ in range(5):
            dump_really(demo, "bob")
        entry = json.loads(demo.machine.read(f"journalctl --no-pager -o json -n 1 MESSAGE_ID={MESSAGE_ID}"))
        note("the journal", f"{entry['COREDUMP_EXE']} of user {entry['COREDUMP_UID']}, written by {entry['_UID']} in {entry['_SYSTEMD_UNIT']}")
        machine.until(lambda: closing(demo, fix) == [[NAME, 5]], "the hint", 40)
        same(demo.item(fix)["state"], "active", "after crashes of somebody who does not sit there")
        last = last_record(stage)
        for _ in range(5):
            dump_really(demo, "daemon")
        demo.undone(fix, last)
        demo.runs_as_before()
    finally:
        demo.machine.run("dpkg -P systemd-coredump", check=False)
