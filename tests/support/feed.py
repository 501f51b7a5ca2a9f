# SPDX-License-Identifier: LGPL-2.1-or-later
"""A publisher: a folder made by suture-publish, what it serves, and, for bad input, what an attacker or a fool would
serve instead, signed with the publisher's own keys where it takes them."""

import json
import os
import shutil
import subprocess


def canonical(value):
    """The canonical form that signatures cover: sorted keys, no blanks, nothing escaped but quote and backslash."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{canonical(key)}:{canonical(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return json.dumps(value)


class Publisher:
    def __init__(self, tool, folder, name="example", title="Example Publisher"):
        self.tool = tool
        self.folder = folder
        self.name = name
        self.command("init", "--name", name, "--publisher", title)

    def command(self, command, *options):
        done = subprocess.run([self.tool, command, self.folder, *options], stdout=subprocess.PIPE,
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
        """Puts the repository as it is now into the web server's folder."""
        target = f"{server.site}/{self.name}"
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.repository(), target)
        return target

    def configure(self, machine, url):
        """What an administrator does who trusts this publisher."""
        root = f"{self.repository()}/metadata/1.root.json"
        machine.put(root, f"/etc/suture/feeds.d/{self.name}.root.json")
        machine.write(f"/etc/suture/feeds.d/{self.name}.conf", f"[Feed]\nURL={url}/{self.name}\n")

    def improvements(self):
        return sorted(os.listdir(f"{self.folder}/published"))

    def manifest(self, improvement):
        with open(f"{self.folder}/published/{improvement}/manifest.json", encoding="utf-8") as file:
            return json.load(file)

    def sign(self, role, text):
        """The signature of a role's ed25519 key, in hexadecimal."""
        path = f"{self.folder}/to-sign"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        done = subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", f"{self.folder}/keys/{role}.pem",
                               "-in", path], check=True, stdout=subprocess.PIPE)
        return done.stdout.hex()

    def resign(self, path, role, change):
        """Applies change() to what a metadata file signs, and signs it again with the role's own key."""
        with open(path, encoding="utf-8") as file:
            envelope = json.load(file)
        change(envelope["signed"])
        for signature in envelope["signatures"]:
            signature["sig"] = self.sign(role, canonical(envelope["signed"]))
        with open(path, "w", encoding="utf-8") as file:
            file.write(canonical(envelope))


def flip(path, offset=None):
    """Changes one bit of one byte of a file."""
    with open(path, "r+b") as file:
        size = os.path.getsize(path)
        at = size // 2 if offset is None else offset
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1]))


