# SPDX-License-Identifier: LGPL-2.1-or-later
"""A machine that is not as an improvement expects it: other files, no room. Nothing is changed, and a sentence says so."""

import os
import shutil
import subprocess

from cases import (active, agree, case, contents, installed, need, note, picture, refused, removed, same, settle, state,
                   unchanged)
from small_disk import SmallDisk

STATE, ROOT_STATE = "/var/lib/suture", "/var/lib/suture-activate"


class OtherFiles:
    """Puts other content into the machine's files, and in the end the kept files back."""

    def __init__(self, stage, fix):
        self.root = stage.machine.root
        self.paths = sorted(fix.files())
        self.fixed = f"{stage.machine.folder}/fixed"
        shutil.rmtree(self.fixed, ignore_errors=True)
        subprocess.run(["dpkg-deb", "-x", fix.new, self.fixed], check=True)

    def __enter__(self):
        for path in self.paths:
            os.rename(self.root + path, f"{self.root}{path}.kept")
            shutil.copy2(f"{self.root}{path}.kept", self.root + path)
        return self

    def put(self, path, data):
        """A new file in the place of the old, which programs may have mapped."""
        with open(f"{self.root}{path}.new", "wb") as file:
            file.write(data)
        shutil.copymode(self.root + path, f"{self.root}{path}.new")
        os.rename(f"{self.root}{path}.new", self.root + path)

    def put_fixed(self, path):
        source = self.fixed + path
        with open(source if os.path.exists(source) else self.fixed + path.removeprefix("/usr"), "rb") as file:
            self.put(path, file.read())

    def put_odd(self, path):
        with open(f"{self.root}{path}.kept", "rb") as file:
            self.put(path, file.read() + b"\0")

    def __exit__(self, *_):
        for path in self.paths:
            os.rename(f"{self.root}{path}.kept", self.root + path)


def not_offered(stage, fix, states):
    """Refused before anybody looked again, and not offered after."""
    note("before a check", refused(stage, f"install {fix.id}", ("NotApplicable",), "have changed"))
    before = picture(stage)
    stage.ctl("check")
    found = state(stage, fix)
    need(found in states, f"it is {found}")
    note(f"after a check it is {found}", refused(stage, f"install {fix.id}", ("NotFound",), "no such improvement"))
    unchanged(stage, before)


@case("files on disk that are neither the expected nor the fixed ones")
def superseded(stage):
    fix = stage.bus_fix
    settle(stage)
    with OtherFiles(stage, fix) as files:
        files.put_odd(files.paths[-1])
        not_offered(stage, fix, ("superseded", "mixed"))
        for path in files.paths[:-1]:
            files.put_odd(path)
        stage.ctl("check")
        same(state(stage, fix), "superseded", "the state with all files other ones")
    stage.ctl("check")
    installed(stage, fix)


@case("a mixture of old and fixed files on disk")
def mixed(stage):
    fix = stage.bus_fix
    settle(stage)
    with OtherFiles(stage, fix) as files:
        need(len(files.paths) > 1, f"{fix.id} has one file only")
        files.put_fixed(files.paths[0])
        not_offered(stage, fix, ("mixed",))
        for path in files.paths[1:]:
            files.put_fixed(path)
        stage.ctl("check")
        same(state(stage, fix), "included", "the state with all files fixed")
    stage.ctl("check")
    installed(stage, fix)


def merge_again(stage):
    """As at the next start: what is installed is looked at and merged anew."""
    stage.machine.run("/usr/libexec/suture-detach; umount /run/extensions/*; systemctl restart suture-boot.service",
                      check=False)
    stage.ctl("check")


@case("a system update that overtakes an active improvement")
def overtaken(stage):
    fix = stage.bus_fix
    settle(stage)
    installed(stage, fix)
    stage.machine.run("/usr/libexec/suture-detach")
    with OtherFiles(stage, fix) as files:
        for path in files.paths:
            files.put_odd(path)
        merge_again(stage)
        same(state(stage, fix), "overtaken", "the state with newer files")
        note("installed again", refused(stage, f"install {fix.id}", ("NotFound",), "no such improvement"))
        said = stage.machine.read("suturectl status")
        need("stays out" in said and "Needs Attention" not in said, f"the status is {said}")
        removed(stage, fix)
        same(state(stage, fix), "superseded", "the state without it")
    stage.ctl("check")
    same(state(stage, fix), "available", "the state with the files that it is for")


@case("an image that the disk has damaged is repaired by installing it again")
def damaged_image(stage):
    fix = stage.bus_fix
    settle(stage)
    installed(stage, fix)
    with open(f"{stage.machine.root}{ROOT_STATE}/images/suture-{fix.id}.erofs", "r+b") as file:
        file.seek(5000)
        file.write(b"altered")
    merge_again(stage)
    same((state(stage, fix), contents(stage, fix)), ("inactive", "old"), "the state with a damaged image")
    installed(stage, fix)
    same((state(stage, fix), contents(stage, fix)), ("active", "fixed"), "the state after it was installed again")
    merge_again(stage)
    same((state(stage, fix), contents(stage, fix)), ("active", "fixed"), "the state after the next start")


@case("a full disk where the helper works")
def full_state(stage):
    fix = stage.server_fix
    with SmallDisk(stage, STATE, 1024) as disk:
        settle(stage)
        note("room for its journal only", refused(stage, f"install {fix.id}", ("NoSpace",), "space left"))
        disk.fill(0)
        # what history has no room for, the helper still tells
        note("no room at all", refused(stage, f"install {fix.id}", ("NoSpace",), "", recorded="maybe"))
    settle(stage)
    installed(stage, fix)


@case("a full disk where root keeps what it verified")
def full_root(stage):
    fix = stage.server_fix
    with SmallDisk(stage, ROOT_STATE, 512):
        settle(stage)
        note("room for less than the image", refused(stage, f"install {fix.id}", ("NoSpace",), "space left"))
    with SmallDisk(stage, ROOT_STATE, 0):
        settle(stage)
        note("no room at all", refused(stage, f"install {fix.id}", ("NoSpace",), "space left"))
    settle(stage)
    installed(stage, fix)


@case("a removal with 0 bytes free")
def full_removal(stage):
    fix = stage.bus_fix
    installed(stage, fix)
    with SmallDisk(stage, STATE, 0) as first, SmallDisk(stage, ROOT_STATE, 0) as second:
        settle(stage)
        same((first.left(), second.left()), (0, 0), "blocks left")
        removed(stage, fix)
        same(contents(stage, fix), "old", "the files")
        same(active(stage), [], "what is said to be active")
    agree(stage)
