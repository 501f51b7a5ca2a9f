# SPDX-License-Identifier: LGPL-2.1-or-later
"""Small packages, made here without root's rights, and a publisher's folder to make improvements of them in."""

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import textwrap
import unittest

ROLE = "debian-12-x86-64"  # of the base that improvements are made for here
CHANGELOG = """demo (2.0) stable; urgency=high

  * Fix CVE-2026-22222 (again CVE-2026-11111).
  * Backports:
    - CVE-2026-11111: A hole in the
      middle, and CVE-2026-44444
    - Another one

 -- Demo <demo@example.org>  Thu, 01 Jan 2026 00:00:00 +0000

demo (1.0) stable; urgency=low

  * First, with CVE-2020-33333.

 -- Demo <demo@example.org>  Wed, 01 Jan 2025 00:00:00 +0000
"""


def gzip(text):
    return subprocess.run(["gzip", "-nc"], input=text.encode(), stdout=subprocess.PIPE, check=True).stdout


def library(version, size=20000):
    """Bytes that two versions have mostly in common, and that don't compress well."""
    blocks = [hashlib.sha256(f"{i}".encode()).digest() for i in range(size // 32)]
    blocks[len(blocks) // 2] = hashlib.sha256(version.encode()).digest()
    return b"".join(blocks)


def example(first):
    """The file of publisher/README.md that begins with this line."""
    with open(f"{os.path.dirname(os.path.abspath(__file__))}/../../publisher/README.md", encoding="utf-8") as file:
        text = file.read()
    block = text[text.index(f"    {first}\n"):]
    return textwrap.dedent(block[:re.search(r"\n(?=[^ \n])", block).start()])


class Entry:
    """What a package has at a path: a file, a link to target, or something of another type (of tarfile). sparse: a file of
    so many zeros that takes no room. alone: without entries for the folders above it."""

    def __init__(self, data=None, mode=0o644, target=None, user="root", group="root", type=tarfile.REGTYPE, sparse=0,
                 alone=False):
        self.data, self.mode, self.target, self.user, self.group = data, mode, target, user, group
        self.type, self.sparse, self.alone = type if target is None else tarfile.SYMTYPE, sparse, alone


def folders_of(entries):
    """The folders above the entries, each with its own entry ("path/") or a plain one."""
    found = {}
    for path, entry in entries.items():
        parts = path.split("/")[:-1]
        for n in range(1, 1 if entry.alone else len(parts) + 1):
            folder = "/".join(parts[:n])
            found[f"{folder}/"] = entries.get(f"{folder}/", Entry(mode=0o755))
    return found


def make_sparse(info, size):
    """Marks a file as GNU tar's sparse format 1.0; the data that tells how many blocks it has: none."""
    info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": info.name,
                        "GNU.sparse.realsize": str(size)}
    return f"1\n{size}\n0\n".encode().ljust(512, b"\0")


def tar_of(entries):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", format=tarfile.PAX_FORMAT) as tar:
        for path, entry in sorted((entries | folders_of(entries)).items()):
            info = tarfile.TarInfo(f"./{path.rstrip('/')}")
            info.type = tarfile.DIRTYPE if path.endswith("/") else entry.type
            info.mode, info.uname, info.gname = entry.mode, entry.user, entry.group
            info.linkname = entry.target or ""
            data = make_sparse(info, entry.sparse) if entry.sparse else entry.data or b""
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def write_deb(path, entries, package="demo", version="1.0", architecture="amd64", extra="", scripts=None):
    """A package file (deb(5)), without root's rights."""
    control = f"Package: {package}\nVersion: {version}\nArchitecture: {architecture}\n{extra}"
    control += "Maintainer: Demo <demo@example.org>\nDescription: demo\n"
    members = [("debian-binary", b"2.0\n"),
               ("control.tar.gz", tar_of({"control": Entry(control.encode())} | (scripts or {}))),
               ("data.tar.gz", tar_of(entries))]
    with open(path, "wb") as out:
        out.write(b"!<arch>\n")
        for name, data in members:
            out.write(f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(data):<10}`\n".encode())
            out.write(data + b"\n" * (len(data) % 2))
    return path


class Case(unittest.TestCase):
    """A publisher's folder, and the packages demo 1.0 and 2.0."""

    program = None

    def init_options(self):
        return ()

    def setUp(self):
        self.top = tempfile.mkdtemp(prefix="suture-test-")
        self.addCleanup(shutil.rmtree, self.top)
        self.depot = f"{self.top}/depot"
        self.run_ok("init", self.depot, "--name", "demo", "--publisher", "Demo Vendor", *self.init_options())

    def run_any(self, *words):
        return subprocess.run([self.program, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=90)

    def run_ok(self, *words):
        done = self.run_any(*words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def run_waiting(self, *words):
        """What is asked for is not out yet: it waits for signatures."""
        done = self.run_any(*words)
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
        return done.stdout

    def run_refused(self, complaint, *words):
        done = self.run_any(*words)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn(complaint, done.stderr)
        return done.stderr

    def old_entries(self, version="1.0"):
        return {"usr/lib/demo/libdemo.so.1.0": Entry(library(version)),
                "usr/lib/demo/libdemo.so.1": Entry(target="libdemo.so.1.0"),
                "usr/bin/demo": Entry(b"program " + version.encode(), 0o755),
                "usr/share/demo/same": Entry(b"same"),
                "etc/demo.conf": Entry(b"setting=1\n"),
                "usr/share/doc/demo/changelog.gz": Entry(gzip(CHANGELOG if version == "2.0" else "demo (1.0) x\n"))}

    def new_entries(self):
        entries = self.old_entries("2.0")
        del entries["usr/lib/demo/libdemo.so.1.0"]
        entries["usr/lib/demo/libdemo.so.1.1"] = Entry(library("2.0"))
        entries["usr/lib/demo/libdemo.so.1"] = Entry(target="libdemo.so.1.1")
        entries["usr/share/demo/new/data"] = Entry(b"new")
        return entries

    def debs(self, old=None, new=None, **new_options):
        options = {"version": "2.0"} | new_options
        return (write_deb(f"{self.top}/old.deb", old or self.old_entries()),
                write_deb(f"{self.top}/new.deb", new or self.new_entries(), **options))

    def make(self, old, new, *words):
        return ("make", self.depot, "--old", old, "--new", new, "--base", "debian:12", *(words or ["--from-changelog"]))

    def place(self, id="demo-a", where="staging"):
        return f"{self.depot}/{where}/{ROLE}/{id}"

    def manifest(self, id="demo-a", where="staging"):
        with open(f"{self.place(id, where)}/manifest.json", encoding="utf-8") as file:
            return json.load(file)

    def names(self, where="staging"):
        """What lies there, as ROLE/ID."""
        return sorted(f"{role}/{id}" for role in os.listdir(f"{self.depot}/{where}")
                      for id in os.listdir(f"{self.depot}/{where}/{role}"))

    def served(self):
        found = {}
        for folder, _, names in os.walk(f"{self.depot}/repository"):
            for name in names:
                with open(f"{folder}/{name}", "rb") as file:
                    found[os.path.relpath(f"{folder}/{name}", f"{self.depot}/repository")] = file.read()
        return found

    def changed(self, path, entry):
        entries = self.new_entries()
        entries[path] = entry
        return entries
