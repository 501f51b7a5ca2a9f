#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""suture-publish, and a thief of its online keys who writes into its own folder: what is refused, and how the publisher and
its desktops come out of it once the keys are replaced. Usage: test-publisher-thief.py PROGRAM TUF-CLIENT [unittest options]"""

import hashlib
import json
import os
import shutil
import sys
import time
import unittest

from publishing import ROLE
from living import Living, feed

HUGE = 2 ** 63 - 1
LAST = 2 ** 53 - 1


class Thief(Living):
    def setUp(self):
        super().setUp()
        self.publish_one()
        self.accept("demo-a")

    def rotate(self, *roles):
        for role in roles:
            self.run_ok("key", "rotate", self.depot, role)

    def forge_timestamp(self, **changes):
        timestamp = self.latest("timestamp")
        timestamp["version"] += 1
        timestamp.update(changes)
        self.forge("timestamp", {name: value for name, value in timestamp.items() if value is not None})

    def forge_base(self, version, number=1):
        """A new version of the base release's role."""
        signed = self.latest(ROLE)
        signed["version"] = version
        next(iter(signed["targets"].values()))["custom"]["number"] = number
        key = next(item["keyids"][0] for item in self.latest("targets")["delegations"]["roles"] if item["name"] == ROLE)
        signature = feed.sign(f"{self.depot}/keys/{ROLE}.pem", feed.canonical(signed), f"{self.top}/to-sign")
        with open(f"{self.depot}/repository/metadata/{version}.{ROLE}.json", "w", encoding="utf-8") as file:
            file.write(feed.canonical({"signatures": [{"keyid": key, "sig": signature}], "signed": signed}))

    def forge_snapshot(self, version, **meta):
        """A snapshot that lists other versions of roles, and the timestamp for it."""
        snapshot = self.latest("snapshot")
        snapshot["version"] = version
        for role, number in meta.items():
            snapshot["meta"][f"{ROLE if role == 'base' else role}.json"] = {"version": number}
        self.forge("snapshot", snapshot)
        self.forge_timestamp(meta={"snapshot.json": {"version": version}})

    def come_back(self):
        """Everyone goes on: who has seen the thief's files, who has not, and who is new."""
        seen = self.run_ok("log", self.depot, "--verify")
        self.assertIn("entries, good", seen)
        self.run_ok("refresh", self.depot)
        self.stage()
        self.run_ok("publish", self.depot)
        self.accept("demo-a", "demo-b")
        self.assertLess(self.latest("timestamp")["version"], LAST)
        numbers = [entry["number"] for entry in json.loads(self.run_ok("log", self.depot, "--json"))["entries"]]
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
        self.begin_desktop()
        self.accept("demo-a", "demo-b")

    def test_timestamp(self):
        for version in HUGE, LAST:
            with self.subTest(version=version):
                self.forge_timestamp(version=version)
                self.begin_desktop()
                self.accept()
                for words in ("refresh",), ("publish",), ("withdraw", "demo-a", "--reason", "Bad"):
                    said = self.run_refused(f"timestamp has the version {version}", words[0], self.depot, *words[1:])
                    self.assertIn(f"key rotate {self.depot} timestamp", said)
                self.assertEqual(self.latest("timestamp")["version"], version)
                self.run_ok("key", "revoke", self.depot, self.latest("root")["roles"]["timestamp"]["keyids"][0])
                os.rename(next(f"{self.depot}/keys/{name}" for name in os.listdir(f"{self.depot}/keys")
                               if name.startswith("timestamp-")), f"{self.depot}/keys/timestamp.pem")
        self.come_back()

    def test_issued(self):
        """A time of issue in the future: soon, so that desktops take it, or in another age, so that nobody does."""
        for days, command in (20, "refresh"), (20000, "restore"):
            with self.subTest(days=days):
                moment = time.time() + days * 86400
                self.forge_timestamp(issued=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment)),
                                     expires=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment + 86400)), version=HUGE)
                self.run_refused("replace the timestamp's key" if days == 20 else "is not as it was published", "refresh", self.depot)
                if command == "restore":
                    self.run_ok("restore", self.depot)
                self.run_ok("key", "rotate", self.depot, "timestamp", "--any-clock")
                os.rename(next(f"{self.depot}/keys/{name}" for name in os.listdir(f"{self.depot}/keys")
                               if name.startswith("timestamp-")), f"{self.depot}/keys/timestamp.pem")
        self.come_back()

    def test_high(self):
        """Below the last one it is counted on."""
        self.forge_timestamp(version=LAST - 2)
        self.run_ok("refresh", self.depot)
        self.assertEqual(self.latest("timestamp")["version"], LAST - 1)
        self.run_ok("refresh", self.depot)
        self.run_refused("after which there is none", "refresh", self.depot)
        self.rotate("timestamp")
        self.come_back()

    def test_all(self):
        """Whoever has all keys but root's."""
        self.forge_base(HUGE)
        targets = self.latest("targets")
        targets["version"] = HUGE
        self.forge("targets", targets)
        self.forge_snapshot(HUGE, targets=HUGE, base=HUGE)
        self.forge_timestamp(version=HUGE)
        self.accept("demo-a")
        self.run_refused("after which there is none", "refresh", self.depot)
        self.rotate("snapshot")
        timestamp = self.latest("timestamp")
        version = timestamp["meta"]["snapshot.json"]["version"]
        with open(f"{self.depot}/repository/metadata/{version}.snapshot.json", encoding="utf-8") as file:
            versions = [entry["version"] for entry in json.load(file)["signed"]["meta"].values()]
        self.assertTrue(all(1 < number < LAST for number in [version, timestamp["version"], *versions]), versions)
        self.rotate("timestamp", "targets", ROLE)
        self.come_back()

    def test_log(self):
        """What the timestamp says of the log is not believed by itself, and the log begins anew for nobody."""
        sha256 = hashlib.sha256(b"{}").hexdigest()
        true = self.latest("timestamp")["log"]
        for what, log in (("huge", {"entries": HUGE, "sha256": sha256}), ("last", {"entries": LAST, "sha256": sha256}),
                          ("none", None), ("shorter", {"entries": 1, "sha256": sha256}),
                          ("other", {"entries": true["entries"], "sha256": sha256})):
            with self.subTest(what=what):
                shutil.copytree(self.depot, f"{self.top}/before", symlinks=True)
                served = self.served()
                self.forge_timestamp(log=log)
                forged = self.served()
                said = self.run_refused("the public log, and that is not what", "refresh", self.depot)
                self.assertIn(f"key rotate {self.depot} timestamp", said)
                self.assertEqual(self.served(), forged)
                done = self.run_any("key", "rotate", self.depot, "timestamp")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn(f"goes on behind entry {true['entries']} of", done.stderr)
                self.assertEqual(self.served()["metadata/1.log.jsonl"], served["metadata/1.log.jsonl"])
                self.assertEqual(self.latest("timestamp")["log"]["entries"], true["entries"] + 2)
                self.begin_desktop()
                self.come_back()
                shutil.rmtree(self.depot)
                os.rename(f"{self.top}/before", self.depot)

    def test_log_of_its_own(self):
        """A log that fits its timestamp, and is not the publisher's."""
        line = feed.canonical({"number": 1, "previous": "0" * 64, "event": "root"})
        path = f"{self.depot}/repository/metadata/1.log.jsonl"
        with open(path, encoding="utf-8") as file:
            good = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(line + "\n")
        self.forge_timestamp(log={"entries": 1, "sha256": hashlib.sha256(line.encode()).hexdigest()})
        self.run_refused("and that is not what", "refresh", self.depot)
        with open(path, "w", encoding="utf-8") as file:
            file.write(good)
        self.rotate("timestamp")
        self.come_back()

    def test_log_of_a_backup(self):
        """Whoever lost the copies goes on from what is served, if that is whole."""
        kept = sorted(os.listdir(f"{self.depot}/log"))
        shutil.rmtree(f"{self.depot}/log")
        os.rename(f"{self.depot}/repository/metadata/1.log.jsonl", f"{self.top}/1.log.jsonl")
        self.run_refused("and that is not what", "refresh", self.depot)
        os.rename(f"{self.top}/1.log.jsonl", f"{self.depot}/repository/metadata/1.log.jsonl")
        self.run_ok("refresh", self.depot)
        self.assertEqual(sorted(os.listdir(f"{self.depot}/log")), kept)
        self.come_back()

    def test_first_log(self):
        """A feed that has none yet gets one, and that is said."""
        shutil.rmtree(f"{self.depot}/log")
        for name in os.listdir(f"{self.depot}/repository/metadata"):
            if name.endswith(".log.jsonl"):
                os.unlink(f"{self.depot}/repository/metadata/{name}")
        self.forge_timestamp(log=None)
        done = self.run_any("refresh", self.depot)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("has no public log: it begins", done.stderr)
        self.come_back()

    def test_nothing_there(self):
        """A snapshot of what is not there: what was published is remembered, and can be restored."""
        before = self.served()
        self.forge_snapshot(self.latest("snapshot")["version"] + 1, targets=HUGE)
        for command in "refresh", "publish":
            self.run_refused("is not as it was published", command, self.depot)
        self.run_ok("restore", self.depot)
        after = self.served()
        self.assertEqual({name: after[name] for name in before}, before)
        self.rotate("timestamp", "snapshot")
        self.come_back()

    def test_root_elsewhere(self):
        """The root that ends it waits for a key that is kept elsewhere."""
        os.rename(f"{self.depot}/keys/root.pem", f"{self.top}/root.pem")
        self.forge_timestamp(version=HUGE, log=None)
        self.run_any("key", "rotate", self.depot, "timestamp")
        self.assertEqual(os.listdir(f"{self.depot}/pending"), ["2.root.json"])
        self.run_refused("after which there is none", "refresh", self.depot)
        self.run_ok(*self.signed("--key", f"{self.top}/root.pem"))
        self.assertEqual(os.listdir(f"{self.depot}/pending"), [])
        self.come_back()

    def test_number(self):
        """The last number of an improvement."""
        version = self.latest(ROLE)["version"] + 1
        self.forge_base(version, 2 ** 31 - 1)
        self.forge_snapshot(self.latest("snapshot")["version"] + 1, base=version)
        self.run_refused("the last number that there is", *self.make(*self.debs()))


if __name__ == "__main__":
    Living.take_programs(sys.argv)
    unittest.main()
