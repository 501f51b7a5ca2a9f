# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bad input from a publisher or a server. Each leaves the machine as it was, gives a sentence that says so, and does not
stand in the way of the next honest answer."""

import json
import os
import re
import shutil
import time

import feed
from cases import (agree, case, contents, installed, need, note, picture, refused, removed, same, state, unchanged)


def spoilt(stage):
    """A copy of the publisher's repository in the place that the machine reads."""
    return stage.publisher.serve(stage.outside)


def still_works(stage, fix=None):
    """Nothing bad was kept: an honest server is believed at once; its improvement installs, and goes."""
    stage.outside.behave("")
    stage.publisher.serve(stage.outside)
    stage.ctl("check")
    status = stage.ctl("status")[1]
    same((status["last_error"], status["last_message"]), ("", ""), "what the status tells of an honest check")
    if fix:
        installed(stage, fix)
        removed(stage, fix)


@case("a wrong signature")
def signature(stage):
    for role in ("timestamp", "snapshot", "targets", stage.publisher.role()):
        copy = spoilt(stage)
        copy.forge(role)
        note(role, refused(stage, "check", ("Signature",), re.escape(role)))
        if role == stage.publisher.role():
            note("install", refused(stage, f"install {stage.bus_fix.id}", ("Signature",), re.escape(role)))
    still_works(stage, stage.bus_fix)


@case("a publisher that nobody trusts")
def stranger(stage):
    other = feed.Publisher(stage.publisher.tool, f"{stage.machine.folder}/stranger")
    other.make(stage.bus_fix.old, stage.bus_fix.new, "[Improvement]\nTitle=Something\n")
    other.publish()
    target = f"{stage.outside.site}/{stage.publisher.name}"
    shutil.rmtree(target)
    shutil.copytree(other.repository(), target)
    note("", refused(stage, "check", ("Signature",), "timestamp"))
    shutil.rmtree(other.folder)
    still_works(stage)


@case("an expired timestamp")
def expired(stage):
    copy = spoilt(stage)

    def expire(signed):
        signed["version"] += 1
        signed.update(issued="2019-12-01T00:00:00Z", expires="2020-01-01T00:00:00Z")
    copy.change("timestamp", expire)
    note("check", refused(stage, "check", ("Stale",), "timestamp"))
    note("install", refused(stage, f"install {stage.bus_fix.id}", ("Stale",), "timestamp"))
    still_works(stage, stage.bus_fix)


@case("an older version of the metadata")
def older(stage):
    copy = spoilt(stage)
    kept = f"{stage.machine.folder}/kept"
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(copy.folder, kept)
    copy.change("snapshot", lambda signed: None)
    stage.ctl("check")
    shutil.rmtree(copy.folder)
    shutil.move(kept, copy.folder)
    note("all of it", refused(stage, "check", ("Rollback",), r"timestamp has version \d+, older than the known \d+"))
    copy = spoilt(stage)
    before = copy.read("snapshot")["signed"]
    stage.ctl("check")

    def back(signed):
        """A newer timestamp of the right key, and an older list behind it."""
        signed["version"] += 1
        signed["meta"]["snapshot.json"]["version"] = before["version"] - 1
    copy.change("timestamp", back)
    note("a new timestamp for an old list", refused(stage, "check", ("Rollback",), "snapshot has version .* older"))
    still_works(stage, stage.bus_fix)


@case("a byte of the metadata flipped")
def flipped_metadata(stage):
    for role, part in (("timestamp", 0.2), ("timestamp", 0.8), ("snapshot", 0.5), (stage.publisher.role(), 0.8)):
        copy = spoilt(stage)
        path = copy.path(role)
        feed.flip(path, int(os.path.getsize(path) * part))
        note(f"{role}, at {part:.0%}", refused(stage, "check", ("Signature", "Malformed", "Hash")))
    copy = spoilt(stage)
    fix = stage.bus_fix
    # the cache has the right one; without it the server is asked
    stage.machine.run("systemctl stop suture-helper; rm -f /var/lib/suture/manifests/*")
    feed.flip(copy.target(next(name for name in copy.targets() if fix.id in name and name.endswith(".json"))))
    note("a manifest", refused(stage, "check", ("Hash",)))
    still_works(stage, fix)


@case("a payload with one byte flipped")
def flipped(stage):
    fix = stage.server_fix
    copy = spoilt(stage)
    deltas, whole = copy.payloads(fix.id, "zstd-prefix"), copy.payloads(fix.id, "zstd")
    need(deltas and whole, "it has not both a delta and the whole to download")
    for path in deltas:
        feed.flip(path)
    installed(stage, fix)
    asked = [line for line in stage.outside.requests() if "/payloads/" in line][-2:]
    need(any(os.path.basename(deltas[0]) in line for line in asked)
         and any(os.path.basename(whole[0]) in line for line in asked), f"what was asked for: {asked}")
    note("", "a flipped byte in the delta: the whole is fetched instead, and installed")
    removed(stage, fix)
    for path in whole:
        feed.flip(path)
    note("in the whole, too", refused(stage, f"install {fix.id}", ("Hash", "Malformed")))
    same(state(stage, fix), "available", "the state")
    still_works(stage, fix)


@case("a truncated download")
def truncated(stage):
    fix = stage.bus_fix
    copy = spoilt(stage)
    for path in copy.payloads(fix.id):
        os.truncate(path, os.path.getsize(path) // 2)
    note("a short file", refused(stage, f"install {fix.id}", ("Network",), "ends before its signed length"))
    spoilt(stage)
    stage.outside.behave("truncated */payloads/*")
    note("a connection cut", refused(stage, f"install {fix.id}", ("Network",), "broke"))
    stage.outside.behave("truncated */timestamp.json")
    note("metadata", refused(stage, "check", ("Network",), "broke"))
    still_works(stage, fix)


@case("a server that answers 500, or what was not asked for")
def bad_server(stage):
    install = f"install {stage.bus_fix.id}"
    for behaviour, errors, words in (("500", ("Network",), "answered 500"), ("404", ("Network",), "does not have the file"),
                                     ("reset", ("Network",), ""), ("redirect-http", ("Network",), "may not go"),
                                     ("html", ("Network", "Hash"), "")):
        stage.outside.behave(f"{behaviour} */payloads/*")
        note(f"payload, {behaviour}", refused(stage, install, errors, words))
    for behaviour, errors, words in (("500", ("Network",), "answered 500"), ("html", ("Malformed",), "timestamp")):
        stage.outside.behave(f"{behaviour} */timestamp.json")
        note(f"metadata, {behaviour}", refused(stage, "check", errors, words))
    still_works(stage, stage.bus_fix)


@case("a server that sends endless data")
def endless(stage):
    for behaviour in ("endless", "endless-chunked"):
        stage.outside.behave(f"{behaviour} */payloads/*")
        note(f"payload, {behaviour}", refused(stage, f"install {stage.bus_fix.id}", ("Hash",), "longer than the signed"))
    for behaviour in ("endless", "endless-headers"):
        stage.outside.behave(f"{behaviour} */timestamp.json")
        note(f"metadata, {behaviour}", refused(stage, "check", ("Hash", "Network")))
    still_works(stage, stage.bus_fix)


@case("a server that hangs")
def hanging(stage):
    stage.outside.behave("hang */timestamp.json")
    start = time.monotonic()
    note("check", refused(stage, "check", ("Network",), "did not answer in time"))
    took = time.monotonic() - start
    need(took < 45, f"it was waited for {took:.0f} s; the fetcher's limit is 30 s")
    # nobody has to wait that long
    before = picture(stage)
    stage.outside.behave("hang */payloads/*")
    done = stage.machine.run(f"timeout -s INT 4 suturectl install {stage.bus_fix.id} --json", check=False)
    answer = json.loads(done.stdout)
    same(answer["error"], "Cancelled", "stopped by Ctrl+C")
    note("install, and Ctrl+C", f"{answer['error']}: {answer['sentence']}")
    unchanged(stage, before)
    still_works(stage, stage.bus_fix)


@case("a server that is not there, or has another's certificate")
def no_server(stage):
    stage.outside.stop()
    note("no server", refused(stage, "check", ("Network",), "could not be reached"))
    stage.outside.start()
    hosts = stage.machine.read("cat /etc/hosts")
    stage.machine.write("/etc/hosts", hosts + f"\n{stage.machine.address} other.example\n")
    try:
        stage.publisher.configure(stage.machine, stage.outside.url.replace("updates.example", "other.example"))
        note("another's certificate", refused(stage, "check", ("Network",), "certificate"))
    finally:
        stage.machine.write("/etc/hosts", hosts + "\n")
        stage.publisher.configure(stage.machine, stage.outside.url)
    still_works(stage)


@case("a manifest for another base")
def other_base(stage):
    fix = stage.bus_fix
    copy = spoilt(stage)
    name = next(name for name in copy.targets() if fix.id in name and name.endswith(".json"))

    def change(data):
        manifest = json.loads(data)
        manifest["base"]["version_id"] = "13"
        return json.dumps(manifest).encode()
    copy.change_target(name, change)
    # known and permitted before the publisher replaced it, and asked for now
    note("instead of one that is known", refused(stage, f"install {fix.id}", ("NotApplicable",), "check again"))
    before = picture(stage)
    stage.ctl("check")
    need(state(stage, fix) != "available", "it is offered")
    note("after a check", refused(stage, f"install {fix.id}", ("NotFound", "NotApplicable")))
    unchanged(stage, before)
    still_works(stage, fix)


@case("a caller's argument outside its grammar")
def arguments(stage):
    for word in ("../../etc/passwd", "/usr", "a\\ b", "A", "no-such-improvement"):
        code, answer = stage.ctl(f"install {word}", check=False)
        need(code in (2, 4) and answer["error"] in ("InvalidArgument", "NotFound"), f"{word}: {code} {answer}")
    agree(stage)
    same(contents(stage, stage.bus_fix), "old", "the files")
