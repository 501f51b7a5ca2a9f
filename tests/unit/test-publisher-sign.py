#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""suture-publish sign: what a person sees of a file before it is signed, is asked, and what is refused.
Usage: test-publisher-sign.py PROGRAM TUF-CLIENT [unittest options]"""

import json
import os
import pty
import shutil
import subprocess
import sys
import unittest

from publishing import ROLE
from living import Living, feed


class Sign(Living):
    def setUp(self):
        super().setUp()
        self.publish_one()
        self.stick = f"{self.top}/stick"
        self.away = f"{self.top}/away"  # where files are carried to
        os.mkdir(self.stick, 0o700)
        os.mkdir(self.away)

    def take(self, *roles):
        """Keys that are kept on the stick from now on."""
        for role in roles:
            os.rename(f"{self.depot}/keys/{role}.pem", f"{self.stick}/{role}.pem")

    def key_of(self, role):
        return self.latest("root")["roles"][role]["keyids"][0]

    def carry(self, name, to=None):
        return shutil.copy(f"{self.depot}/pending/{name}", f"{self.away}/{to or name}")

    def sign(self, *words, key="root"):
        return ("sign", *words, "--key", f"{self.stick}/{key}.pem")

    def shown(self, *words):
        return json.loads(self.run_ok(*words, "--yes", "--json"))["shown"]

    def read(self, path):
        with open(path, encoding="utf-8") as file:
            return file.read()

    def test_root(self):
        """Which keys come and go, and how many have to sign, against the root before."""
        self.take("root")
        old = self.key_of("timestamp")
        before = shutil.copy(self.metadata("root"), self.away)
        self.run_waiting("key", "rotate", self.depot, "timestamp")
        self.run_waiting("key", "add", self.depot, "targets", "--owner", "Release Team")
        self.run_waiting("key", "threshold", self.depot, "targets", "2")
        file = self.carry("2.root.json")
        body = json.loads(self.read(file))["signed"]["roles"]
        [new] = body["timestamp"]["keyids"]
        alone = self.shown(*self.sign(file))
        self.assertRegex(alone[0], "root, version 2, until 20..-..-..T..:..:..Z$")
        for line in ("root: 1 of 1 keys sign", f"key {self.key_of('root')}, ed25519", f"key {new}, ed25519",
                     "targets: 2 of 2 keys sign", "consistent_snapshot: true"):
            self.assertIn(line, alone)
        self.assertIn("what it takes the place of is not known here", alone[1])
        self.assertFalse([line for line in alone if "added" in line or "dropped" in line])
        against = self.shown(*self.sign(file, "--against", before))
        in_folder = self.shown("sign", self.depot, "--keys", self.stick)
        for lines in against, in_folder:
            for line in (f"key {new}, ed25519, added", f"key {old}, ed25519, dropped",
                         "targets: 2 of 2 keys sign, the threshold was 1", "root: 1 of 1 keys sign",
                         f"key {self.key_of('snapshot')}, ed25519"):
                self.assertIn(line, lines)
            self.assertTrue(lines[0].endswith(", in the place of version 1"), lines[0])
        self.assertTrue([line for line in self.shown("sign", self.depot, "--keys", self.stick) if "of Release Team, added" in line])
        said = self.run_ok(*self.sign(file, "--yes"))
        self.assertIn(f"to be signed by key {self.key_of('root')}, {self.stick}/root.pem", said)
        self.run_refused("--against has to be version 1 of root", *self.sign(file, "--against", file, "--yes"))
        self.run_refused("--against is for a FILE", "sign", self.depot, "--against", before)
        self.run_ok("publish", self.depot)
        self.accept("demo-a")

    def test_strangers(self):
        """A key that has no say, and one of which that is not known."""
        self.take("root")
        before = shutil.copy(self.metadata("root"), self.away)
        self.run_waiting("key", "rotate", self.depot, "timestamp")
        file = self.carry("2.root.json")
        text = self.read(file)
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", f"{self.stick}/other.pem"], check=True)
        self.run_refused("has no say in it", *self.sign(file, "--against", before, "--yes", key="other"))
        self.run_refused("--key or --keys is needed", "sign", file, "--yes")
        self.assertEqual(self.read(file), text)
        self.assertIn("which this root does not name for itself", self.run_ok(*self.sign(file, "--yes", key="other")))
        self.assertIn("no key that is at hand", self.run_ok(*self.sign(self.depot, "--yes", key="other")))

    def test_asked(self):
        """Nothing is signed that nobody agreed to, elsewhere and in the folder."""
        self.take("root")
        self.run_waiting("key", "rotate", self.depot, "timestamp")
        file = self.carry("2.root.json")
        for place, words in ((file, self.sign(file)), (f"{self.depot}/pending/2.root.json", self.sign(self.depot))):
            text = self.read(place)
            self.run_refused("nobody can be asked here", *words)
            for answer, code in ((b"n\n", 1), (b"\n", 1), (b"y\n", 0)):
                ours, theirs = pty.openpty()
                os.write(ours, answer)
                done = subprocess.run([self.program, *words], stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                      text=True, timeout=90, check=False)
                os.close(ours)
                os.close(theirs)
                with self.subTest(place=place, answer=answer):
                    self.assertEqual(done.returncode, code, done.stderr)
                    self.assertLess(done.stdout.index("root, version 2"), done.stdout.index("Sign this? [y/N]"))
                    self.assertEqual(self.read(place) != text, code == 0)

    def test_targets(self):
        """Base releases, who signs for them and which paths; improvements with all that is said of each."""
        self.take("root", "targets", ROLE)
        self.run_waiting("key", "add", self.depot, "debian-13-x86-64", "--new-role")
        self.run_waiting("withdraw", self.depot, "demo-a", "--reason", "It breaks\n  root: 1 of 1 keys sign")
        self.stage()
        self.run_waiting("publish", self.depot)
        lines = self.shown("sign", self.depot, "--keys", self.stick)
        for line in ("debian-13-x86-64: 1 of 1 keys sign, new", 'paths: ["debian-13-x86-64/?*"]', "terminating: true",
                     f"{ROLE}: 1 of 1 keys sign", f"{ROLE}/demo-a.json, changed", f"{ROLE}/demo-b.json, new", 'component: "demo"',
                     "number: 2"):
            self.assertIn(line, lines)
        [withdrawn] = [line for line in lines if line.startswith("withdrawn: ")]
        self.assertIn("It breaks", withdrawn)  # all in one line, whatever is in it
        self.assertIn("root: 1 of", withdrawn)
        said = self.run_ok("sign", self.depot, "--keys", self.stick, "--yes")
        for words in "leaves demo 2.0", "fixes CVE-2026-11111", "in place of demo 1.0":
            self.assertIn(words, said)
        alone = self.shown(*self.sign(self.carry(f"2.{ROLE}.json"), key=ROLE))
        for line in (f"{ROLE}/demo-a.json", f"{ROLE}/demo-b.json", 'component: "demo"'):
            self.assertIn(line, alone)
        self.assertTrue([line for line in alone if line.startswith("hashes: ")])
        self.run_ok("publish", self.depot)
        self.stage()
        self.run_waiting("publish", self.depot)
        self.assertIn("2 as before", self.shown("sign", self.depot, "--keys", self.stick))
        self.accept("demo-a", "demo-b")

    def change(self, name, to, change):
        """A file of pending, carried and altered."""
        with open(f"{self.depot}/pending/{name}", encoding="utf-8") as file:
            whole = json.load(file)
        change(whole["signed"])
        path = f"{self.away}/{to}"
        with open(path, "w", encoding="utf-8") as file:
            file.write(feed.canonical(whole))
        return path

    def test_names(self):
        """What is not what its name says is signed by nobody."""
        self.take("root", "targets", ROLE)
        self.run_waiting("key", "rotate", self.depot, "timestamp")
        self.run_waiting("key", "add", self.depot, "debian-13-x86-64", "--new-role")
        self.run_waiting("withdraw", self.depot, "demo-a", "--reason", "Bad")
        base, other = f"2.{ROLE}.json", "debian-13-x86-64"

        def list_one(body):
            body["targets"]["other/x.json"] = {"length": 1, "hashes": {"sha256": "0" * 64}}

        def swap(body):
            [first, second] = list(body["keys"])[:2]
            body["keys"][first], body["keys"][second] = body["keys"][second], body["keys"][first]

        rows = [("2.root.json", "3.root.json", "another version", lambda body: None),
                ("2.root.json", "2.targets.json", "no metadata of targets", lambda body: None),
                ("2.root.json", f"2.{ROLE}.json", "no metadata of " + ROLE, lambda body: None),
                ("3.targets.json", "3.root.json", "no metadata of root", lambda body: None),
                ("3.targets.json", f"3.{ROLE}.json", "only targets says who else signs", lambda body: None),
                (base, "2.targets.json", "improvements belong to a base release's role", lambda body: None),
                (base, f"2.{other}.json", "no improvement of this base release", lambda body: None),
                (base, base, "no improvement of this base release", list_one),
                ("2.root.json", "2.root.json", "under an id that is another's", swap),
                ("3.targets.json", "3.targets.json", "under an id that is another's", lambda body: swap(body["delegations"])),
                ("2.root.json", "2.root.json", "no metadata of root", lambda body: body.update(_type="targets")),
                ("2.root.json", "root.json", "has to be called VERSION.ROLE.json", lambda body: None),
                ("2.root.json", "02.root.json", "another version", lambda body: None)]
        for name, to, complaint, change in rows:
            with self.subTest(name=name, to=to, complaint=complaint):
                path = self.change(name, to, change)
                text = self.read(path)
                self.run_refused(complaint, "sign", path, "--keys", self.stick, "--yes")
                self.assertEqual(self.read(path), text)
        path = self.change("2.root.json", "2.root.json", lambda body: None)
        self.run_ok(*self.sign(path, "--yes"))
        for name, change in ((base, list_one), ("3.targets.json", list_one)):  # in the folder as well
            shutil.copy(f"{self.depot}/pending/{name}", f"{self.top}/good")
            bad = shutil.copy(self.change(name, name, change), f"{self.depot}/pending/{name}")
            text = self.read(bad)
            with self.subTest(name=name):
                self.run_refused("is not what its name says", "sign", self.depot, "--keys", self.stick, "--yes")
                self.assertEqual(self.read(bad), text)
            shutil.copy(f"{self.top}/good", bad)
        self.run_ok("sign", self.depot, "--keys", self.stick, "--yes")

    def test_hearsay(self):
        """A version before that somebody has made up hides nothing."""
        self.take(ROLE)
        self.run_waiting("withdraw", self.depot, "demo-a", "--reason", "Bad")
        honest = shutil.copy(self.metadata(ROLE), self.away)
        file = self.carry(f"2.{ROLE}.json")
        told = "was not signed by any of these keys"
        lines = self.shown(*self.sign(file, "--against", honest, key=ROLE))
        self.assertNotIn(told, "".join(lines))
        evil = self.envelope(ROLE)
        target = evil["signed"]["targets"][f"{ROLE}/demo-a.json"]
        evil["signed"]["targets"][f"{ROLE}/evil-a.json"] = target
        with open(honest, "w", encoding="utf-8") as out:
            out.write(feed.canonical(evil))
        file = self.change(f"2.{ROLE}.json", f"2.{ROLE}.json",
                           lambda body: body["targets"].update({f"{ROLE}/evil-a.json": target}))
        lines = self.shown(*self.sign(file, "--against", honest, key=ROLE))
        self.assertIn(told, lines[1])
        self.assertIn(f"{ROLE}/evil-a.json, as before", lines)
        self.assertNotIn("1 as before", lines)
        os.rename(f"{self.stick}/{ROLE}.pem", f"{self.depot}/keys/{ROLE}.pem")
        os.unlink(f"{self.depot}/pending/2.{ROLE}.json")
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", f"{self.stick}/team.pem"], check=True)
        self.run_ok("key", "add", self.depot, ROLE, "--public", f"{self.stick}/team.pem")
        for told_so in True, False:  # in the folder as well, until it has signed once
            self.take(ROLE)
            self.run_waiting("withdraw", self.depot, "demo-a", "--reason", f"Bad {told_so}")
            lines = self.shown(*self.sign(self.depot, key="team"))
            self.assertEqual(told in "".join(lines), told_so)
            os.rename(f"{self.stick}/{ROLE}.pem", f"{self.depot}/keys/{ROLE}.pem")
            self.run_ok("publish", self.depot)

    def signatures(self):
        """How many each file has that waits."""
        return {name: len(json.loads(self.read(f"{self.depot}/pending/{name}"))["signatures"]) for name in self.pending()}

    def test_unseen(self):
        """What waited before is signed by whoever sees it, and along with nothing else."""
        self.take("root", "targets", ROLE)
        keys = ("--keys", self.stick)
        self.run_waiting("key", "rotate", self.depot, "timestamp")
        self.run_waiting("key", "add", self.depot, "debian-13-x86-64", "--new-role")
        self.run_waiting("withdraw", self.depot, "demo-a", "--reason", "Bad")
        names = [f"2.{ROLE}.json", "2.root.json", "3.targets.json"]
        for words in (("refresh",), ("publish",), ("rollout", "demo-a", "--hours", "5"), ("key", "threshold", ROLE, "1"),
                      ("key", "rotate", "snapshot")):
            first = 2 if words[0] == "key" else 1
            with self.subTest(words=words):
                self.run_any(*words[:first], self.depot, *words[first:], *keys)
                self.assertEqual([self.signatures()[name] for name in names], [0, 0, 0])
        self.stage()
        with open(f"{self.place('demo-b')}/custom.json", "w", encoding="utf-8") as file:
            file.write('{"prepared":"automatic"}')
        approve = ("approve", self.depot, "demo-b", "--name", "Team", "--yes", *keys)
        self.run_refused(f"changes {ROLE}/demo-a.json as well", *approve)
        bad = self.change(names[0], names[0], lambda body: body.update(more="x", targets=self.latest(ROLE)["targets"]))
        shutil.copy(bad, f"{self.depot}/pending")
        self.run_refused("changes more than improvements as well", *approve)
        os.unlink(f"{self.depot}/pending/{names[0]}")
        self.run_ok(*approve)
        self.assertIn(f"{ROLE}/demo-b.json", self.latest(ROLE)["targets"])
        self.assertEqual([self.signatures()[name] for name in names[1:]], [0, 0])
        self.run_ok(*self.signed(*keys))
        self.assertEqual(self.latest("root")["version"], 2)
        self.accept("demo-a", "demo-b")
        self.stage()  # without a mark that it was prepared automatically, and so would be what somebody took it from
        for words in ("publish", self.depot), ("publish", self.depot, "demo-c"):
            self.run_waiting(*words, *keys)
            self.assertEqual(self.signatures(), {f"3.{ROLE}.json": 0})
        self.run_ok(*self.signed(*keys))
        self.assertEqual(self.names(), [])
        self.accept("demo-c")

if __name__ == "__main__":
    Living.take_programs(sys.argv)
    unittest.main()
