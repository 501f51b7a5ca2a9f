#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each file of a repository, damaged in each way that a web server can serve it, in front of a desktop that knows an older edition:
one error with a name and a sentence, nothing of the damage is kept, what was known stays, and the next honest check succeeds."""

import json
import os
import shutil
import subprocess

import feed
import ring
from ring import expect

ROLE = "debian-12-x86-64"
STATE = "/var/lib/suture"
PAGE = b"<!DOCTYPE html><html><head><title>Welcome</title></head><body>Please log in to this network.</body></html>\n"


def damage_missing(path, other):
    os.unlink(path)


def damage_empty(path, other):
    with open(path, "wb"):
        pass


def damage_truncated(path, other):
    os.truncate(path, os.path.getsize(path) // 2)


def damage_longer(path, other):
    with open(path, "ab") as file:
        file.write(b"{}")


def damage_swapped(path, other):
    shutil.copyfile(other, path)


def damage_page(path, other):
    with open(path, "wb") as file:
        file.write(PAGE)


def damage_folder(path, other):
    os.unlink(path)
    os.mkdir(path)


def damage_link(path, other):
    os.unlink(path)
    os.symlink(other, path)


def damage_dangling_link(path, other):
    os.unlink(path)
    os.symlink("nowhere", path)


def damage_fifo(path, other):
    os.unlink(path)
    os.mkfifo(path)


DAMAGES = {name.removeprefix("damage_"): function for name, function in list(globals().items()) if name.startswith("damage_")}
GONE = ("missing", "dangling_link", "fifo")  # the server says 404
# The error of each kind of file; "": none. Whose length and digest are signed is wrong by them, whatever else is wrong with it.
SIGNED = {"": "Hash", **dict.fromkeys(GONE, "Network")}
ERRORS = {
    "root": {"": "Malformed", "swapped": "Signature", "link": "Signature", **dict.fromkeys(GONE, "")},
    "timestamp": {"": "Malformed", "swapped": "Signature", "link": "Signature", **dict.fromkeys(GONE, "Network")},
    "snapshot": SIGNED, "targets": SIGNED, ROLE: SIGNED, "manifest": SIGNED,
    # streamed, so that one that ends early is a download that broke off; another one may be as long, longer or shorter
    "payload": {"": "Network", "longer": "Hash", "swapped": "Hash or Network", "link": "Hash or Network"},
}


def files():
    """Kind → [(file below the served folder, another one to swap it with)]."""
    latest = {role: f"metadata/{name}" for role, name in feed.latest().items()}
    with open(f"{feed.FOLDER}/repository/{latest[ROLE]}", encoding="utf-8") as file:
        digests = {path: entry["hashes"]["sha256"] for path, entry in json.load(file)["signed"]["targets"].items()}
    manifests = [f"targets/{ROLE}/{digests[f'{ROLE}/{id}.json']}.{id}.json" for id in ("alpha-c", "beta-b")]
    payloads = []
    for manifest in manifests:
        with open(f"{feed.FOLDER}/repository/{manifest}", encoding="utf-8") as file:
            payloads.append([f"targets/payloads/{one['sha256']}" for one in json.load(file)["payloads"]])
    return {"root": [("metadata/2.root.json", "metadata/timestamp.json")],
            "timestamp": [("metadata/timestamp.json", latest["snapshot"])],
            "snapshot": [(latest["snapshot"], latest["targets"])], "targets": [(latest["targets"], latest[ROLE])],
            ROLE: [(latest[ROLE], latest["targets"])], "manifest": [tuple(manifests)], "payload": list(zip(*payloads))}


class Edition:
    """The desktop as it was after a check of the first edition, to be brought back, below a helper that goes on."""

    def __init__(self):
        shutil.rmtree("/run/ring/before", ignore_errors=True)
        os.mkdir("/run/ring/before")
        self.copy(STATE, "/run/ring/before")

    @staticmethod
    def copy(source, target):
        for folder in ("trust", "manifests"):
            shutil.rmtree(f"{target}/{folder}", ignore_errors=True)
            subprocess.run(["cp", "-a", f"{source}/{folder}", target], check=True)

    def bring_back(self):
        self.copy("/run/ring/before", STATE)


def honest_bytes():
    found = set()
    for top in (f"{feed.FOLDER}/repository", "/run/ring/before"):
        for folder, _, names in os.walk(top):
            for name in names:
                with open(f"{folder}/{name}", "rb") as file:
                    found.add(file.read())
    return found


def kept():
    """Every file of what is believed and remembered, and of what was fetched."""
    found = {}
    for below in ("trust", "manifests", "spool"):
        for folder, _, names in os.walk(f"{STATE}/{below}"):
            for name in names:
                with open(f"{folder}/{name}", "rb") as file:
                    found[f"{folder}/{name}"] = file.read()
    return found


def check(root):
    return root.result(root.call("Check")["value"][0])


def spoil(kind, damage):
    """Damages a kind of file of what is served; returns what makes it whole again."""
    if kind == "root":  # there is none yet: one that can't be believed is served where the next root would be
        shutil.copyfile("/run/ring/feed/metadata/1.root.json", "/run/ring/feed/metadata/2.root.json")
    for path, other in files()[kind]:
        DAMAGES[damage](f"/run/ring/feed/{path}", f"/run/ring/feed/{other}")

    def mend():
        shutil.rmtree("/run/ring/feed")
        shutil.copytree(f"{feed.FOLDER}/repository", "/run/ring/feed")
    return mend


def start(ring_):
    ring.forget()
    ring_.start_polkitd()
    ring_.start_peers()
    ring_.start_helper()
    return ring_.client("root")


def error_of(kind, damage):
    return ERRORS[kind].get(damage, ERRORS[kind][""])


def one_check(root, edition, kind, damage, honest):
    what = f"{kind}, {damage}"
    edition.bring_back()
    expect(f"{what}: known before", check_before(root), ["alpha-a", "beta-b"])
    mend = spoil(kind, damage)
    name, sentence = check(root)
    expect(f"{what}: {sentence}", name, error_of(kind, damage))
    if name:
        expect(f"{what}: a sentence that says whose feed", sentence.startswith("feed ring: ") and "\n" not in sentence, True)
        expect(f"{what}: what was known", sorted(root.objects()), ["alpha-a", "beta-b"])
        expect(f"{what}: told as the last error", root.get("LastError"), [name, sentence])
    for path, data in kept().items():
        expect(f"{what}: {path} is an honest file", data in honest, True)
    mend()
    expect(f"{what}: the next honest check", check(root), ("", ""))
    expect(f"{what}: known then", sorted(root.objects()), ["alpha-c", "beta-b"])


def check_before(root):
    """With the first edition served."""
    shutil.rmtree("/run/ring/feed")
    shutil.copytree("/run/ring/first", "/run/ring/feed")
    expect("the first edition", check(root), ("", ""))
    shutil.rmtree("/run/ring/feed")
    shutil.copytree(f"{feed.FOLDER}/repository", "/run/ring/feed")
    return sorted(root.objects())


def checks_of(kind):
    def test(ring_):
        root = start(ring_)
        check_before(root)
        edition = Edition()
        honest = honest_bytes()
        for damage in DAMAGES:
            one_check(root, edition, kind, damage, honest)
    return test


def test_payload(ring_):
    root = start(ring_)
    shutil.rmtree("/run/ring/feed")
    shutil.copytree(f"{feed.FOLDER}/repository", "/run/ring/feed")
    expect("check", check(root), ("", ""))
    for damage in DAMAGES:
        mend = spoil("payload", damage)
        name, sentence = root.result(root.call("Install", "s", "alpha-c")["value"][0])
        mend()
        expect(f"payload, {damage}: {name}: {sentence}", name in error_of("payload", damage).split(" or "), True)
        expect(f"payload, {damage}: root was not asked", "install" in ring.requests(), False)
        expect(f"payload, {damage}: state", root.objects()["alpha-c"]["State"], "available")
    expect("an honest installation", root.result(root.call("Install", "s", "alpha-c")["value"][0]), ("", ""))
    expect("spool", os.listdir(f"{STATE}/spool"), [])


feed.make()
shutil.copytree("/run/ring/feed", "/run/ring/first")
feed.make_improvement("alpha", "1.2")
feed.make_improvement("alpha", "1.3", base="debian:101")  # so that targets changes, too
ring.run([(kind, checks_of(kind)) for kind in ERRORS if kind != "payload"] + [("payload", test_payload)])
