#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""suture-publish follow and approve: a real archive, made with Debian's tools, signed, served on the loopback interface and
read by the real apt. Usage: test-publisher-follow.py PROGRAM [unittest options]"""

import functools
import glob
import http.server
import json
import os
import pty
import shutil
import subprocess
import sys
import threading
import unittest

from publishing import CHANGELOG, ROLE, Case, Entry, example, gzip, write_deb

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from signed_archive import SignedArchive  # noqa: E402

CONF = """[Follow]
Base=debian:12
Architecture=amd64
[Old]
URI={url}
Suite=stable
Components=main
Keyring={keyring}
[New]
URI={url}
Suite=stable-security
Components=main
Keyring={keyring}
"""
DEMO = "[Component demo]\nPackages=demo;\n"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *words):
        pass


class Archive(SignedArchive):
    """The archive, and a web server for it."""

    def __init__(self, top):
        super().__init__(top)
        for suite in ("stable", "stable-security"):
            self.pool(suite)
        handler = functools.partial(Quiet, directory=self.top)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        super().close()

    def add(self, suite, name, version, entries, **options):
        return write_deb(f"{self.pool(suite)}/{name}_{version}.deb", entries, name, version, **options)


class Follow(Case):
    def init_options(self):
        return ("--offline", f"{self.top}/stick")

    def setUp(self):
        super().setUp()
        self.archive = Archive(self.top)
        self.addCleanup(self.archive.close)
        self.person = f"{self.top}/person"
        os.mkdir(self.person, 0o700)
        self.archive.add("stable", "demo", "1.0", self.old_entries())
        self.publish("stable", "stable-security")
        self.follow(DEMO)

    def publish(self, *suites):
        for suite in suites:
            self.archive.publish(suite)

    def follow(self, components, **more):
        with open(f"{self.depot}/follow.conf", "w", encoding="utf-8") as file:
            file.write(CONF.format(url=self.archive.url, keyring=self.archive.keyring, **more) + components)

    def two_keys(self):
        """The role's keys: one of the automation, one of a person who keeps it elsewhere, and both have to sign."""
        self.change_keys("add", ROLE, "--new-role")
        self.change_keys("add", ROLE, "--to", self.person, "--owner", "Release Team")
        self.change_keys("threshold", ROLE, "2", "--key", self.key())

    def change_keys(self, action, *words):
        self.run_ok("key", action, self.depot, *words, "--keys", f"{self.top}/stick")

    def fix(self, version="2.0", package="demo", entries=None, **options):
        self.archive.add("stable-security", package, version, entries or self.new_entries(), **options)
        self.publish("stable-security")

    def once(self, code=0):
        done = self.run_any("follow", self.depot, "--once", "--json")
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return json.loads(done.stdout) if code == 0 else json.loads(done.stderr)

    def staged(self):
        return self.names() if os.path.isdir(f"{self.depot}/staging") else []

    def key(self):
        return glob.glob(f"{self.person}/*.pem")[0]

    def approve(self, *words):
        return ("approve", self.depot, "demo-a", "--name", "Release Team", *words)

    def test_nothing_new(self):
        self.two_keys()
        self.assertNotIn("prepared", self.once())
        self.assertEqual(self.staged(), [])

    def test_prepared_and_approved(self):
        self.two_keys()
        self.fix()
        told = self.once()
        self.assertEqual(told["prepared"], ["demo"])
        self.assertEqual(self.staged(), [f"{ROLE}/demo-a"])
        manifest = self.manifest()
        self.assertEqual(manifest["result"]["label"], "demo 2.0")
        self.assertEqual([base["label"] for base in manifest["bases"]], ["demo 1.0"])
        self.assertEqual([flaw["id"] for flaw in manifest["vulnerabilities"]][:1], ["CVE-2026-11111"])
        with open(f"{self.place()}/custom.json", encoding="utf-8") as file:
            self.assertEqual(json.load(file), {"prepared": "automatic"})
        # once
        self.assertNotIn("prepared", self.once())
        self.assertEqual(self.staged(), [f"{ROLE}/demo-a"])
        # not without the person's key
        served = self.served()
        self.run_ok("publish", self.depot)
        changed = {name for name, data in self.served().items() if served.get(name) != data and "metadata" in name}
        self.assertFalse([name for name in changed if ROLE in name], changed)
        done = self.run_any(*self.approve("--key", self.key(), "--yes"))
        self.assertEqual(done.returncode, 0, done.stderr)
        for words in ("leaves demo 2.0", "in place of demo 1.0", "fixes CVE-2026-11111", "replaced /usr/bin/demo",
                      "bytes to fetch for demo 1.0"):
            self.assertIn(words, done.stdout)
        self.assertEqual(self.names("published"), [f"{ROLE}/demo-a"])
        [name] = [name for name in sorted(self.served()) if name.endswith(f".{ROLE}.json")][-1:]
        role = json.loads(self.served()[name])
        self.assertEqual(len(role["signatures"]), 2)
        custom = role["signed"]["targets"][f"{ROLE}/demo-a.json"]["custom"]
        self.assertEqual((custom["prepared"], custom["approved"]), ("automatic", "Release Team"))
        # published ones are not made again either
        self.assertNotIn("prepared", self.once())

    def test_later_fix(self):
        """It is made for the release's version and for the one that the suite had in between."""
        self.two_keys()
        self.fix()
        self.once()
        self.run_ok(*self.approve("--key", self.key(), "--yes"))
        entries = self.new_entries() | {"usr/bin/demo": Entry(b"program 3.0", 0o755),
                                        "usr/share/doc/demo/changelog.gz":
                                        Entry(gzip("demo (3.0) x\n\n  * CVE-2026-55555\n\n" + CHANGELOG))}
        self.fix("3.0", entries=entries)
        self.assertEqual(self.once()["prepared"], ["demo"])
        manifest = self.manifest("demo-b")
        self.assertEqual([base["label"] for base in manifest["bases"]], ["demo 1.0", "demo 2.0"])
        self.run_ok("lint", self.depot)

    def test_quorum(self):
        """Nothing is prepared for a role that no person has to sign."""
        self.fix()
        self.assertIn("make the role", self.failure())
        self.change_keys("add", ROLE, "--new-role")
        self.assertIn("no person would have to sign it: " + ROLE + " needs 1 signatures", self.failure())
        self.change_keys("add", ROLE)
        self.change_keys("threshold", ROLE, "2")
        self.assertIn("2 of its keys lie open in", self.failure())
        self.assertEqual(self.staged(), [])

    def test_above(self):
        """Nor where root's or targets' keys lie open beside the automation: whoever has them says who has to sign."""
        self.two_keys()
        self.fix()
        for role in "root", "targets":
            with self.subTest(role=role):
                shutil.copy(f"{self.top}/stick/{role}.pem", f"{self.depot}/keys")
                self.assertIn(f"holds what {role} is signed with", self.failure())
                self.assertEqual(self.staged(), [])
                os.unlink(f"{self.depot}/keys/{role}.pem")
        with open(f"{self.top}/words", "w", encoding="utf-8") as file:
            file.write("open sesame\n")
        self.change_keys("rotate", "targets", "--encrypt", "--passphrase-file", f"{self.top}/words", "--to",
                         f"{self.depot}/keys")
        self.assertEqual(self.once()["prepared"], ["demo"])

    def test_newer_release(self):
        """A release that took the fix in, and a later one, has nothing to be prepared."""
        self.two_keys()
        self.fix()
        self.archive.add("stable", "demo", "3.0", self.new_entries())
        self.publish("stable")
        self.assertNotIn("prepared", self.once())
        self.assertIn("demo: " + self.archive.url + " stable has demo 3.0, which is newer",
                      self.run_ok("follow", self.depot, "--once"))
        self.assertEqual(self.staged(), [])

    def failure(self):
        done = self.run_any("follow", self.depot, "--once")
        self.assertEqual(done.returncode, 1, done.stdout)
        return done.stderr

    def test_tampered(self):
        """What the archive did not sign prepares nothing, be it new or what was right before."""
        self.two_keys()
        self.once()
        self.fix()
        inrelease = f"{self.archive.top}/dists/stable-security/InRelease"
        with open(inrelease, encoding="utf-8") as file:
            good = file.read()
        packages = f"{self.archive.top}/dists/stable-security/main/binary-amd64/Packages"
        with open(packages, encoding="utf-8") as file:
            index = file.read()
        deb = glob.glob(f"{self.archive.top}/pool/stable-security/*.deb")[0]
        with open(deb, "rb") as file:
            data = file.read()

        def write(path, content):
            with open(path, "wb") as file:
                file.write(content if isinstance(content, bytes) else content.encode())

        rows = [("signature", lambda: write(inrelease, good.replace("Origin: Demo", "Origin: Evil"))),
                ("no signature", lambda: write(inrelease, good.split("\n\n", 1)[1].split("-----BEGIN")[0])),
                ("no release", lambda: os.unlink(inrelease)),
                ("index", lambda: write(packages, index.replace("Version: 2.0", "Version: 2.1"))),
                ("package", lambda: write(deb, data[:-1] + bytes([data[-1] ^ 1])))]
        for what, change in rows:
            with self.subTest(what=what):
                change()
                self.assertRegex(self.failure(), "nothing was prepared|1 could not be prepared")
                self.assertEqual(self.staged(), [])
                write(inrelease, good)
                write(packages, index)
                write(deb, data)
        self.assertEqual(self.once()["prepared"], ["demo"])

    def test_other_key(self):
        self.two_keys()
        self.fix()
        self.archive.add_key("Other <other@example.org>")
        self.archive.sign("stable-security", "Other <other@example.org>")
        self.assertIn("nothing was prepared", self.failure())
        self.assertEqual(self.staged(), [])

    def test_one_fails(self):
        """The others are prepared all the same, and it is told."""
        self.two_keys()
        bad = {"etc/bad.conf": Entry(b"1"), "usr/bin/bad": Entry(b"1", 0o755),
               "usr/share/doc/bad/changelog.gz": Entry(gzip(CHANGELOG.replace("demo", "bad")))}
        self.archive.add("stable", "bad", "1.0", bad)
        self.publish("stable")
        self.fix("2.0", "bad", bad | {"etc/bad.conf": Entry(b"2")})
        self.fix()
        self.follow("[Component bad]\nPackages=bad;\n[Component missing]\nPackages=missing;\n" + DEMO)
        self.assertIn("of 3 components 1 could not be prepared, the others are as they should be: bad: this can't be an "
                      "improvement: /etc/bad.conf changes", self.once(1)["message"])
        self.assertEqual(self.staged(), [f"{ROLE}/demo-a"])
        # one that is not wanted is no failure
        self.follow("[Component bad]\nPackages=bad;\nSkip=1.5;2.0;\n" + DEMO)
        self.once()

    def test_with(self):
        self.two_keys()
        unit = {"usr/lib/systemd/system/user.service": Entry(b"[Service]\nExecStart=/usr/bin/demo\n")}
        self.archive.add("stable", "user", "1.0", unit)
        self.publish("stable")
        self.fix()
        with open(f"{self.depot}/demo.notes", "w", encoding="utf-8") as file:
            file.write("[Improvement]\nTitle=Demo\nTitle[de]=Vorführung\nSeverity=high\n")
        # the unit's program lies in another tree: that of the fixed package
        self.follow(DEMO + "With=user;\nTakeEffects=true\nNotes=demo.notes\n")
        self.once()
        manifest = self.manifest()
        self.assertEqual(manifest["effects"]["restart"], ["user.service"])
        self.assertEqual((manifest["title"], manifest["severity"]), ({"en": "Demo", "de": "Vorführung"}, "high"))
        self.follow(DEMO.replace("demo]", "other]") + "With=nobody;\n")
        self.assertIn("has no package nobody, of With=", self.failure())

    def test_others(self):
        """Nothing goes out along with what a person has looked at."""
        self.two_keys()
        other = {"usr/bin/other": Entry(b"1", 0o755),
                 "usr/share/doc/other/changelog.gz": Entry(gzip(CHANGELOG.replace("demo", "other")))}
        self.archive.add("stable", "other", "1.0", other)
        self.publish("stable")
        self.fix("2.0", "other", other | {"usr/bin/other": Entry(b"2", 0o755)})
        self.fix()
        self.follow("[Component other]\nPackages=other;\n" + DEMO)
        self.assertEqual(self.once()["prepared"], ["other", "demo"])
        self.run_ok("publish", self.depot)
        words = ("approve", self.depot, "demo-b", "--name", "Release Team", "--yes", "--key", self.key())
        self.assertEqual(len(self.staged()), 2)
        self.run_ok(*words)
        self.assertEqual((self.names("published"), self.staged()), ([f"{ROLE}/demo-b"], [f"{ROLE}/other-a"]))
        self.run_ok(*words[:2], "other-a", *words[3:])
        self.assertEqual(self.names("published"), [f"{ROLE}/demo-b", f"{ROLE}/other-a"])

    def test_asked(self):
        """A person is asked, at a terminal or not at all; who says no has changed nothing."""
        self.two_keys()
        self.fix()
        self.once()
        self.run_refused("nobody can be asked here", *self.approve("--key", self.key()))
        self.run_refused("with --json nothing is shown", *self.approve("--key", self.key()), "--json")
        self.run_refused("--name has to be", "approve", self.depot, "demo-a", "--yes", "--name", "a\nb", "--key", self.key())
        self.run_refused("--name is needed", "approve", self.depot, "demo-a")
        self.run_refused("has no demo-x", "approve", self.depot, "demo-x", "--name", "x", "--yes")
        for answer, code in ((b"n\n", 1), (b"\n", 1), (b"y\n", 0)):
            ours, theirs = pty.openpty()
            os.write(ours, answer)
            done = subprocess.run([self.program, *self.approve("--key", self.key())], stdin=theirs, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True, timeout=90)
            os.close(ours)
            os.close(theirs)
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn("Sign and publish this as Release Team?", done.stdout)
            self.assertEqual(os.path.isdir(f"{self.depot}/published/{ROLE}/demo-a"), code == 0)
        self.assertEqual(self.staged(), [])

    def test_by_hand(self):
        """What a person has made needs no second one."""
        self.run_ok(*self.make(*self.debs()))
        self.run_refused("waits for no approval", *self.approve("--yes"))

    def test_configuration(self):
        rows = [("[Component demo]\n", "has to be called by a component's name and to have Packages="),
                ("[Component De mo]\nPackages=demo\n", "has to be called by a component's name"),
                (DEMO + "Package=x\n", "has the unknown key Package"), ("[More]\n", "[More] is neither")]
        for text, complaint in rows:
            with self.subTest(text=text):
                self.follow(text)
                self.assertIn(complaint, self.failure())
        self.two_keys()
        for old, new in [("main", "main [trusted=yes]"), ("stable-security", "x [y"), ("http://", "cdrom:"),
                         (self.archive.keyring, "keyring.gpg"), ("amd64", "amd64,trusted=yes")]:
            with self.subTest(new=new):
                with open(f"{self.depot}/follow.conf", "w", encoding="utf-8") as file:
                    file.write((CONF.format(url=self.archive.url, keyring=self.archive.keyring) + DEMO).replace(old, new))
                self.assertIn("and this is none", self.failure())
        self.follow("[Component demo]\nPackages=--help;\n")
        self.assertIn("packages of valid names", self.failure())

    def test_example(self):
        """The one of the README can be copied: what is wrong with it here is that the role is not there yet."""
        with open(f"{self.depot}/follow.conf", "w", encoding="utf-8") as file:
            file.write(example("[Follow]"))
        self.assertIn("make the role " + ROLE, self.failure())

    def test_rounds(self):
        """Without --once each look is one line of JSON, at once, with what went wrong in it."""
        with subprocess.Popen([self.program, "follow", self.depot, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True) as process:
            told = json.loads(process.stdout.readline())
            process.kill()
            self.assertEqual(process.communicate(), ("", ""))
        self.assertEqual(told["error"], "NotFound")
        self.assertIn("has no role", told["message"])
        self.assertIn("the next try is in 1 hours", told["warnings"][0])

    def test_killed(self):
        """Killed wherever it is: nothing half made is ever staged, and the next run does what is missing."""
        self.two_keys()
        self.fix()
        for seconds in (0.05, 0.2, 0.4, 0.8, 1.2, 1.6):
            process = subprocess.Popen([self.program, "follow", self.depot, "--once"], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for name in self.staged():
                self.run_ok("lint", self.depot, name)
        self.once()
        self.assertEqual(self.staged(), [f"{ROLE}/demo-a"])
        self.run_ok("lint", self.depot)


if __name__ == "__main__":
    Case.program = sys.argv.pop(1)
    unittest.main()
