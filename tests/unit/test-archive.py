#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which pair of packages the throw-away machine gets when the archive has fewer of them than today, down to one that is
made on the spot, and whether suture-publish takes that. Usage: test-archive.py PROGRAM SUPPORT [unittest options]"""

import contextlib
import ctypes
import io
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = SUPPORT = None
CONTROL = "Package: {name}\nVersion: {version}\nArchitecture: amd64\nMaintainer: Demo <demo@example.org>\nDescription: demo\n"


class Offer:
    """What archive.Archive says, of an archive with these versions (newest first) of these packages."""

    def __init__(self, folder, versions):
        self.folder, self.offered = folder, versions

    def versions(self, package):
        return self.offered[package]

    def pair(self, package):
        versions = self.offered[package]
        return (versions[-1], versions[0]) if len(versions) > 1 else None

    def deb(self, package, version):
        """A package with a shared library that gives its number, and a link to it."""
        tree = f"{self.folder}/{package}_{version}"
        libraries = f"{tree}/usr/lib/x86_64-linux-gnu"
        os.makedirs(libraries)
        os.makedirs(f"{tree}/DEBIAN")
        with open(f"{tree}/DEBIAN/control", "w", encoding="utf-8") as file:
            file.write(CONTROL.format(name=package, version=version))
        with open(f"{tree}/DEBIAN/md5sums", "w", encoding="utf-8") as file:
            file.write("0 usr/lib/x86_64-linux-gnu/lib.so.1\n")
        subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-o", f"{libraries}/{package}.so.1", "-"], check=True,
                       input=b"int number (void) { return 7; }")
        os.symlink(f"{package}.so.1", f"{libraries}/{package}.so")
        subprocess.run(["dpkg-deb", "--root-owner-group", "-b", tree, f"{tree}.deb"], check=True, stdout=subprocess.DEVNULL)
        return f"{tree}.deb"


class Choice(unittest.TestCase):
    def setUp(self):
        self.top = tempfile.mkdtemp(prefix="suture-test-")
        self.addCleanup(shutil.rmtree, self.top)

    def choose(self, **versions):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            found = archive.choose(Offer(self.top, versions), self.top, list(versions))
        return *found[:2], found[2], found[3], said.getvalue()

    def unpacked(self, deb):
        folder = tempfile.mkdtemp(dir=self.top)
        subprocess.run(["dpkg-deb", "-R", deb, folder], check=True)
        return folder

    def test_first(self):
        package, version, old, new, said = self.choose(liba=["2", "1"], libb=["5", "4"])
        self.assertEqual((package, version, os.path.basename(old), os.path.basename(new), said),
                         ("liba", "1", "liba_1.deb", "liba_2.deb", ""))

    def test_another(self):
        package, version, _, _, said = self.choose(liba=["2"], libb=["5", "4"])
        self.assertEqual((package, version), ("libb", "4"))
        self.assertIn("the archive has one version of liba now; using libb instead", said)

    def test_on_the_spot(self):
        package, version, old, new, said = self.choose(liba=["2"], libb=["5"])
        self.assertEqual((package, version), ("liba", "2"))
        self.assertIn("making a newer liba on the spot", said)
        before, after = self.unpacked(old), self.unpacked(new)
        read = subprocess.run(["dpkg-deb", "-f", new, "Package", "Version"], stdout=subprocess.PIPE, check=True, text=True)
        self.assertEqual(read.stdout, "Package: liba\nVersion: 2+rebuilt1\n")
        path = "usr/lib/x86_64-linux-gnu/liba.so"
        with open(f"{before}/{path}", "rb") as one, open(f"{after}/{path}", "rb") as other:
            self.assertNotEqual(one.read(), other.read())
        self.assertEqual(ctypes.CDLL(f"{after}/{path}").number(), 7)
        self.assertTrue(os.path.islink(f"{after}/{path}"))

        depot, notes = f"{self.top}/depot", f"{self.top}/notes"
        with open(notes, "w", encoding="utf-8") as file:
            file.write("[Improvement]\nTitle=Library\nComponent=liba\nKind=security\nSeverity=high\nDescription=Fixes.\n")
        for words in (("init", depot, "--name", "demo", "--publisher", "Demo"),
                      ("make", depot, "--old", old, "--new", new, "--notes", notes), ("publish", depot), ("lint", depot)):
            done = subprocess.run([PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            self.assertEqual(done.returncode, 0, f"{words}: {done.stdout}")


if __name__ == "__main__":
    PROGRAM, SUPPORT = os.path.abspath(sys.argv[1]), sys.argv[2]
    sys.path.insert(0, SUPPORT)
    import archive
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
