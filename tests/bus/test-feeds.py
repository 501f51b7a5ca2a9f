#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Several feeds and whose a component is; a rollout and this machine's turn in it; what a publisher takes back."""

import calendar
import hashlib
import hmac
import importlib.util
import json
import os
import shutil
import time

import feed
import ring
from ring import expect, until

SUPPORT = importlib.util.spec_from_file_location("support_feed", f"{ring.SOURCE}/tests/support/feed.py")
support = importlib.util.module_from_spec(SUPPORT)
SUPPORT.loader.exec_module(support)

IDS = feed.ids()
ALPHA, BETA = IDS["alpha"], IDS["beta"]
FEEDS, SERVED, OTHER = "/etc/suture/feeds.d", "/run/ring/feed", "/run/ring/other"
SAME = "/run/ring/same"  # a feed of the component delta, which replaces alpha's library
LETTERS = "/run/ring/letters"  # a feed of one component in two letters, gamma-a and gamma-b
MACHINE = "0123456789abcdef0123456789abcdef"
APPLICATION = bytes.fromhex("aeb4776e860a43c28bac7e924f694a05")  # helper/engine/machine.c


def serve():
    """The ring's feed as its publisher left it, to be changed."""
    return support.Copy(support.Publisher.of(feed.FOLDER, feed.NAME), SERVED)


def serve_other():
    shutil.copytree(f"{OTHER}/repository", f"{SERVED}/other")


def configure(name, url, folder, components=None):
    with open(f"{FEEDS}/{name}.conf", "w", encoding="ascii") as file:
        file.write(f"[Feed]\nURL={url}\n" + (f"Components={components}\n" if components is not None else ""))
    shutil.copy(f"{folder}/repository/metadata/1.root.json", f"{FEEDS}/{name}.root.json")


def configure_ring(components=None):
    configure(feed.NAME, "https://127.0.0.1:8443", feed.FOLDER, components)


def configure_other(components=None):
    configure("other", "https://127.0.0.1:8443/other", OTHER, components)


def start(ring_):
    ring.forget()
    configure_ring()
    for name in ("other.conf", "other.root.json", "letters.conf", "letters.root.json", "same.conf", "same.root.json"):
        if os.path.exists(f"{FEEDS}/{name}"):
            os.unlink(f"{FEEDS}/{name}")
    ring_.start_polkitd()
    ring_.start_peers()
    ring_.start_helper()
    return ring_.client("root")


def check(root):
    expect("check", root.result(root.call("Check")["value"][0]), ("", ""))
    return root.objects()


def check_faulty(root):
    expect("check", root.result(root.call("Check")["value"][0])[0], "Configuration")
    return root.objects()


def automatic(ring_, root):
    ring.forget_automatic(ring_)
    ring.announce(root)
    return root.result(root.call("RunAutomatic")["value"][0])


def restart(ring_):
    expect("clean end", ring_.stop("helper"), 0)
    ring_.start_helper()


def active(root):
    return sorted(name for name, values in root.objects().items() if values["State"] == "active")


def state_and_feed(root, name=ALPHA):
    values = check(root).get(name)
    return values and (values["State"], values["Feed"], values["Conflict"])


def test_conflict(ring_):
    """Two feeds offer a library: none of them is taken, whoever asks, until an administrator says whose it is."""
    serve()
    serve_other()
    root = start(ring_)
    expect("alone", state_and_feed(root), ("available", "ring", []))
    configure_other()
    expect("two of them", state_and_feed(root)[::2], ("conflict", ["other", "ring"]))
    expect("a person's wish", root.call("Install", "s", ALPHA)["error"], "NotFound")
    expect("automatic", automatic(ring_, root), ("", ""))
    expect("only what is in nobody's way", active(root), [BETA])
    restart(ring_)
    until("what was known", lambda: len(root.objects()) == 2)
    expect("from the start", (root.objects()[ALPHA]["State"], root.objects()[ALPHA]["Conflict"]),
           ("conflict", ["other", "ring"]))
    configure_other("alpha;gamma*")
    expect("named by one", state_and_feed(root), ("available", "other", []))
    configure_ring("al*")
    expect("named by both", state_and_feed(root)[::2], ("conflict", ["other", "ring"]))
    configure_ring("beta")
    expect("out of one's scope", state_and_feed(root), ("available", "other", []))
    configure_other("gamma")
    expect("out of all scopes", state_and_feed(root), None)
    configure_ring()
    expect("it is nobody's by name", state_and_feed(root), ("available", "ring", []))
    expect("install", root.result(root.call("Install", "s", ALPHA)["value"][0]), ("", ""))
    configure_other("alpha")
    expect("what is installed belongs to where it came from, and says what it hides", state_and_feed(root),
           ("active", "ring", ["other"]))
    expect("and can be removed", root.result(root.call("Remove", "s", ALPHA)["value"][0]), ("", ""))
    expect("then it is the other's", state_and_feed(root), ("available", "other", []))


def test_scope_changes_before_its_turn(ring_):
    """Whose it is is looked at once more before anything is fetched."""
    serve()
    root = start(ring_)
    check(root)
    configure_ring("beta")
    error, sentence = root.result(root.call("Install", "s", ALPHA)["value"][0])
    expect("its end", (error, "may not come from this source" in sentence), ("NotApplicable", True))
    expect("root was not asked", "install" in ring.requests(), False)


def test_a_file_that_another_replaces(ring_):
    """Files are whose improvement is there first; the second is refused before anything is fetched."""
    serve()
    shutil.copytree(f"{SAME}/repository", f"{SERVED}/same")
    root = start(ring_)
    configure("same", "https://127.0.0.1:8443/same", SAME, "delta")
    check(root)
    expect("install", root.result(root.call("Install", "s", ALPHA)["value"][0]), ("", ""))
    ring.forget_served()
    error, sentence = root.result(root.call("Install", "s", "delta-a")["value"][0])
    expect("its end", (error, f"{ALPHA} of the source ring replaces /usr/lib/ring/libalpha.so.1" in sentence), ("NotApplicable", True))
    expect("payloads", [path for _, _, path in ring.served() if "/payloads/" in path], [])
    expect("root was not asked", "delta-a" in ring.requests(), False)
    expect("remove", root.result(root.call("Remove", "s", ALPHA)["value"][0]), ("", ""))
    expect("then it can be", root.result(root.call("Install", "s", "delta-a")["value"][0]), ("", ""))


FLOOD = 8 * 1024 * 1024  # helper/engine/check.c: OFFERS_SIZE_MAX


def flood(copy, size):
    """Lists as many improvements as that many bytes hold, of the kind that grows most on the bus, and puts them where the helper
    keeps what it has fetched, since that would take minutes; how many."""
    role = support.Publisher.role(copy.publisher)
    with open(copy.target(f"{role}/{ALPHA}.json"), encoding="utf-8") as file:
        manifest = json.load(file)
    manifest["vulnerabilities"] = [{"id": "x"}] * 512
    targets = {}
    while size > 0:
        manifest["component"] = f"flood{len(targets)}"
        manifest["id"] = manifest["component"] + "-a"
        text = json.dumps(manifest, separators=(",", ":")).encode()
        digest = hashlib.sha256(text).hexdigest()
        size -= len(text)
        if size <= 0:
            break
        with open(f"/var/lib/suture/manifests/{digest}.json", "wb") as file:
            file.write(text)
        targets[f"{role}/{manifest['id']}.json"] = {"length": len(text), "hashes": {"sha256": digest}, "custom": {
            "component": manifest["component"], "number": 1}}
    copy.change(role, lambda signed: signed["targets"].update(targets))
    return len(targets)


def test_a_long_list(ring_):
    """One feed that lists all it may: the helper stays on the bus, and what is another's can be had."""
    copy = serve()
    serve_other()
    root = start(ring_)
    configure_other("alpha")
    check(root)
    count = flood(copy, FLOOD - 100_000)
    expect("check", root.result(root.call("Check")["value"][0]), ("", ""))
    expect("improvements", len(root.objects()), count + 2)
    expect("the other's", root.result(root.call("Install", "s", ALPHA)["value"][0]), ("", ""))
    flood(copy, FLOOD + 100_000)
    expect("more", root.result(root.call("Check")["value"][0])[0], "Malformed")
    expect("the other's", root.result(root.call("Remove", "s", ALPHA)["value"][0]), ("", ""))
    restart(ring_)
    until("at the next start", lambda: root.objects().keys() == {ALPHA})


def test_bad_scope(ring_):
    serve()
    root = start(ring_)
    for components in ("", "*", "a;;b", "A"):
        configure_ring(components)
        error, sentence = root.result(root.call("Check")["value"][0])
        expect(f"Components={components}", (error, "Components=" in sentence), ("Configuration", True))


def test_a_fault_gives_nothing_away(ring_):
    """A typing mistake in one feed's files does not make another one the owner of what they name."""
    serve()
    serve_other()
    root = start(ring_)
    configure_other("alpha")
    expect("named by the other", state_and_feed(root), ("available", "other", []))
    os.unlink(f"{FEEDS}/other.root.json")
    error, _ = root.result(root.call("Check")["value"][0])
    expect("it is said", (error, root.feeds()["other"]["LastError"][0]), ("Configuration", "Configuration"))
    expect("alpha stays the other's", sorted(root.objects()), [BETA])
    with open(f"{FEEDS}/other.conf", "w", encoding="ascii") as file:
        file.write("[Feed]\nURL=https://127.0.0.1:8443/other\ncomponents=alpha\n")
    error, sentence = root.result(root.call("Check")["value"][0])
    expect("whose is what can't be read", (error, "feeds without Components=" in sentence), ("Configuration", True))
    expect("nothing is the ring's", root.objects(), {})
    expect("it is said at the source", root.feeds()["other"]["LastError"], [error, sentence])
    configure_ring("beta")
    expect("what it names is", sorted(check_faulty(root)), [BETA])
    configure_other("alpha")
    configure_ring()
    expect("mended", state_and_feed(root), ("available", "other", []))
    expect("the ring's own", root.objects()[BETA]["Feed"], "ring")


def turn_of(rollout_start, hours, sha256):
    """The contract, computed once more: helper/feed/rollout.h."""
    code = bytearray(hmac.digest(bytes.fromhex(MACHINE), APPLICATION, "sha256")[:16])
    code[6], code[8] = code[6] & 0x0f | 0x40, code[8] & 0x3f | 0x80
    fraction = int.from_bytes(hashlib.sha256(f"{code.hex()}/{sha256}".encode()).digest()[:8], "big")
    return rollout_start + (hours * 3600 * fraction >> 64)


def rollout(when, hours):
    return {"start": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(when)), "hours": hours}


def test_rollout(ring_):
    with open("/etc/machine-id", "w", encoding="ascii") as file:
        file.write(MACHINE + "\n")  # a tree that was never booted has none
    copy = serve()
    root = start(ring_)
    begin = calendar.timegm(time.gmtime()) + 3600
    sha256 = os.path.basename(copy.target(f"{copy.publisher.role()}/{ALPHA}.json")).partition(".")[0]
    expect("no rollout", check(root)[ALPHA]["WaitsUntil"], 0)
    copy.custom(ALPHA, rollout=rollout(begin, 720))
    expect("its turn", check(root)[ALPHA]["WaitsUntil"], turn_of(begin, 720, sha256))
    expect("it is there", root.objects()[ALPHA]["State"], "available")
    expect("automatic", automatic(ring_, root), ("", ""))
    expect("it waits, and only it", active(root), [BETA])
    restart(ring_)
    until("what was known", lambda: len(root.objects()) == 2)
    expect("from the start", root.objects()[ALPHA]["WaitsUntil"], turn_of(begin, 720, sha256))
    ring.move("/etc/machine-id", "/etc/machine-id.away")
    try:
        expect("without an id: the last", check(root)[ALPHA]["WaitsUntil"], begin + 720 * 3600)
    finally:
        ring.move("/etc/machine-id.away", "/etc/machine-id")
    expect("a person need not wait", root.result(root.call("Install", "s", ALPHA)["value"][0]), ("", ""))
    expect("installed", root.objects()[ALPHA]["WaitsUntil"], 0)
    copy.custom(BETA, rollout={"start": "soon", "hours": 1})
    expect("remove", root.result(root.call("Remove", "s", BETA)["value"][0]), ("", ""))
    expect("one that can't be read costs no other", sorted(check(root)), [ALPHA])
    copy.custom(BETA, rollout=rollout(begin - 2 * 3600, 1))
    expect("its turn has come", check(root)[BETA]["WaitsUntil"], 0)


def test_preparation(ring_):
    """Who made it: as the publisher signed it, from the first sight to the last."""
    copy = serve()
    root = start(ring_)
    values = check(root)[ALPHA]
    expect("nothing is said", (values["Prepared"], values["ApprovedBy"]), ("", ""))
    copy.custom(ALPHA, prepared="automatic", approved="Release\nTeam")
    told = ("automatic", "Release Team")
    values = check(root)[ALPHA]
    expect("offered", (values["State"], values["Prepared"], values["ApprovedBy"]), ("available", *told))
    expect("install", root.result(root.call("Install", "s", ALPHA)["value"][0]), ("", ""))
    copy.custom(ALPHA, withdrawn={})
    values = check(root)[ALPHA]
    expect("offered no more", (values["State"], values["Prepared"], values["ApprovedBy"]), ("active", *told))


def test_letter_before_a_rollout(ring_):
    """What is good stays offered while the next letter is rolled out, and nothing older once that has come."""
    copy = support.Copy(support.Publisher.of(LETTERS, "letters"), SERVED)
    root = start(ring_)
    os.unlink(f"{FEEDS}/{feed.NAME}.conf")
    configure("letters", "https://127.0.0.1:8443", LETTERS)
    expect("the latest", sorted(check(root)), ["gamma-b"])
    copy.custom("gamma-b", rollout=rollout(calendar.timegm(time.gmtime()) + 3600, 720))
    offered = check(root)
    expect("both", [(name, values["State"], values["WaitsUntil"] > 0) for name, values in sorted(offered.items())],
           [("gamma-a", "available", False), ("gamma-b", "available", True)])
    expect("automatic", automatic(ring_, root), ("", ""))
    expect("the one before", active(root), ["gamma-a"])
    expect("it waits", root.objects()["gamma-b"]["State"], "available")
    expect("a person need not", root.result(root.call("Install", "s", "gamma-b")["value"][0]), ("", ""))
    expect("and goes not back", (active(root), root.objects().get("gamma-a", {}).get("State")), (["gamma-b"], "replaced"))
    expect("automatic", automatic(ring_, root), ("", ""))
    expect("nor does a run", active(root), ["gamma-b"])
    expect("remove", root.result(root.call("Remove", "s", "gamma-b")["value"][0]), ("", ""))
    expect("both once more", [values["State"] for values in check(root).values()], ["available"] * 2)
    expect("automatic", automatic(ring_, root), ("", ""))
    expect("who takes out the later letter gets none before it instead", active(root), [])
    copy.custom("gamma-b", withdrawn={})
    expect("automatic", automatic(ring_, root), ("", ""))
    expect("unless its publisher takes it back", active(root), ["gamma-a"])


def test_automatic_when_its_turn_has_come(ring_):
    copy = serve()
    root = start(ring_)
    copy.custom(ALPHA, rollout=rollout(calendar.timegm(time.gmtime()) - 7200, 1))
    copy.custom(BETA, rollout=rollout(calendar.timegm(time.gmtime()) + 7200, 0))
    expect("automatic", automatic(ring_, root), ("", ""))
    expect("it is installed", active(root), [ALPHA])


REASON = "it breaks\nprinting \x1b[31m\u202eof some"
SHOWN = "it breaks printing [31mof some"


def test_withdrawn(ring_):
    copy = serve()
    root = start(ring_)
    expect("automatic", automatic(ring_, root), ("", ""))
    expect("both", active(root), [ALPHA, BETA])
    copy.custom(ALPHA, withdrawn={"date": "2026-11-25T12:00:00Z", "reason": REASON})
    values = check(root)[ALPHA]
    expect("it is said", (values["State"], values["Withdrawn"], values["WithdrawnReason"], values["WithdrawnAt"]),
           ("active", True, SHOWN, 1795608000))
    expect("of the other", (root.objects()[BETA]["Withdrawn"], root.objects()[BETA]["WithdrawnReason"]), (False, ""))
    ring.move(SERVED, f"{SERVED}.away")
    try:
        restart(ring_)
        until("from the start", lambda: ALPHA in root.objects() and root.objects()[ALPHA]["Withdrawn"])
        expect("without the feed", automatic(ring_, root)[0], "Network")
        expect("nothing is taken out on what was once said", active(root), [ALPHA, BETA])
    finally:
        ring.move(f"{SERVED}.away", SERVED)
    expect("off", root.call("SetAutomatic", "b", False), {"value": []})
    expect("automatic", automatic(ring_, root), ("", ""))
    expect("off: it is only said", (active(root), root.objects()[ALPHA]["Withdrawn"]), ([ALPHA, BETA], True))
    expect("on", root.call("SetAutomatic", "b", True), {"value": []})
    expect("automatic", automatic(ring_, root), ("", ""))
    expect("it is out, and not there", sorted(root.objects()), [BETA])
    record = root.history()[0]
    expect("history", (record["event"], record["improvement"], record["by"], record["user"], record["error"],
                       record["message"]), ("withdrawn", ALPHA, "automatic", 0xffffffff, "", SHOWN))
    expect("automatic", automatic(ring_, root), ("", ""))
    expect("it stays out", active(root), [BETA])
    copy.custom(ALPHA, withdrawn=None)
    expect("taken back", check(root)[ALPHA]["State"], "available")
    expect("automatic", automatic(ring_, root), ("", ""))
    expect("it is in again", active(root), [ALPHA, BETA])


def test_withdrawn_and_removed_by_a_person(ring_):
    copy = serve()
    root = start(ring_)
    check(root)
    expect("install", root.result(root.call("Install", "s", ALPHA)["value"][0]), ("", ""))
    copy.custom(ALPHA, withdrawn={"reason": "it broke"})
    person = ring_.client("ring-active")
    expect("a removal is asked for as ever", person.call("Remove", "s", ALPHA)["error"], "NotAuthorized")
    expect("install between", person.result(person.call("Install", "s", BETA)["value"][0]), ("", ""))
    error, _ = root.result(root.call("Remove", "s", ALPHA)["value"][0])
    expect("remove", error, "")
    error, sentence = root.result(root.call("Install", "s", ALPHA)["value"][0])
    expect("what is not known to be withdrawn yet", (error, "withdrawn" in sentence), ("NotApplicable", True))
    expect("gone", sorted(check(root)), [BETA])
    expect("history", [r["event"] for r in root.history()], ["failed", "removed", "installed", "installed"])


def test_a_removal_that_fails(ring_):
    """What can't be taken out now is said, stays what it is, and is tried again."""
    copy = serve()
    root = start(ring_)
    expect("automatic", automatic(ring_, root), ("", ""))
    copy.custom(ALPHA, withdrawn={})
    os.makedirs("/run/ring/control", exist_ok=True)
    with open("/run/ring/control/refuse", "w", encoding="ascii") as file:
        file.write("Busy")
    error, sentence = automatic(ring_, root)
    expect("its end", (error, sentence.startswith(f"{ALPHA}: it was not removed")), ("Busy", True))
    os.unlink("/run/ring/control/refuse")
    expect("history", [(r["event"], r["error"]) for r in root.history()][:1], [("failed", "Busy")])
    expect("still there", (active(root), root.objects()[ALPHA]["Withdrawn"]), ([ALPHA, BETA], True))
    expect("again", automatic(ring_, root), ("", ""))
    expect("out", (active(root), root.history()[0]["event"], root.history()[0]["message"]), ([BETA], "withdrawn", ""))


def make_feed(folder, name, component, *versions, library=None):
    """A feed with one letter of the component for each of the versions that it replaces 1.0 of the library by."""
    program = f"{ring.BUILD}/publisher/suture-publish"
    support.Publisher(program, folder, name, "The Other")
    notes = f"/run/ring/{name}.notes"
    with open(notes, "w", encoding="utf-8") as file:
        file.write(f"[Improvement]\nTitle=Another library\nDescription=Fixes {component}.\nComponent={component}\nSeverity=low\n"
                   "[CVE-2026-0001]\nTitle=A flaw\n")
    for version in versions:
        feed.run([program, "make", folder, "--old", feed.make_package(library or component, "1.0"),
                  "--new", feed.make_package(library or component, version), "--notes", notes, "--base", "debian:12"])
        feed.run([program, "publish", folder])


os.environ["ASAN_OPTIONS"] = "detect_leaks=0"  # the publisher's own tests look for its leaks
feed.make()
make_feed(OTHER, "other", "alpha", "1.1")
make_feed(SAME, "same", "delta", "1.2", library="alpha")
make_feed(LETTERS, "letters", "gamma", "1.1", "1.2")
feed.write_base("gamma")
ring.run([(name.removeprefix("test_"), function) for name, function in list(globals().items())
          if name.startswith("test_")])
