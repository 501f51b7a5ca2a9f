#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each command that changes something, killed just before each change of a name: what is signed is what it was or what it was going to be,
desktops new and old take it, the next command does the rest, and so does the same one again.
Usage: test-publisher-kills.py PROGRAM TUF-CLIENT KILL-AT [unittest options]; SUTURE_TEST_KILLS=all kills everywhere, else at some places."""

import concurrent.futures
import json
import os
import shutil
import signal
import subprocess
import sys
import unittest

from living import Living
from publishing import ROLE

SECONDS = 60  # that a command may take on a busy machine
JOBS = 2
FEW = 3       # places of each command


class Kills(Living):
    library = None

    def setUp(self):
        super().setUp()
        self.everything = self.serve(self.top)
        self.team = f"{self.top}/team.pem"

    def make_key(self):
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", self.team], check=True, stderr=subprocess.DEVNULL)

    # one place

    def run_in(self, depot, words, at=None):
        env = dict(os.environ)
        if at is not None:
            env |= {"LD_PRELOAD": self.library, "KILL_PROGRAM": os.path.basename(self.program), "KILL_AT": str(at),
                    "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"}
        words = [depot if word is None else word for word in words]
        return subprocess.run([self.program, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, check=False, timeout=SECONDS, env=env)

    def state(self, depot):
        """What is signed, as far as it can be told: who signs, and what is published how."""
        done = self.run_in(depot, ("show", None, "--json"))
        self.assertEqual(done.returncode, 0, done.stderr)
        told = json.loads(done.stdout)
        roles = {role["name"]: (len(role["keys"]), role["threshold"]) for role in told["roles"]}
        published = {entry["name"]: (entry["state"], entry.get("sha256"), sorted(entry["custom"]))
                     for entry in told.get("improvements", ()) if entry["state"] != "staged"}
        return roles, published

    def desktop_takes(self, depot, desktop):
        """None, or why not."""
        base = f"{self.everything}/{os.path.basename(depot)}/repository"
        for words in (("--metadata-url", f"{base}/metadata", "refresh"),
                      ("--metadata-url", f"{base}/metadata", "--target-name", f"{ROLE}/demo-a.json", "--target-dir",
                       f"{desktop}-targets", "--target-base-url", f"{base}/targets", "download")):
            done = subprocess.run([self.client, "--metadata-dir", desktop, *words], stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, check=False, timeout=SECONDS)
            if done.returncode != 0:
                return done.stdout
        return None

    def desktops_take(self, depot, when, at_once=True):
        """One that follows all the time, and one that is new each time. at_once: or else they may have to wait for the rest."""
        old, new = f"{depot}-old", f"{depot}-new"
        if not os.path.exists(old):
            shutil.copytree(self.desktop, old)
        shutil.rmtree(new, ignore_errors=True)
        subprocess.run([self.client, "--metadata-dir", new, "init", f"{self.depot}/repository/metadata/1.root.json"], check=True,
                       stdout=subprocess.DEVNULL)
        refused = self.desktop_takes(depot, old) or self.desktop_takes(depot, new)
        if at_once:
            self.assertIsNone(refused, f"{when}: {refused}")

    def kill(self, words, at, states):
        """Whether it was killed there, and all went well."""
        depot = f"{self.top}/kill-{at}"
        shutil.copytree(self.depot, depot, symlinks=True)
        done = self.run_in(depot, words, at)
        if done.returncode != -signal.SIGKILL:
            self.assertIn(done.returncode, (0, 3), done.stderr)
            shutil.rmtree(depot)
            return False
        # between a root that takes a key away and the timestamp behind it, what the key had signed is refused, as it should be
        self.desktops_take(depot, f"killed at {at}", not (words[0] in ("key", "publish") and os.path.exists(f"{depot}/edition")))
        renewed = self.run_in(depot, ("refresh", None))
        self.assertEqual((renewed.returncode, renewed.stderr), (0, ""), f"killed at {at}, refresh")
        self.assertIn(self.state(depot), states, f"killed at {at}")
        self.assertEqual((os.listdir(f"{depot}/work"), os.path.exists(f"{depot}/edition")), ([], False))
        self.desktops_take(depot, f"killed at {at}, then refresh")
        again = self.run_in(depot, words)
        self.assertLessEqual(again.returncode, 3)
        self.assertEqual(again.stderr.count("\n"), 1 if again.returncode == 1 else 0, again.stderr)
        if self.repeats:
            self.assertEqual((again.returncode, self.state(depot)), (0, states[1]), f"killed at {at}, again: {again.stderr}")
        self.desktops_take(depot, f"killed at {at}, then again")
        for path in depot, f"{depot}-old", f"{depot}-new":
            shutil.rmtree(path)
        return True

    # all of them

    def sweep(self, *words, repeats=True):
        """@words: a command, None standing for the folder. repeats: to say it twice is the same as once."""
        self.repeats = repeats
        self.accept("demo-a")
        whole = f"{self.top}/whole"
        shutil.rmtree(whole, ignore_errors=True)
        shutil.copytree(self.depot, whole, symlinks=True)
        before = self.state(whole)
        done = self.run_in(whole, words, 1000000)
        self.assertIn(done.returncode, (0, 3), done.stderr)
        states = (before, self.state(whole))
        count = self.count(words)
        self.assertGreater(count, 5)
        step = 1 if os.environ.get("SUTURE_TEST_KILLS") == "all" else max(1, count // FEW)
        with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
            killed = list(pool.map(lambda at: self.kill(words, at, states), range(1 + count % step, count + 1, step)))
        self.assertTrue(all(killed))

    def count(self, words):
        """How many names it changes: the first place where it is not killed any more."""
        low, high = 1, 2048
        while low < high:
            middle = (low + high) // 2
            depot = f"{self.top}/count"
            shutil.copytree(self.depot, depot, symlinks=True)
            if self.run_in(depot, words, middle).returncode == -signal.SIGKILL:
                low = middle + 1
            else:
                high = middle
            shutil.rmtree(depot)
        return low - 1

    def test_publish(self):
        self.publish_one()
        self.stage()
        self.sweep("publish", None)

    def test_refresh(self):
        self.publish_one()
        self.sweep("refresh", None)

    def test_withdraw(self):
        self.publish_one()
        self.publish_one()
        self.sweep("withdraw", None, "demo-b", "--reason", "Breaks printing")

    def test_rollout(self):
        self.publish_one()
        self.sweep("rollout", None, "demo-a", "--hours", "24")

    def test_restore(self):
        self.publish_one()
        self.accept("demo-a")
        self.sweep("restore", None)

    def test_key_add(self):
        self.publish_one()
        self.make_key()
        self.sweep("key", "add", None, "root", "--owner", "Team", "--public", self.team, repeats=False)

    def test_key_rotate(self):
        self.publish_one()
        for role in "timestamp", "root", ROLE:
            with self.subTest(role=role):
                self.sweep("key", "rotate", None, role, repeats=False)

    def test_key_revoke(self):
        self.publish_one()
        self.run_ok("key", "add", self.depot, "snapshot")
        key = self.latest("root")["roles"]["snapshot"]["keyids"][0]
        self.sweep("key", "revoke", None, key, repeats=False)

    def test_key_threshold(self):
        self.publish_one()
        self.run_ok("key", "add", self.depot, "root")
        self.sweep("key", "threshold", None, "root", "2")

    def test_sign(self):
        self.publish_one()
        self.make_key()
        self.run_ok("key", "add", self.depot, "root", "--public", self.team)
        self.run_waiting("key", "threshold", self.depot, "root", "2")
        self.sweep("sign", None, "--yes", "--key", self.team)
        self.sweep_rest()

    def sweep_rest(self):
        """What was signed goes out."""
        self.run_ok("sign", self.depot, "--yes", "--key", self.team)
        self.sweep("publish", None)

    def test_approve(self):
        self.publish_one()
        self.make_key()
        self.run_ok("key", "add", self.depot, ROLE, "--public", self.team)
        self.run_ok("key", "threshold", self.depot, ROLE, "2", "--key", self.team)
        self.stage()
        with open(f"{self.place('demo-b')}/custom.json", "w", encoding="utf-8") as file:
            file.write('{"prepared":"automatic"}')
        self.sweep("approve", None, "demo-b", "--name", "Team", "--yes", "--key", self.team, repeats=False)


if __name__ == "__main__":
    Kills.library = os.path.abspath(sys.argv.pop(3))
    Living.take_programs(sys.argv)
    unittest.main()
