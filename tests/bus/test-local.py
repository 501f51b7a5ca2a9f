#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The local feed: turned on and off, read out of suture-local's folder, and what a suture-local that was taken over can do to the
helper. The repository is suture-publish's, the step that root takes is the real one; suture-local itself is stood in for."""

import importlib.util
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time

import feed
import ring
from daemons import network, own_names
from ring import expect, until

SUPPORT = importlib.util.spec_from_file_location("support_feed", f"{ring.SOURCE}/tests/support/feed.py")
support = importlib.util.module_from_spec(SUPPORT)
SUPPORT.loader.exec_module(support)

ALPHA, BETA = feed.ids()["alpha"], feed.ids()["beta"]
FEEDS, STATE, PREPARED, CONTROL = "/etc/suture/feeds.d", "/var/lib/suture-local", "/run/ring/prepared", "/run/ring/control"
REPOSITORY = f"{STATE}/feed/repository"
CONF, ROOT = f"{FEEDS}/local.conf", f"{FEEDS}/local.root.json"
LEFT = {"component": "linux", "installed": "6.1.140-1", "fixed": "6.1.147-1", "why": "kernel", "detail": "linux-image-amd64"}


def start(ring_, remote=False):
    ring.forget()
    for path in (CONF, ROOT):
        if os.path.exists(path):
            os.unlink(path)
    shutil.rmtree(STATE, ignore_errors=True)
    shutil.rmtree("/var/lib/suture-activate", ignore_errors=True)
    os.makedirs(STATE, 0o755)
    subprocess.run(["chown", "suture-local:", STATE], check=True)
    for folder in (CONTROL, "/run/ring/aside"):
        os.makedirs(folder, exist_ok=True)
    for name in (f"{feed.NAME}.conf", f"{feed.NAME}.root.json"):
        if os.path.exists(f"{FEEDS}/{name}"):
            shutil.move(f"{FEEDS}/{name}", f"/run/ring/aside/{name}")
        if remote:
            shutil.copy(f"/run/ring/aside/{name}", f"{FEEDS}/{name}")
    ring_.start_polkitd()
    ring_.start_peers()
    until("suture-local's socket", lambda: os.path.exists("/run/suture/local.sock"))
    ring_.start_helper()
    return ring_.client("root")


def set_local(client, on, **more):
    return client.call("SetLocalFeed", "b", on, **more)


def turn(client, on):
    return client.result(set_local(client, on)["value"][0])


def check(client):
    return client.result(client.call("Check")["value"][0])


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def report(text):
    path = f"{STATE}/report.json"
    write(path + ".new", text)
    os.rename(path + ".new", path)


def states(client):
    return {name: improvement["State"] for name, improvement in client.objects().items()}


def frame(tag, text):
    return f"{tag} {len(text.encode())}\n{text}"


def test_on_and_off(ring_):
    root = start(ring_)
    report(json.dumps({"time": 1, "error": "", "message": "", "archive": {"date": 1764400000}, "left": [LEFT]}))
    expect("before", (root.get("LocalFeed"), root.get("SystemUpdates"), root.get("ArchiveTime"), root.get("Feeds")), ("off", [], 0, []))
    expect("on", turn(root, True), ("", ""))
    expect("asked", [line for line in ring.requests().splitlines() if line != "list"],
           ["suture-local set-up", "local on", "suture-local check"])
    expect("files", (os.stat(CONF).st_mode & 0o7777, os.stat(ROOT).st_mode & 0o7777, os.stat(CONF).st_uid), (0o644, 0o644, 0))
    with open(ROOT, "rb") as one, open(f"{REPOSITORY}/metadata/1.root.json", "rb") as other:
        expect("root", one.read(), other.read())
    expect("after", (root.get("LocalFeed"), root.get("Feeds"), root.get("ArchiveTime")), ("on", ["local"], 1764400000))
    expect("left", root.get("SystemUpdates"), [list(LEFT.values())])
    one = root.feeds()["local"]
    expect("feed", (one["Kind"], one["Address"], one["Origin"], one["LastError"]),
           ("local", f"file://{REPOSITORY}", "", ["", ""]))
    expect("offered", states(root), {"alpha-a": "available", "epsilon-b": "available"})
    expect("sign-in", root.call("SignIn", "s", "local", "s", "", "s", "token")["error"], "NotApplicable")
    expect("sign-out", root.call("SignOut", "s", "local"), {"value": []})
    expect("again", turn(root, True), ("", ""))
    expect("history", [(r["event"], r["improvement"], r["by"], r["user"]) for r in root.history()], [("local-on", "", "user", 0)])
    expect("installed", root.result(root.call("Install", "s", "epsilon-b")["value"][0]), ("", ""))
    expect("off", turn(root, False), ("", ""))
    expect("gone", (os.path.exists(CONF), os.path.exists(ROOT)), (False, False))
    expect("after off", (root.get("LocalFeed"), root.get("SystemUpdates"), root.get("ArchiveTime"), root.get("Feeds")), ("off", [], 0, []))
    expect("stays", states(root), {"epsilon-b": "active"})
    expect("removed", root.result(root.call("Remove", "s", "epsilon-b")["value"][0]), ("", ""))
    expect("off again", turn(root, False), ("", ""))
    expect("history", [r["event"] for r in root.history()], ["removed", "local-off", "installed", "local-on"])


def test_metered(ring_):
    """Over a metered network suture-local, which downloads packages, is not asked by itself; by a person it is."""
    root = start(ring_)
    expect("on", turn(root, True), ("", ""))
    ring.announce(root)
    expect("pause", root.call("SetPause", "x", int(time.time()) + 86400), {"value": []})

    def asked():
        return ring.requests().splitlines().count("suture-local check")
    with network(1):
        until("metered", lambda: "metered" in [wait[0] for wait in root.get("Waits")])
        before = asked()
        ring.forget_automatic(ring_)
        expect("automatic", root.result(root.call("RunAutomatic")["value"][0]), ("", ""))
        expect("by itself", asked(), before)
        expect("what it has offered stays", states(root), {"alpha-a": "available", "epsilon-b": "available"})
        expect("by a person", check(root), ("", ""))
        expect("it was asked", asked(), before + 1)
        expect("use it", root.call("SetMetered", "b", True), {"value": []})
        ring.forget_automatic(ring_)
        expect("automatic", root.result(root.call("RunAutomatic")["value"][0]), ("", ""))
        expect("it may be used", asked(), before + 2)


def test_who_may(ring_):
    start(ring_)
    for user in ("ring-active", "ring-inactive", "ring-remote", "ring-none"):
        for on in (True, False):
            expect(f"{user} {on}", set_local(ring_.client(user), on)["error"], "NotAuthorized")
    expect("asked", [line for line in ring.requests().splitlines() if line != "list"], [])
    expect("files", (os.path.exists(CONF), os.path.exists(STATE + "/feed")), (False, False))


def test_absent(ring_):
    root = start(ring_)
    os.unlink("/run/suture/local.sock")
    expect("refused", set_local(root, True)["error"], "NotFound")
    expect("check", check(root)[0], "NoSource")
    expect("absent", root.get("LocalFeed"), "absent")


def test_an_administrators_own(ring_):
    root = start(ring_)
    write(CONF, "[Feed]\nURL=https://example.org\n")
    for on in (True, False):
        expect(f"{on}", turn(root, on)[0], "NotApplicable")
    with open(CONF, encoding="ascii") as file:
        expect("file", file.read(), "[Feed]\nURL=https://example.org\n")
    expect("history", root.history(), [])
    expect("check", check(root)[0], "Configuration")
    os.unlink(CONF)


def test_suture_local_fails(ring_):
    """Its own sentence is the feed's error, and what it has offered stays."""
    root = start(ring_)
    expect("on", turn(root, True), ("", ""))
    write(f"{CONTROL}/local-answer", frame("result", json.dumps({"error": "NoSpace", "message": "the disk\u202e is \u001b[31mfull"})))
    expect("check", check(root), ("NoSpace", "feed local: the disk is [31mfull"))
    expect("feed", root.feeds()["local"]["LastError"], ["NoSpace", "the disk is [31mfull"])
    expect("offered", states(root), {"alpha-a": "available", "epsilon-b": "available"})
    expect("installed", root.result(root.call("Install", "s", "epsilon-b")["value"][0]), ("", ""))
    for name in ("NotAuthorized", "Configuration", "NobodyKnows"):
        write(f"{CONTROL}/local-answer", frame("result", json.dumps({"error": name, "message": "no"})))
        expect(name, check(root), ("Failed", "feed local: no"))
    os.unlink(f"{CONTROL}/local-answer")
    expect("well", check(root), ("", ""))
    expect("feed", root.feeds()["local"]["LastError"], ["", ""])


def test_answers_that_make_no_sense(ring_):
    root = start(ring_)
    expect("on", turn(root, True), ("", ""))
    for text, error in ((frame("result", "{}"), "Malformed"), (frame("result", "["), "Malformed"), ("\0" * 4096, "Malformed"),
                        (frame("else", "x"), "Malformed"), ("result 99999999\n", "Malformed"),
                        (frame("progress", "fetching -1 nine"), "Interrupted"), ("", "Interrupted"),
                        (frame("progress", "fetching 9 8 7") + frame("result", '{"error": "", "message": ""}'), "")):
        write(f"{CONTROL}/local-answer", text)
        expect(repr(text[:20]), check(root)[0], error)
        expect("offered", len(states(root)), 2)


def test_progress_and_cancelling(ring_):
    root = start(ring_)
    expect("on", turn(root, True), ("", ""))
    write(f"{CONTROL}/hold-local", "")
    operation = root.call("Check")["value"][0]
    until("bytes", lambda: (root.get("Activity"), root.get("BytesDone"), root.get("BytesTotal")) == ("preparing", 5, 10))
    expect("cancel", "error" in root.call("Cancel", "s", operation), False)
    # what it waits for never comes: that it ends is what hanging up does
    expect("its end", root.result(operation)[0], "Cancelled")
    expect("still held", os.path.exists(f"{CONTROL}/hold-local"), True)
    os.unlink(f"{CONTROL}/hold-local")
    expect("offered", len(states(root)), 2)


def test_nobody_waits_for_it(ring_):
    """What is to be installed or removed is not kept waiting by what takes minutes; the check is a success all the same."""
    root = start(ring_)
    expect("on", turn(root, True), ("", ""))
    write(f"{CONTROL}/hold-local", "")
    operation = root.call("Check")["value"][0]
    until("at work", lambda: root.get("Activity") == "preparing")
    expect("installed", root.result(root.call("Install", "s", "epsilon-b")["value"][0]), ("", ""))
    expect("check", root.result(operation), ("", ""))
    expect("still held", os.path.exists(f"{CONTROL}/hold-local"), True)
    os.unlink(f"{CONTROL}/hold-local")


def test_reports_that_are_none(ring_):
    root = start(ring_)
    expect("on", turn(root, True), ("", ""))
    path = f"{STATE}/report.json"
    secret = "/var/lib/suture/suture.db"
    bad = {"no JSON": lambda: report("{"), "a list": lambda: report("[]"), "a wrong member": lambda: report('{"left": [1]}'),
           "a pipe": lambda: os.mkfifo(path), "a link": lambda: os.symlink(secret, path), "a folder": lambda: os.mkdir(path),
           "too long": lambda: report(" " * (1 << 20) + "{}"), "negative": lambda: report('{"archive": {"date": -1}}')}
    for name, make in bad.items():
        make()
        expect(name, check(root), ("", ""))
        expect(name, (root.get("SystemUpdates"), root.get("ArchiveTime")), ([], 0))
        (os.rmdir if os.path.isdir(path) else os.unlink)(path)
    report(json.dumps({"left": [{**LEFT, "detail": "x\u001b\u202e" * 20}] * 1500}))
    expect("check", check(root), ("", ""))
    updates = root.get("SystemUpdates")
    expect("cut", (len(updates), updates[0][4]), (1024, "x" * 20))


def test_folders_that_are_none(ring_):
    """What the folder's owner can do to it: the check fails, nothing hangs, and nothing else is read."""
    root = start(ring_)
    expect("on", turn(root, True), ("", ""))
    place = f"{REPOSITORY}/metadata/timestamp.json"
    good = f"{place}.good"
    os.rename(place, good)

    def link_folder():
        os.rename(f"{REPOSITORY}/metadata", f"{STATE}/elsewhere")
        os.symlink(f"{STATE}/elsewhere", f"{REPOSITORY}/metadata")

    def unlink_folder():
        os.unlink(f"{REPOSITORY}/metadata")
        os.rename(f"{STATE}/elsewhere", f"{REPOSITORY}/metadata")

    for name, make, error in (("missing", lambda: None, "Failed"), ("a pipe", lambda: os.mkfifo(place), "Malformed"),
                              ("a link", lambda: os.symlink(good, place), "Malformed"), ("a folder", lambda: os.mkdir(place), "Malformed"),
                              ("huge", lambda: subprocess.run(["truncate", "-s", "1T", place], check=True), "Malformed"),
                              ("damaged", lambda: write(place, "{"), "Malformed")):
        make()
        expect(name, check(root)[0], error)
        expect("offered", len(states(root)), 2)
        if os.path.lexists(place):
            (os.rmdir if os.path.isdir(place) else os.unlink)(place)
    os.rename(good, place)
    link_folder()
    expect("a linked folder", check(root)[0], "Malformed")
    unlink_folder()
    expect("well", check(root), ("", ""))
    for payload in os.listdir(f"{REPOSITORY}/targets/payloads"):
        path = f"{REPOSITORY}/targets/payloads/{payload}"
        with open(path, "ab") as file:
            file.write(b"x")
    expect("another payload", root.result(root.call("Install", "s", "epsilon-b")["value"][0])[0], "Hash")


def test_another_roots_file(ring_):
    """Root trusts nothing that is not suture-local's alone, or is no root."""
    root = start(ring_)
    shutil.copytree(PREPARED, f"{STATE}/feed")
    subprocess.run(["chown", "-R", "suture-local:", STATE], check=True)
    place = f"{REPOSITORY}/metadata/1.root.json"
    with open(place, encoding="utf-8") as file:
        good = file.read()
    os.chown(place, 0, 0)
    expect("root's", turn(root, True)[0], "NotApplicable")  # the stand-in has one word for all of root's
    os.unlink(place)
    write(place, good.replace('"sig":"', '"sig":"00', 1))
    subprocess.run(["chown", "-R", "suture-local:", STATE], check=True)
    expect("signed by nobody", turn(root, True)[0], "NotApplicable")
    expect("files", (os.path.exists(CONF), os.path.exists(ROOT)), (False, False))
    write(place, good)
    os.chmod(place, 0o666)
    expect("everybody's", turn(root, True)[0], "NotApplicable")
    os.chmod(place, 0o644)
    expect("well", turn(root, True), ("", ""))


ARCHIVE = {"origin": "Debian", "suite": "bookworm-security", "date": "2026-11-29T10:00:00Z", "key": "AB12", "release": "aa",
           "index": "bb", "packages": [{"name": "libepsilon1", "version": "1.1", "architecture": "amd64", "sha256": "cc"}]}
LINKS = [["origin", "Debian"], ["suite", "bookworm-security"], ["date", "2026-11-29T10:00:00Z"], ["key", "AB12"], ["release", "aa"],
         ["packages", "bb"], ["package", "libepsilon1 1.1 amd64 cc"]]


def test_where_it_comes_from(ring_):
    """Only of what is local, and still when the feed is off."""
    root = start(ring_, remote=True)
    expect("on", turn(root, True), ("", ""))
    support.Copy(PUBLISHER, REPOSITORY).custom("epsilon-b", prepared="automatic", archive=ARCHIVE)
    remote = support.Copy(support.Publisher.of(feed.FOLDER, feed.NAME), "/run/ring/feed")
    remote.custom(BETA, archive=ARCHIVE)
    expect("check", check(root), ("", ""))
    expect("local", root.objects()["epsilon-b"]["Provenance"], LINKS)
    expect("remote", root.objects()[BETA]["Provenance"], [])
    expect("installed", root.result(root.call("Install", "s", "epsilon-b")["value"][0]), ("", ""))
    expect("off", turn(root, False), ("", ""))
    expect("end", ring_.stop("helper"), 0)
    ring_.start_helper()
    root = ring_.client("ring-active")
    until("known", lambda: "epsilon-b" in root.objects())
    expect("remembered", (root.objects()["epsilon-b"]["Provenance"], root.objects()["epsilon-b"]["Prepared"]), (LINKS, "automatic"))


def test_gives_way(ring_):
    root = start(ring_, remote=True)
    expect("on", turn(root, True), ("", ""))
    offered = {name: (o["State"], o["Feed"], o["Conflict"]) for name, o in root.objects().items()}
    expect("the publisher's", offered, {ALPHA: ("available", feed.NAME, []), BETA: ("available", feed.NAME, []),
                                        "epsilon-b": ("available", "local", [])})
    os.rename(f"{FEEDS}/{feed.NAME}.conf", f"{FEEDS}/{feed.NAME}.off")
    expect("alone", check(root), ("", ""))
    expect("its own", root.objects()[ALPHA]["Feed"], "local")
    expect("installed", root.result(root.call("Install", "s", ALPHA)["value"][0]), ("", ""))
    os.rename(f"{FEEDS}/{feed.NAME}.off", f"{FEEDS}/{feed.NAME}.conf")
    expect("again", check(root), ("", ""))
    one = root.objects()[ALPHA]
    expect("stays", (one["State"], one["Feed"], one["Conflict"]), ("active", "local", [feed.NAME]))
    expect("removed", root.result(root.call("Remove", "s", ALPHA)["value"][0]), ("", ""))
    expect("the publisher's again", root.objects()[ALPHA]["Feed"], feed.NAME)


def test_the_real_one(ring_):
    """suture-local itself makes its keys, which the helper and root can read as far as they have to, and the helper hears what it says.
    What it prepares is the machine's tests' affair."""
    root = start(ring_)
    write(f"{CONTROL}/local-real", "")
    operation = set_local(root, True)["value"][0]
    until("root's word", lambda: os.path.exists(CONF))
    # how long its first check takes is for this machine's own lists to say
    until("the switch's end", lambda: root.call("Cancel", "s", operation).get("error") != "NotCancellable")
    print(f"# the first check: {root.result(operation)}")
    os.unlink(f"{CONTROL}/local-real")
    expect("nothing to be prepared is no fault", check(root), ("", ""))
    expect("on", (root.get("LocalFeed"), root.get("Feeds")), ("on", ["local"]))
    with open(ROOT, "rb") as one, open(f"{REPOSITORY}/metadata/1.root.json", "rb") as other:
        expect("root", one.read(), other.read())
    one = root.feeds()["local"]
    expect("its metadata held", (one["MetadataVersion"] > 0, one["LastContact"] > 0), (True, True))
    expect("keys", os.stat(f"{STATE}/feed/keys").st_mode & 0o077, 0)
    expect("history", [r["event"] for r in root.history()], ["local-on"])


def drop_epsilon():
    """What suture-local does once the system has the fix itself."""
    copy = support.Copy(PUBLISHER, REPOSITORY)
    copy.change(PUBLISHER.role(), lambda signed: signed["targets"].pop(f"{PUBLISHER.role()}/epsilon-b.json"))


def test_included(ring_):
    """The system update brings it: history says so at once, although the feed has dropped it and root holds it no more."""
    root = start(ring_)
    expect("on", turn(root, True), ("", ""))
    for helper_runs in (True, False):
        expect("installed", root.result(root.call("Install", "s", "epsilon-b")["value"][0]), ("", ""))
        if not helper_runs:
            expect("end", ring_.stop("helper"), 0)
        feed.write_base("epsilon", "1.1")
        write("/run/ring/active.json", "[]")
        if helper_runs:
            os.kill(ring_.programs["helper"].process.pid, signal.SIGHUP)
        else:
            drop_epsilon()
            ring_.start_helper()
        record = until("its record", lambda: [r for r in root.history() if r["event"] in ("included", "undone")][:1])[0]
        expect("record", (record["event"], record["improvement"], record["by"]), ("included", "epsilon-b", "system"))
        expect("state", states(root).get("epsilon-b", "included"), "included")
        feed.write_base("epsilon")
        expect("check", check(root), ("", ""))
        if helper_runs:
            with sqlite3.connect("/var/lib/suture/suture.db") as database:
                database.execute("DELETE FROM history")
            database.close()


def test_included_without_a_hook(ring_):
    """Root still holds it: it is asked to let go."""
    root = start(ring_)
    expect("on", turn(root, True), ("", ""))
    expect("installed", root.result(root.call("Install", "s", "epsilon-b")["value"][0]), ("", ""))
    with open("/run/ring/active.json", encoding="utf-8") as file:
        active = json.load(file)
    write("/run/ring/active.json", json.dumps([{**entry, "merged": False, "content": "included"} for entry in active]))
    expect("check", check(root), ("", ""))
    expect("asked", "reconsider" in ring.requests().splitlines(), True)


os.environ["ASAN_OPTIONS"] = "detect_leaks=0"  # the publisher's own tests look for its leaks
feed.make()
PUBLISHER = support.Publisher(f"{ring.BUILD}/publisher/suture-publish", PREPARED, "local", "This computer")
for component in ("alpha", "epsilon"):
    notes = f"/run/ring/local-{component}.notes"
    write(notes, f"[Improvement]\nTitle=Local {component}\nDescription=Fixes {component}.\nComponent={component}\nSeverity=unknown\n"
                 "[CVE-2026-0002]\nTitle=A flaw\n")
    PUBLISHER.command("make", "--old", feed.make_package(component, "1.0"), "--new", feed.make_package(component, "1.1"),
                      "--notes", notes, "--base", "debian:12")
    PUBLISHER.publish()
    feed.write_base(component)
own_names()
ring.run([(name.removeprefix("test_"), function) for name, function in list(globals().items())
          if name.startswith("test_")])
