#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""suture-publish from end to end, with small packages made here. Usage: test-publisher.py PROGRAM [unittest options]"""

import hashlib
import json
import os
import re
import shutil
import stat
import sys
import unittest

from publishing import CHANGELOG, ROLE, Case, Entry, example, gzip, library, write_deb


class Publisher(Case):
    def test_keys(self):
        keys = f"{self.depot}/keys"
        self.assertEqual(stat.S_IMODE(os.stat(keys).st_mode), 0o700)
        self.assertEqual(sorted(os.listdir(keys)), ["root.pem", "snapshot.pem", "targets.pem", "timestamp.pem"])
        for name in os.listdir(keys):
            self.assertEqual(stat.S_IMODE(os.stat(f"{keys}/{name}").st_mode), 0o600)
        for name, data in self.served().items():
            self.assertNotIn(b"PRIVATE", data, name)
        self.run_refused("already", "init", self.depot, "--name", "demo", "--publisher", "Again")

    def test_whole_way(self):
        self.run_ok(*self.make(*self.debs()))
        manifest = self.manifest()
        self.assertEqual((manifest["id"], manifest["component"], manifest["number"]), ("demo-a", "demo", 1))
        self.assertEqual(manifest["publisher"], "Demo Vendor")
        self.assertEqual(manifest["base"], {"id": "debian", "version_id": "12", "architecture": "x86-64"})
        self.assertEqual([(v["id"], v["title"]) for v in manifest["vulnerabilities"]],
                         [("CVE-2026-11111", "A hole in the middle, and CVE-2026-44444"),
                          ("CVE-2026-22222", ""), ("CVE-2026-44444", "")])
        self.assertEqual(manifest["severity"], "unknown")
        self.assertNotIn("CVE-2020-33333", manifest["description"]["en"])
        files = {file["path"]: file for file in manifest["files"]}
        self.assertEqual(sorted(files), ["/usr/bin/demo", "/usr/lib/demo/libdemo.so.1",
                                         "/usr/lib/demo/libdemo.so.1.1", "/usr/share/demo/new/data"])
        self.assertEqual(files["/usr/bin/demo"]["mode"], "0755")
        self.assertEqual(files["/usr/lib/demo/libdemo.so.1"]["old"], ["libdemo.so.1.0"])
        self.assertEqual(files["/usr/share/demo/new/data"]["old"], [None])
        self.assertEqual(manifest["obsoletes"], [{"path": "/usr/lib/demo/libdemo.so.1.0",
                                                  "sha256": [hashlib.sha256(library("1.0")).hexdigest()]}])
        self.assertIn("demo-a: good", self.run_ok("lint", self.depot))
        self.run_ok("publish", self.depot)
        self.assertEqual(self.names(), [])
        served = self.served()
        targets = json.loads(served["metadata/1.debian-12-x86-64.json"])["signed"]["targets"]
        target = targets["debian-12-x86-64/demo-a.json"]
        self.assertEqual(target["custom"], {"component": "demo", "id": "demo-a", "number": 1})
        path = f"targets/debian-12-x86-64/{target['hashes']['sha256']}.demo-a.json"
        self.assertEqual(hashlib.sha256(served[path]).hexdigest(), target["hashes"]["sha256"])
        for payload in manifest["payloads"]:
            data = served[f"targets/payloads/{payload['sha256']}"]
            self.assertEqual(hashlib.sha256(data).hexdigest(), payload["sha256"])

    def test_example(self):
        """The notes of the README can be copied."""
        notes = f"{self.top}/notes"
        with open(notes, "w", encoding="utf-8") as file:
            file.write(example("[Improvement]"))
        self.run_ok(*self.make(*self.debs(), "--notes", notes))
        manifest = self.manifest("openssl-a")
        self.assertEqual((manifest["severity"], manifest["effects"]["restart"]), ("high", ["nginx.service"]))

    def test_delta(self):
        old, new = self.old_entries(), self.old_entries("2.0")
        self.run_ok(*self.make(*self.debs(old, new)))
        sizes = {payload["encoding"]: payload["size"] for payload in self.manifest()["payloads"]}
        self.assertLess(sizes["zstd-prefix"] * 10, sizes["zstd"])

    def test_renewal(self):
        self.run_ok(*self.make(*self.debs()))
        self.run_ok("publish", self.depot)
        before = self.served()
        self.run_ok("publish", self.depot, "--expires-days", "30")
        after = self.served()
        self.assertNotEqual(before["metadata/timestamp.json"], after.pop("metadata/timestamp.json"))
        self.assertEqual(set(after) - set(before), {"metadata/3.snapshot.json"})
        self.run_refused("published already", *self.restage())

    def restage(self):
        shutil.copytree(self.place(where="published"), self.place(), symlinks=True)
        return ("publish", self.depot)

    def test_same_bytes(self):
        self.run_ok(*self.make(*self.debs()))
        first = self.manifest()
        self.depot = f"{self.top}/other"
        self.run_ok("init", self.depot, "--name", "other", "--publisher", "Demo Vendor")
        self.run_ok(*self.make(*self.debs()))
        self.assertEqual(self.manifest(), first)

    def test_numbers(self):
        old, new = self.debs()
        self.run_ok(*self.make(old, new))
        self.run_ok("publish", self.depot)
        self.run_ok(*self.make(old, new))
        self.run_ok(*self.make(old, new))
        self.assertEqual(self.names(), [f"{ROLE}/demo-b", f"{ROLE}/demo-c"])
        self.run_ok("publish", self.depot, "demo-c")
        self.assertEqual(self.names(), [f"{ROLE}/demo-b"])

    def test_bases(self):
        other = write_deb(f"{self.top}/other.deb", self.old_entries("1.5"), version="1.5")
        old, new = self.debs()
        self.run_ok(*self.make(old, new), "--old", other)
        manifest = self.manifest()
        self.assertEqual([base["label"] for base in manifest["bases"]], ["demo 1.0", "demo 1.5"])
        self.assertEqual([payload.get("base") for payload in manifest["payloads"]], [None, 0, 1])
        self.assertEqual(len(manifest["obsoletes"][0]["sha256"]), 2)
        self.run_ok("lint", self.depot)

    def test_notes(self):
        notes = f"{self.top}/notes"
        with open(notes, "w", encoding="utf-8") as file:
            file.write("[Improvement]\nTitle=Demo\nTitle[de]=Vorführung\nDescription=Better.\\nReally.\n"
                       "Component=demo-set\nSeverity=high\nExploited=true\nKind=security\n"
                       "[CVE-2026-00001]\nTitle=A hole\nCredit=Someone\n"
                       "[Effects]\nRestart=demo.service;\nReopen=org.example.Demo.desktop\nReboot=false\n")
        self.run_ok(*self.make(*self.debs(), "--notes", notes))
        manifest = self.manifest("demo-set-a")
        self.assertEqual(manifest["title"], {"en": "Demo", "de": "Vorführung"})
        self.assertEqual(manifest["description"], {"en": "Better.\nReally."})
        self.assertEqual((manifest["severity"], manifest["exploited"], manifest["kind"]), ("high", True, "security"))
        self.assertEqual(manifest["vulnerabilities"],
                         [{"id": "CVE-2026-00001", "title": "A hole", "credit": "Someone"}])
        self.assertEqual(manifest["effects"], {"restart": ["demo.service"], "never_restart": [],
                                               "reopen": ["org.example.Demo.desktop"], "reboot": False})
        with open(notes, "a", encoding="utf-8") as file:
            file.write("Command=rm\n")
        self.run_refused("unknown key", *self.make(*self.debs(), "--notes", notes))
        self.run_refused("--notes", "make", self.depot, "--old", f"{self.top}/old.deb", "--new", f"{self.top}/new.deb",
                         "--base", "debian:12")

    def test_merged_usr(self):
        old = {"lib/x86_64-linux-gnu/libc.so": Entry(library("1")), "usr/lib/x86_64-linux-gnu/y": Entry(b"y")}
        new = {"lib/x86_64-linux-gnu/libc.so": Entry(library("2")), "usr/lib/x86_64-linux-gnu/y": Entry(b"y"),
               "usr/share/doc/demo/changelog.gz": Entry(gzip(CHANGELOG))}
        self.run_ok(*self.make(*self.debs(old, new)))
        self.assertEqual([file["path"] for file in self.manifest()["files"]], ["/usr/lib/x86_64-linux-gnu/libc.so"])
        self.run_ok("lint", self.depot)

    def test_refused(self):
        rows = [("etc/demo.conf", Entry(b"setting=2\n"), "outside /usr"),
                ("etc/new.conf", Entry(b""), "outside /usr"),
                ("var/lib/demo/x", Entry(b""), "/var is outside /usr"),
                ("usr/include/demo.h", Entry(b""), "outside the folders"),
                ("usr/lib/systemd/system/demo.service", Entry(b""), "units"),
                ("lib/systemd/system/demo.service", Entry(b""), "units"),
                ("usr/share/polkit-1/actions/demo.policy", Entry(b""), "polkit"),
                ("usr/bin/demo", Entry(b"x", 0o4755), "changes its mode from 0755 to 4755"),
                ("usr/bin/demo", Entry(b"program 1.0", 0o4755), "changes its mode"),
                ("usr/bin/setuid", Entry(b"x", 0o4755), "has mode 4755"),
                ("usr/share/demo/open", Entry(b"x", 0o666), "has mode 0666"),
                ("usr/bin/demo", Entry(target="other"), "changes from a file to a link"),
                ("usr/lib/demo/", Entry(mode=0o700), "/usr/lib/demo changes its mode from 0755 to 0700"),
                ("usr/share/demo/new/", Entry(mode=0o1777), "folder /usr/share/demo/new has mode 1777"),
                ("usr/share/demo/new/", Entry(mode=0o755, group="mail"), "new belongs to root/mail"),
                ("usr/bin/grouped", Entry(b"x", 0o755, group="mail"), "belongs to root/mail")]
        for path, entry, complaint in rows:
            with self.subTest(path=path, complaint=complaint):
                self.run_refused(complaint, *self.make(*self.debs(new=self.changed(path, entry))))
                self.assertEqual(self.names(), [])

    def test_setuid_kept(self):
        old, new = self.old_entries(), self.new_entries()
        old["usr/bin/demo"].mode = new["usr/bin/demo"].mode = 0o4755
        self.run_ok(*self.make(*self.debs(old, new)))
        self.assertEqual(self.manifest()["files"][0]["mode"], "4755")
        self.run_ok("lint", self.depot)

    def test_nothing_changes(self):
        new = self.old_entries()
        new["usr/share/doc/demo/changelog.gz"] = Entry(gzip(CHANGELOG))
        self.run_refused("no file under /usr changes", *self.make(*self.debs(new=new)))

    def test_pairs(self):
        old, new = self.debs(extra="Depends: demo-data (= 2.0), libc6 (>= 2.36)\n")
        self.run_refused("demo 2.0 needs exactly demo-data 2.0: give both", *self.make(old, new))
        data = {f"usr/share/demo-data/{n}": Entry(f"{n}".encode()) for n in range(3)}
        first = write_deb(f"{self.top}/data-1.deb", data, "demo-data", architecture="all", extra="Source: demo\n")
        data["usr/share/demo-data/0"] = Entry(b"better")
        second = write_deb(f"{self.top}/data-2.deb", data, "demo-data", "2.0", "all", "Source: demo\n")
        self.run_refused("every known base", *self.make(old, new, "--from-changelog", "--new", second))
        self.run_refused("no package demo-data", *self.make(old, new, "--from-changelog", "--old", first))
        self.run_ok(*self.make(old, new, "--from-changelog", "--old", first, "--new", second))
        self.assertIn("/usr/share/demo-data/0", [file["path"] for file in self.manifest()["files"]])
        other = write_deb(f"{self.top}/arm.deb", self.new_entries(), version="2.0", architecture="arm64")
        self.run_refused("architecture", *self.make(old, other))

    def spoil(self, path):
        with open(path, "r+b") as file:
            file.seek(os.path.getsize(path) // 2)
            byte = file.read(1)
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte[0] ^ 1]))

    def test_spoiled_stage(self):
        stage = self.place()
        self.run_ok(*self.make(*self.debs()))
        before = self.served()
        manifest = self.manifest()
        whats = [f"payloads/{payload['sha256']}" for payload in manifest["payloads"]]
        for what in [*whats, "image.erofs", "base/0/usr/bin/demo"]:
            with self.subTest(what=what):
                self.spoil(f"{stage}/{what}")
                self.run_refused("demo-a: ", "lint", self.depot)
                self.run_refused("demo-a: ", "publish", self.depot)
                self.assertEqual(self.served(), before)
                self.spoil(f"{stage}/{what}")
        self.run_ok("lint", self.depot)
        for change in [{"mode": "0644"}, {"sha256": "0" * 64}, {"size": 1}]:
            with self.subTest(change=change):
                changed = json.loads(json.dumps(manifest))
                changed["files"][0] |= change
                with open(f"{stage}/manifest.json", "w", encoding="utf-8") as file:
                    json.dump(changed, file)
                self.run_refused("demo-a", "publish", self.depot)
                self.assertEqual(self.served(), before)

    def test_spoiled_repository(self):
        self.run_ok(*self.make(*self.debs()))
        self.run_ok("publish", self.depot)
        payload = self.manifest(where="published")["payloads"][0]["sha256"]
        self.spoil(f"{self.depot}/repository/targets/payloads/{payload}")
        with open(f"{self.depot}/repository/metadata/timestamp.json", "rb") as file:
            before = file.read()
        self.run_refused("nothing was published", "publish", self.depot)
        self.assertEqual(self.served()["metadata/timestamp.json"], before)

    def test_usage(self):
        with open(f"{os.path.dirname(__file__)}/../../data/man/suture-publish.1", encoding="utf-8") as file:
            manual = file.read().replace("\\-", "-")
        commands = re.findall("^  ([a-z]+)  ", self.run_ok("--help"), re.MULTILINE)
        self.assertEqual(len(commands), 16)
        for command in commands:
            said = self.run_ok(command, "--help")
            self.assertIn("FOLDER", said)
            self.assertIn(f"\n.B suture-publish {command}\n", manual)
            for option in set(re.findall("--[a-z-]+", said)) - {"--help"}:
                self.assertRegex(manual, f"{option}\\b(?!-)", f"{command} {option}")
        self.assertEqual(self.run_any().returncode, 2)
        done = self.run_any("unmake", "--json")
        self.assertEqual((done.returncode, json.loads(done.stderr)["error"]), (2, "InvalidArgument"))
        self.run_refused("not a folder made by", "publish", self.top)
        self.run_refused("days", "publish", self.depot, "--expires-days", "0")

    def test_words_of_others(self):
        """Nothing that a name holds reaches the terminal as more than text, and an error in the options is JSON as well."""
        done = self.run_any("lint", f"{self.top}/x\x1b[2J\u202e")
        self.assertEqual(done.returncode, 1)
        self.assertIn("x[2J", done.stderr)
        self.assertFalse({"\x1b", "\u202e"} & set(done.stderr), repr(done.stderr))
        for words in (("--json", "--bogus"), ("--bogus", "--json")):
            self.assertEqual(json.loads(self.run_any("lint", *words).stderr)["error"], "InvalidArgument")


if __name__ == "__main__":
    Case.program = sys.argv.pop(1)
    unittest.main()
