#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What suture-publish make does with packages that are hostile, odd or simply the wrong ones, and with what is written
about them. Usage: test-publisher-packages.py PROGRAM [unittest options]"""

import os
import sys
import tarfile
import unittest
import unittest.mock

from publishing import CHANGELOG, Case, Entry, gzip, library, write_deb


NOTES = "[Improvement]\nTitle=Demo\nDescription=Demo\n"


class Packages(Case):
    def setUp(self):
        super().setUp()
        self.outside = f"{self.top}/outside"
        os.mkdir(self.outside)

    def tearDown(self):
        """Whatever a package was: nothing was written where its links lead, and nothing is left of it."""
        self.assertEqual([name for name in os.listdir(self.outside) if name != "secret.gz"], [])
        self.assertEqual(os.listdir(f"{self.depot}/work"), [])

    def second(self, old, new, **options):
        """The options that give a second package along with the first, of the same source unless options say otherwise."""
        options = {"extra": "Source: demo\n", **options}
        return ("--old", write_deb(f"{self.top}/second-old.deb", old, "second", **options),
                "--new", write_deb(f"{self.top}/second-new.deb", new, "second", "2.0", **options), "--from-changelog")

    def test_link_of_another_package(self):
        first = self.changed("usr/lib/demo/dir", Entry(target=self.outside))
        old = {"usr/lib/demo/second": Entry(b"1")}
        for entry in [Entry(b"evil"), Entry(b"evil", alone=True)]:
            with self.subTest(alone=entry.alone):
                new = {"usr/lib/demo/second": Entry(b"2"), "usr/lib/demo/dir/evil": entry}
                self.run_refused("/usr/lib/demo/dir is there twice",
                                 *self.make(*self.debs(new=first), *self.second(old, new)))

    def test_link_for_a_hierarchy(self):
        for new in [{"usr/lib": Entry(target=self.outside), "lib/evil": Entry(b"evil")},
                    {"usr": Entry(target=self.outside), "lib/evil": Entry(b"evil")}]:
            self.run_refused("is there twice", *self.make(*self.debs(new=new)))

    def test_two_packages(self):
        old = {"usr/lib/demo/second": Entry(b"1"), "lib/demo/third": Entry(b"1")}
        new = {"usr/lib/demo/second": Entry(b"2"), "lib/demo/third": Entry(b"2")}
        self.run_ok(*self.make(*self.debs(), *self.second(old, new)))
        paths = [file["path"] for file in self.manifest()["files"]]
        self.assertIn("/usr/lib/demo/second", paths)
        self.assertIn("/usr/lib/demo/third", paths)
        self.assertIn("/usr/bin/demo", paths)
        self.run_ok("lint", self.depot)
        self.run_refused("/usr/bin/demo is there twice",
                         *self.make(*self.debs(), *self.second(old, new | {"usr/bin/demo": Entry(b"2", 0o755)})))

    def test_link_for_a_changelog(self):
        secret = f"{self.outside}/secret.gz"
        with open(secret, "wb") as file:
            file.write(gzip("secret" + CHANGELOG))
        new = self.changed("usr/share/doc/demo/changelog.gz", Entry(target=secret))
        self.run_refused("demo has no changelog", *self.make(*self.debs(new=new)))
        new["usr/share/doc/demo/changelog.gz"] = Entry(type=tarfile.FIFOTYPE)
        self.run_refused("demo has no changelog", *self.make(*self.debs(new=new)))
        del new["usr/share/doc/demo/changelog.gz"]
        new["usr/share/doc/demo"] = Entry(target="/usr/share/doc/demo-common")
        new["usr/share/doc/demo-common/changelog.gz"] = Entry(gzip(CHANGELOG))
        self.run_ok(*self.make(*self.debs(new=new)))

    def test_types(self):
        for path in ["usr/lib/demo/pipe", "usr/share/doc/demo/pipe", "etc/pipe"]:
            with self.subTest(path=path):
                self.run_refused(f"/{path} is neither a file, nor a folder, nor a link",
                                 *self.make(*self.debs(new=self.changed(path, Entry(type=tarfile.FIFOTYPE)))))

    def test_control(self):
        rows = [({"preinst": Entry(type=tarfile.FIFOTYPE)}, "preinst is no regular file"),
                ({"preinst": Entry(target=f"{self.outside}/secret.gz")}, "could not open preinst"),
                ({"postinst": Entry(bytes(2 << 20))}, "postinst is no regular file of at most"),
                ({"control": Entry(type=tarfile.FIFOTYPE)}, "control is no regular file"),
                ({"control": Entry(b"Package: demo\nArchitecture: amd64\n")}, "no valid field version"),
                ({"control": Entry(b"Package: ../demo\nVersion: 2.0\n")}, "no valid field package"),
                ({"control": Entry(b"Package: demo\nVersion: --help\n")}, "no valid field version"),
                ({"control": Entry(b"Package: demo\nVersion: 1\nVERSION: 2\n")}, "the field version twice"),
                ({"control": Entry(b"Package: demo\n\nVersion: 2.0\n")}, "a line that is no field")]
        for scripts, complaint in rows:
            with self.subTest(complaint=complaint):
                complaints = self.run_refused(complaint, *self.make(*self.debs(scripts=scripts)))
                self.assertIn(f"{self.top}/new.deb: ", complaints)
        extra = "Source: other-demo (7:1.9)\nDepends: libc6 (>= 2.36),\n demo-data\n"
        done = self.run_any(*self.make(*self.debs(extra=extra, scripts={"postinst": Entry(b"#!/bin/sh\n", 0o755)})))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("postinst of demo changes", done.stderr)
        self.assertEqual(self.manifest("other-demo-a")["component"], "other-demo")

    def test_no_temporary_folder(self):
        with unittest.mock.patch.dict(os.environ, TMPDIR=f"{self.top}/missing"):
            self.run_ok(*self.make(*self.debs()))

    def test_folders(self):
        rows = [("opt/demo/", Entry(mode=0o755), "the new folder /opt is outside /usr"),
                ("usr/lib/demo/plugins/", Entry(mode=0o755), "the new folder /usr/lib/demo/plugins is empty"),
                ("usr/share/demo/same/file", Entry(b""), "/usr/share/demo/same changes from a file to a folder"),
                ("usr/lib/demo/libdemo.so.1/file", Entry(b""), "libdemo.so.1 changes from a link to a folder"),
                ("usr/share/doc/demo/empty/", Entry(mode=0o755), None)]
        for path, entry, complaint in rows:
            with self.subTest(path=path):
                new = self.changed(path, entry)
                new.pop(os.path.dirname(path), None)
                if complaint:
                    self.run_refused(complaint, *self.make(*self.debs(new=new)))
                else:
                    self.run_ok(*self.make(*self.debs(new=new)))
        old = self.old_entries() | {"usr/share/demo/new": Entry(b"")}
        self.run_refused("/usr/share/demo/new changes from a file to a folder", *self.make(*self.debs(old)))
        old = self.old_entries() | {"usr/bin/tool/file": Entry(b"")}
        self.run_refused("/usr/bin/tool changes from a folder to a file",
                         *self.make(*self.debs(old, self.changed("usr/bin/tool", Entry(b"")))))

    @unittest.skipUnless(os.geteuid() == 0, "only root can unpack what belongs to others")
    def test_owners(self):
        new = self.changed("usr/lib/demo/x -> y", Entry(b"new", group="mail"))
        self.run_refused("/usr/lib/demo/x -> y belongs to root/mail", *self.make(*self.debs(new=new)))
        new = self.changed("usr/lib/demo/caf\u00e9", Entry(b"new", group="mail"))
        self.run_refused("belongs to root/mail", *self.make(*self.debs(new=new)))
        new = self.changed("usr/share/demo/same", Entry(b"same", group="mail"))
        self.run_refused("/usr/share/demo/same changes its owner from root/root to root/mail",
                         *self.make(*self.debs(new=new)))
        new = self.new_entries()
        new["usr/bin/demo"].user = new["usr/bin/demo"].group = ""  # root is number 0, whatever its name
        self.run_ok(*self.make(*self.debs(new=new)))

    def test_nested(self):
        """Thousands of files, forty folders deep, are all taken over."""
        folder, new = "usr/lib/demo", self.new_entries()
        for n in range(40):
            folder += f"/{n}"
            new |= {f"{folder}/file{i}": Entry(b"%d" % i) for i in range(50)}
        self.run_ok(*self.make(*self.debs(new=new)))
        self.assertEqual(len([file for file in self.manifest()["files"] if "/file" in file["path"]]), 2000)

    def test_sizes(self):
        # zeros: nothing of them takes room on the way
        new = self.changed("usr/lib/demo/large", Entry(sparse=(1 << 30) + 1))
        self.run_refused("/usr/lib/demo/large is larger than an image can be", *self.make(*self.debs(new=new)))
        new = self.new_entries() | {f"usr/lib/demo/{n}": Entry(sparse=700 << 20) for n in range(2)}
        self.run_refused("more than 4096 files or 1024 MiB change", *self.make(*self.debs(new=new)))
        new = self.new_entries() | {f"usr/lib/demo/many/{n}": Entry(b"") for n in range(4100)}
        self.run_refused("more than 4096 files or 1024 MiB change", *self.make(*self.debs(new=new)))

    def of_version(self, version, package="demo", needs=None, architecture="amd64"):
        """A package with a file that says its version; needs: what it needs, in exactly which version."""
        extra = f"Depends: libc6 (>= 2.36), {needs[0]} (= {needs[1]})\n" if needs else ""
        return write_deb(f"{self.top}/{package}_{version}_{needs}.deb",
                         {f"usr/share/{package}/version": Entry(version.encode())}, package, version, architecture, extra)

    def notes(self, text):
        path = f"{self.top}/notes"
        with open(path, "wb") as file:
            file.write(text.encode("utf-8", "surrogateescape"))
        return path

    def versions(self, old, new):
        """The make command for lists of packages."""
        notes = self.notes(NOTES)
        words = [word for path in old for word in ("--old", path)] + [word for path in new for word in ("--new", path)]
        return ("make", self.depot, *words, "--base", "debian:12", "--notes", notes)

    def test_swapped(self):
        demo = {version: self.of_version(version) for version in ["1:0.5", "1.0", "2.0~rc1", "2.0", "2.0+b1"]}
        for old, new in [("2.0", "1.0"), ("2.0", "2.0~rc1"), ("1:0.5", "2.0"), ("1.0", "1.0")]:
            with self.subTest(old=old, new=new):
                self.run_refused(f"demo {new} of --new is not newer than {old} of --old",
                                 *self.versions([demo[old]], [demo[new]]))
        self.run_refused("not newer", *self.versions([demo["1.0"], demo["2.0"]], [demo["2.0~rc1"]]))
        self.run_ok(*self.versions([demo["1.0"], demo["2.0~rc1"], demo["2.0"]], [demo["2.0+b1"]]))

    def test_exact(self):
        def demo(version, needs):
            return self.of_version(version, needs=("data", needs))

        data = {version: self.of_version(version, "data", architecture="all") for version in ["1.0", "1.5", "2.0", "2.1"]}
        self.run_refused("demo 2.0 needs exactly data 2.0, and is given with 2.1",
                         *self.versions([demo("1.0", "1.0"), data["1.0"]], [demo("2.0", "2.0"), data["2.1"]]))
        olds = [demo("1.0", "1.0"), demo("1.5", "1.5"), data["1.5"], data["1.0"]]  # the bases of data are swapped
        self.run_refused("demo 1.0 needs exactly data 1.0, and is given with 1.5",
                         *self.versions(olds, [demo("2.0", "2.0"), data["2.0"]]))
        # rebuilt: bound to data in another version than its own
        self.run_refused("demo 2.0+b1 needs exactly data 2.0: give both",
                         *self.versions([demo("1.0", "1.0")], [demo("2.0+b1", "2.0")]))
        self.run_ok(*self.versions([demo("2.0", "2.0")], [demo("2.0+b1", "2.0")]))
        self.run_ok(*self.versions([demo("1.0", "1.0"), data["1.0"]], [demo("2.0+b1", "2.0"), data["2.0"]]))

    def test_notes(self):
        rows = [(f"{NOTES}[Effect]\nTitle=x\n", "[Effect] is neither [Improvement], nor [Effects]"),
                (f"{NOTES}[cve-2026-0001]\nTitle=x\n", "[cve-2026-0001] is neither"),
                (f"{NOTES}[CVE-2026-0001x]\nTitle=x\n", "[CVE-2026-0001x] is neither"),
                (f"{NOTES}Kind=test\n[CVE-2026-0001]\n", "Kind=test is for what fixes nothing"),
                (f"[CVE-2026-0001]\n{NOTES}Kind=test\n", "Kind=test is for what fixes nothing"),
                ("[Improvement]\nTitle=\udcff\n", "the text is not in UTF-8"),
                (f"{NOTES}Description[de]=\\q\n", "Description[de]"),
                (f"{NOTES}[CVE-2026-0001]\nCredit=\\q\n", "Credit"),
                ("[Improvement]\nTitle=Demo\nDescription=" + "y" * 4097, "Description has more than 4096 bytes"),
                (f"{NOTES}[CVE-2026-0001]\nTitle[de]=x\n", "[CVE-2026-0001] has Title[de], but only"),
                (f"{NOTES}Component[de]=x\n", "[Improvement] has Component[de], but only"),
                (f"{NOTES}[CVE-2026-0001]\nCredit=" + "y" * 257, "[CVE-2026-0001] has a Title or Credit of more than"),
                (f"{NOTES}Title[de]=" + "y" * 257, "Title[de] has more than 256 bytes")]
        debs = self.debs()
        for text, complaint in rows:
            with self.subTest(complaint=complaint):
                path = self.notes(text)
                self.assertIn(f"{path}: ", self.run_refused(complaint, *self.make(*debs, "--notes", path)))
        told = self.run_ok(*self.make(*debs, "--notes", self.notes(f"{NOTES}Kind=test\n"), "--from-changelog"))
        self.assertIn("  a test, fixes nothing", told)
        self.assertEqual(self.manifest()["vulnerabilities"], [])

    def with_changelog(self, text, **options):
        new = self.changed("usr/share/doc/demo/changelog.gz", Entry(gzip(text)))
        return self.debs(new=new, **options)

    def test_long_changelog(self):
        entry = "demo (2.0) stable; urgency=high\n\n"
        text = f"{entry}  - CVE-2026-11111: " + "word " * 100 + "\n" + "  * M\u00fcll\n" * 500 + "\ndemo (1.0) x\n"
        told = self.run_ok(*self.make(*self.with_changelog(text)))
        self.assertIn("  fixes 1 vulnerability, severity unknown: ", told)
        manifest = self.manifest()
        description, title = manifest["description"]["en"], manifest["vulnerabilities"][0]["title"]
        self.assertTrue(description.endswith("M\u00fcll\u2026"), description[-20:])
        self.assertTrue(title.endswith("word\u2026"), title)
        self.assertLessEqual(len(description.encode()), 4096)
        self.assertGreater(len(description.encode()), 4000)
        self.assertLessEqual(len(title.encode()), 256)

    def test_oldest_base(self):
        entries = [("2.0", "CVE-2026-00002"), ("1.5", "CVE-2026-00001"), ("1.0", "CVE-2025-00000")]
        text = "\n".join(f"demo ({version}) x\n\n  * {flaw}\n" for version, flaw in entries)
        old, new = self.with_changelog(text)
        other = write_deb(f"{self.top}/other.deb", self.old_entries("1.5"), version="1.5")
        self.run_ok(*self.make(other, new, "--from-changelog", "--old", old))
        self.assertEqual([flaw["id"] for flaw in self.manifest()["vulnerabilities"]],
                         ["CVE-2026-00002", "CVE-2026-00001"])
        # the changelog is that of the source
        rebuilt = write_deb(f"{self.top}/rebuilt.deb", self.old_entries(), version="1.0+b3", extra="Source: demo (1.0)\n")
        self.run_ok(*self.make(rebuilt, new))

    def test_two_sources(self):
        """The changelog of one would be silent about the flaws of the other."""
        old, new = self.debs()
        second = self.second({"usr/lib/demo/second": Entry(b"1")}, {"usr/lib/demo/second": Entry(b"2")}, extra="")
        self.run_refused("the packages come from two sources, demo and second", *self.make(old, new, *second))
        self.run_ok(*self.make(old, new, *second[:-1], "--notes", self.notes(NOTES)))

    def test_same_bases(self):
        """Desktops could not tell them apart: they are one."""
        old, new = self.debs()
        rebuilt = write_deb(f"{self.top}/rebuilt.deb", self.old_entries(), version="1.0+b1")
        older = write_deb(f"{self.top}/older.deb", self.old_entries("0.9"), version="0.9")
        rows = [([old], [0, 0], "demo 1.0"), ([rebuilt], [0, 0], "demo 1.0 or demo 1.0+b1"),
                ([older, rebuilt], [0, 1, 0], "demo 1.0 or demo 1.0+b1")]
        for n, (more, bases, label) in enumerate(rows):
            with self.subTest(label=label):
                done = self.run_any(*self.make(old, new, "--notes", self.notes(NOTES)),
                                    *(word for path in more for word in ("--old", path)))
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn("have the same files, and are one", done.stderr)
                manifest = self.manifest(f"demo-{chr(ord('a') + n)}")
                self.assertEqual(len(manifest["bases"]), len(set(bases)))
                self.assertEqual(manifest["bases"][0]["label"], label)
                self.assertEqual({len(file["old"]) for file in manifest["files"]}, {len(set(bases))})
        self.run_ok("lint", self.depot)

    def test_base(self):
        old, new = self.debs()
        for base in ["Debian:12", ":12", "debian:12/../x", "debian:12 13", ""]:
            with self.subTest(base=base):
                self.run_refused(f'"{base}" is no release: --base has to be ID:VERSION_ID',
                                 "make", self.depot, "--old", old, "--new", new, "--from-changelog", "--base", base)
        self.run_ok("make", self.depot, "--old", old, "--new", new, "--from-changelog", "--base", "arch")

    def test_missing_program(self):
        command = self.make(*self.debs())
        with unittest.mock.patch.dict(os.environ, PATH=self.outside):
            self.run_refused("dpkg-deb could not be run (Debian has it in the package dpkg): ", *command)


if __name__ == "__main__":
    Case.program = sys.argv.pop(1)
    unittest.main()
