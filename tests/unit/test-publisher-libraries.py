#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What suture-publish make finds out about libraries, and about who runs them: SONAMEs, symbols and versions, units and
apps; and improvements made of root folders. Libraries are real ones. Usage: test-publisher-libraries.py PROGRAM [unittest
options]"""

import json
import os
import shutil
import subprocess
import sys
import unittest
import unittest.mock

from publishing import Case, Entry, write_deb

LIB = "usr/lib/demo"


def compile_one(folder, name, source, *words):
    """The bytes of a shared library or program of C source text, without a C library."""
    os.makedirs(folder, exist_ok=True)
    path = f"{folder}/{name}"
    with open(f"{path}.c", "w", encoding="utf-8") as file:
        file.write(source)
    subprocess.run(["cc", "-nostdlib", "-g0", "-Wl,--build-id=none", "-o", path, f"{path}.c", *words], check=True,
                   stdin=subprocess.DEVNULL)
    with open(path, "rb") as file:
        return file.read()


class WithLibraries(Case):
    """Real libraries to make packages of."""

    def setUp(self):
        super().setUp()
        self.code = f"{self.top}/code"

    def library(self, functions, soname="libdemo.so.1", versions=None, extra="", words=()):
        """A library with these functions, each with a version if versions says so (function → version)."""
        source = "".join(f"int {name} (void) {{ return {i}; }}\n" for i, name in enumerate(functions)) + extra
        options = ["-shared", "-fPIC", *words]
        if soname:
            options.append(f"-Wl,-soname,{soname}")
        if versions:
            script = "".join(f"{version} {{ {' '.join(f'{n};' for n, v in versions.items() if v == version)} }};\n"
                             for version in sorted(set(versions.values())))
            os.makedirs(self.code, exist_ok=True)
            with open(f"{self.code}/versions", "w", encoding="utf-8") as file:
                file.write(script)
            options.append(f"-Wl,--version-script,{self.code}/versions")
        return compile_one(self.code, soname or "plugin.so", source, *options)

    def executable(self, *needed):
        """A program that needs libraries made before by these SONAMEs."""
        return compile_one(self.code, "program", "void _start (void) { for (;;); }\n", "-no-pie", "-Wl,--no-as-needed",
                           f"-L{self.code}", *(f"-l:{soname}" for soname in needed), "-Wl,--allow-shlib-undefined")

    def pair(self, old, new, old_extra=None, new_extra=None):
        """Two packages with the library: bytes, or whole entries."""
        def entries(data):
            if isinstance(data, dict):
                return data
            return {f"{LIB}/libdemo.so.1.0": Entry(data), f"{LIB}/libdemo.so.1": Entry(target="libdemo.so.1.0")}

        return (write_deb(f"{self.top}/old.deb", entries(old) | (old_extra or {})),
                write_deb(f"{self.top}/new.deb", entries(new) | (new_extra or old_extra or {}), version="2.0"))

    def make(self, old, new, *words):
        return super().make(old, new, "--notes", self.notes(), *words)

    def notes(self, text="Title=Demo\nDescription=Demo\n"):
        path = f"{self.top}/notes"
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"[Improvement]\n{text}")
        return path

    def warnings(self, *debs, words=()):
        done = self.run_any(*self.make(*debs, *words), "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        told = json.loads(done.stdout)
        with open(f"{self.depot}/staging/{told['made']}/findings.json", encoding="utf-8") as file:
            self.assertEqual(json.load(file)["warnings"], told.get("warnings", []))
        return [text for text in told.get("warnings", []) if "abidiff" not in text]


class Libraries(WithLibraries):
    def test_nothing_to_say(self):
        self.assertEqual(self.warnings(*self.pair(self.library(["one", "two"]), self.library(["one", "two", "three"]))), [])

    def test_symbols(self):
        old = self.library([f"f{n:02}" for n in range(12)])
        self.assertEqual(self.warnings(*self.pair(old, self.library(["f00", "f01", "f02"]))),
                         [f"the ABI of /{LIB}/libdemo.so.1.0 shrinks: 9 symbols are gone, and what needs one of them breaks: "
                          "f03, f04, f05, f06, f07 …"])
        # hidden ones never were anybody's
        hidden = self.library(["one"], extra='__attribute__ ((visibility ("hidden"))) int two (void) { return 2; }')
        self.assertEqual(self.warnings(*self.pair(hidden, self.library(["one"], extra="int three;"))), [])

    def test_versions(self):
        old = self.library(["one", "two"], versions={"one": "DEMO_1", "two": "DEMO_2"})
        new = self.library(["one", "two"], versions={"one": "DEMO_1", "two": "DEMO_1"})
        texts = self.warnings(*self.pair(old, new))
        self.assertEqual(len(texts), 2, texts)
        self.assertIn("1 symbol is gone, and what needs one of them breaks: two@DEMO_2", texts[0])
        self.assertIn("1 symbol version is gone, and what was linked with one does not start: DEMO_2", texts[1])
        # what was linked when there were none takes any
        plain = self.library(["one", "two"])
        self.assertEqual(self.warnings(*self.pair(plain, new)), [])
        texts = self.warnings(*self.pair(new, plain))
        self.assertIn("DEMO_1", "".join(texts))

    def test_soname(self):
        old, new = self.library(["one"]), self.library(["one"], "libdemo.so.2")
        complaint = "the SONAME libdemo.so.1 of /usr/lib/demo/libdemo.so.1.0 becomes libdemo.so.2"
        self.run_refused(complaint, *self.make(*self.pair(old, new)))
        renamed = {f"{LIB}/libdemo.so.2.0": Entry(new), f"{LIB}/libdemo.so.2": Entry(target="libdemo.so.2.0")}
        self.run_refused(complaint, *self.make(*self.pair(old, renamed)))
        self.run_refused("the SONAME libdemo.so.1 of /usr/lib/demo/libdemo.so.1.0 becomes none",
                         *self.make(*self.pair(old, self.library(["one"], None))))
        # the old one is fixed as well
        kept = renamed | {f"{LIB}/libdemo.so.1.1": Entry(self.library(["one"], extra="int more;")),
                          f"{LIB}/libdemo.so.1": Entry(target="libdemo.so.1.1")}
        self.assertEqual(self.warnings(*self.pair(old, kept)), [])
        # a link that leads elsewhere is not the library
        kept[f"{LIB}/libdemo.so.1"] = Entry(target="/etc/passwd")
        del kept[f"{LIB}/libdemo.so.1.1"]
        self.run_refused(complaint, *self.make(*self.pair(old, kept)))

    def test_dropped(self):
        old = {f"{LIB}/libdemo.so.1": Entry(self.library(["one"])), f"{LIB}/tool": Entry(b"1")}
        self.assertEqual(self.warnings(*self.pair(old, {f"{LIB}/tool": Entry(b"2")})),
                         [f"the library /{LIB}/libdemo.so.1 is gone: what needs libdemo.so.1 goes on with the old bytes, "
                          "unfixed"])

    def test_broken(self):
        good = self.library(["one", "two"])
        for bad in (good[:64], b"\177ELF", b"\177ELF" + bytes(500), good[:40] + b"\xff" * 24 + good[64:]):
            with self.subTest(length=len(bad)):
                texts = self.warnings(*self.pair(bad, good))
                self.assertEqual(len(texts), 1, texts)
                self.assertIn("libdemo.so.1.0: it is an ELF file", texts[0])

    def test_abidiff(self):
        """The types, too, where there is debug information; abidiff is no part of what is needed."""
        if shutil.which("abidiff") is None:
            self.skipTest("libabigail's abidiff is not installed")
        debug = ["-g"]
        old = self.library(["one"], extra="struct s { int a; }; int take (struct s *x) { return x->a; }", words=debug)
        new = self.library(["one"], extra="struct s { long a; int b; }; int take (struct s *x) { return x->b; }", words=debug)
        done = self.run_any(*self.make(*self.pair(old, new)))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("warning: abidiff finds a", done.stderr)
        self.assertIn("1 Changed", done.stderr)

    def test_endless_abidiff(self):
        """It may not compute for ever, and who is stopped has compared nothing: that is said."""
        path = f"{self.top}/bin"
        os.mkdir(path)
        with open(f"{path}/abidiff", "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\nulimit -t > {self.top}/limit\nkill -XCPU $$\n")
        os.chmod(f"{path}/abidiff", 0o755)
        debs = self.pair(self.library(["one"]), self.library(["one", "two"]))
        with unittest.mock.patch.dict(os.environ, {"PATH": f"{path}:{os.environ['PATH']}"}):
            done = self.run_any(*self.make(*debs))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr, "warning: abidiff could not compare the types of .*libdemo.so.1.0.*more than 300 seconds")
        with open(f"{self.top}/limit", encoding="ascii") as file:
            self.assertEqual(file.read(), "300\n")

    def users(self):
        """Entries of a package that use libdemo.so.1 in one way or another."""
        self.library(["one"])
        self.library(["mid"], "libmid.so.1", words=["-Wl,--no-as-needed", f"-L{self.code}", "-l:libdemo.so.1"])
        with open(f"{self.code}/libmid.so.1", "rb") as file:
            middle = file.read()
        direct, far, none = self.executable("libdemo.so.1"), self.executable("libmid.so.1"), self.executable()

        def unit(line, more=""):
            return Entry(f"[Unit]\nExecStart=/usr/bin/direct\n[Service]\n{more}ExecStart={line}\n".encode())

        def app(line, more=""):
            return Entry(f"[Desktop Entry]\nType=Application\nName=x\nExec={line}\n{more}".encode())

        units, apps = "usr/lib/systemd/system", "usr/share/applications"
        return {"usr/lib/libmid.so.1": Entry(middle), "usr/bin/direct": Entry(direct, 0o755),
                "usr/sbin/far": Entry(far, 0o755), "usr/bin/none": Entry(none, 0o755),
                "usr/bin/link": Entry(target="../sbin/far"),
                "usr/bin/script": Entry(b"#!/usr/bin/env direct\n", 0o755),
                f"{units}/direct.service": unit("-/bin/direct --daemon"),
                f"{units}/far.service": unit("\\\n  !/usr/sbin/far -x"),
                f"{units}/link.service": unit("link"),
                f"{units}/script.service": unit("/usr/bin/script"),
                f"{units}/none.service": unit("/usr/bin/none /usr/bin/direct"),
                f"{units}/once.service": unit("/usr/bin/direct", "Type=oneshot\n"),
                f"{units}/many@.service": unit("/usr/bin/direct"),
                f"{units}/missing.service": unit("/usr/bin/missing"),
                f"{apps}/org.example.Far.desktop": app("far %U"),
                f"{apps}/org.example.Hidden.desktop": app("far", "NoDisplay=true\n"),
                f"{apps}/org.example.None.desktop": app("none"),
                f"{apps}/broken.desktop": Entry(b"Exec=far")}

    def test_dependents(self):
        with_deb = write_deb(f"{self.top}/users.deb", self.users(), "users")
        debs = self.pair(self.library(["one"]), self.library(["one"], extra="int more;"))
        found = {"restart": ["direct.service", "far.service", "link.service", "script.service"],
                 "reopen": ["org.example.Far.desktop"]}
        told = json.loads(self.run_ok(*self.make(*debs, "--json", "--with", with_deb)))
        self.assertEqual(told["suggested"], found)
        self.assertEqual(self.manifest()["effects"]["restart"], [])
        self.assertEqual(json.loads(self.run_ok(*self.make(*debs, "--json")))["suggested"], {"restart": [], "reopen": []})
        out = self.run_ok(*self.make(*debs, "--with", with_deb))
        self.assertIn("  Restart=direct.service;far.service;link.service;script.service;\n", out)
        self.assertIn("  Reopen=org.example.Far.desktop;\n", out)
        # what the notes say stands
        self.notes("Title=x\nDescription=x\n[Effects]\nRestart=own.service;far.service\nNeverRestart=link.service\n")
        words = ["make", self.depot, "--old", debs[0], "--new", debs[1], "--base", "debian:12", "--notes",
                 f"{self.top}/notes", "--with", with_deb, "--take-effects"]
        self.run_ok(*words)
        effects = self.manifest("demo-d")["effects"]
        self.assertEqual((effects["restart"], effects["never_restart"], effects["reopen"]),
                         (["own.service", "far.service", "direct.service", "script.service"], ["link.service"],
                          ["org.example.Far.desktop"]))
        self.run_ok("lint", self.depot)

    def test_health(self):
        """What is looked at after the installation, as the notes say; what can't be looked at is refused."""
        debs = self.pair(self.library(["one"]), self.library(["one"], extra="int more;"))
        words = ["make", self.depot, "--old", debs[0], "--new", debs[1], "--base", "debian:12", "--notes", f"{self.top}/notes"]
        for health in ("own.service", "own.socket 5", "/usr/lib/own 5", "own.service 0", "own.service 301", "own.service 5 6",
                       "/usr/bin/own --run 5", "own.service 5;" * 9):
            self.notes(f"Title=x\nDescription=x\n[Effects]\nHealth={health}\n")
            self.run_refused("Health has", *words)
        self.notes("Title=x\nDescription=x\n[Effects]\nHealth=own.service 30;/usr/sbin/own 10\n")
        self.run_ok(*words)
        self.assertEqual(self.manifest()["effects"]["health"],
                         [{"unit": "own.service", "seconds": 30}, {"program": "/usr/sbin/own", "seconds": 10}])
        self.run_ok("lint", self.depot)

    def test_own_program(self):
        """A unit of the package itself, whose program changes."""
        unit = {"usr/lib/systemd/system/demo.service": Entry(b"[Service]\nExecStart=/usr/bin/demo\n")}
        debs = self.pair({"usr/bin/demo": Entry(b"1", 0o755)} | unit, {"usr/bin/demo": Entry(b"2", 0o755)} | unit)
        self.assertEqual(json.loads(self.run_ok(*self.make(*debs, "--json")))["suggested"]["restart"], ["demo.service"])


class Roots(WithLibraries):
    def root(self, name, library, more=None):
        """A system's root folder."""
        top = f"{self.top}/{name}"
        files = {f"{LIB}/libdemo.so.1.0": library, "usr/share/demo/same": b"same", "etc/demo.conf": b"setting\n",
                 "var/lib/state": name.encode(), "etc/ld.so.cache": name.encode(), **(more or {})}
        for path, data in files.items():
            os.makedirs(os.path.dirname(f"{top}/{path}"), exist_ok=True)
            if isinstance(data, str):
                os.symlink(data, f"{top}/{path}")
                continue
            with open(f"{top}/{path}", "wb") as file:
                file.write(data)
        for link in ("lib", "bin"):
            if not os.path.lexists(f"{top}/{link}"):
                os.symlink(f"usr/{link}", f"{top}/{link}")
        if not os.path.lexists(f"{top}/{LIB}/libdemo.so.1"):
            os.symlink("libdemo.so.1.0", f"{top}/{LIB}/libdemo.so.1")
        return top

    def roots(self, old, new, *words, component="Component=demo\n"):
        notes = self.notes(f"Title=Demo\nDescription=Demo\n{component}")
        old = [word for root in old for word in ("--old-root", root)]
        return ("make", self.depot, *old, "--new-root", new, "--base", "debian:12", "--notes", notes, *words)

    def test_several_bases(self):
        """One image, one delta a base; those that are the same are one."""
        noise = [f"int v{n} = {n};" for n in range(400)]
        one = self.library([f"f{n}" for n in range(300)], extra="".join(noise))
        two = self.library([f"f{n}" for n in range(300)], extra="".join(noise) + "int two = 2;")
        fixed = self.library([f"f{n}" for n in range(300)], extra="".join(noise) + "int two = 2; int three = 3;")
        olds = [self.root("build-1", one), self.root("build-2", two), self.root("build-3", two)]
        new = self.root("build-4", fixed)
        told = json.loads(self.run_ok(*self.roots(olds, new), "--json"))
        self.assertEqual([base["label"] for base in told["bases"]], ["build-1", "build-2 or build-3"])
        self.assertIn('the bases "build-2" and "build-3" have the same files, and are one', told["warnings"])
        manifest = self.manifest()
        self.assertEqual([(payload["encoding"], payload.get("base")) for payload in manifest["payloads"]],
                         [("zstd", None), ("zstd-prefix", 0), ("zstd-prefix", 1)])
        self.assertEqual([base["bytes"] for base in told["bases"]],
                         [payload["size"] for payload in manifest["payloads"][1:]])
        self.assertEqual([len(file["old"]) for file in manifest["files"]], [2])
        self.assertEqual(manifest["result"]["label"], "build-4")
        self.run_ok("lint", self.depot)
        self.run_ok("publish", self.depot)

    def test_architecture(self):
        new = self.root("new", self.library(["one"], extra="int x;"), {"usr/share/demo/text": b"2"})
        old = self.root("old", self.library(["one"]), {"usr/share/demo/text": b"1"})
        self.run_ok(*self.roots([old], new))
        text = self.root("text", self.library(["one"], extra="int x;"), {"usr/share/demo/text": b"3"})
        self.run_refused("--architecture is needed", *self.roots([new], text))
        self.run_ok(*self.roots([new], text, "--architecture", "arm64"))

    def test_refused(self):
        library = self.library(["one"])
        old, new = self.root("old", library), self.root("new", self.library(["one"], extra="int x;"))
        self.run_refused("root folders do not say which component", *self.roots([old], new, component=""))
        self.run_refused("--from-changelog is for packages", *self.roots([old], new, "--from-changelog"))
        self.run_refused("either packages", *self.roots([old], new, "--old", "x.deb"))
        self.run_refused("is no folder that holds a folder usr", *self.roots([f"{self.top}/none"], new))
        self.run_refused("is no folder that holds a folder usr", *self.roots([old], f"{new}/etc"))
        rows = [({"etc/demo.conf": b"other\n"}, "/etc/demo.conf changes, and it is outside /usr"),
                ({"usr/lib/systemd/system/x.service": b"x"}, "/usr/lib/systemd/system/x.service"),
                ({"lib/real": b"x"}, "has a folder lib of its own")]
        for n, (more, complaint) in enumerate(rows):
            with self.subTest(more=more):
                self.run_refused(complaint, *self.roots([old], self.root(f"bad-{n}", library, more)))

    def test_modes(self):
        library = self.library(["one"])
        old = self.root("old", library, {"usr/bin/tool": b"1"})
        for mode, complaint in ((0o4755, "changes its mode from 0644 to 4755"), (0o755, "changes its mode")):
            new = self.root(f"new-{mode}", library, {"usr/bin/tool": b"2"})
            os.chmod(f"{new}/usr/bin/tool", mode)
            self.run_refused(f"/usr/bin/tool {complaint}", *self.roots([old], new))
        new = self.root("new-setuid", library, {"usr/bin/tool": b"1", "usr/bin/fresh": b"2"})
        os.chmod(f"{new}/usr/bin/fresh", 0o4755)
        self.run_refused("the new file /usr/bin/fresh has mode 4755", *self.roots([old], new))

    def test_links(self):
        """What a link leads to is never read, and a link that takes a folder's place is refused."""
        secret = f"{self.top}/secret"
        os.mkdir(secret)
        with open(f"{secret}/file", "wb") as file:
            file.write(b"secret")
        library = self.library(["one"])
        old = self.root("old", library, {"usr/share/demo/data/file": b"1"})
        new = self.root("new", library, {"usr/share/demo/data": secret})
        self.run_refused("/usr/share/demo/data changes from a folder to a link", *self.roots([old], new))
        new = self.root("linked", self.library(["one"], extra="int x;"), {"usr/share/demo/data/file": f"{secret}/file"})
        self.run_refused("/usr/share/demo/data/file changes from a file to a link", *self.roots([old], new))
        whole = self.root("whole", library, {"usr/share/demo/data/file": b"1"})
        shutil.rmtree(f"{whole}/usr")
        os.symlink(f"{old}/usr", f"{whole}/usr")
        self.run_refused("is no folder that holds a folder usr", *self.roots([old], whole))


if __name__ == "__main__":
    Case.program = sys.argv.pop(1)
    unittest.main()
