#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every file of a publisher's folder, damaged in every way: each command ends soon, with one sentence that says what is wrong or
because it did not need the file; what desktops get is never wrong; and the honest file put back works again.
Usage: test-publisher-damage.py PROGRAM TUF-CLIENT [unittest options]; SUTURE_TEST_DAMAGE=all runs every command on every case."""

import concurrent.futures
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

from living import Living
from publishing import ROLE

GOOD = (0, 3)  # 3: something waits for signatures
SECONDS = 60  # that a command may take on a busy machine; it takes less than one
JOBS = 2
SENTENCE_MAX = 1500  # bytes
COMMANDS = ("show", "lint", "refresh", "publish", "log", "restore")


def empty(path):
    with open(path, "wb"):
        pass


def truncate(path):
    os.truncate(path, os.path.getsize(path) // 2)


def garbage(path):
    with open(path, "wb") as file:
        file.write(b"\0\xff[[[{\"a\":" * 50)


def deep(path):
    with open(path, "wb") as file:
        file.write(b"[" * 15000)


def replace(make):
    def change(path):
        os.unlink(path)
        make(path)
    return change


def swap(path):
    """Another file of the same kind, where there is one."""
    folder, name = os.path.split(path)
    others = [other for other in sorted(os.listdir(folder)) if other != name and os.path.isfile(f"{folder}/{other}")]
    data = b"another file\n"
    if others:
        with open(f"{folder}/{others[0]}", "rb") as file:
            data = file.read()
    with open(path, "wb") as file:
        file.write(data)


def link(path):
    os.symlink("/etc/hostname", path)


def link_to_itself(path):
    """A link to the honest bytes: they are right, and still nobody may lead the program elsewhere."""
    os.rename(path, f"{path}.honest")
    os.symlink(f"{path}.honest", path)


def folder(path):
    os.makedirs(f"{path}/more")


def listen(path):
    with socket.socket(socket.AF_UNIX) as end:
        here = os.open(os.path.dirname(path), os.O_PATH)
        end.bind(f"/proc/self/fd/{here}/{os.path.basename(path)}")
        os.close(here)


DAMAGES = {"missing": os.unlink, "empty": empty, "truncated": truncate, "swapped": swap, "garbage": garbage, "deep": deep,
           "folder": replace(folder), "link": replace(link), "moved": link_to_itself, "fifo": replace(os.mkfifo),
           "socket": replace(listen)}


def names_of(path):
    """How a sentence may call a file: by its name, its role, its folder or its improvement."""
    parts = path.split("/")
    return {parts[-1], parts[-1].removesuffix(".json"), *parts[-2:-1], *(part for part in parts if part.startswith("demo-"))}


class Damage(Living):
    def setUp(self):
        super().setUp()
        self.everything = self.serve(self.top)

    def prepare(self):
        """One improvement published, one withdrawn, one staged, and a change of root that waits."""
        for _ in range(2):
            self.publish_one()
        self.run_ok("withdraw", self.depot, "demo-b", "--reason", "Test")
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", f"{self.top}/team.pem"], check=True,
                       stderr=subprocess.DEVNULL)
        self.run_ok("key", "add", self.depot, "root", "--owner", "Team", "--public", f"{self.top}/team.pem")
        self.run_waiting("key", "threshold", self.depot, "root", "2")
        self.stage()
        self.run_ok("rollout", self.depot, "demo-c", "--hours", "5")

    def files(self):
        found = []
        for folder_path, _, names in os.walk(self.depot):
            found += [os.path.relpath(f"{folder_path}/{name}", self.depot) for name in names
                      if not os.path.islink(f"{folder_path}/{name}")]
        return sorted(found)

    def accepts(self, depot):
        """Whether a new desktop takes what is served in @depot, and has the manifest of what is published."""
        with tempfile.TemporaryDirectory(dir=self.top) as desktop:
            shutil.copy(f"{self.depot}/repository/metadata/1.root.json", f"{desktop}/1.root.json")
            base = f"{self.everything}/{os.path.basename(depot)}/repository"
            common = [self.client, "--metadata-dir", f"{desktop}/state"]
            for words in (["init", f"{desktop}/1.root.json"],
                          ["--metadata-url", f"{base}/metadata", "refresh"],
                          ["--metadata-url", f"{base}/metadata", "--target-name", f"{ROLE}/demo-a.json", "--target-dir",
                           f"{desktop}/targets", "--target-base-url", f"{base}/targets", "download"]):
                done = subprocess.run(common + words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                                      timeout=SECONDS)
                if done.returncode != 0:
                    return done.stdout
        return None

    def run_in(self, command, depot):
        return subprocess.run([self.program, command, depot], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, check=False, timeout=SECONDS)

    def complain(self, done, path):
        """What is wrong with how a command ended, or None."""
        lines = [line for line in done.stderr.splitlines() if not line.startswith("warning: ")]
        if done.returncode not in (*GOOD, 1):
            return f"it ended with {done.returncode}"
        if len(lines) != (0 if done.returncode in GOOD else 1):
            return "it is not one sentence"
        if done.returncode == 1 and (len(lines[0]) > SENTENCE_MAX or not any(name in lines[0] for name in names_of(path))):
            return f"it does not name {path}, or is long"
        return None

    def one(self, path, what, command):
        """A case: a list of what is wrong."""
        depot = tempfile.mkdtemp(dir=self.top, prefix="case-")
        found = []
        try:
            os.rmdir(depot)
            shutil.copytree(self.depot, depot, symlinks=True)
            DAMAGES[what](f"{depot}/{path}")
            done = self.run_in(command, depot)
            complaint = self.complain(done, path)
            if complaint is None and done.returncode in GOOD and command in ("refresh", "publish", "restore"):
                refused = self.accepts(depot)
                complaint = refused and f"a desktop refuses the result: {refused}"
            if complaint:
                found.append(f"{path} {what}: {command}: {complaint}: {done.stdout[-200:]} {done.stderr}")
            if complaint is None and done.returncode == 1 and command == "restore" and path.startswith("repository/"):
                complaint = "it does not put back what it has a copy of"
            if done.returncode == 1:
                found += self.put_back(depot, path, what, command)
        except subprocess.TimeoutExpired as error:
            found.append(f"{path} {what}: {error}")
        finally:
            shutil.rmtree(depot)
        return found

    def put_back(self, depot, path, what, command):
        place = f"{depot}/{path}"
        if os.path.isdir(place) and not os.path.islink(place):
            shutil.rmtree(place)
        elif os.path.lexists(place):
            os.unlink(place)
        shutil.copy2(f"{self.depot}/{path}", place)
        done = self.run_in("publish", depot)
        refused = self.accepts(depot) if done.returncode in GOOD else done.stderr
        return [f"{path} {what}: {command}, and the honest file put back: {refused}"] if refused else []

    def test_table(self):
        self.prepare()
        few = os.environ.get("SUTURE_TEST_DAMAGE") != "all"
        cases = [(path, what, command) for f, path in enumerate(self.files()) for d, what in enumerate(DAMAGES)
                 for c, command in enumerate(COMMANDS) if not few or (f + d + 3 * c) % 17 == 0]
        with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
            wrong = [text for found in pool.map(lambda case: self.one(*case), cases) for text in found]
        self.assertEqual(wrong, [], "\n".join(wrong))

    def test_folders(self):
        """No folder may be a link or a file: nothing is read or written where it leads, and the honest one put back works."""
        self.publish_one()
        self.stage()
        outside = f"{self.top}/outside"
        folders = ["repository", "repository/metadata", "repository/targets", "repository/targets/payloads",
                   f"repository/targets/{ROLE}", "client", "staging", f"staging/{ROLE}", f"staging/{ROLE}/demo-b", "published",
                   "pending", "work", "log"]
        for name in folders:
            place = f"{self.depot}/{name}"
            os.rename(place, outside)
            before = self.everything_in(outside)
            for make in (lambda place: os.symlink(outside, place), empty):
                make(place)
                with self.subTest(name=name, link=os.path.islink(place)):
                    said = self.run_refused(f"{self.depot}/{name}", "publish", self.depot)
                    self.assertEqual(said.count("\n"), 1, said)
                    self.assertEqual(self.everything_in(outside), before)
                os.unlink(place)
            os.rename(outside, place)
        self.run_ok("publish", self.depot)
        self.accept("demo-a", "demo-b")

    def everything_in(self, folder_path):
        return {f"{folder_path}/{name}": os.lstat(f"{folder_path}/{name}").st_ctime_ns
                for folder_path, _, names in os.walk(folder_path) for name in names}

    def test_repaired(self):
        """What stands in the place of a served file, or where the next root will be looked for, is put out of the way."""
        self.publish_one()
        good = self.served()
        current = [name for name in good if name not in ("metadata/1.snapshot.json", "metadata/1.targets.json")]
        for make in (folder, link, os.mkfifo):
            for name in [*current, "metadata/2.root.json"]:
                place = f"{self.depot}/repository/{name}"
                if os.path.exists(place):
                    os.unlink(place)
                make(place)
            self.run_refused("restore", "publish", self.depot)
            self.run_ok("restore", self.depot)
            self.assertEqual(self.served(), good)
        self.run_ok("publish", self.depot)
        self.accept("demo-a")

    def test_damaged_copies(self):
        """A copy that is damaged takes the place of nothing that is good, and holds up none of the others."""
        self.publish_one()
        self.publish_one()
        good = self.served()
        sha256 = [self.manifest(name, "published")["payloads"][0]["sha256"] for name in ("demo-a", "demo-b")]
        truncate(f"{self.place('demo-a', 'published')}/payloads/{sha256[0]}")
        garbage(f"{self.depot}/log/1.log.jsonl")
        os.makedirs(self.place("stray"))
        self.run_ok("restore", self.depot)
        self.assertEqual(self.served(), good)
        shutil.rmtree(f"{self.depot}/repository/targets")
        said = self.run_refused("not all of the rest", "restore", self.depot)
        self.assertIn(f"published/{ROLE}/demo-a could not be put back", said)
        self.assertIn(f"targets/payloads/{sha256[1]}", self.served())
        self.assertNotIn(f"targets/payloads/{sha256[0]}", self.served())

    def test_image(self):
        """Programs of others read the image by its name, and would wait at a FIFO for ever."""
        self.stage()
        for damage in ("fifo", "folder", "link", "moved", "missing"):
            place = self.place("demo-a") + "/image.erofs"
            shutil.copy2(place, f"{self.top}/image")
            DAMAGES[damage](place)
            with self.subTest(damage=damage):
                for command in ("lint", "publish"):
                    self.assertEqual(self.run_refused(f"there is no image {place}", command, self.depot).count("\n"), 1)
            if damage == "folder":
                shutil.rmtree(place)
            elif os.path.lexists(place):
                os.unlink(place)
            shutil.copy2(f"{self.top}/image", place)
        self.run_ok("lint", self.depot)

    def test_custom(self):
        """What is signed beside an improvement is of the kind that desktops take."""
        self.stage()
        for text in ('[]', '{"rollout":5}', '{"rollout":{"start":"2026-11-25T12:00:00Z","hours":721}}', '{"rollout":{"hours":1}}',
                     '{"rollout":{"start":"tomorrow","hours":1}}', '{"prepared":"by hand"}', '{"prepared":1}', '{"withdrawn":{}}',
                     '{"prepared":"automatic","approved":"Nobody"}', '{"number":7}', '{"id":"other-a"}', "{" + " " * 20000 + "}"):
            with open(f"{self.place()}/custom.json", "w", encoding="utf-8") as file:
                file.write(text)
            for command in "lint", "publish":
                with self.subTest(text=text[:60], command=command):
                    self.run_refused("demo-a/custom.json", command, self.depot)
        with open(f"{self.place()}/custom.json", "w", encoding="utf-8") as file:
            file.write('{"rollout":{"start":"2026-11-25T12:00:00Z","hours":720}}')
        self.run_ok("publish", self.depot)
        self.assertEqual(self.custom()["rollout"]["hours"], 720)

    def test_owners(self):
        """Names of people are not lost because the file could not be read."""
        empty(f"{self.depot}/owners.conf")
        with open(f"{self.depot}/owners.conf", "w", encoding="utf-8") as file:
            file.write("[Owners\nx=Somebody\n")
        self.run_refused("owners.conf", "key", "rotate", self.depot, "timestamp", "--owner", "Team")
        with open(f"{self.depot}/owners.conf", encoding="utf-8") as file:
            self.assertIn("Somebody", file.read())
        self.run_ok("show", self.depot)


if __name__ == "__main__":
    Living.take_programs(sys.argv)
    unittest.main()
