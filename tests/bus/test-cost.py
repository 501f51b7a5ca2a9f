#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a check costs: how many requests of which files, and how many bytes of HTTP. tests/bench has the numbers of large feeds."""

import shutil
import subprocess

import feed
import ring
from ring import expect

NOTHING_NEW_MAX = 2048  # bytes, both requests and both answers with all their headers
ROLE = "debian-12-x86-64"
SMALL, LARGE = 2, 40  # improvements of each other release, in two feeds that are alike else
BASES, OWN = 4, 6
HEADERS = 256  # bytes of HTTP that may be different: digits of lengths and versions


def start(ring_):
    ring.forget()
    ring_.start_polkitd()
    ring_.start_peers()
    ring_.start_helper()
    return ring_.client("root")


def check(root):
    """The requests of one check, as (status, name), and their bytes."""
    ring.forget_served()
    expect("check", root.result(root.call("Check")["value"][0]), ("", ""))
    answers = ring.served()
    size = sum(size for _, size, _ in answers)
    print(f"# {len(answers)} requests, {size} bytes")
    return [(status, name(path)) for status, _, path in answers], size


def name(path):
    """A target without its digest."""
    parts = path.removeprefix("/").split("/")
    return parts[-1].split(".", 1)[1] if parts[0] == "targets" else parts[-1]


def serve(folder):
    """Serves the repository of a publisher's folder, and trusts it."""
    shutil.rmtree("/run/ring/feed")
    shutil.copytree(f"{folder}/repository", "/run/ring/feed")
    shutil.copy(f"{folder}/repository/metadata/1.root.json", f"/etc/suture/feeds.d/{feed.NAME}.root.json")


NOTHING_NEW = [(404, "2.root.json"), (200, "timestamp.json")]


def test_one_feed(ring_):
    """A first check, one with nothing new, and one after each kind of change."""
    root = start(ring_)
    latest = feed.latest()
    requests, _ = check(root)
    expect("a first check", requests, [*NOTHING_NEW, *((200, latest[role]) for role in ("snapshot", "targets", ROLE)),
                                       (200, "alpha-a.json"), (200, "beta-b.json")])
    requests, size = check(root)
    expect("nothing new", requests, NOTHING_NEW)
    expect(f"{size} bytes are below {NOTHING_NEW_MAX}", size < NOTHING_NEW_MAX, True)
    feed.publish("refresh")
    serve(feed.FOLDER)
    expect("new signatures", check(root)[0], NOTHING_NEW)
    for version, letter in (("1.2", "c"), ("1.3", "d")):
        feed.make_improvement("alpha", version)
        serve(feed.FOLDER)
        latest = feed.latest()
        expect(f"alpha-{letter}", check(root)[0], [*NOTHING_NEW, (200, latest["snapshot"]), (200, latest[ROLE]),
                                                   (200, f"alpha-{letter}.json")])
        expect("nothing new, with older letters", check(root)[0], NOTHING_NEW)
    expect("known", sorted(root.objects()), ["alpha-d", "beta-b"])
    ring.forget()
    expect("clean end", ring_.stop("helper"), 0)
    ring_.start_helper()
    requests, _ = check(root)
    expect("a first check reads the latest letters only", requests[5:], [(200, "alpha-d.json"), (200, "beta-b.json")])
    expect("clean end", ring_.stop("helper"), 0)
    ring_.start_helper()
    expect("known without network", sorted(root.objects()), ["alpha-d", "beta-b"])
    expect("nothing new behind a start", check(root)[0], NOTHING_NEW)


def test_other_releases(ring_):
    """What is published for others costs nothing."""
    costs = {}
    for others in (SMALL, LARGE):
        folder = f"/run/ring/others-{others}"
        feed.run([f"{ring.BUILD}/publisher/suture-publish", "init", folder, "--name", feed.NAME, "--publisher", "The Ring"])
        subprocess.run([f"{ring.BUILD}/tests/bench/make-feed", folder, str(BASES), str(OWN), str(others)], check=True)
        serve(folder)
        root = start(ring_) if not costs else root
        if costs:
            expect("clean end", ring_.stop("helper"), 0)
            ring.forget()
            ring_.start_helper()
        costs[others] = [check(root), check(root)]
    for what, small, large in zip(("first check", "nothing new"), costs[SMALL], costs[LARGE]):
        expect(f"requests of a {what}", large[0], small[0])
        expect(f"bytes of a {what}, {small[1]} and {large[1]}, are the same", abs(large[1] - small[1]) < HEADERS, True)
    expect("nothing new", costs[LARGE][1][0], NOTHING_NEW)


feed.make()
ring.run([(name_.removeprefix("test_"), function) for name_, function in list(globals().items())
          if name_.startswith("test_")])
