# SPDX-License-Identifier: LGPL-2.1-or-later
"""The system's own files change: by an upgrade, by a package manager that is killed half way, while the computer is off. Content
decides what is still merged; nothing of ours ever lies over a newer fix."""

import os
import re
import shutil
import subprocess

from cases import active, agree, audit, case, contents, installed, last_record, need, records, same, settle, state
from machine import until
from test_state import OtherFiles

APT = "apt-get -q -y --no-install-recommends -o Dpkg::Options::=--force-confold"
SOURCE = "/etc/apt/sources.list.d/test-base.list"
SOON = 30  # seconds
HANGS = """#!/bin/sh
if [ -e /root/hang ]; then touch /root/reached; sleep 600; fi
"""


def repack(stage, deb, name, change, mark="+newer1"):
    """A .deb in the machine with a higher version, of which change(folder) has changed the tree; its place in the machine."""
    tree, inside = f"{stage.machine.folder}/repacked", f"/root/repository/{name}.deb"
    shutil.rmtree(tree, ignore_errors=True)
    subprocess.run(["dpkg-deb", "-R", deb, tree], check=True)
    with open(f"{tree}/DEBIAN/control", encoding="utf-8") as file:
        control = file.read()
    with open(f"{tree}/DEBIAN/control", "w", encoding="utf-8") as file:
        file.write(re.sub(r"(?m)^(Version: .*)$", rf"\1{mark}", control))
    change(tree)
    os.makedirs(os.path.dirname(stage.machine.root + inside), exist_ok=True)
    subprocess.run(["dpkg-deb", "--root-owner-group", "-b", tree, stage.machine.root + inside], check=True,
                   stdout=subprocess.DEVNULL)
    return inside


def with_other_bytes(fix):
    """One byte more at the end of each file, which changes nothing about how a library works."""
    def change(tree):
        for path in fix.files():
            place = tree + path if os.path.lexists(tree + path) else tree + path.removeprefix("/usr")
            with open(place, "ab") as file:
                file.write(b"\n")
        os.unlink(f"{tree}/DEBIAN/md5sums")  # dpkg makes a list of its own then
    return change


def with_script(text):
    def change(tree):
        with open(f"{tree}/DEBIAN/postinst", "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(f"{tree}/DEBIAN/postinst", 0o755)
    return change


class Upgrade:
    """apt has a source with what is in /root/repository, for packages of an old version that this puts back at the end."""

    def __init__(self, stage, fix):
        self.stage, self.fix, self.machine = stage, fix, stage.machine

    def __enter__(self):
        self.machine.put(self.fix.old, "/root/old.deb")
        return self

    def run(self):
        self.machine.write(SOURCE, "deb [trusted=yes] file:/root/repository ./\n")
        with open(f"{self.machine.root}/root/repository/Packages", "w", encoding="utf-8") as file:
            subprocess.run(["dpkg-scanpackages", "-m", "."], cwd=f"{self.machine.root}/root/repository", stdout=file,
                           stderr=subprocess.DEVNULL, check=True)
        self.machine.run(f"apt-get -q update -o Dir::Etc::SourceList={SOURCE} -o Dir::Etc::SourceParts=-")
        return self.machine.run(f"{APT} upgrade", timeout=600).stdout

    def __exit__(self, *_):
        self.machine.run(f"rm -rf /root/repository {SOURCE} /var/lib/apt/lists/*repository*", check=False)
        self.machine.run("dpkg --configure -a", check=False)
        self.machine.run(f"{APT} --allow-downgrades install /root/old.deb", check=False)
        settle(self.stage)


def version(stage, fix):
    return stage.machine.read(f"dpkg-query -W -f '${{Version}}' {fix.package}")


def retired(stage, fix, last):
    """It is included in the system: root has forgotten it, and history says so."""
    until(lambda: [record["event"] for record in records(stage, last) if record["improvement"] == fix.id] == ["included"],
          "history to say that it is included", SOON)
    same((state(stage, fix), contents(stage, fix)), ("included", "fixed"), "its state, and the files")
    same(stage.machine.read(f"ls /var/lib/suture-activate/images | grep -F suture-{fix.id}. || true"), "", "what root keeps of it")
    need(f"/usr/lib suture-{fix.id}" not in stage.merged(), f"merged is {stage.merged()}")


@case("apt-get upgrade brings the fix: the improvement is retired, and history says so")
def upgrade(stage):
    fix, other = stage.bus_fix, stage.server_fix
    installed(stage, fix)
    installed(stage, other)
    last = last_record(stage)
    with Upgrade(stage, fix) as apt:
        repack(stage, fix.new, "fixed", lambda tree: None)
        said = apt.run()
        audit(stage)
        need("+newer1" in version(stage, fix), f"apt did not upgrade it: {said}")
        retired(stage, fix, last)
        same(active(stage), [other.id], "active")
        agree(stage)


@case("an improvement never masks a newer fix")
def newer(stage):
    fix = stage.bus_fix
    installed(stage, fix)
    with Upgrade(stage, fix) as apt:
        repack(stage, fix.new, "newer", with_other_bytes(fix))
        said = apt.run()
        audit(stage)
        need("+newer1" in version(stage, fix), f"apt did not upgrade it: {said}")
        same(contents(stage, fix), "other", "the files: not the old ones, not the improvement's")
        need(f"/usr/lib suture-{fix.id}" not in stage.merged(), f"merged is {stage.merged()}")
        same(stage.machine.read(f"dpkg -V {fix.package} || true"), "", "what dpkg says of the package's files")
        # the helper is told of the upgrade, and looks by itself; nothing waits for that
        until(lambda: state(stage, fix) == "overtaken", "its state to be overtaken", SOON)
        stage.restart(stage.machine.reboot)
        same((state(stage, fix), contents(stage, fix)), ("overtaken", "other"), "after a start of the machine")
    settle(stage)
    same((state(stage, fix), contents(stage, fix)), ("active", "fixed"), "with the old package, which it is made for")


def broken_off(stage, command, reached):
    """A command is killed with all it has started, once a file is there."""
    stage.machine.run(f"rm -f {reached}; systemd-run --quiet --collect --unit=test-broken {command}")
    until(lambda: stage.machine.run(f"test -e {reached}", check=False).returncode == 0, "the command to get there", SOON)
    stage.machine.run("systemctl kill -s KILL test-broken.service")
    until(lambda: stage.machine.run("systemctl is-active test-broken.service", check=False).stdout.strip() != "active",
          "the command's end", SOON)


@case("dpkg is killed half way: what is merged follows the files, and dpkg --configure -a ends it")
def configure(stage):
    fix, other = stage.bus_fix, stage.server_fix
    installed(stage, other)
    installed(stage, fix)
    last = last_record(stage)
    with Upgrade(stage, fix):
        place = repack(stage, fix.new, "hanging", with_script(HANGS))
        stage.machine.run("touch /root/hang")
        broken_off(stage, f"dpkg -i {place}", "/root/reached")
        need(stage.machine.read("dpkg --audit") != "", "dpkg has nothing to finish")
        until(lambda: stage.merged() == [f"/usr/lib suture-{other.id}"], "what still applies to be merged again", SOON)
        retired(stage, fix, last)
        stage.machine.run("rm /root/hang; dpkg --configure -a")
        audit(stage)
        settle(stage)
        agree(stage)
        same(active(stage), [other.id], "active after dpkg --configure -a")


@case("the system's files change while the computer is off: content decides at the start")
def while_off(stage):
    fix, other = stage.bus_fix, stage.server_fix
    installed(stage, fix)
    installed(stage, other)
    stage.machine.shutdown()
    with OtherFiles(stage, fix) as files:
        for path in files.paths:
            files.put_odd(path)
        stage.restart(stage.machine.boot)
        settle(stage)
        same((state(stage, fix), contents(stage, fix)), ("overtaken", "other"), "with files of another version")
        same(active(stage), [other.id], "active")
        agree(stage)
        stage.machine.shutdown()
    stage.restart(stage.machine.boot)
    settle(stage)
    same((state(stage, fix), contents(stage, fix)), ("active", "fixed"), "with the files that it is made for")
    last = last_record(stage)
    stage.machine.shutdown()
    with OtherFiles(stage, fix) as files:
        for path in files.paths:
            files.put_fixed(path)
        stage.restart(stage.machine.boot)
        retired(stage, fix, last)
        same(active(stage), [other.id], "active")
        stage.machine.shutdown()
    stage.restart(stage.machine.boot)
