#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""suture-publish and what can happen to its folder: altered, lost, brought back, killed in between, used by two at a time.
Usage: test-publisher-repository.py PROGRAM [unittest options]"""

import datetime
import fcntl
import glob
import json
import os
import resource
import shutil
import stat
import subprocess
import sys
import time
import unittest

from publishing import ROLE, Case, write_deb

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import feed  # pylint: disable=wrong-import-position

EVIL = {"length": 1, "hashes": {"sha256": "0" * 64}, "custom": {"id": "evil-z", "component": "evil", "number": 26}}


class Repository(Case):
    def stage(self, *words):
        old, new = self.debs()
        return self.run_ok(*self.make(old, new, *words))

    def publish_one(self):
        self.stage()
        self.run_ok("publish", self.depot)

    def metadata(self, name):
        return f"{self.depot}/repository/metadata/{name}"

    def read(self, name):
        with open(self.metadata(name), encoding="utf-8") as file:
            return json.load(file)["signed"]

    def write(self, name, signed, role):
        """Signs it with the role's own key, which no attacker has."""
        text = feed.canonical(signed)
        signature = feed.sign(f"{self.depot}/keys/{role}.pem", text, f"{self.top}/to-sign")
        key = signed["roles"]["root"]["keyids"][0]
        with open(self.metadata(name), "w", encoding="utf-8") as file:
            file.write(feed.canonical({"signatures": [{"keyid": key, "sig": signature}], "signed": signed}))

    def versions(self):
        timestamp = self.read("timestamp.json")
        snapshot = timestamp["meta"]["snapshot.json"]["version"]
        found = {name: entry["version"] for name, entry in self.read(f"{snapshot}.snapshot.json")["meta"].items()}
        return found | {"timestamp.json": timestamp["version"], "snapshot.json": snapshot}

    def run_killed(self, size, *words):
        """Runs it with files of at most so many bytes: it is killed when it writes a longer one."""
        done = subprocess.run([self.program, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))
        self.assertLess(done.returncode, 0, done.stderr)

    def refuse_all(self, complaint):
        """Nothing that builds upon the repository goes on, and nothing changes."""
        before, staged = self.served(), self.names()
        for words in (("publish", self.depot), ("refresh", self.depot), self.make(*self.debs())):
            with self.subTest(words=words[:3]):
                self.assertIn("restore", self.run_refused(complaint, *words))
                self.assertEqual((self.served(), self.names()), (before, staged))

    # what lies in the served folder is not believed

    def test_altered_role(self):
        self.publish_one()
        name = f"1.{ROLE}.json"
        good = self.served()
        self.stage()
        with open(self.metadata(name), encoding="utf-8") as file:
            envelope = json.load(file)
        envelope["signed"]["targets"][f"{ROLE}/evil-z.json"] = EVIL
        with open(self.metadata(name), "w", encoding="utf-8") as file:
            json.dump(envelope, file)
        self.refuse_all(f"{name} was changed")
        self.run_ok("restore", self.depot)
        self.assertEqual(self.served(), good)
        self.run_ok("publish", self.depot)
        self.assertEqual(sorted(self.read(f"2.{ROLE}.json")["targets"]), [f"{ROLE}/demo-a.json", f"{ROLE}/demo-b.json"])

    def test_altered_delegation(self):
        """A name that a key would be written under, in the served folder."""
        self.publish_one()
        with open(self.metadata("2.targets.json"), encoding="utf-8") as file:
            envelope = json.load(file)
        roles = envelope["signed"]["delegations"]["roles"]
        roles.append(roles[0] | {"name": "../repository/leak"})
        with open(self.metadata("2.targets.json"), "w", encoding="utf-8") as file:
            json.dump(envelope, file)
        self.stage_anyway()
        self.refuse_all("2.targets.json was changed")
        self.assertNotIn("leak.pem", self.served())

    def stage_anyway(self):
        """An improvement that was made before the repository was altered."""
        shutil.copytree(self.place(where="published"), self.place(), symlinks=True)

    def test_damaged(self):
        """Each file of metadata, damaged in each way: a sentence, and nothing else happens."""
        self.publish_one()
        good = self.served()
        whats = {"empty": "", "half": None, "object": "{}", "array": "[]", "null": '{"signed":null}',
                 "types": '{"signatures":[],"signed":{"version":"x","meta":[],"targets":5,"expires":7,"delegations":[]}}',
                 "deep": "[" * 5000}
        for name in ("timestamp.json", "2.snapshot.json", "2.targets.json", f"1.{ROLE}.json", "1.root.json"):
            path = self.metadata(name)
            for what, text in whats.items():
                with self.subTest(name=name, what=what):
                    with open(path, "wb") as file:
                        data = good[f"metadata/{name}"]
                        file.write(data[:len(data) // 2] if text is None else text.encode())
                    self.assertEqual(self.run_refused("restore", "publish", self.depot).count("\n"), 1)
            os.unlink(path)
            self.run_refused("restore", "publish", self.depot)
            os.mkdir(path)
            self.run_refused("restore", "publish", self.depot)
            os.rmdir(path)
            self.run_ok("restore", self.depot)
            self.assertEqual(self.served(), good)
        for version in 2, 3:
            with open(self.metadata(f"{version}.root.json"), "w", encoding="utf-8") as file:
                file.write("{}")
        self.run_refused("restore", "publish", self.depot)
        self.run_ok("restore", self.depot)
        self.assertEqual(self.served(), good)
        self.run_ok("publish", self.depot)

    def test_restored_targets(self):
        self.publish_one()
        good = self.served()
        shutil.rmtree(f"{self.depot}/repository/targets")
        self.run_refused("a desktop would refuse it", "publish", self.depot)
        self.run_ok("restore", self.depot)
        self.assertEqual(self.served(), good)

    def payload(self):
        sha256 = self.manifest(where="published")["payloads"][0]["sha256"]
        return f"{self.depot}/repository/targets/payloads/{sha256}"

    def remember(self, path):
        """Lets publish remember the payload, as it does of those that were not changed just now."""
        while os.stat(path).st_ctime + 2.1 > time.time():
            time.sleep(0.05)
        self.run_ok("refresh", self.depot)
        with open(f"{self.depot}/client/payloads", encoding="ascii") as file:
            self.assertIn(os.path.basename(path), file.read())

    def test_seen_payload(self):
        """A payload that was seen is not hashed again, and one that was touched since then is."""
        self.publish_one()
        path = self.payload()
        self.remember(path)
        before = os.stat(path)
        feed.flip(path)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        self.run_refused("was changed", "refresh", self.depot)
        # only who can write into client/, which is private, could have it passed over
        state = os.stat(path)
        with open(f"{self.depot}/client/payloads", "w", encoding="ascii") as file:
            seconds, rest = divmod(state.st_ctime_ns, 10 ** 9)
            file.write(f"{os.path.basename(path)} {state.st_ino} {state.st_size} {seconds}.{rest:09d}\n")
        self.run_ok("refresh", self.depot)
        os.unlink(f"{self.depot}/client/payloads")
        self.run_refused("was changed", "refresh", self.depot)
        with open(f"{self.depot}/client/payloads", "wb") as file:
            file.write(b"\0\xff\n\n nonsense\n" + b"0" * 64 + b" \n")
        self.run_refused("was changed", "refresh", self.depot)
        self.run_ok("restore", self.depot)
        self.run_ok("refresh", self.depot)

    def test_payload_of_another_type(self):
        self.publish_one()
        path = self.payload()
        os.unlink(path)
        for make in (os.mkfifo, os.mkdir, lambda path: os.symlink("/etc/passwd", path)):
            make(path)
            self.run_refused("may be no link" if os.path.islink(path) else "is no regular file", "publish", self.depot)
            (os.rmdir if os.path.isdir(path) else os.unlink)(path)

    def test_rolled_back(self):
        old = self.served()["metadata/timestamp.json"]
        self.publish_one()
        self.stage()
        with open(self.metadata("timestamp.json"), "wb") as file:
            file.write(old)
        self.refuse_all("older")
        os.unlink(self.metadata("timestamp.json"))
        self.refuse_all("timestamp.json")
        self.run_ok("restore", self.depot)
        self.run_ok("publish", self.depot)
        self.assertEqual(self.versions(), {"timestamp.json": 3, "snapshot.json": 3, "targets.json": 2, f"{ROLE}.json": 2})

    def test_lost_memory(self):
        """The way that the manual page describes."""
        self.publish_one()
        shutil.rmtree(f"{self.depot}/client")
        self.run_refused("WHEN FILES ARE LOST", "publish", self.depot)
        self.run_refused("WHEN FILES ARE LOST", "refresh", self.depot)
        os.makedirs(f"{self.depot}/client", 0o700, exist_ok=True)
        shutil.copy(self.metadata("1.root.json"), f"{self.depot}/client/root.json")
        self.run_ok("publish", self.depot)
        self.assertEqual(self.versions()["timestamp.json"], 3)
        self.assertEqual(self.versions()["targets.json"], 2)

    def test_backup(self):
        """All of the folder is older than what the web server has: versions go on from the server's."""
        self.publish_one()
        shutil.copytree(self.depot, f"{self.top}/backup", symlinks=True)
        self.publish_one()
        shutil.rmtree(f"{self.top}/backup/repository")
        shutil.copytree(f"{self.depot}/repository", f"{self.top}/backup/repository")
        self.depot = f"{self.top}/backup"
        self.publish_one()
        self.assertEqual(sorted(self.read(f"3.{ROLE}.json")["targets"]), [f"{ROLE}/demo-{x}.json" for x in "abc"])

    def test_foreign_root(self):
        """Somebody who may write there replaces all of it by a repository of his own."""
        self.publish_one()
        mine = self.depot
        self.depot = f"{self.top}/stranger"
        self.run_ok("init", self.depot, "--name", "demo", "--publisher", "Demo Vendor")
        self.publish_one()
        shutil.rmtree(f"{mine}/repository")
        shutil.copytree(f"{self.depot}/repository", f"{mine}/repository")
        self.depot = mine
        self.stage_anyway()
        self.refuse_all("is not as it was published")

    def test_failed_run(self):
        """What is refused at the end leaves no version behind that the next run would use for other bytes."""
        self.publish_one()
        payload = f"{self.depot}/repository/targets/payloads/{self.manifest(where='published')['payloads'][0]['sha256']}"
        feed.flip(payload)
        before = self.served()
        self.run_refused("nothing was published", "publish", self.depot)
        self.assertEqual(self.served(), before)

    # keys

    def test_lost_key(self):
        self.publish_one()
        os.unlink(f"{self.depot}/keys/{ROLE}.pem")
        self.stage()
        self.assertIn("waits for 1 more signature", self.run_waiting("publish", self.depot))
        self.assertEqual((self.names(), self.versions()[f"{ROLE}.json"]), ([f"{ROLE}/demo-b"], 1))
        self.assertFalse(os.path.exists(f"{self.depot}/keys/{ROLE}.pem"))

    def test_open_keys(self):
        os.chmod(f"{self.depot}/keys", 0o755)
        self.run_refused("chmod", "publish", self.depot)
        os.chmod(f"{self.depot}/keys", 0o700)
        os.rename(f"{self.depot}/keys", f"{self.top}/elsewhere")
        os.symlink(f"{self.top}/elsewhere", f"{self.depot}/keys")
        self.run_refused("may be no link", "publish", self.depot)

    # two at a time, and killed in between

    def test_lock(self):
        self.stage()
        lock = os.open(self.depot, os.O_RDONLY)
        self.addCleanup(os.close, lock)
        fcntl.flock(lock, fcntl.LOCK_EX)
        for words in (("publish", self.depot), ("lint", self.depot), ("discard", self.depot, "demo-a"),
                      ("restore", self.depot), self.make(*self.debs())):
            with self.subTest(words=words[:2]):
                self.run_refused("another suture-publish is at work", *words)
        fcntl.flock(lock, fcntl.LOCK_UN)
        self.run_ok("publish", self.depot)

    def test_together(self):
        self.stage()
        self.stage()
        runs = [subprocess.Popen([self.program, "publish", self.depot, name], stdout=subprocess.DEVNULL,
                                 stderr=subprocess.PIPE, text=True) for name in ("demo-a", "demo-b")]
        errors = [run.communicate()[1] for run in runs]
        self.assertIn(0, [run.returncode for run in runs], errors)
        for run, error in zip(runs, errors):
            if run.returncode != 0:
                self.assertIn("another suture-publish is at work", error)
        self.run_ok("publish", self.depot)
        self.assertEqual(self.names(), [])

    def unpublish(self):
        """As if the run had been killed between the timestamp and the move."""
        os.rename(self.place(where="published"), self.place())

    def test_killed_before_move(self):
        self.publish_one()
        self.unpublish()
        self.run_ok("refresh", self.depot)
        self.assertEqual(self.names(), [f"{ROLE}/demo-a"])
        self.assertIn(f"published {ROLE}/demo-a", self.run_ok("publish", self.depot))
        self.assertEqual((self.names(), self.names("published")), ([], [f"{ROLE}/demo-a"]))
        self.unpublish()
        with open(f"{self.place()}/manifest.json", "a", encoding="utf-8") as file:
            file.write("\n")
        before = self.served()
        self.run_refused("published already", "publish", self.depot)
        self.assertEqual(self.served(), before)

    def test_only_copy(self):
        """What a killed run has published is in staging alone: it is not discarded, and restored from there."""
        self.publish_one()
        self.unpublish()
        self.run_refused("is published already, and this is its only copy", "discard", self.depot, "demo-a")
        good = self.served()
        shutil.rmtree(f"{self.depot}/repository")
        self.assertIn(f"published {ROLE}/demo-a", self.run_ok("restore", self.depot))
        self.assertEqual(self.names("published"), [f"{ROLE}/demo-a"])
        now = self.served()
        self.assertEqual(now, {name: good[name] for name in now})
        self.assertEqual(sorted(set(good) - set(now)), ["metadata/1.snapshot.json", "metadata/1.targets.json"])
        self.run_ok("publish", self.depot)

    def test_nothing_to_restore_from(self):
        """Metadata alone is not what was published."""
        self.publish_one()
        for name in "published", "repository":
            shutil.rmtree(f"{self.depot}/{name}")
        self.run_refused("the metadata is as it was published, but not all of the rest", "restore", self.depot)
        self.run_refused("suture-publish restore", "refresh", self.depot)

    def test_killed_before_note(self):
        """The client did not get to read what was published."""
        shutil.copytree(f"{self.depot}/client", f"{self.top}/client")
        self.publish_one()
        shutil.rmtree(f"{self.depot}/client")
        os.rename(f"{self.top}/client", f"{self.depot}/client")
        self.publish_one()
        self.assertEqual(self.versions()["timestamp.json"], 3)

    def test_killed_at_work(self):
        self.stage()
        before = sorted(os.listdir(self.place()))
        self.run_killed(1000, "lint", self.depot)
        self.assertNotEqual(os.listdir(f"{self.depot}/work"), [])
        self.assertEqual(sorted(os.listdir(self.place())), before)
        self.run_ok("publish", self.depot)
        self.assertEqual(os.listdir(f"{self.depot}/work"), [])
        self.assertEqual(sorted(os.listdir(self.place(where="published"))), before)

    def test_killed_init(self):
        other = f"{self.top}/other"
        words = ("init", other, "--name", "other", "--publisher", "Other")
        self.run_killed(500, *words)  # a root is longer
        self.assertFalse(os.path.exists(other))
        self.assertEqual(len(glob.glob(f"{self.top}/.suture-init-*")), 1)
        self.run_ok(*words)
        self.assertEqual(glob.glob(f"{self.top}/.*"), [])  # keys that nobody uses
        self.assertEqual(stat.S_IMODE(os.stat(other).st_mode), 0o755)
        self.run_ok("publish", other)

    def test_init_of_others(self):
        """What is not surely an init's own, and dead, stays."""
        others = {".suture-init-abcdef": 0o755, ".suture-init-notes": 0o700, ".suture-init-busy00": 0o700}
        for name, mode in others.items():
            os.mkdir(f"{self.top}/{name}", mode)
        lock = os.open(f"{self.top}/.suture-init-busy00", os.O_RDONLY)
        self.addCleanup(os.close, lock)
        fcntl.flock(lock, fcntl.LOCK_EX)
        os.mkdir(f"{self.top}/.suture-init-dead00", 0o700)
        if os.geteuid() == 0:
            os.mkdir(f"{self.top}/.suture-init-theirs", 0o700)
            os.chown(f"{self.top}/.suture-init-theirs", 12345, 12345)
            others[".suture-init-theirs"] = 0o700
        self.run_ok("init", f"{self.top}/other", "--name", "other", "--publisher", "Other")
        self.assertEqual({name for name in os.listdir(self.top) if name.startswith(".")}, set(others))

    def test_init_together(self):
        """None takes the folder of another that has just begun for one that is left over."""
        runs = [subprocess.Popen([self.program, "init", f"{self.top}/{n}", "--name", "other", "--publisher", "Other"],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for n in range(12)]
        for run in runs:
            self.assertEqual((run.communicate()[1], run.returncode), ("", 0))

    def test_init_in_use(self):
        other = f"{self.top}/other"
        os.makedirs(f"{other}/keys", 0o755)
        self.run_refused("not empty", "init", other, "--name", "other", "--publisher", "Other")
        os.rmdir(f"{other}/keys")
        self.run_ok("init", other, "--name", "other", "--publisher", "Other")

    # releases and architectures

    def test_releases(self):
        old, new = self.debs()
        self.run_ok(*self.make(old, new))
        self.run_ok("make", self.depot, "--old", old, "--new", new, "--base", "debian:13", "--from-changelog")
        old = write_deb(f"{self.top}/old-arm.deb", self.old_entries(), architecture="arm64")
        new = write_deb(f"{self.top}/new-arm.deb", self.new_entries(), version="2.0", architecture="arm64")
        self.run_ok(*self.make(old, new))
        everything = ["debian-12-arm64/demo-a", "debian-12-x86-64/demo-a", "debian-13-x86-64/demo-a"]
        self.assertEqual(self.names(), everything)
        self.run_ok("lint", self.depot)
        self.run_ok("publish", self.depot, everything[2])
        self.assertEqual(self.names(), everything[:2])
        self.run_refused("has no demo-b", "publish", self.depot, "demo-b")
        self.run_ok("publish", self.depot, "demo-a")
        self.assertEqual((self.names(), self.names("published")), ([], everything))
        self.assertEqual(self.versions(), {"timestamp.json": 3, "snapshot.json": 3, "targets.json": 3,
                                           **{f"{os.path.dirname(name)}.json": 1 for name in everything}})

    # staging

    def test_stray(self):
        """Something in staging that is no improvement stops only what would publish it."""
        self.publish_one()
        os.makedirs(self.place("stray"))
        self.run_ok("refresh", self.depot)
        self.run_refused("stray", "publish", self.depot)
        self.run_refused("stray", "lint", self.depot)
        done = self.run_any(*self.make(*self.debs()))
        self.assertEqual((done.returncode, done.stderr.count("staging/debian-12-x86-64/stray is passed over")), (0, 1))
        self.run_ok("publish", self.depot, "demo-b")
        self.run_refused("has no demo-b", "discard", self.depot, "demo-b")
        self.run_ok("discard", self.depot, "stray")
        self.assertEqual(self.names(), [])
        self.run_ok("publish", self.depot)

    def test_same_bases(self):
        """Two bases that nothing tells apart."""
        other = write_deb(f"{self.top}/other.deb", self.old_entries("1.5"), version="1.5")
        self.run_ok(*self.make(*self.debs()), "--old", other)
        manifest = self.manifest()
        for item in manifest["files"]:
            item["old"][1] = item["old"][0]
        for item in manifest["obsoletes"]:
            item["sha256"][1] = item["sha256"][0]
        manifest["payloads"] = [payload for payload in manifest["payloads"] if payload.get("base") != 1]
        with open(f"{self.place()}/manifest.json", "w", encoding="utf-8") as file:
            json.dump(manifest, file)
        shutil.rmtree(f"{self.place()}/base/1")
        shutil.copytree(f"{self.place()}/base/0", f"{self.place()}/base/1", symlinks=True)
        self.run_refused("bases 0 and 1 have the same files", "lint", self.depot)

    def test_pruned(self):
        """What was replaced more than a day ago goes, but only what a desktop can't be on its way to any more."""
        self.publish_one()
        self.publish_one()
        day = 24 * 60 * 60
        def age(name, seconds):
            os.utime(self.metadata(name), (time.time() - seconds,) * 2)
        kept = set(os.listdir(self.metadata("")))
        for version in 1, 2, 3:
            self.assertIn(f"{version}.snapshot.json", kept)
        self.run_ok("refresh", self.depot)
        self.assertEqual(set(os.listdir(self.metadata(""))), kept)
        age("1.snapshot.json", 5 * day)  # it was served until the second one was
        age("2.snapshot.json", day - 60)
        age("2.targets.json", day + 60)
        age(f"1.{ROLE}.json", 9 * day)
        age("1.root.json", 900 * day)
        age("1.log.jsonl", 900 * day)
        self.run_ok("refresh", self.depot)
        kept.remove("1.targets.json")
        self.assertEqual(set(os.listdir(self.metadata(""))), kept)
        age("2.snapshot.json", day + 60)
        age(f"2.{ROLE}.json", day + 60)
        os.mkdir(self.metadata("0.snapshot.json"))
        os.unlink(self.metadata("1.snapshot.json"))
        os.mkdir(self.metadata("1.snapshot.json"))
        self.run_ok("publish", self.depot)
        self.assertEqual(set(os.listdir(self.metadata(""))), kept - {"1.snapshot.json", f"1.{ROLE}.json"} | {"0.snapshot.json"})
        age("3.snapshot.json", 9 * day)  # the current one stays however old it is
        self.run_ok("refresh", self.depot)
        self.assertEqual(sorted(name for name in os.listdir(self.metadata("")) if name.endswith(".snapshot.json")),
                         ["0.snapshot.json", "3.snapshot.json"])
        self.run_ok("log", self.depot, "--verify")

    # when it ends

    def end(self):
        """The earliest end of all roles, as it is printed."""
        names = ["timestamp.json", *(f"{version}.{name}" for name, version in self.versions().items()
                                     if name != "timestamp.json")]
        names.append(max(os.path.basename(path) for path in glob.glob(self.metadata("*.root.json"))))
        return min(self.read(name)["expires"] for name in names)

    def test_end(self):
        self.publish_one()
        before = self.versions()
        for days in ("7", "90"):
            said = self.run_ok("publish", self.depot, "--expires-days", days)
            self.assertIn(f"signed until {self.end()[:16].replace('T', ' ')} UTC", said)
        # they ended in 90 days from before this one
        self.assertEqual(self.versions()["targets.json"], before["targets.json"] + 1)
        self.assertEqual(self.versions()[f"{ROLE}.json"], 2)

    def shorten_root(self, days):
        root = self.read("1.root.json")
        end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
        self.write("2.root.json", root | {"version": 2, "expires": end.strftime("%Y-%m-%dT%H:%M:%SZ")}, "root")
        return end

    def test_root_renewal(self):
        end = self.shorten_root(50)
        key = f"{self.depot}/keys/root.pem"
        os.rename(key, f"{self.top}/root.pem")  # it is kept elsewhere
        done = self.run_any("publish", self.depot)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"root ends on {end:%Y-%m-%d}", done.stderr)
        self.assertFalse(os.path.exists(self.metadata("3.root.json")))
        os.rename(f"{self.top}/root.pem", key)
        done = self.run_any("publish", self.depot)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        root = self.read("3.root.json")
        self.assertGreater(root["expires"], f"{end + datetime.timedelta(days=300):%Y-%m-%d}")
        self.assertEqual({**root, "version": 1, "expires": ""}, {**self.read("1.root.json"), "expires": ""})
        self.publish_one()
        self.assertFalse(os.path.exists(self.metadata("4.root.json")))

    # the command line

    def test_help(self):
        self.assertRegex(self.run_ok("--version"), r"^suture-publish \d+\.\d+")
        for words in (("--help",), ("help",)):
            self.assertIn("Commands:", self.run_ok(*words))
        self.assertIn("suture-publish make", self.run_ok("help", "make"))
        for words in (("unmake",), ("help", "unmake")):
            done = self.run_any(*words)
            self.assertEqual(done.returncode, 2)
            self.assertIn('no command "unmake"', done.stderr)

    def test_json(self):
        """One object on standard output, or one with the error on standard error, and nothing else."""
        old, new = self.debs()
        made = json.loads(self.run_ok(*self.make(old, new), "--json"))
        self.assertEqual((made["made"], made["files"]), (f"{ROLE}/demo-a", 4))
        self.assertEqual(json.loads(self.run_ok("lint", "--json", self.depot)), {"good": [f"{ROLE}/demo-a"]})
        published = json.loads(self.run_ok("publish", self.depot, "--json"))
        self.assertEqual((published["published"], published["until"]),
                         ([f"{ROLE}/demo-a"], f"{self.end()[:16].replace('T', ' ')} UTC"))
        self.run_ok(*self.make(old, new))
        self.assertEqual(json.loads(self.run_ok("discard", self.depot, "demo-b", "--json")),
                         {"discarded": [f"{ROLE}/demo-b"]})
        for error, *words in (("NotFound", "publish", "--json", self.depot, "demo-x"),
                              ("InvalidArgument", "publish", self.depot, "--what", "--json"),
                              ("InvalidArgument", "init", "--json", "--name", "x", "--publisher", "y", self.depot, "more")):
            done = self.run_any(*words)
            with self.subTest(words=words):
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertEqual(json.loads(done.stderr)["error"], error)

    def test_json_error(self):
        """What was told before is told beside the error."""
        self.stage()
        self.stage()
        os.truncate(f"{self.place('demo-b')}/payloads/{self.manifest('demo-b')['payloads'][0]['sha256']}", 5)
        told = json.loads(self.run_refused("demo-b", "lint", "--json", self.depot))
        self.assertEqual((told["good"], told["error"]), ([f"{ROLE}/demo-a"], "Hash"))

    def test_sentences(self):
        self.run_refused('"more" is more than it takes (FOLDER)', "init", self.depot, "more", "--name", "x",
                         "--publisher", "y")
        self.run_refused("a FOLDER is needed", "publish")
        self.run_refused("--expires-days", "publish", self.depot, "--expires-days", "91")
        self.run_refused("nothing was staged: ", *self.make("/nowhere.deb", "/nowhere.deb"))
        old, new = self.debs()
        self.run_refused("there can be no base release", "make", self.depot, "--old", old, "--new", new, "--base",
                         f"debian:{'1' * 60}", "--from-changelog")
        self.run_refused("nothing was made: ", "init", self.top, "--name", "a/b", "--publisher", "x")
        with open(f"{self.depot}/publisher.conf", "w", encoding="utf-8") as file:
            file.write("[Other]\n")
        self.run_refused(f"{self.depot}/publisher.conf: ", "publish", self.depot)

    def test_without_rights(self):
        """Who can't have a user namespace can ask for help, make a folder and renew."""
        def run(*words):
            # in it nobody has a number, and such a one gets no other
            done = subprocess.run(["unshare", "--user", self.program, *words], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True, check=False,
                                  env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
            return done.returncode, done.stderr
        self.stage()
        self.assertIn("user namespace", run("lint", self.depot)[1])
        other = f"{self.top}/other"
        for words in (("make", "--help"), ("init", other, "--name", "other", "--publisher", "Other"),
                      ("refresh", other), ("discard", self.depot, "demo-a")):
            with self.subTest(words=words):
                self.assertEqual(run(*words), (0, ""))


if __name__ == "__main__":
    Case.program = sys.argv.pop(1)
    unittest.main()
