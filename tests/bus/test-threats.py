#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What must hold of the whole helper against a hostile or failing server; each test is named after its statement."""

import glob
import json
import os
import shutil
import subprocess
import time

import feed
import ring
from ring import expect, until

IDS = feed.ids()
METADATA = "/run/ring/feed/metadata"
RELEASE = "/usr/lib/os-release"
READS = 200


def start(ring_, check=True):
    ring.forget()
    shutil.rmtree("/run/ring/feed")
    shutil.copytree(f"{feed.FOLDER}/repository", "/run/ring/feed")
    ring_.start_polkitd()
    ring_.start_peers()
    ring_.start_helper()
    root = ring_.client("root")
    if check:
        expect("check", end_of(root, "Check"), "")
    return root


def end_of(client, method, *args):
    """The short error name with which an operation ends."""
    return client.result(client.call(method, *args)["value"][0])[0]


def active():
    with open("/run/ring/active.json", encoding="utf-8") as file:
        return sorted(entry["id"] for entry in json.load(file))


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sign_timestamp(seconds):
    """Serves the publisher's newest timestamp, one version on, that expires in so many seconds; returns when."""
    path = f"{METADATA}/timestamp.json"
    with open(path, encoding="utf-8") as file:
        timestamp = json.load(file)
    expires = int(time.time()) + seconds
    timestamp["signed"]["version"] += 1
    timestamp["signed"]["expires"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(expires))
    timestamp["signed"].pop("issued", None)
    with open("/run/ring/body", "wb") as file:
        file.write(canonical(timestamp["signed"]))
    for signature in timestamp["signatures"]:
        signature["sig"] = subprocess.run(
            ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", f"{feed.FOLDER}/keys/timestamp.pem", "-in", "/run/ring/body"],
            check=True, stdout=subprocess.PIPE).stdout.hex()
    with open(f"{path}.new", "w", encoding="utf-8") as file:
        json.dump(timestamp, file)
    os.rename(f"{path}.new", path)
    return expires


def test_s03_stale(ring_):
    """The first check past the expiry of a valid set says so; nothing new installs, what is installed can be removed."""
    root = start(ring_)
    expires = sign_timestamp(20)
    expect("check", end_of(root, "Check"), "")
    expect("install", end_of(root, "Install", "s", IDS["alpha"]), "")
    until("the expiry", lambda: time.time() >= expires)
    expect("check", end_of(root, "Check"), "Stale")
    expect("last error", root.get("LastError")[0], "Stale")
    expect("install", end_of(root, "Install", "s", IDS["beta"]), "Stale")
    expect("automatic", end_of(ring_.client("ring-none"), "RunAutomatic"), "Stale")
    expect("what is active", active(), [IDS["alpha"]])
    expect("its state", root.objects()[IDS["alpha"]]["State"], "active")
    expect("remove", end_of(root, "Remove", "s", IDS["alpha"]), "")
    expect("what is active", active(), [])


def test_s05_reads_meanwhile(ring_):
    """While a server keeps a download waiting, the helper answers others. How quickly is printed, and not asserted."""
    root = start(ring_)
    reader = ring_.client("ring-other")
    with open("/run/ring/control/hold-payload", "w", encoding="ascii"):
        pass
    operation = root.call("Install", "s", IDS["alpha"])["value"][0]
    until("the middle of the payload", lambda: os.path.exists("/run/ring/control/hold-payload.reached"))
    took = []
    for _ in range(READS):
        began = time.monotonic()
        expect("activity", reader.get("Activity"), "downloading")
        expect("known", len(reader.objects()), 2)
        took.append((time.monotonic() - began) * 1000 / 2)
    took.sort()
    print(f"# {READS} pairs of reads while a download waits: median {took[READS // 2]:.1f} ms, "
          f"99 % below {took[READS * 99 // 100]:.1f} ms (wanted: 50 ms)")
    expect("it still goes on", [end for end in root.get("Results") if end[0] == operation], [])
    os.unlink("/run/ring/control/hold-payload")
    expect("its end", root.result(operation), ("", ""))


def test_s11_other_base(ring_):
    """What is signed for files that this machine does not have: not even its payload is fetched."""
    root = start(ring_)
    feed.write_base("alpha", "2.0")
    try:
        expect("it is still known as available", root.objects()[IDS["alpha"]]["State"], "available")
        ring.forget_served()
        expect("install", end_of(root, "Install", "s", IDS["alpha"]), "NotApplicable")
        expect("payloads", [path for _, _, path in ring.served() if "/payloads/" in path], [])
        expect("nothing was asked of root", "install" in ring.requests(), False)
    finally:
        feed.write_base("alpha")
    expect("check", end_of(root, "Check"), "")
    with open(RELEASE, encoding="utf-8") as file:
        lines = file.read().splitlines(keepends=True)
    for name, other in (("VERSION_ID", "13"), ("ID", "otherian")):
        with open("/run/ring/os-release", "w", encoding="utf-8") as file:
            file.write("".join(f"{name}={other}\n" if line.startswith(f"{name}=") else line for line in lines))
        feed.run(["mount", "--bind", "/run/ring/os-release", RELEASE])
        try:
            ring.forget_served()
            expect(f"install on another {name}", end_of(root, "Install", "s", IDS["alpha"]), "NotApplicable")
            expect("what was asked for", ring.served(), [])
        finally:
            feed.run(["umount", RELEASE])
    expect("install", end_of(root, "Install", "s", IDS["alpha"]), "")


def asked():
    """How often each file was asked for."""
    paths = [path for _, _, path in ring.served()]
    return {path: paths.count(path) for path in paths}


def test_s12_one_run(ring_):
    """An automatic run that checks and installs everything asks for no file twice."""
    root = start(ring_, check=False)
    ring.announce(root)
    ring.forget_served()
    expect("automatic", end_of(root, "RunAutomatic"), "")
    expect("all active", active(), sorted(IDS.values()))
    expect("files that were asked for twice", {path: n for path, n in asked().items() if n > 1}, {})


def test_s12_failing(ring_):
    """Any file missing, or the server failing: what is known stays, a payload is tried three times, and a run that failed
    is not repeated as soon as one that did not."""
    root = start(ring_)
    ring.announce(root)
    known = root.objects()
    for path in sorted(glob.glob(f"{METADATA}/timestamp.json")) + [METADATA]:
        os.rename(path, f"{path}.away")
        try:
            expect(f"check without {os.path.basename(path)}", end_of(root, "Check"), "Network")
            expect("what was known stays", root.objects(), known)
        finally:
            os.rename(f"{path}.away", path)
    with open("/run/ring/control/status-500", "w", encoding="ascii"):
        pass
    expect("check of a server that fails", end_of(root, "Check"), "Network")
    expect("what was known stays", root.objects(), known)
    os.unlink("/run/ring/control/status-500")
    for folder in ("payloads",):
        os.rename(f"/run/ring/feed/targets/{folder}", f"/run/ring/feed/targets/{folder}.away")
        ring.forget_served()
        expect("automatic", end_of(root, "RunAutomatic") != "", True)
        expect("most requests for one file", max(asked().values()) <= 3, True)
        os.rename(f"/run/ring/feed/targets/{folder}.away", f"/run/ring/feed/targets/{folder}")
    reply = root.call("RunAutomatic")
    expect("at once", reply["error"], "RateLimited")
    expect("how long it waits", "20 minutes" in reply["message"], True)
    ring_.stop("helper")
    ring_.start_helper()
    expect("also behind a start", "20 minutes" in root.call("RunAutomatic")["message"], True)
    ring.forget_automatic(ring_)
    expect("later", end_of(root, "RunAutomatic"), "")
    expect("all active", active(), sorted(IDS.values()))
    expect("after a success", "10 minutes" in root.call("RunAutomatic")["message"], True)


feed.make()
ring.run([(name.removeprefix("test_"), function) for name, function in list(globals().items()) if name.startswith("test_")])
