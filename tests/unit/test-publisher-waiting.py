#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""suture-publish and what waits for signatures: how it is told, and how long it may wait.
Usage: test-publisher-waiting.py PROGRAM TUF-CLIENT [unittest options]"""

import json
import os
import shutil
import sys
import time
import unittest

from publishing import ROLE
from living import Living, feed


class Waiting(Living):
    # what waits

    def test_waiting(self):
        """A change whose signature is missing is told to be no more than that, by each command in the same way."""
        self.publish_one()
        stick = f"{self.top}/stick"
        os.mkdir(stick, 0o700)
        self.run_ok("key", "rotate", self.depot, ROLE, "--to", stick)
        self.assertEqual(json.loads(self.run_ok("refresh", self.depot, "--json"))["state"], "published")
        published = self.served()
        for words in ("withdraw", "demo-a", "--reason", "Bad"), ("rollout", "demo-a", "--hours", "5"), ("publish",):
            words = words[0], self.depot, *words[1:]
            with self.subTest(words=words[0]):
                said = self.run_waiting(*words)
                for part in ("waits for 1 more signature", f"key {self.ids(ROLE)[0][0][:8]}", "nothing of what changes in " + ROLE,
                             f"suture-publish sign {self.depot}", f"suture-publish publish {self.depot}"):
                    self.assertIn(part, said)
                self.assertNotIn("withdrew", said)
                told = json.loads(self.run_waiting(*words, "--json"))
                self.assertEqual((told["state"], told["pending"][0]["missing"]), ("waiting", 1))
                self.assertFalse({"withdrawn", "rollout"} & set(told))
        after = self.served()
        self.assertEqual([name for name in published if published[name] != after[name]], ["metadata/timestamp.json"])
        self.run_ok("refresh", self.depot)  # which asks for nothing else
        self.assertNotIn("at hand", said)
        self.assertIn("what is at hand signs it when it was shown", self.run_waiting("publish", self.depot, "--keys", stick))
        told = json.loads(self.run_ok(*self.signed("--keys", stick), "--json"))
        self.assertEqual(told["state"], "published")
        self.assertEqual((self.custom()["withdrawn"]["reason"], self.custom()["rollout"]["hours"]), ("Bad", 5))
        os.rename(f"{self.depot}/keys/root.pem", f"{stick}/root.pem")
        for words in ("rotate", "timestamp"), ("add", "snapshot"), ("threshold", "snapshot", "2"), ("revoke", self.ids("snapshot")[0][0]):
            with self.subTest(words=words):
                told = json.loads(self.run_waiting("key", words[0], self.depot, *words[1:], "--json"))
                self.assertEqual((told["state"], "added" in told, "removed" in told), ("waiting", False, False))
                self.assertEqual(len(told.get("made", [])), 0 if words[0] == "threshold" else 1)
        self.assertIn("is going to have added key", self.run_waiting("key", "add", self.depot, "snapshot"))
        told = json.loads(self.run_ok("show", self.depot, "--json"))  # what is awaited is not to be thrown away
        awaited = set(self.waiting_body("2.root.json")["signed"]["keys"]) & set(told["awaited_keys"] + told.get("unused_keys", []))
        self.assertEqual((set(told["awaited_keys"]), len(awaited) > 1), (awaited, True))
        self.run_ok("withdraw", self.depot, "demo-a", "--undo", "--keys", stick)
        self.assertEqual(len(self.pending()), 1)  # root was there as well, and nobody has looked
        self.run_ok(*self.signed("--keys", stick))
        self.assertEqual(self.pending(), [])

    def test_waiting_beside(self):
        """What goes out is out, whatever else waits."""
        self.publish_one()
        os.rename(f"{self.depot}/keys/root.pem", f"{self.top}/root.pem")
        self.run_waiting("key", "rotate", self.depot, "timestamp")
        self.run_ok("withdraw", self.depot, "demo-a", "--reason", "Bad")
        self.stage()
        told = json.loads(self.run_ok("publish", self.depot, "--json"))
        self.assertEqual((told["state"], [item["role"] for item in told["pending"]]), ("published", ["root"]))
        self.run_waiting("publish", self.depot)

    # what waits, and for how long it holds

    def alter(self, name, **changes):
        """What waits is altered, and signed with its role's keys on the stick."""
        path = f"{self.depot}/pending/{name}"
        with open(path, encoding="utf-8") as file:
            whole = json.load(file)
        whole["signed"].update(changes)
        text = feed.canonical(whole["signed"])
        role = name.split(".")[1]
        key = f"{self.top}/stick/{next(name for name in os.listdir(f'{self.top}/stick') if name.startswith(role))}"
        public = json.loads(self.run_ok("show", self.depot, "--keys", f"{self.top}/stick", "--json"))["roles"]
        ids = [item["id"] for entry in public if entry["name"] == role for item in entry["keys"] if item.get("file") == key]
        whole["signatures"] = [{"keyid": ids[0], "sig": feed.sign(key, text, f"{self.top}/to-sign")}]
        with open(path, "w", encoding="utf-8") as file:
            file.write(feed.canonical(whole))

    def waiting_body(self, name):
        with open(f"{self.depot}/pending/{name}", encoding="utf-8") as file:
            return json.load(file)

    def stamp(self, days, seconds=0):
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + days * 86400 + seconds))

    def more_keys(self, role):
        """A role that needs a signature here and those of two keys on the stick."""
        stick = f"{self.top}/stick"
        os.makedirs(stick, 0o700, exist_ok=True)
        self.run_ok("key", "add", self.depot, role, "--to", stick)
        self.run_ok("key", "add", self.depot, role, "--to", stick)
        self.run_ok("key", "threshold", self.depot, role, "3", "--keys", stick)

    def renewed(self, name, *words, dropped=True):
        """Whether a run makes the file anew, and says that a signature is lost."""
        before = self.waiting_body(name)
        done = self.run_any(*(words or ("publish", self.depot)))
        self.assertEqual(done.returncode, 3, done.stderr)
        anew = self.waiting_body(name)["signed"] != before["signed"]
        self.assertEqual("is made anew" in done.stderr, anew and dropped, done.stderr)
        return anew

    def test_old_waiting_role(self):
        """A role's file that waits for too long, or would hold for too long, is made anew; else signatures in it stay."""
        self.publish_one()
        self.more_keys(ROLE)
        self.run_waiting("withdraw", self.depot, "demo-a", "--reason", "Bad")
        name = self.pending()[0]
        for expires, anew in ((89, False), (46, False), (44, True), (-1, True), (2, True), (91, True), (9000, True)):
            with self.subTest(expires=expires):
                self.alter(name, expires=self.stamp(expires))
                self.assertEqual(self.renewed(name), anew)
        self.alter(name, issued=self.stamp(0))
        self.assertTrue(self.renewed(name))
        self.run_ok(*self.signed("--keys", f"{self.top}/stick"))
        self.assertEqual(self.custom()["withdrawn"]["reason"], "Bad")
        self.accept("demo-a")

    def test_old_waiting_root(self):
        stick = f"{self.top}/stick"
        self.more_keys("root")
        self.run_waiting("key", "rotate", self.depot, "timestamp")
        [name] = self.pending()
        for expires, anew in ((364, False), (184, False), (181, True), (1, True), (3650, True)):
            with self.subTest(expires=expires):
                self.alter(name, expires=self.stamp(expires))
                self.assertEqual(self.renewed(name), anew)
        self.run_ok(*self.signed("--keys", stick))
        self.accept()

    def test_old_waiting_timestamp(self):
        """Its days are its own unless somebody says how many."""
        self.publish_one()
        self.more_keys("timestamp")
        self.run_waiting("publish", self.depot, "--expires-days", "40")
        [name] = [name for name in self.pending() if "timestamp" in name]
        body = self.waiting_body(name)["signed"]
        shutil.copytree(f"{self.depot}/pending", f"{self.top}/first")
        for words, issued, expires, anew in (((), -1, 39, False), ((), -19, 21, False), ((), -21, 19, True), 
                                             ((), 1, 8, True), ((), -1, 90, True), (("--expires-days", "40"), -1, 39, False),
                                             (("--expires-days", "7"), -1, 39, True), (("--expires-days", "41"), -1, 39, True)):
            with self.subTest(words=words, issued=issued, expires=expires):
                shutil.rmtree(f"{self.depot}/pending")
                shutil.copytree(f"{self.top}/first", f"{self.depot}/pending")
                moment = int(time.time())
                self.alter(name, **body | {"issued": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment + issued * 86400)),
                                           "expires": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment + expires * 86400))})
                self.assertEqual(self.renewed(name, "publish", self.depot, *words), anew)
        self.run_ok("publish", self.depot, "--keys", f"{self.top}/stick")
        self.accept("demo-a")

    def test_old_waiting_snapshot(self):
        self.publish_one()
        self.more_keys("snapshot")
        self.run_waiting("withdraw", self.depot, "demo-a", "--reason", "Bad")
        [name] = [name for name in self.pending() if "snapshot" in name]
        for words, expires, anew in (((), 29, False), ((), 16, False), ((), 14, True), ((), 60, False), ((), 91, True),
                                     (("--expires-days", "7"), 29, False), (("--expires-days", "7"), 60, True)):
            with self.subTest(words=words, expires=expires):
                self.alter(name, expires=self.stamp(expires))
                self.assertEqual(self.renewed(name, "publish", self.depot, *words), anew)
        self.run_ok("publish", self.depot, "--keys", f"{self.top}/stick")
        self.accept("demo-a")


if __name__ == "__main__":
    Living.take_programs(sys.argv)
    unittest.main()
