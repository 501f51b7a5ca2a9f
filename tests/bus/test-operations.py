#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checking, installing, removing, and what can go wrong on the way, with real downloads of a real feed."""

import json
import os
import shutil

import feed
import ring
from ring import active, control, expect, reached, release, until

IDS = feed.ids()


def start(ring_):
    """A helper without a past."""
    ring.forget()
    ring_.start_polkitd()
    ring_.start_peers()
    ring_.start_helper()
    root = ring_.client("root")
    operation = root.call("Check")["value"][0]
    expect("check", root.result(operation), ("", ""))
    return root


def test_whole_way(ring_):
    root = start(ring_)
    objects = root.objects()
    expect("known", sorted(objects), sorted(IDS.values()))
    alpha = objects[IDS["alpha"]]
    expect("state", alpha["State"], "available")
    expect("title", alpha["Title"], "Library <alpha> & more")
    expect("files", alpha["Files"], ["/usr/lib/ring/libalpha.so.1"])
    expect("severity", alpha["Severity"], "high")
    expect("vulnerabilities", alpha["Vulnerabilities"], [["CVE-2026-0001", "A flaw", ""]])
    expect("a delta is chosen", alpha["DownloadSize"] < 10_000, True)
    person = ring_.client("ring-active")
    operation = person.call("Install", "s", IDS["alpha"])["value"][0]
    expect("install", person.result(operation), ("", ""))
    alpha = root.objects()[IDS["alpha"]]
    expect("state", alpha["State"], "active")
    expect("restarted", alpha["Restarted"], ["ring.service"])
    expect("installed at", alpha["InstalledAt"] > 0, True)
    expect("root's side", active(), [IDS["alpha"]])
    expect("label", root.get("Label"), "Debian GNU/Linux 12 (a)")
    expect("spool", os.listdir("/var/lib/suture/spool"), [])
    expect("a second time", person.call("Install", "s", IDS["alpha"])["error"], "NotFound")
    operation = root.call("Remove", "s", IDS["alpha"])["value"][0]
    expect("remove", root.result(operation), ("", ""))
    expect("state", root.objects()[IDS["alpha"]]["State"], "available")
    expect("root's side", active(), [])
    expect("history", [(r["event"], r["improvement"], r["by"], r["user"]) for r in root.history()],
           [("removed", IDS["alpha"], "user", 0), ("installed", IDS["alpha"], "user", 2001)])
    expect("what others see of it", [r["user"] for r in person.history()], [0xffffffff, 2001])


def test_restart_without_network(ring_):
    root = start(ring_)
    expect("install", root.result(root.call("Install", "s", IDS["beta"])["value"][0]), ("", ""))
    checked = root.get("LastChecked")
    expect("clean end", ring_.stop("helper"), 0)
    ring.move("/run/ring/feed", "/run/ring/feed.away")
    try:
        ring_.start_helper()
        until("what was known", lambda: len(root.objects()) == 2)
        expect("states", {i: o["State"] for i, o in root.objects().items()},
               {IDS["alpha"]: "available", IDS["beta"]: "active"})
        expect("last checked", root.get("LastChecked"), checked)
        expect("owed", root.objects()[IDS["beta"]]["Owed"], [["init", "pid1", "never-restart"]])
        error, _ = root.result(root.call("Check")["value"][0])
        expect("check of a server that has nothing", error, "Network")
        expect("what was known stays", len(root.objects()), 2)
        expect("last error", root.get("LastError")[0], error)
        expect("remove without network", root.result(root.call("Remove", "s", IDS["beta"])["value"][0]), ("", ""))
    finally:
        ring.move("/run/ring/feed.away", "/run/ring/feed")


def test_automatic(ring_):
    root = start(ring_)
    expect("remove what is not there", root.call("Remove", "s", IDS["alpha"])["error"], "NotFound")
    nobody = ring_.client("ring-none")
    ring.announce(root)
    operation = nobody.call("RunAutomatic")["value"][0]
    expect("automatic", nobody.result(operation), ("", ""))
    expect("all active", sorted(active()), sorted(IDS.values()))
    expect("history", sorted((r["event"], r["by"]) for r in root.history()), [("installed", "automatic")] * 2)
    expect("again too soon", nobody.call("RunAutomatic")["error"], "RateLimited")
    expect("remove", root.result(root.call("Remove", "s", IDS["alpha"])["value"][0]), ("", ""))
    ring.forget_automatic(ring_)
    expect("automatic", root.result(root.call("RunAutomatic")["value"][0]), ("", ""))
    expect("what a user removed stays removed", active(), [IDS["beta"]])
    expect("off", root.call("SetAutomatic", "b", False), {"value": []})
    expect("remove", root.result(root.call("Remove", "s", IDS["beta"])["value"][0]), ("", ""))
    ring.forget_automatic(ring_)
    expect("still off after a restart", root.get("Automatic"), False)
    expect("automatic", root.result(root.call("RunAutomatic")["value"][0]), ("", ""))
    expect("nothing installs by itself", active(), [])


def test_changed_base(ring_):
    root = start(ring_)
    for version, state in (("1.1", "included"), ("2.0", "superseded"), ("1.0", "available")):
        feed.write_base("alpha", version)
        expect("check", root.result(root.call("Check")["value"][0]), ("", ""))
        expect(f"state on {version}", root.objects()[IDS["alpha"]]["State"], state)
    control("hold-payload")
    feed.write_base("alpha", "2.0")
    operation = root.call("Install", "s", IDS["alpha"])["value"][0]
    error, sentence = root.result(operation)
    release("hold-payload")
    feed.write_base("alpha", "1.0")
    expect("install on a changed base", error, "NotApplicable")
    expect("sentence", sentence.startswith("it was not installed and the system's files are as they were"), True)
    expect("root was not asked", active(), [])


def say_of_active(**more):
    """Root holds the same improvements, and says something else of them."""
    with open("/run/ring/active.json", encoding="utf-8") as file:
        entries = [{**entry, **more} for entry in json.load(file)]
    with open("/run/ring/active.json", "w", encoding="utf-8") as file:
        json.dump(entries, file)


def test_not_merged(ring_):
    """What root holds and does not merge: overtaken by a system update, or only out."""
    root = start(ring_)
    alpha = IDS["alpha"]
    expect("install", root.result(root.call("Install", "s", alpha)["value"][0]), ("", ""))
    feed.write_base("alpha", "2.0")
    say_of_active(merged=False, content="superseded")
    expect("check", root.result(root.call("Check")["value"][0]), ("", ""))
    expect("overtaken", root.objects()[alpha]["State"], "overtaken")
    expect("it is not installed again", root.call("Install", "s", alpha)["error"], "NotFound")
    expect("remove", root.result(root.call("Remove", "s", alpha)["value"][0]), ("", ""))
    expect("without it", root.objects()[alpha]["State"], "superseded")
    feed.write_base("alpha", "1.0")
    expect("check", root.result(root.call("Check")["value"][0]), ("", ""))
    expect("install", root.result(root.call("Install", "s", alpha)["value"][0]), ("", ""))
    say_of_active(merged=False)
    expect("check", root.result(root.call("Check")["value"][0]), ("", ""))
    expect("out", root.objects()[alpha]["State"], "inactive")
    expect("install again", root.result(root.call("Install", "s", alpha)["value"][0]), ("", ""))
    expect("and it is back", root.objects()[alpha]["State"], "active")


FEEDS = "/etc/suture/feeds.d"


def spoil_missing(path):
    os.unlink(path)


def spoil_unreadable(path):
    os.chmod(path, 0o600)  # root's, and the helper is not root


def spoil_malformed(path):
    with open(path, "w", encoding="ascii") as file:
        file.write("<html>Not Found</html>")


def test_a_bad_feed_costs_no_other(ring_):
    root = start(ring_)
    for spoil in (spoil_missing, spoil_unreadable, spoil_malformed):
        with open(f"{FEEDS}/bad.conf", "w", encoding="ascii") as file:
            file.write("[Feed]\nURL=https://127.0.0.1:8443\n")
        shutil.copy(f"{FEEDS}/{feed.NAME}.root.json", f"{FEEDS}/bad.root.json")
        spoil(f"{FEEDS}/bad.root.json")
        error, sentence = root.result(root.call("Check")["value"][0])
        expect(spoil.__name__, error, "Configuration")
        expect("the file is named", sentence.startswith(f"{FEEDS}/bad.conf: ") and "bad.root.json" in sentence, True)
        expect("the last error", root.get("LastError"), [error, sentence])
        expect("the good one", (root.get("Feeds"), sorted(root.objects())), ([feed.NAME], sorted(IDS.values())))
        expect("clean end", ring_.stop("helper"), 0)
        ring_.start_helper()
        until("the good one's offers without a check", lambda: sorted(root.objects()) == sorted(IDS.values()))
        expect("said from the start", root.get("LastError"), [error, sentence])
    expect("install", root.result(root.call("Install", "s", IDS["alpha"])["value"][0]), ("", ""))
    ring.announce(root)
    expect("automatic", root.result(root.call("RunAutomatic")["value"][0])[0], "Configuration")
    expect("it has installed", sorted(active()), sorted(IDS.values()))
    os.unlink(f"{FEEDS}/bad.root.json")
    os.unlink(f"{FEEDS}/bad.conf")
    expect("mended", root.result(root.call("Check")["value"][0]), ("", ""))
    expect("no error", root.get("LastError"), ["", ""])


def test_a_bad_feed_alone_is_no_missing_one(ring_):
    start(ring_)
    ring.move(f"{FEEDS}/{feed.NAME}.root.json", "/etc/suture/root.away")
    try:
        expect("clean end", ring_.stop("helper"), 0)
        ring_.start_helper()
        root = ring_.client("root")
        until("it is said", lambda: root.get("LastError")[0] == "Configuration")
        checked = root.get("LastChecked")
        expect("check", root.result(root.call("Check")["value"][0])[0], "Configuration")
        expect("that was no check", root.get("LastChecked"), checked)
    finally:
        ring.move("/etc/suture/root.away", f"{FEEDS}/{feed.NAME}.root.json")


def test_cancel(ring_):
    root = start(ring_)
    person, other = ring_.client("ring-active"), ring_.client("ring-other")
    control("hold-payload")
    operation = person.call("Install", "s", IDS["alpha"])["value"][0]
    reached("hold-payload")
    expect("activity", root.get("Activity"), "downloading")
    expect("operation", (root.get("Operation"), root.get("OperationKind"), root.get("OperationImprovement")),
           (operation, "install", IDS["alpha"]))
    until("bytes", lambda: root.get("BytesDone") > 0)
    expect("cancellable", root.get("Cancellable"), True)
    expect("by somebody else", other.call("Cancel", "s", operation)["error"], "NotAuthorized")
    expect("what is not there, by somebody else", other.call("Cancel", "s", "op-0")["error"], "NotAuthorized")
    expect("what is not there", root.call("Cancel", "s", "op-0")["error"], "NotFound")
    waiting = person.call("Install", "s", IDS["beta"])["value"][0]
    expect("what waits", person.call("Cancel", "s", waiting), {"value": []})
    expect("its end", person.result(waiting)[0], "Cancelled")
    expect("its own", person.call("Cancel", "s", operation), {"value": []})
    expect("its end", person.result(operation)[0], "Cancelled")
    release("hold-payload")
    expect("again", person.call("Cancel", "s", operation)["error"], "NotFound")
    expect("spool", os.listdir("/var/lib/suture/spool"), [])
    control("hold-before")
    operation = person.call("Install", "s", IDS["alpha"])["value"][0]
    reached("hold-before")
    expect("after the switch began", person.call("Cancel", "s", operation)["error"], "NotCancellable")
    expect("cancellable", root.get("Cancellable"), False)
    release("hold-before")
    expect("its end", person.result(operation), ("", ""))


def test_refusals(ring_):
    root = start(ring_)
    for name in ("Busy", "Signature", "NoSpace", "NotApplicable"):
        control("refuse", name)
        error, sentence = root.result(root.call("Install", "s", IDS["alpha"])["value"][0])
        expect("error", error, name)
        expect("sentence", "as they were" in sentence, True)
    release("refuse")
    control("die-before")
    expect("it ended without a word", root.result(root.call("Install", "s", IDS["alpha"])["value"][0])[0], "Interrupted")
    release("die-before")
    control("die-after")
    expect("… but had done it", root.result(root.call("Install", "s", IDS["alpha"])["value"][0]), ("", ""))
    expect("the same for a removal", root.result(root.call("Remove", "s", IDS["alpha"])["value"][0]), ("", ""))
    release("die-after")
    expect("history", [r["event"] for r in root.history()], ["removed", "installed"] + ["failed"] * 5)
    control("status-500")
    error, _ = root.result(root.call("Check")["value"][0])
    expect("a server that answers 500", error, "Network")
    release("status-500")
    ring_.stop("peers")
    os.unlink("/run/suture/activate.sock")
    expect("nobody at the activation socket", root.result(root.call("Check")["value"][0])[0] != "", True)


def test_errors_behind_the_switch(ring_):
    """The activation step's error does not say what is; and where it does not say either, nobody claims to know."""
    root = start(ring_)
    control("fail-after", "Hash")
    expect("install", root.result(root.call("Install", "s", IDS["alpha"])["value"][0]), ("", ""))
    expect("remove", root.result(root.call("Remove", "s", IDS["alpha"])["value"][0]), ("", ""))
    expect("history", [r["event"] for r in root.history()], ["removed", "installed"])
    control("mute")
    operation = root.call("Install", "s", IDS["alpha"])["value"][0]
    error, sentence = root.result(operation)
    expect("its end", (error, sentence.startswith("it is not known whether it was installed")), ("Failed", True))
    expect("no record yet", len(root.history()), 2)
    error, sentence = root.result(root.call("Install", "s", IDS["beta"])["value"][0])
    expect("nothing begins before it is known", (error, active()), ("Unavailable", [IDS["alpha"]]))
    ring.announce(root)
    expect("nor by itself", root.result(root.call("RunAutomatic")["value"][0])[0], "Unavailable")
    expect("what root was asked for", f"install {feed.NAME} {IDS['beta']}" in ring.requests(), False)
    release("mute")
    release("fail-after")
    expect("check", root.result(root.call("Check")["value"][0]), ("", ""))
    expect("history", [(r["event"], r["improvement"]) for r in root.history()][:2],
           [("installed", IDS["alpha"]), ("failed", IDS["beta"])])
    expect("state", root.objects()[IDS["alpha"]]["State"], "active")
    expect("one end", root.result(operation)[0], "Failed")
    control("refuse", "Busy")
    control("mute")
    error, sentence = root.result(root.call("Remove", "s", IDS["alpha"])["value"][0])
    expect("its end", (error, sentence.startswith("it is not known whether it was removed")), ("Failed", True))
    expect("state, as last known", root.objects()[IDS["alpha"]]["State"], "active")
    release("mute")
    release("refuse")
    expect("the next one finishes it", root.result(root.call("Check")["value"][0]), ("", ""))
    expect("root's side", (active(), [r["event"] for r in root.history()][:1]), ([], ["removed"]))


def test_root_is_silent(ring_):
    """What root said last stays: at a check, and, out of history, at a start."""
    root = start(ring_)
    expect("install", root.result(root.call("Install", "s", IDS["alpha"])["value"][0]), ("", ""))
    control("mute")
    expect("check", root.result(root.call("Check")["value"][0]), ("", ""))
    expect("state", root.objects()[IDS["alpha"]]["State"], "active")
    expect("clean end", ring_.stop("helper"), 0)
    ring_.start_helper()
    until("what was known", lambda: len(root.objects()) == 2)
    expect("states", {i: o["State"] for i, o in root.objects().items()},
           {IDS["alpha"]: "inactive", IDS["beta"]: "available"})
    expect("history", [r["event"] for r in root.history()], ["installed"])
    expect("remove", root.result(root.call("Remove", "s", IDS["alpha"])["value"][0]), ("", ""))
    expect("root's side", active(), [])
    release("mute")


def test_altered(ring_):
    """A payload with one byte flipped, metadata with one byte flipped, an older timestamp."""
    root = start(ring_)
    payloads = "/run/ring/feed/targets/payloads"
    for name in os.listdir(payloads):
        ring.flip(f"{payloads}/{name}", 10)
    error, _ = root.result(root.call("Install", "s", IDS["alpha"])["value"][0])
    for name in os.listdir(payloads):
        ring.flip(f"{payloads}/{name}", 10)
    expect("altered payload", error, "Hash")
    expect("root was not asked", "install" in ring.requests(), False)
    timestamp = "/run/ring/feed/metadata/timestamp.json"
    size = os.path.getsize(timestamp)
    for place in (size // 2, size // 3):
        ring.flip(timestamp, place)
        error, _ = root.result(root.call("Check")["value"][0])
        ring.flip(timestamp, place)
        expect("altered timestamp", error in ("Signature", "Malformed", "Hash"), True)
        expect("what was known stays", len(root.objects()), 2)
    expect("the next honest check", root.result(root.call("Check")["value"][0]), ("", ""))


feed.make()
ring.run([(name.removeprefix("test_"), function) for name, function in list(globals().items())
          if name.startswith("test_")])
