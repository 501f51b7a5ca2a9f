# SPDX-License-Identifier: LGPL-2.1-or-later
"""No room, a dpkg that was broken off, a suture-local that is killed, and keys that are lost."""

import json
import os
import subprocess

from cases import active, case, contents, installed, last_record, need, note, records, refused, removed, same, settle, versions
from local_stage import PLACE
from publishing import Entry
from small_disk import SmallDisk
from test_local_lists import nothing_new
from test_local_packages import Demo, demo, entries, offer, prepared

HERE = os.path.dirname(os.path.abspath(__file__))
ROOM = 8192  # KiB
# what is killed, while which part runs, after how many seconds of it
KILLS = (("-", "whole", "0"), ("-", "whole", "0.4"), ("--prepare", "part", "0"), ("--prepare", "whole", "0.15"), ("--publish", "part", "0"),
         ("--publish", "whole", "0.05"))


@case("a full disk where improvements are prepared")
def full(local):
    with Demo(local):
        offer(local, demo(local, "2.0"))
        with SmallDisk(local, PLACE, ROOM) as disk:
            settle(local)
            nothing_new(local, "NoSpace", "not enough space: .* it was not begun")
            disk.fill(0)
            note("no room at all", refused(local, "check", ("NoSpace",), "not enough space"))
            for fix in local.fixes:
                need(local.offered(fix.component), f"{fix.component} is gone")
            installed(local, local.bus_fix)
            removed(local, local.bus_fix)
        settle(local)
        prepared(local, "2.0")


@case("a run of dpkg that was broken off")
def broken_off(local):
    broken = local.make_deb("demobroken", "1.0", entries("demobroken", "1.0"), scripts={"postinst": Entry(b"#!/bin/sh\nexit 1\n", 0o755)})
    local.machine.put(broken, "/root/broken.deb")
    done = local.machine.run("dpkg -i /root/broken.deb", check=False)
    need(done.returncode != 0, "dpkg configured it")
    nothing_new(local, "Busy", "demobroken is not installed completely")
    local.machine.run("dpkg --purge demobroken")
    local.look()
    same(local.report()["error"], "", "the report")


def killed_once(local, word, whom, seconds):
    """A check whose suture-local is killed; what the check said."""
    command = local.machine.argv("suturectl", "check", "--json")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as check:
        local.machine.run(f"/usr/bin/python3 /opt/test/local_killer.py {word} {whom} {seconds}")
        return json.loads(check.communicate(timeout=300)[0])


@case("suture-local is killed at work: the next check completes it, and nothing half made is offered")
def killed(local):
    local.machine.put(f"{HERE}/local_killer.py", "/opt/test/local_killer.py")
    others = {fix.component: local.offered(fix.component)["id"] for fix in local.fixes}
    with Demo(local):
        for number, (word, whom, seconds) in enumerate(KILLS, 2):
            offer(local, demo(local, f"{number}.0"))
            known = versions(local)
            said = killed_once(local, word, whom, seconds)
            note(f"{whom} at {word} + {seconds} s", said.get("message") or said["title"])
            need(said.get("error") in (None, "Interrupted") and "/proc/" not in said.get("message", ""), f"the check said {said}")
            settle(local)
            found = local.offered("demo")
            need(not found or local.own_manifest(found["id"])["result"]["label"] in (f"demo {number}.0", f"demo {number - 1}.0"),
                 f"{found} is offered")
            found = prepared(local, f"{number}.0")
            same({fix.component: local.offered(fix.component)["id"] for fix in local.fixes}, others, "what else is offered")
            now = versions(local)
            need(all(now.get(name, 0) >= version for name, version in known.items()), f"trust went back: {known}, {now}")
            same(local.machine.read(f"ls {PLACE}/feed/staging/* 2>/dev/null || true"), "", "what is half made")
            same(local.machine.read(f"ls -d {PLACE}/work 2>/dev/null || true"), "", "the work folder")
        local.ctl(f"install {found['id']}")
        same(local.machine.read("demo"), f"{number}.0", "the program")


@case("the keys of the local feed are lost: it says so, and is mended by turning it off and on")
def lost(local):
    for what in ("feed", "feed/keys"):
        fix = local.bus_fix
        installed(local, fix)
        local.machine.run(f"rm -rf {PLACE}/{what}")
        for _ in range(2):
            code, answer = local.ctl("check", check=False)
            need(code != 0 and answer["error"] == "Signature" and "turn the local feed off and on again" in answer["message"],
                 f"the check said {answer}")
            same((active(local), contents(local, fix)), ([fix.id], "fixed"), "what is installed")
        note(what, answer["message"])
        last = last_record(local)
        removed(local, fix)
        same((contents(local, fix), [record["event"] for record in records(local, last)]), ("old", ["removed"]), "its files")
        local.ctl("feed local off")
        local.ctl("feed local on")
        local.learn()
        installed(local, fix)
        same(contents(local, fix), "fixed", "its files, from the feed with new keys")
        removed(local, fix)
