#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Suture's TUF client and suture-publish's repositories against other implementations: python3-securesystemslib (keys, signatures
and the canonical form of the reference implementation; the workflow around it is written here) and tuf-js (a whole client, and
@tufjs/models to make repositories with). Each repository is taken at two times, with new keys for root and timestamp between
them where its maker can do that; each client must follow, and refuse each file when one byte of it is another one.

Usage: test-interop.py PUBLISHER TUF-CLIENT MAKE-FEED TUF-JS-FOLDER CACHE"""

import datetime
import functools
import hashlib
import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request

import securesystemslib.formats
import securesystemslib.keys

PUBLISHER, CLIENT, MAKE_FEED, TUF_JS, CACHE = sys.argv[1:6]
ROLE = "debian-12-x86-64"
TOP_LEVEL = ("root", "timestamp", "snapshot", "targets")
KINDS = ("ed25519", "ecdsa", "rsa")
REFUSED = "what another one has written was not refused"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


def same(found, wanted, what):
    if found != wanted:
        raise AssertionError(f"{what}: {found!r} where {wanted!r} was expected")


def run(*argv, **more):
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, **more)
    return done.returncode, done.stdout + done.stderr


# ---- makers: FOLDER/1 and FOLDER/2, each with metadata/ and targets/ ----

class Securesystemslib:
    """A repository signed by it."""

    def __init__(self, folder, kind):
        self.folder, self.kind = folder, kind
        self.expires = (datetime.datetime.utcnow() + datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.keys = {role: self.make_key() for role in (*TOP_LEVEL, ROLE)}
        self.targets = {}

    def make_key(self):
        return {"ed25519": securesystemslib.keys.generate_ed25519_key, "ecdsa": securesystemslib.keys.generate_ecdsa_key,
                "rsa": lambda: securesystemslib.keys.generate_rsa_key(2048)}[self.kind]()

    def public(self, *roles):
        return {self.keys[role]["keyid"]: securesystemslib.keys.format_keyval_to_metadata(
            self.keys[role]["keytype"], self.keys[role]["scheme"], self.keys[role]["keyval"]) for role in roles}

    def write(self, state, name, role, version, signers, **body):
        signed = {"_type": role if role in TOP_LEVEL else "targets", "spec_version": "1.0.31", "version": version,
                  "expires": self.expires, **body}
        data = securesystemslib.formats.encode_canonical(signed).encode()
        signatures = [securesystemslib.keys.create_signature(key, data) for key in signers]
        whole = json.dumps({"signed": signed, "signatures": signatures}, indent=1).encode()
        os.makedirs(f"{self.folder}/{state}/metadata", exist_ok=True)
        with open(f"{self.folder}/{state}/metadata/{name}", "wb") as file:
            file.write(whole)
        return {"version": version, "length": len(whole), "hashes": {"sha256": hashlib.sha256(whole).hexdigest()}}

    def root(self, state, version, *more):
        self.write(state, f"{version}.root.json", "root", version, [*more, self.keys["root"]], consistent_snapshot=True,
                   keys=self.public(*TOP_LEVEL),
                   roles={role: {"keyids": [self.keys[role]["keyid"]], "threshold": 1} for role in TOP_LEVEL})

    def add(self, states, name, content):
        digest = hashlib.sha256(content).hexdigest()
        for state in states:
            os.makedirs(f"{self.folder}/{state}/targets/{ROLE}", exist_ok=True)
            with open(f"{self.folder}/{state}/targets/{ROLE}/{digest}.{name}", "wb") as file:
                file.write(content)
        self.targets[f"{ROLE}/{name}"] = {"length": len(content), "hashes": {"sha256": digest}}

    def publish(self, state, version):
        delegation = {"name": ROLE, "keyids": [self.keys[ROLE]["keyid"]], "threshold": 1, "terminating": True,
                      "paths": [f"{ROLE}/*"]}
        meta = {f"{ROLE}.json": self.write(state, f"{version}.{ROLE}.json", ROLE, version, [self.keys[ROLE]],
                                           targets=self.targets),
                "targets.json": self.write(state, f"{version}.targets.json", "targets", version, [self.keys["targets"]],
                                           targets={}, delegations={"keys": self.public(ROLE), "roles": [delegation]})}
        snapshot = self.write(state, f"{version}.snapshot.json", "snapshot", version, [self.keys["snapshot"]], meta=meta)
        self.write(state, "timestamp.json", "timestamp", version, [self.keys["timestamp"]], meta={"snapshot.json": snapshot})

    def make(self):
        for state in "12":
            self.root(state, 1)
        self.add("12", "one.json", '{"one": "ä"}'.encode())
        self.publish("1", 1)
        old = self.keys["root"]
        self.keys |= {"root": self.make_key(), "timestamp": self.make_key()}
        self.root("2", 2, old)
        self.add("2", "two.json", b'{"two": 2}')
        self.publish("2", 2)
        return [f"{ROLE}/one.json", f"{ROLE}/two.json"]


def make_tuf_js(folder, kind):
    code, said = run("node", f"{TUF_JS_COPY}/repository.js", folder, kind)
    same((code, said), (0, ""), "the repository that tuf-js makes")
    return [f"{ROLE}/one.json", f"{ROLE}/two.json"]


def make_ours(folder, kind):
    depot = f"{folder}/depot"
    steps = {"1": [[PUBLISHER, "init", depot, "--name", "demo", "--publisher", "Demo Ä", "--type", kind],
                   [MAKE_FEED, depot, "2", "2", "2"]],
             "2": [[PUBLISHER, "key", "rotate", depot, "root"], [PUBLISHER, "key", "rotate", depot, "timestamp"]]}
    for state, commands in steps.items():
        for words in commands:
            code, said = run(*words)
            same(code, 0, f"{' '.join(words)}: {said}")
        shutil.copytree(f"{depot}/repository", f"{folder}/{state}")
    return [f"{ROLE}/library0-b.json"] * 2


# ---- clients: each gets the folder of its metadata with root.json in it, the repository's address, and a target's path ----

def read_ours(folder, url, path):
    return run(CLIENT, "--metadata-dir", folder, "--metadata-url", f"{url}/metadata", "--target-dir", f"{folder}/files",
               "--target-base-url", f"{url}/targets", "--target-name", path, "download")


def read_tuf_js(folder, url, path):
    os.makedirs(f"{folder}/files", exist_ok=True)
    return run("node", f"{TUF_JS_COPY}/client.js", folder, f"{url}/metadata", f"{folder}/files", f"{url}/targets", path)


class Reader:
    """Section 5.3 to 5.7 of the specification as far as it takes to read, with securesystemslib's eyes."""

    def __init__(self, folder, url):
        self.folder, self.url = folder, url
        with open(f"{folder}/root.json", "rb") as file:
            self.root = json.load(file)["signed"]

    def get(self, place):
        with urllib.request.urlopen(f"{self.url}/{place}") as answer:
            return answer.read()

    @staticmethod
    def verify(data, role, keys):
        envelope = json.loads(data)
        signed = securesystemslib.formats.encode_canonical(envelope["signed"]).encode()
        good = {one["keyid"] for one in envelope["signatures"] if one["keyid"] in role["keyids"]
                and securesystemslib.keys.verify_signature(dict(keys[one["keyid"]], keyid=one["keyid"]), one, signed)}
        if len(good) < role["threshold"]:
            raise ValueError("not enough signatures")
        return envelope["signed"]

    def listed(self, entry, name, role, keys):
        data = self.get(f"metadata/{entry['version']}.{name}.json")
        if len(data) != entry["length"] or hashlib.sha256(data).hexdigest() != entry["hashes"]["sha256"]:
            raise ValueError(f"{name} is another file")
        signed = self.verify(data, role, keys)
        if signed["version"] != entry["version"]:
            raise ValueError(f"{name} has another version")
        return signed

    def next_root(self):
        try:
            data = self.get(f"metadata/{self.root['version'] + 1}.root.json")
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise
            return False
        new = self.verify(data, self.root["roles"]["root"], self.root["keys"])
        self.verify(data, new["roles"]["root"], new["keys"])
        self.root = new
        with open(f"{self.folder}/root.json", "wb") as file:
            file.write(data)
        return True

    def read(self, path):
        while self.next_root():
            pass
        roles, keys = self.root["roles"], self.root["keys"]
        timestamp = self.verify(self.get("metadata/timestamp.json"), roles["timestamp"], keys)
        snapshot = self.listed(timestamp["meta"]["snapshot.json"], "snapshot", roles["snapshot"], keys)
        targets = self.listed(snapshot["meta"]["targets.json"], "targets", roles["targets"], keys)
        role = next(item for item in targets["delegations"]["roles"] if item["name"] == path.split("/", maxsplit=1)[0])
        delegated = self.listed(snapshot["meta"][f"{role['name']}.json"], role["name"], role, targets["delegations"]["keys"])
        entry = delegated["targets"][path]
        digest = entry["hashes"]["sha256"]
        data = self.get(f"targets/{os.path.dirname(path)}/{digest}.{os.path.basename(path)}")
        if hashlib.sha256(data).hexdigest() != digest or len(data) != entry["length"]:
            raise ValueError("the target is another file")


def read_securesystemslib(folder, url, path):
    try:
        Reader(folder, url).read(path)
        return 0, ""
    except (ValueError, KeyError, urllib.error.URLError, securesystemslib.exceptions.Error) as error:
        return 1, f"{type(error).__name__}: {error}"


# ---- the cases ----

class Case:
    def __init__(self, top, url, read):
        self.top, self.url, self.read = top, url, read

    def client(self):
        """A new desktop's folder, which trusts the first root."""
        folder = tempfile.mkdtemp(dir=self.top)
        shutil.copy(f"{self.top}/repository/1/metadata/1.root.json", f"{folder}/root.json")
        return folder

    def ask(self, folder, state, path):
        return self.read(folder, f"{self.url}/{state}", path)

    def spoil(self, served):
        """Every file of the second time that is looked at then, with one byte changed."""
        names = [f"metadata/{name}" for name in os.listdir(f"{served}/metadata")
                 if name.endswith(".json") and name != "1.root.json"]
        latest = {}
        for name in names:
            version, _, role = os.path.basename(name).partition(".")
            latest[role if version.isdigit() else name] = max(latest.get(role, (0, "")), (
                int(version) if version.isdigit() else 1, name))
        return [name for role, (_, name) in latest.items() if "debian-101" not in role]

    def check(self, paths):
        repository = f"{self.top}/repository"
        folder = self.client()
        same(self.ask(folder, "repository/1", paths[0]), (0, ""), "the first time")
        same(self.ask(folder, "repository/2", paths[1]), (0, ""), "the second time")
        same(self.ask(self.client(), "repository/2", paths[1]), (0, ""), "the second time, as a new client")
        for name in self.spoil(f"{repository}/2") + [self.target(paths[1])]:
            spoilt = f"{self.top}/spoilt"
            shutil.rmtree(spoilt, ignore_errors=True)
            shutil.copytree(f"{repository}/2", spoilt)
            with open(f"{spoilt}/{name}", "r+b") as file:
                data = file.read()
                place = data.rfind(b'"version":') + 11 if b'"version":' in data and "root" not in name else len(data) // 2
                file.seek(place)
                file.write(bytes([data[place] ^ 1]))
            folder = self.client()
            code, said = self.ask(folder, "spoilt", paths[1])
            same(code, 1, f"{name}: {REFUSED}: {said}")
            same(self.ask(folder, "repository/2", paths[1]), (0, ""), f"the honest one after {name}")

    def target(self, path):
        digest_name = next(name for name in os.listdir(f"{self.top}/repository/2/targets/{os.path.dirname(path)}")
                           if name.endswith(f".{os.path.basename(path)}"))
        return f"targets/{os.path.dirname(path)}/{digest_name}"


def check(make, read):
    top = tempfile.mkdtemp(prefix="suture-test-")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=top))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        os.makedirs(f"{top}/repository")
        paths = make(f"{top}/repository")
        Case(top, f"http://127.0.0.1:{server.server_port}", read).check(paths)
    finally:
        server.shutdown()
        server.server_close()
        shutil.rmtree(top)


# ---- tuf-js, as its lock file has it ----

TUF_JS_COPY = f"{CACHE}/tuf-js"


def fetch_tuf_js():
    """Why it is not here; None when it is. npm holds each package against the lock file's SHA-512 and runs no script of it."""
    if not shutil.which("npm") or not shutil.which("node"):
        return "node and npm are not installed"
    shutil.rmtree(TUF_JS_COPY, ignore_errors=True)
    shutil.copytree(TUF_JS, TUF_JS_COPY)
    code, said = run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--cache", f"{CACHE}/npm",
                     "--fetch-retries=1", "--fetch-timeout=30000", cwd=TUF_JS_COPY, timeout=240)
    if code == 0:
        return None
    # a package that is not what the lock file says is no network that is missing
    if "EINTEGRITY" in said:
        raise AssertionError(said)
    return " ".join(said.split())[:200]


def main():
    cases = [(f"securesystemslib-{kind}", lambda folder, kind=kind: Securesystemslib(folder, kind).make(), read_ours, False)
             for kind in KINDS]
    cases += [(f"securesystemslib-reads-{kind}", lambda folder, kind=kind: make_ours(folder, kind), read_securesystemslib, False)
              for kind in KINDS]
    cases += [(f"tuf-js-{kind}", lambda folder, kind=kind: make_tuf_js(folder, kind), read_ours, True) for kind in KINDS]
    cases += [(f"tuf-js-reads-{kind}", lambda folder, kind=kind: make_ours(folder, kind), read_tuf_js, True) for kind in KINDS]
    print(f"1..{len(cases)}", flush=True)
    os.makedirs(CACHE, exist_ok=True)
    failed, missing = False, None
    try:
        missing = fetch_tuf_js()
    except (AssertionError, subprocess.TimeoutExpired) as error:
        print(f"# {error}")
        failed = isinstance(error, AssertionError)
        missing = "npm did not end"
    for number, (name, make, read, needs_tuf_js) in enumerate(cases, 1):
        if needs_tuf_js and missing:
            print(f"ok {number} {name} # SKIP {missing}")
            continue
        try:
            check(make, read)
            print(f"ok {number} {name}", flush=True)
        except (AssertionError, OSError, ValueError, StopIteration) as error:
            failed = True
            print(f"# {type(error).__name__}: {error}\nnot ok {number} {name}", flush=True)
    sys.exit(1 if failed else 0)


main()
