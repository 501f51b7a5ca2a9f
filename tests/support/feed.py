# SPDX-License-Identifier: LGPL-2.1-or-later
"""A publisher: a folder made by suture-publish, what it serves, and, for bad input, what an attacker or a fool would
serve instead, signed with the publisher's own keys where it takes them."""

import hashlib
import json
import os
import shutil
import subprocess

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
UPLOAD = f"{TOP}/data/serving/upload-feed"
VERSIONS = 10  # between two times that a repository is served: so often may the copy be changed


def canonical(value):
    """The canonical form that signatures cover: sorted keys, no blanks, nothing escaped but quote and backslash."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{canonical(key)}:{canonical(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return json.dumps(value)


def sign(key, text, scratch):
    with open(scratch, "w", encoding="utf-8") as file:
        file.write(text)
    done = subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", key, "-in", scratch], check=True,
                          stdout=subprocess.PIPE)
    return done.stdout.hex()


class Publisher:
    def __init__(self, tool, folder, name="example", title="Example Publisher"):
        self.tool = tool
        self.folder = folder
        self.name = name
        self.served = 0
        self.command("init", "--name", name, "--publisher", title)

    @classmethod
    def of(cls, folder, name):
        """One that was made before, to change copies of what it serves."""
        self = cls.__new__(cls)
        self.tool, self.folder, self.name, self.served = None, folder, name, 0
        return self

    def command(self, command, *options):
        done = subprocess.run([self.tool, *command.split(), self.folder, *options], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
        if done.returncode != 0:
            raise RuntimeError(f"suture-publish {command} failed: {done.stdout}")
        return done.stdout

    def make(self, old, new, notes=None):
        """Makes an improvement of two packages and stages it; notes: the text of a notes file."""
        options = ["--old", old, "--new", new, "--from-changelog", "--base", "debian:12"]
        if notes:
            path = f"{self.folder}/notes"
            with open(path, "w", encoding="utf-8") as file:
                file.write(notes)
            options += ["--notes", path]
        return self.command("make", *options)

    def publish(self):
        return self.command("publish")

    def repository(self):
        return f"{self.folder}/repository"

    def serve(self, server):
        """Puts the repository as it is now into the web server's folder, a Copy. As with every publisher that goes on,
        its versions are above those of the time before, so that what was seen meanwhile does not stand in the way."""
        copy = Copy(self, f"{server.site}/{self.name}")
        self.served += 1
        if self.served > 1:
            copy.rise(VERSIONS * self.served)
        return copy

    def upload(self, server):
        """Brings to the web server what is new, as publishers do."""
        subprocess.run([UPLOAD, self.folder, f"{server.site}/{self.name}"], check=True)

    def keys(self):
        """{role: ids of the keys that may sign for it} as the newest root has them."""
        folder = f"{self.repository()}/metadata"
        newest = max(int(name.split(".")[0]) for name in os.listdir(folder) if name.endswith(".root.json"))
        with open(f"{folder}/{newest}.root.json", encoding="utf-8") as file:
            return {role: set(entry["keyids"]) for role, entry in json.load(file)["signed"]["roles"].items()}

    def configure(self, machine, url):
        """What an administrator does who trusts this publisher."""
        root = f"{self.repository()}/metadata/1.root.json"
        machine.put(root, f"/etc/suture/feeds.d/{self.name}.root.json")
        machine.write(f"/etc/suture/feeds.d/{self.name}.conf", f"[Feed]\nURL={url}/{self.name}\n")

    def published(self):
        """The folder that holds what was made of each published improvement, by its id."""
        return f"{self.folder}/published/{self.role()}"

    def improvements(self):
        return sorted(os.listdir(self.published()))

    def manifest(self, improvement):
        with open(f"{self.published()}/{improvement}/manifest.json", encoding="utf-8") as file:
            return json.load(file)

    def sign(self, role, text):
        """The signature of a role's ed25519 key, in hexadecimal."""
        return sign(f"{self.folder}/keys/{role}.pem", text, f"{self.folder}/to-sign")

    def role(self):
        """The delegated role that this publisher's improvements are in."""
        return next(name.removesuffix(".pem") for name in os.listdir(f"{self.folder}/keys")
                    if name not in ("root.pem", "targets.pem", "snapshot.pem", "timestamp.pem"))


class Copy:
    """A copy of a publisher's repository as a web server serves it, to be spoilt. Changes are signed with the
    publisher's own keys, and versions rise: what is wrong then is only what was made wrong."""

    def __init__(self, publisher, folder):
        self.publisher = publisher
        self.folder = folder
        self.step = 1
        self.stranger = None
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(publisher.repository(), folder)

    def rise(self, step):
        """Everything gets a version so much higher, validly signed."""
        self.step = step
        for role in ("targets", self.publisher.role()):
            self.change(role, lambda signed: None)
        self.step = 1

    def forge(self, role):
        """Signs a role with a key that is not the role's, from now on; everything else stays right."""
        self.stranger = role
        self.change(role, lambda signed: None)

    def sign(self, role, text):
        if role != self.stranger:
            return self.publisher.sign(role, text)
        path = f"{self.publisher.folder}/stranger.pem"
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", path], check=True)
        return sign(path, text, f"{self.publisher.folder}/to-sign")

    def path(self, role):
        """The metadata file of a role as the timestamp and the snapshot say now."""
        if role == "timestamp":
            return f"{self.folder}/metadata/timestamp.json"
        version = self.read("timestamp")["signed"]["meta"]["snapshot.json"]["version"]
        if role != "snapshot":
            version = self.read("snapshot")["signed"]["meta"][f"{role}.json"]["version"]
        return f"{self.folder}/metadata/{version}.{role}.json"

    def read(self, role):
        with open(self.path(role), encoding="utf-8") as file:
            return json.load(file)

    def change(self, role, change):
        """Applies change() to what a role signs, and everything above follows."""
        envelope = self.read(role)
        signed = envelope["signed"]
        change(signed)
        if role != "timestamp":
            signed["version"] += self.step
        signature = self.sign(role, canonical(signed))
        for item in envelope["signatures"]:
            item["sig"] = signature
        text = json.dumps(envelope, ensure_ascii=False)  # where the canonical form would leave line ends raw
        name = "timestamp.json" if role == "timestamp" else f"{signed['version']}.{role}.json"
        with open(f"{self.folder}/metadata/{name}", "w", encoding="utf-8") as file:
            file.write(text)
        above = {"timestamp": None, "snapshot": "timestamp"}.get(role, "snapshot")
        if above is None:
            return

        def follow(parent):
            entry = parent["meta"][f"{role}.json"]
            entry["version"] = signed["version"]
            if "length" in entry:
                entry["length"] = len(text.encode())
            if "hashes" in entry:
                entry["hashes"] = {"sha256": hashlib.sha256(text.encode()).hexdigest()}
            if above == "timestamp":
                parent["version"] += self.step
        self.change(above, follow)

    def target(self, name):
        """The file behind a target's name."""
        entry = self.read(self.publisher.role())["signed"]["targets"][name]
        head, _, tail = name.rpartition("/")
        return os.path.normpath(f"{self.folder}/targets/{head}/{entry['hashes']['sha256']}.{tail}")

    def targets(self):
        return list(self.read(self.publisher.role())["signed"]["targets"])

    def change_target(self, name, change):
        """Puts change(bytes) in the place of a target and signs that."""
        with open(self.target(name), "rb") as file:
            data = change(file.read())
        head, _, tail = name.rpartition("/")
        digest = hashlib.sha256(data).hexdigest()
        with open(os.path.normpath(f"{self.folder}/targets/{head}/{digest}.{tail}"), "wb") as file:
            file.write(data)

        def follow(signed):
            entry = signed["targets"][name]
            entry["hashes"] = {"sha256": digest}
            entry["length"] = len(data)
        self.change(self.publisher.role(), follow)

    def custom(self, improvement, **members):
        """Changes what the publisher says of an improvement beside its manifest (rollout, withdrawn); None takes it back."""
        def change(signed):
            custom = signed["targets"][f"{self.publisher.role()}/{improvement}.json"].setdefault("custom", {})
            for name, value in members.items():
                custom.pop(name, None)
                if value is not None:
                    custom[name] = value
        self.change(self.publisher.role(), change)

    def payloads(self, improvement, encoding=None):
        """The files of an improvement's payloads (of one encoding)."""
        found = []
        for item in self.publisher.manifest(improvement)["payloads"]:
            if encoding not in (None, item["encoding"]):
                continue
            for folder, _, names in os.walk(f"{self.folder}/targets"):
                found += [f"{folder}/{name}" for name in names if item["sha256"] in name]
        return found


def flip(path, offset=None):
    """Changes one bit of one byte of a file."""
    with open(path, "r+b") as file:
        size = os.path.getsize(path)
        at = size // 2 if offset is None else offset
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1]))
