#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""suture-publish and its keys: types, passphrases, thresholds, what is kept offline, rotation and revocation, with the
desktop's own client looking at each result. Usage: test-publisher-keys.py PROGRAM TUF-CLIENT [unittest options]"""

import json
import os
import pty
import shutil
import subprocess
import sys
import termios
import time
import unittest

from publishing import ROLE
from living import TOP_LEVELS, Living


class Keys(Living):
    def begin(self, *options):
        """Another feed, made with options."""
        shutil.rmtree(self.depot)
        said = self.run_ok("init", self.depot, "--name", "demo", "--publisher", "Demo Vendor", *options)
        self.begin_desktop()
        return said

    def write(self, name, text):
        path = f"{self.top}/{name}"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def openssl(self, *words):
        return subprocess.run(["openssl", *words], check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout

    # types

    def test_types(self):
        for kind in "ecdsa", "rsa":
            with self.subTest(kind=kind):
                self.begin("--type", kind)
                self.assertEqual({key["keytype"] for key in self.latest("root")["keys"].values()}, {kind})
                self.publish_one()
                self.accept("demo-a")
                self.run_ok("key", "rotate", self.depot, ROLE, "--type", kind)
                self.accept("demo-a")

    def test_weak(self):
        """What desktops don't take, or hardly."""
        for name, *options in (("rsa", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"),
                               ("curve", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"),
                               ("ed448", "-algorithm", "ed448")):
            self.openssl("genpkey", *options, "-out", f"{self.top}/{name}.pem")
            before = self.served()
            with self.subTest(name=name):
                self.run_refused(f"{name}.pem", "key", "add", self.depot, "root", "--public", f"{self.top}/{name}.pem")
                self.assertEqual(self.served(), before)
        self.run_refused("no type of key", "key", "add", self.depot, "root", "--type", "dsa")

    # who may sign

    def test_add_and_threshold(self):
        self.publish_one()
        self.run_ok("key", "add", self.depot, ROLE, "--owner", "Release Team", "--type", "ecdsa")
        ids, threshold = self.ids(ROLE)
        self.assertEqual((len(ids), threshold), (2, 1))
        self.assertIn("ecdsa of Release Team", self.run_ok("show", self.depot))
        self.run_refused("can be 1 to 2", "key", "threshold", self.depot, ROLE, "3")
        self.run_refused("can be 1 to 2", "key", "threshold", self.depot, ROLE, "0")
        self.run_ok("key", "threshold", self.depot, ROLE, "2")
        self.assertEqual(len(self.envelope(ROLE)["signatures"]), 2)
        self.accept("demo-a")
        self.run_ok("key", "revoke", self.depot, ids[0][:8])
        self.assertEqual(len(set(self.ids(ROLE)[0]) - set(ids)), 1)  # one was made in its place
        self.assertNotIn(ids[0], self.latest("targets")["delegations"]["keys"])
        self.accept("demo-a")

    def test_rotate_all(self):
        self.publish_one()
        self.accept("demo-a")
        for role in (*TOP_LEVELS, ROLE):
            with self.subTest(role=role):
                before = self.ids(role)[0]
                self.run_ok("key", "rotate", self.depot, role)
                after, threshold = self.ids(role)
                self.assertEqual((len(after), threshold, set(before) & set(after)), (1, 1, set()))
                self.accept("demo-a")
        self.assertEqual(self.latest("root")["version"], 5)
        self.stage()
        self.run_ok("publish", self.depot)
        self.accept("demo-b")
        new = self.desktop
        self.begin_desktop()  # that has the first root and follows all of it
        self.assertNotEqual(self.desktop, new)
        self.accept("demo-b")
        self.run_ok("restore", self.depot)

    def test_root_quorums(self):
        """A new root is signed by the old quorum and by the new one."""
        old, _ = self.ids("root")
        self.run_ok("key", "rotate", self.depot, "root")
        new, _ = self.ids("root")
        self.assertEqual({item["keyid"] for item in self.envelope("root")["signatures"]}, {*old, *new})
        self.accept()

    def test_names(self):
        self.publish_one()
        self.run_ok("key", "add", self.depot, "root")
        ids, _ = self.ids("root")
        self.run_refused("has several keys", "key", "rotate", self.depot, "root")
        self.run_refused("has no key", "key", "rotate", self.depot, "root", ids[0][:3])
        self.run_refused("no role has a key", "key", "revoke", self.depot, "0" * 64)
        self.run_refused("has no role", "key", "add", self.depot, "timestmap")
        self.run_refused("add, rotate, revoke or threshold", "key", "change", self.depot, "root")
        self.run_refused("it takes: add FOLDER ROLE", "key", "add", self.depot)
        self.run_ok("key", "add", self.depot, "debian-13-x86-64", "--new-role")
        self.assertEqual(self.latest("debian-13-x86-64")["targets"], {})
        self.accept("demo-a")

    # passphrases

    def test_passphrase(self):
        words = self.write("words", "open sesame\nnot this\n")
        self.begin("--encrypt", "--passphrase-file", words)
        with open(f"{self.depot}/keys/root.pem", encoding="utf-8") as file:
            self.assertIn("ENCRYPTED", file.read())
        self.assertIn("scrypt", self.openssl("asn1parse", "-in", f"{self.depot}/keys/root.pem").decode())
        self.stage()
        self.assertIn("waits for 1 more signature", self.run_waiting("publish", self.depot))  # targets has a new role
        self.assertEqual(self.pending(), [f"1.{ROLE}.json", "2.targets.json"])
        wrong = self.write("wrong", "open barley\n")
        sign = ("sign", self.depot, "--yes", "--passphrase-file")
        self.run_refused("the passphrase is not that of", *sign, wrong)
        self.run_refused("the passphrase is empty", *sign, "/dev/null")
        self.run_ok(*self.signed("--passphrase-file", words))
        self.assertEqual(self.pending(), [])
        self.accept("demo-a")
        self.run_ok("refresh", self.depot)  # nobody is asked
        with open(words, encoding="utf-8") as file:
            done = subprocess.run([self.program, "key", "rotate", self.depot, "targets", "--encrypt", "--passphrase-fd", "0"],
                                  stdin=file, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.accept("demo-a")

    def test_openssl_key(self):
        """A key of openssl(1)'s with a passphrase of its own (PBKDF2), which says nothing about its public half."""
        path = f"{self.top}/mine.pem"
        words = self.write("words", "open sesame")
        self.openssl("genpkey", "-algorithm", "ed25519", "-aes-256-cbc", "-pass", f"file:{words}", "-out", path)
        public = self.openssl("pkey", "-in", path, "-passin", f"file:{words}", "-pubout").decode()
        self.run_ok("key", "add", self.depot, "targets", "--public", self.write("public.pem", public))
        self.run_ok("key", "threshold", self.depot, "targets", "2", "--key", path, "--passphrase-file", words)
        self.assertEqual(len(self.envelope("targets")["signatures"]), 2)
        self.accept()

    def test_terminal(self):
        """The terminal is asked, twice for a new one, and shows nothing of it."""
        done = self.on_terminal(["open sesame", "open sesame"], "key", "rotate", self.depot, "targets", "--encrypt")
        self.assertEqual(done[0], 0, done[1])
        self.assertIn("New passphrase of", done[1])
        self.assertNotIn("sesame", done[1])
        code, said = self.on_terminal(["open sesame", "open barley"], "key", "rotate", self.depot, "targets", "--encrypt")
        self.assertEqual(code, 1, said)
        self.accept()

    def test_terminal_again(self):
        """Who mistypes the second passphrase begins anew, and no key of the first try is left."""
        stick = f"{self.top}/stick"
        words = ("init", f"{self.top}/other", "--name", "other", "--publisher", "Other", "--offline", stick, "--encrypt")
        code, said = self.on_terminal(["open sesame", "open sesame", "open sesame", "open barley"], *words)
        self.assertEqual((code, os.listdir(stick), os.path.exists(f"{self.top}/other")), (1, [], False), said)
        code, said = self.on_terminal(["sesame"], *words)
        self.assertIn("8 or more characters", said)
        code, said = self.on_terminal(["open sesame"] * 4, *words)
        self.assertEqual((code, sorted(os.listdir(stick))), (0, ["root.pem", "targets.pem"]), said)

    def on_terminal(self, answers, *words):
        pid, master = pty.fork()
        if pid == 0:
            os.execv(self.program, [self.program, *words])
        said = ""
        answers = list(answers)
        prompts = 0
        while True:
            try:
                data = os.read(master, 1000).decode()
            except OSError:
                data = ""
            if not data:
                break
            said += data
            if said.count("assphrase of") > prompts and answers:
                prompts += 1
                while termios.tcgetattr(master)[3] & termios.ECHO:  # what is typed before would be shown
                    time.sleep(0.01)
                os.write(master, answers.pop(0).encode() + b"\n")
        os.close(master)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), said

    # how newcomers are kept

    def keys_made(self):
        return sorted(os.listdir(f"{self.depot}/keys"))

    def test_successor_elsewhere(self):
        """Nothing takes the place of a key that is kept elsewhere but what is kept elsewhere, or where somebody says."""
        stick = f"{self.top}/stick"
        self.begin("--offline", stick)
        before = self.keys_made(), self.served()
        self.openssl("genpkey", "-algorithm", "ed25519", "-out", f"{self.top}/mine.pem")
        for keys in ("--keys", stick), ():
            for role in "root", "targets":
                for words in ("rotate", role), ("rotate", role, "--encrypt"), ("revoke", self.ids(role)[0][0]), ("add", role):
                    with self.subTest(keys=keys, words=words):
                        self.run_refused("is kept elsewhere than in", "key", words[0], self.depot, *words[1:], *keys)
                        self.assertEqual((self.keys_made(), self.served(), os.listdir(f"{self.depot}/pending")
                                          if os.path.isdir(f"{self.depot}/pending") else []), (*before, []))
        self.run_ok("key", "rotate", self.depot, "root", "--to", stick, "--keys", stick)
        self.run_ok("key", "revoke", self.depot, self.ids("targets")[0][0], "--public", f"{self.top}/mine.pem", "--keys", stick,
                    "--key", f"{self.top}/mine.pem")
        self.run_ok("key", "rotate", self.depot, "root", "--to", f"{self.depot}/keys", "--keys", stick)
        self.assertEqual(len(self.keys_made()), 3)
        self.accept()

    def test_successor_of_encrypted(self):
        """What takes the place of a key with a passphrase has one; where nobody can be asked nothing is made."""
        words = self.write("words", "open sesame\n")
        self.begin("--encrypt", "--passphrase-file", words)
        before = self.keys_made(), self.served()
        for action in ("rotate", "targets"), ("revoke", self.ids("targets")[0][0]), ("add", "targets"):
            done = subprocess.run([self.program, "key", action[0], self.depot, *action[1:]], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True, check=False)
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertIn("passphrase", done.stderr)
            self.assertEqual((self.keys_made(), self.served()), before)
        for action in ("rotate", "targets"), ("revoke", self.ids("root")[0][0]), ("add", "root"):
            self.run_ok("key", action[0], self.depot, *action[1:], "--passphrase-file", words)
        made = [name for name in self.keys_made() if name not in before[0]]
        self.assertEqual(len(made), 3)
        for name in made:
            with open(f"{self.depot}/keys/{name}", encoding="utf-8") as file:
                self.assertIn("ENCRYPTED", file.read())
        self.run_ok("key", "rotate", self.depot, "timestamp", "--passphrase-file", words)  # that is open, and stays so
        with open(next(f"{self.depot}/keys/{name}" for name in self.keys_made() if name.startswith("timestamp-")),
                  encoding="utf-8") as file:
            self.assertNotIn("ENCRYPTED", file.read())
        self.accept()

    def test_apart(self):
        """Who signs root or targets signs neither snapshot nor timestamp; no newcomer comes into two roles by itself."""
        for role, other in (("timestamp", "root"), ("targets", "snapshot")):
            public = self.openssl("pkey", "-in", f"{self.depot}/keys/{role}.pem", "-pubout").decode()
            path = self.write(f"{role}.pub", public)
            for action in "add", "rotate":
                with self.subTest(role=role, action=action):
                    self.run_refused("by people", "key", action, self.depot, other, "--public", path)
        path = self.write("snapshot.pub", self.openssl("pkey", "-in", f"{self.depot}/keys/snapshot.pem", "-pubout").decode())
        self.run_ok("key", "rotate", self.depot, "timestamp", "--public", path)
        [shared] = self.ids("snapshot")[0]
        self.assertEqual(self.ids("timestamp")[0], [shared])
        self.openssl("genpkey", "-algorithm", "ed25519", "-out", f"{self.top}/mine.pem")
        self.run_refused("one newcomer does not take its place in both", "key", "revoke", self.depot, shared, "--public",
                         f"{self.top}/mine.pem")
        self.run_ok("key", "revoke", self.depot, shared)
        [first], [second] = self.ids("snapshot")[0], self.ids("timestamp")[0]
        self.assertEqual(len({shared, first, second}), 3)
        self.accept()

    # kept elsewhere

    def test_offline(self):
        stick = f"{self.top}/stick"
        self.assertIn(f"to be kept elsewhere: {stick}", self.begin("--offline", stick))
        self.assertEqual((sorted(os.listdir(stick)), sorted(os.listdir(f"{self.depot}/keys"))),
                         (["root.pem", "targets.pem"], ["snapshot.pem", "timestamp.pem"]))
        self.run_refused("already", "init", f"{self.top}/other", "--name", "x", "--publisher", "x", "--offline", stick)
        self.stage()
        self.run_ok("publish", self.depot, "--keys", stick)
        os.rename(stick, f"{self.top}/safe")
        self.publish_one()
        self.run_ok("withdraw", self.depot, "demo-a", "--reason", "No good")
        self.run_ok("rollout", self.depot, "demo-b", "--hours", "5")
        self.run_ok("refresh", self.depot)
        self.accept("demo-a", "demo-b")
        self.assertEqual(self.pending(), [])

    def test_ceremony(self):
        """A change of root waits for a key that is elsewhere, is signed there, and nothing else waits for it."""
        stick = f"{self.top}/stick"
        self.begin("--offline", stick)
        self.run_ok("key", "rotate", self.depot, "timestamp", "--keys", stick)
        self.stage()
        self.run_ok("publish", self.depot, "--keys", stick)
        before, _ = self.ids("timestamp")
        told = json.loads(self.run_waiting("key", "rotate", self.depot, "timestamp", "--json"))
        root_key = self.ids("root")[0]
        self.assertEqual([(item["file"], item["missing"], item["keys"]) for item in told["pending"] if item["missing"]],
                         [(f"{self.depot}/pending/3.root.json", 1, root_key)])
        self.assertEqual(self.ids("timestamp")[0], before)
        self.publish_one()  # an urgent fix
        self.run_ok("refresh", self.depot)
        self.accept("demo-b")
        self.assertEqual(self.ids("timestamp")[0], before)
        elsewhere = f"{self.top}/3.root.json"
        shutil.copy(f"{self.depot}/pending/3.root.json", elsewhere)
        self.run_refused("--key or --keys is needed", "sign", elsewhere)
        self.assertIn("root, version 3", self.run_ok("sign", elsewhere, "--key", f"{stick}/root.pem", "--yes"))
        self.run_ok("sign", self.depot, "--merge", elsewhere)
        self.run_refused("no new signature", "sign", self.depot, "--merge", elsewhere)
        self.run_refused("nothing called root.json waits", "sign", self.depot, "--merge", elsewhere, "--merge", f"{self.top}/root.json")
        self.assertEqual(self.ids("timestamp")[0], before)
        self.assertIn("root: version 3 is out, which waited for signatures", self.run_ok("publish", self.depot))
        self.assertNotIn("is out", self.run_ok("publish", self.depot))
        self.assertNotEqual(self.ids("timestamp")[0], before)
        self.assertEqual(self.pending(), [])
        self.accept("demo-a", "demo-b")

    def test_person(self):
        """Of two signatures only one is the automation's; somebody else approves."""
        self.publish_one()
        self.openssl("genpkey", "-algorithm", "ed25519", "-out", f"{self.top}/team.pem")
        self.run_ok("key", "add", self.depot, ROLE, "--public", f"{self.top}/team.pem", "--owner", "Team")
        team = ("--key", f"{self.top}/team.pem")
        self.stage()
        with open(f"{self.place('demo-b')}/custom.json", "w", encoding="utf-8") as file:
            file.write('{"prepared":"automatic"}')
        done = self.run_any("approve", self.depot, "demo-b", "--name", "Release Team", *team)
        self.assertEqual((done.returncode, "none of the keys that were brought has signed what" in done.stderr), (1, True), done.stderr)
        shutil.rmtree(self.place("demo-b"))
        self.run_ok("key", "threshold", self.depot, ROLE, "2", *team)
        self.stage()
        with open(f"{self.place('demo-b')}/custom.json", "w", encoding="utf-8") as file:
            file.write('{"prepared":"automatic"}')
        self.assertIn("demo-b waits for a person", self.run_ok("publish", self.depot))
        self.run_refused("nobody has approved it", "publish", self.depot, "demo-b")
        self.assertEqual((self.pending(), self.names()), ([], [f"{ROLE}/demo-b"]))
        approve = ("approve", self.depot, "demo-b", "--name", "Release Team", "--yes")
        self.assertIn("(Team)", self.run_waiting(*approve))  # the key is elsewhere
        self.assertEqual((self.pending(), self.names()), ([f"3.{ROLE}.json"], [f"{ROLE}/demo-b"]))
        self.accept("demo-a")
        waiting = f"{self.depot}/pending/3.{ROLE}.json"
        with open(waiting, encoding="utf-8") as file:
            text = file.read()
        other = json.loads(text)
        other["signed"]["targets"][f"{ROLE}/other-a.json"] = other["signed"]["targets"][f"{ROLE}/demo-b.json"]
        with open(waiting, "w", encoding="utf-8") as file:
            json.dump(other, file)
        self.run_refused(f"changes {ROLE}/other-a.json as well, which was not shown", *approve, *team)
        other = json.loads(text)
        other["signed"]["targets"][f"{ROLE}/demo-b.json"]["custom"]["withdrawn"] = {"reason": "Not shown"}
        with open(waiting, "w", encoding="utf-8") as file:
            json.dump(other, file)
        with open(f"{self.place('demo-b')}/custom.json", "w", encoding="utf-8") as file:
            file.write('{"prepared":"automatic","rollout":{"hours":5,"start":"2026-01-01T00:00:00Z"}}')
        done = self.run_any(*approve, *team)
        self.assertIn('  rollout: {"hours":5,', done.stdout)
        self.assertNotIn("withdrawn", self.custom("demo-b"))
        self.assertEqual((done.returncode, "none of the keys" in done.stderr), (0, False), done.stderr)
        self.assertEqual((self.pending(), self.names()), ([], []))
        self.assertEqual((self.custom("demo-b")["prepared"], self.custom("demo-b")["approved"]), ("automatic", "Release Team"))
        self.assertNotIn("approved", self.custom("demo-a"))
        self.accept("demo-b")

    def test_last_two(self):
        """Where snapshot or timestamp lacks a signature nothing goes out, and nothing of what was asked for is lost."""
        self.publish_one()
        for role in "snapshot", "timestamp":
            stick = f"{self.top}/{role}"
            os.mkdir(stick, 0o700)
            self.run_ok("key", "add", self.depot, role, "--to", stick)
            self.run_ok("key", "threshold", self.depot, role, "2", "--keys", stick)
            reason = f"{role} waits"
            self.run_waiting("withdraw", self.depot, "demo-a", "--reason", reason)
            self.assertNotEqual(self.custom("demo-a").get("withdrawn", {}).get("reason"), reason)
            self.assertTrue([name for name in self.pending() if ROLE in name], self.pending())
            self.run_waiting("publish", self.depot)  # more than once
            self.run_ok("publish", self.depot, "--keys", stick)
            self.assertEqual((self.pending(), self.custom("demo-a")["withdrawn"]["reason"]), ([], reason))
            self.run_ok("key", "threshold", self.depot, role, "1", "--keys", stick)
        self.accept("demo-a")

    def test_thief(self):
        """Whoever has the online keys drives versions up for a desktop; once they are revoked it comes back by itself."""
        self.publish_one()
        self.accept("demo-a")
        shutil.copytree(self.depot, f"{self.top}/honest", symlinks=True)
        huge = 2 ** 53 - 1
        snapshot = self.latest("snapshot")
        snapshot["version"] = huge
        name = self.forge("snapshot", snapshot)
        timestamp = self.latest("timestamp")
        timestamp["version"] = huge
        timestamp["meta"]["snapshot.json"] = {"version": huge}
        self.forge("timestamp", timestamp)
        self.accept()
        self.assertIn(str(huge), name)
        shutil.rmtree(self.depot)
        os.rename(f"{self.top}/honest", self.depot)
        self.refuse()
        for role in "snapshot", "timestamp":
            self.run_ok("key", "revoke", self.depot, self.ids(role)[0][0])
        self.stage()
        self.run_ok("publish", self.depot)
        self.accept("demo-a", "demo-b")

    def test_killed(self):
        """A root that replaces the timestamp's key, and a run that is killed before each file of it is served: the next one
        serves the rest."""
        self.publish_one()
        shutil.copytree(self.depot, f"{self.top}/before", symlinks=True)
        old = self.served()
        self.run_ok("key", "rotate", self.depot, "timestamp")
        new = {os.path.basename(name): data for name, data in self.served().items() if data != old.get(name)}
        self.assertEqual(sorted(new), ["2.root.json", "8.log.jsonl", "timestamp.json"])
        shutil.copytree(f"{self.depot}/keys", f"{self.top}/before/keys", dirs_exist_ok=True)
        for count in range(len(new) + 1):
            shutil.rmtree(self.depot)
            shutil.copytree(f"{self.top}/before", self.depot, symlinks=True)
            os.mkdir(f"{self.depot}/edition")
            for where, names in (("edition", new), ("repository/metadata", ["8.log.jsonl", "2.root.json", "timestamp.json"][:count])):
                for name in names:
                    with open(f"{self.depot}/{where}/{name}", "wb") as file:
                        file.write(new[name])
            with self.subTest(count=count):
                self.run_ok("refresh", self.depot)
                self.assertFalse(os.path.exists(f"{self.depot}/edition"))
                self.assertEqual(self.latest("root")["version"], 2)
                self.begin_desktop()
                self.accept("demo-a")

    def test_lost(self):
        """One of two keys is lost: it takes no new feed to go on."""
        self.run_ok("key", "add", self.depot, "root")
        first, second = self.ids("root")[0]
        os.unlink(f"{self.depot}/keys/root.pem")
        self.run_ok("key", "revoke", self.depot, first)
        self.assertEqual(self.ids("root")[0], [second])
        self.accept()


if __name__ == "__main__":
    Living.take_programs(sys.argv)
    unittest.main()
