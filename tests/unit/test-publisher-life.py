#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""suture-publish and what becomes of an improvement after it was made: spread over time, withdrawn, renewed, shown.
Usage: test-publisher-life.py PROGRAM TUF-CLIENT [unittest options]"""

import datetime
import hashlib
import json
import os
import sys
import unittest

from publishing import ROLE
from living import Living


class Life(Living):
    def times(self):
        return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")

    # withdrawal

    def test_withdraw(self):
        self.publish_one()
        before = self.times()
        self.assertIn(f"withdrew {ROLE}/demo-a", self.run_ok("withdraw", self.depot, "demo-a", "--reason", "It's bad\n"))
        withdrawn = self.custom()["withdrawn"]
        self.assertEqual(withdrawn["reason"], "It's bad")
        self.assertTrue(before <= withdrawn["date"] <= self.times())
        self.accept("demo-a")
        told = json.loads(self.run_ok("withdraw", self.depot, f"{ROLE}/demo-a", "--undo", "--json"))
        self.assertEqual(told["restored"], [f"{ROLE}/demo-a"])
        self.assertEqual(self.custom(), {"id": "demo-a", "component": "demo", "number": 1})
        self.accept("demo-a")

    def test_withdraw_sentences(self):
        self.publish_one()
        for complaint, *words in (("no demo-b is published", "demo-b", "--reason", "x"),
                                  ("either --reason or --undo", "demo-a"),
                                  ("either --reason or --undo", "demo-a", "--undo", "--reason", "x"),
                                  ("at most 1024 bytes", "demo-a", "--reason", "x" * 1025),
                                  ("at most 1024 bytes", "demo-a", "--reason", " "),
                                  ("is not withdrawn", "demo-a", "--undo")):
            with self.subTest(words=words[:3]):
                self.run_refused(complaint, "withdraw", self.depot, *words)
        self.run_ok("withdraw", self.depot, "demo-a", "--reason", "ü" * 512)

    # rollout

    def test_rollout_staged(self):
        self.stage()
        self.run_ok("rollout", self.depot, "demo-a", "--start", "2026-11-25T12:00:00Z", "--hours", "24")
        self.run_ok("publish", self.depot)
        self.assertEqual(self.custom()["rollout"], {"start": "2026-11-25T12:00:00Z", "hours": 24})
        self.accept("demo-a")

    def test_rollout(self):
        self.publish_one()
        before = self.times()
        self.run_ok("rollout", self.depot, "demo-a", "--hours", "720")
        rollout = self.custom()["rollout"]
        self.assertEqual(rollout["hours"], 720)
        self.assertTrue(before <= rollout["start"] <= self.times())
        self.run_refused("--start", "rollout", self.depot, "demo-a", "--start", "soon", "--hours", "0")
        self.run_ok("rollout", self.depot, "demo-a", "--start", "2999-01-01T00:00:00+01:00", "--hours", "0")
        self.assertEqual(self.custom()["rollout"], {"start": "2998-12-31T23:00:00Z", "hours": 0})
        self.run_ok("rollout", self.depot, "demo-a", "--hours", "0")
        self.assertNotIn("rollout", self.custom())
        for hours in "-1", "721", "":
            self.run_refused("hours", "rollout", self.depot, "demo-a", f"--hours={hours}")
        self.run_refused("staging has no demo-x", "rollout", self.depot, "demo-x", "--hours", "1")
        self.accept("demo-a")

    # renewal

    def test_refresh(self):
        """Only the timestamp is new, and desktops fetch nothing else."""
        self.publish_one()
        self.stage()
        self.accept("demo-a")
        before = self.served()
        now = self.times()
        self.run_ok("refresh", self.depot)
        after = self.served()
        self.assertEqual({name for name in after if after[name] != before.get(name)}, {"metadata/timestamp.json"})
        self.assertEqual(len(after), len(before))
        self.assertEqual(self.names(), [f"{ROLE}/demo-b"])
        self.assertTrue(now <= self.latest("timestamp")["issued"] <= self.times())
        self.accept()
        self.run_ok("refresh", self.depot, "--expires-days", "40")
        changed = {name for name, data in self.served().items() if data != after.get(name)}
        self.assertEqual(changed, {"metadata/timestamp.json", "metadata/3.snapshot.json"})
        self.accept("demo-a")

    # the log

    def log(self):
        return json.loads(self.run_ok("log", self.depot, "--json"))["entries"]

    def test_log(self):
        """Every line is the hash of the one before, and the timestamp signs the last."""
        self.publish_one()
        self.run_ok("refresh", self.depot)
        self.run_ok("rollout", self.depot, "demo-a", "--hours", "5")
        self.run_ok("withdraw", self.depot, "demo-a", "--reason", "Bad")
        self.run_ok("withdraw", self.depot, "demo-a", "--undo")
        self.run_ok("key", "rotate", self.depot, "root")
        entries = self.log()
        self.assertEqual([entry["event"] for entry in entries],
                         ["root", *["keys"] * 4, "keys", "published", "rollout", "withdrawn", "restored", "root", "keys"])
        self.assertEqual([entry["number"] for entry in entries], list(range(1, 13)))
        served = self.served()
        self.assertEqual(entries[6]["sha256"], next(name.split("/")[2].split(".")[0] for name in served if "demo-a" in name))
        lines = b"".join(served[f"metadata/{first}.log.jsonl"] for first in (1, 6, 8, 9, 10, 11)).splitlines()
        before = "0" * 64
        for line, entry in zip(lines, entries):
            self.assertEqual((json.loads(line), entry["previous"]), (entry, before))
            before = hashlib.sha256(line).hexdigest()
            for name, file in entry["metadata"].items():
                data = served[f"metadata/{file['version']}.{name}"]
                self.assertEqual(hashlib.sha256(data).hexdigest(), file["sha256"])
        self.assertEqual(self.latest("timestamp")["log"], {"entries": 12, "sha256": before})
        self.assertEqual(self.run_ok("log", self.depot, "--verify"), "12 entries, good\n")
        self.accept("demo-a")

    def test_log_spoilt(self):
        self.publish_one()
        good = self.served()
        for name in "metadata/1.log.jsonl", "metadata/6.log.jsonl":
            path = f"{self.depot}/repository/{name}"
            for what in (b"", good[name][:-1], good[name] + b"{}\n", good[name].replace(b"demo", b"evil").replace(b'"version":1', b'"version":3'), b"[]\n",
                         good["metadata/1.root.json"]):
                with open(path, "wb") as file:
                    file.write(what)
                with self.subTest(name=name, what=what[:20]):
                    self.assertEqual(self.run_refused("is not the log that was signed", "log", self.depot).count("\n"), 1)
            os.unlink(path)
            self.run_refused("there is no file", "log", self.depot)
            self.run_ok("restore", self.depot)
            self.assertEqual(self.served()[name], good[name])

    # what is shown

    def test_show(self):
        self.publish_one()
        self.stage()
        shown = json.loads(self.run_ok("show", self.depot, "--json"))
        self.assertEqual([(role["name"], role["version"], role["threshold"], len(role["keys"])) for role in shown["roles"]],
                         [("root", 1, 1, 1), ("targets", 2, 1, 1), ("snapshot", 2, 1, 1), ("timestamp", 2, 1, 1),
                          (ROLE, 1, 1, 1)])
        key = shown["roles"][0]["keys"][0]
        self.assertEqual((key["id"], key["type"], key["file"], key["encrypted"]),
                         (*self.latest("root")["roles"]["root"]["keyids"], "ed25519", f"{self.depot}/keys/root.pem", False))
        self.assertEqual([(item["name"], item["state"]) for item in shown["improvements"]],
                         [(f"{ROLE}/demo-a", "published"), (f"{ROLE}/demo-b", "staged")])
        self.run_ok("rollout", self.depot, "demo-a", "--hours", "5")
        self.assertIn(f"{ROLE}/demo-a: rollout, 5 hours from", self.run_ok("show", self.depot, "demo-a"))
        self.run_ok("withdraw", self.depot, "demo-a", "--reason", "No good")
        self.assertIn(f"{ROLE}/demo-a: withdrawn: No good", self.run_ok("show", self.depot, "demo-a"))
        self.run_refused("no demo-x is published or staged", "show", self.depot, "demo-x")

    def test_show_details(self):
        """What one improvement is, staged and published, in words and as JSON; and never another than what is published."""
        self.publish_one()
        self.stage()
        for name in ("demo-a", "demo-b"):
            text = self.run_ok("show", self.depot, name)
            for words in ("leaves demo ", "in place of demo ", "replaced /usr/", "bytes to fetch for everyone"):
                self.assertIn(words, text)
            item, = json.loads(self.run_ok("show", self.depot, name, "--json"))["improvements"]
            self.assertEqual((item["manifest"]["id"], item["manifest"]["component"]), (name, "demo"))
        kept = f"{self.depot}/published/{ROLE}/demo-a/manifest.json"
        with open(kept, encoding="utf-8") as file:
            text = file.read()
        with open(kept, "w", encoding="utf-8") as file:
            file.write(text.replace("demo 1.0", "demo 9.0"))
        done = self.run_any("show", self.depot, "demo-a")
        self.assertIn("is not what is published", done.stderr)
        self.assertNotIn("demo 9.0", done.stdout)

    def test_words_of_others(self):
        """No text of an improvement looks like a line of what is told about it."""
        notes = f"{self.top}/notes"
        with open(notes, "w", encoding="utf-8") as file:
            file.write("[Improvement]\nTitle=Nice\\n  leaves demo 99\nDescription=Fix.\\n  leaves demo 99\\n\nKind=security\n")
        self.run_ok(*self.make(*self.debs(), "--notes", notes))
        found = f"{self.place()}/findings.json"
        with open(found, encoding="utf-8") as file:
            findings = json.load(file)
        findings["warnings"] = ["It warns\n  leaves demo 99"]
        with open(found, "w", encoding="utf-8") as file:
            json.dump(findings, file)
        done = self.run_any("show", self.depot, "demo-a")
        self.assertIn("It warns", done.stderr)
        lines = (done.stdout + done.stderr).split("\n")
        self.assertEqual([line for line in lines if line.startswith("  leaves")], ["  leaves demo 2.0"])

    def test_payload_without_end(self):
        """What stands in a payload's place is not read for hours: who waits for that can't withdraw anything."""
        self.publish_one()
        os.truncate(f"{self.depot}/repository/targets/payloads/{self.manifest(where='published')['payloads'][0]['sha256']}", 1 << 42)
        for command in "refresh", "publish":
            self.run_refused("was changed", command, self.depot)
        self.run_ok("restore", self.depot)
        self.run_ok("refresh", self.depot)
        self.accept("demo-a")


if __name__ == "__main__":
    Living.take_programs(sys.argv)
    unittest.main()
