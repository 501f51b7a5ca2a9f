# SPDX-License-Identifier: LGPL-2.1-or-later
"""Inside tests/bus/enter: the real helper and suture-fetch against feeds made by suture-publish's own code. Started by `run`."""

import glob
import json
import os
import shutil
import subprocess
import sys
import time

sys.path.insert(0, "/run/ring")
import feed  # pylint: disable=wrong-import-position
import ring  # pylint: disable=wrong-import-position

OWN = "debian-12-x86-64"
# name, releases, improvements of the desktop's own, of each other one
FULL = (("50 releases", 50, 200, 200), ("50 releases, fewer improvements", 50, 200, 20), ("10 releases", 10, 200, 1088),
        ("200 releases", 200, 200, 49))
SMALL = (("9 releases", 9, 20, 5), ("9 releases, fewer improvements", 9, 20, 2), ("3 releases", 3, 20, 20))
COLUMNS = ("first check", "nothing new", "one new for it", "one new for another release")


class Desktop:
    """The helper, started anew before each check, so that its peak of memory is that check's."""

    def __init__(self):
        ring.forget()
        self.ring = ring.Ring()
        self.ring.start_polkitd()
        self.ring.start_peers()
        self.ring.start_helper()
        self.root = self.ring.client("root")

    def restart(self):
        ring.expect("clean end", self.ring.stop("helper"), 0)
        self.ring.start_helper()
        self.root.get("LastChecked")

    def check(self):
        self.restart()
        ring.forget_served()
        start = time.monotonic()
        ring.expect("check", self.root.result(self.root.call("Check")["value"][0]), ("", ""))
        seconds = time.monotonic() - start
        pid = self.ring.programs["helper"].process.pid
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            peak = next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
        answers = ring.served()
        return {"requests": len(answers), "bytes": sum(size for _, size, _ in answers), "seconds": seconds, "peak": peak}


def serve():
    shutil.rmtree("/run/ring/feed", ignore_errors=True)
    shutil.copytree(f"{feed.FOLDER}/repository", "/run/ring/feed")
    shutil.copy(f"{feed.FOLDER}/repository/metadata/1.root.json", f"/etc/suture/feeds.d/{feed.NAME}.root.json")


def timed(*words):
    start = time.monotonic()
    feed.publish(*words)
    return time.monotonic() - start


def add(base, version):
    """Makes an improvement for a release, and publishes it: the seconds of publish."""
    old, new = feed.make_package("alpha", "1.0"), feed.make_package("alpha", version)
    notes = "/run/ring/bench.notes"
    with open(notes, "w", encoding="utf-8") as file:
        file.write("[Improvement]\nTitle=Alpha\nDescription=Fixes alpha.\nComponent=alpha\nSeverity=high\n"
                   "[CVE-2026-0001]\nTitle=A flaw\n")
    feed.publish("make", "--old", old, "--new", new, "--notes", notes, "--base", base)
    return timed("publish")


def measure(name, releases, own, others):
    feed.FOLDER = f"/run/ring/bench-{name.replace(' ', '-').replace(',', '')}"
    feed.publish("init", "--name", feed.NAME, "--publisher", "Bench")
    start = time.monotonic()
    subprocess.run([f"{ring.BUILD}/tests/bench/make-feed", feed.FOLDER, str(releases), str(own), str(others)], check=True)
    made = time.monotonic() - start
    serve()
    desktop = Desktop()
    found = {"first check": desktop.check(), "nothing new": desktop.check()}
    first = add("debian:12", "1.1")
    serve()
    found["one new for it"] = desktop.check()
    add("debian:101", "1.1")
    serve()
    found["one new for another release"] = desktop.check()
    ring.expect("clean end", desktop.ring.close(), 0)
    return {"name": name, "count": own + (releases - 1) * others, "made": made, "publish": first, "renew": timed("refresh"),
            "found": found, "others": alternatives()}


def compressed(program, data):
    return len(subprocess.run(program, input=data, stdout=subprocess.PIPE, check=True).stdout)


def alternatives():
    """Bytes of the same improvements in one list of all targets, and in one catalogue of all manifests."""
    metadata = f"{feed.FOLDER}/repository/metadata"
    latest, sizes = {}, {}
    for path in glob.glob(f"{metadata}/*.debian-*.json"):
        version, role = os.path.basename(path).split(".", 1)
        latest[role] = max(latest.get(role, 0), int(version))
    targets = {}
    for role, version in latest.items():
        with open(f"{metadata}/{version}.{role}", encoding="utf-8") as file:
            targets |= json.load(file)["signed"]["targets"]
    manifests = []
    for path in glob.glob(f"{feed.FOLDER}/repository/targets/debian-*/*.json"):
        with open(path, encoding="utf-8") as file:
            manifests.append(file.read())
    whole = json.dumps({"targets": targets}, separators=(",", ":"), sort_keys=True).encode()
    catalogue = ("[" + ",".join(sorted(manifests)) + "]").encode()
    sizes["one targets role for all releases"] = len(whole)
    sizes["one catalogue of all manifests, gzip -9"] = compressed(["gzip", "-9"], catalogue)
    sizes["one catalogue of all manifests, zstd -19"] = compressed(["zstd", "-q", "-19"], catalogue)
    return sizes


def human(size):
    return f"{size / 1024:.1f} KiB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MiB"


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |")


def print_desktop(results):
    print("\nA desktop with 200 improvements of its own:\n" if len(results) > 3 else "\nA desktop:\n")
    row("feed", "improvements", *COLUMNS)
    row(*["---"] * (2 + len(COLUMNS)))
    for result in results:
        row(result["name"], result["count"], *(f"{cell['requests']} requests, {human(cell['bytes'])}, {cell['seconds']:.2f} s"
                                                for cell in (result["found"][column] for column in COLUMNS)))
    print("\nPeak memory of the helper (VmHWM):\n")
    row("feed", *COLUMNS)
    row(*["---"] * (1 + len(COLUMNS)))
    for result in results:
        row(result["name"], *(human(1024 * result["found"][column]["peak"]) for column in COLUMNS))


def print_publisher(results):
    print("\nThe publisher:\n")
    row("feed", "improvements", "publish, one added", "refresh", "all made and published at once")
    row(*["---"] * 5)
    for result in results:
        row(result["name"], result["count"], f"{result['publish']:.2f} s", f"{result['renew']:.2f} s", f"{result['made']:.0f} s")


def print_alternatives(result, archive):
    """Bytes that a desktop downloads, and how many times Suture's."""
    found = {column: result["found"][column]["bytes"] for column in COLUMNS}
    print(f"\nThe same {result['count']} improvements otherwise, bytes and how many times ours:\n")
    row("how", *(column for column in COLUMNS if column != "nothing new"))
    row(*["---"] * 4)

    def line(how, sizes):
        row(how, *(f"{human(sizes[column])} ({sizes[column] / found[column]:.1f})" for column in sizes))
    line("Suture", {column: found[column] for column in COLUMNS if column != "nothing new"})
    for how, size in result["others"].items():
        line(how, {column: size for column in COLUMNS if column != "nothing new"})
    if archive:
        size = archive["InRelease"] + archive["Packages.xz"]
        line("apt: InRelease and Packages.xz of bookworm-security", {column: size for column in COLUMNS if column != "nothing new"})


def main():
    ring.DEADLINE = 600  # seconds for one check: a machine that does something else meanwhile is slow
    with open(sys.argv[1], encoding="utf-8") as file:
        facts = json.load(file)
    feed.make_authority()
    results = []
    for one in SMALL if facts["small"] else FULL:
        results.append(measure(*one))
        print(json.dumps(results[-1]), file=sys.stderr, flush=True)
        shutil.rmtree(feed.FOLDER)
    print(facts["machine"])
    print_desktop(results)
    print_publisher(results)
    print_alternatives(results[0], facts["archive"])


main()
