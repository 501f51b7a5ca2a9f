# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bad input. Each leaves the machine as it was, and gives a sentence."""

import json
import os
import shutil

import feed
from cases import agree, case, contents, installed, need, refused, removed, same, settle, state


def spoilt(stage):
    """A copy of the publisher's repository in the place that the machine reads."""
    return feed.Copy(stage.publisher, f"{stage.outside.site}/{stage.publisher.name}")


def still_works(stage):
    """Nothing bad was kept: an honest server is believed at once."""
    stage.outside.behave("")
    stage.publisher.serve(stage.outside)
    stage.ctl("check")


@case("a wrong signature")
def signature(stage):
    for role in ("timestamp", "snapshot", stage.publisher.role()):
        copy = spoilt(stage)
        copy.change(role, lambda signed: None)
        envelope = copy.read(role)
        text = envelope["signatures"][0]["sig"]
        envelope["signatures"][0]["sig"] = ("0" if text[0] != "0" else "1") + text[1:]
        with open(copy.path(role), "w", encoding="utf-8") as file:
            file.write(feed.canonical(envelope))
        refused(stage, "check", ("Signature", "Hash"))
    still_works(stage)


@case("a publisher that nobody trusts")
def stranger(stage):
    other = feed.Publisher(stage.publisher.tool, f"{stage.machine.folder}/stranger")
    other.make(stage.bus_fix.old, stage.bus_fix.new, "[Improvement]\nTitle=Something\n")
    other.publish()
    target = f"{stage.outside.site}/{stage.publisher.name}"
    shutil.rmtree(target)
    shutil.copytree(other.repository(), target)
    refused(stage, "check", ("Signature",))
    shutil.rmtree(other.folder)
    still_works(stage)


@case("an expired timestamp")
def expired(stage):
    copy = spoilt(stage)

    def expire(signed):
        signed["version"] += 1
        signed["expires"] = "2020-01-01T00:00:00Z"
    copy.change("timestamp", expire)
    refused(stage, "check", ("Stale",))
    still_works(stage)


@case("an older version of the metadata")
def older(stage):
    copy = spoilt(stage)
    kept = f"{stage.machine.folder}/kept"
    shutil.copytree(copy.folder, kept)
    copy.change("snapshot", lambda signed: None)
    stage.ctl("check")
    shutil.rmtree(copy.folder)
    shutil.move(kept, copy.folder)
    refused(stage, "check", ("Rollback",))
    # The publisher goes on from where it was seen last.
    stage.publisher.publish()
    stage.publisher.publish()
    still_works(stage)


@case("a payload with one byte flipped")
def flipped(stage):
    copy = spoilt(stage)
    paths = copy.payloads(stage.bus_fix.id)
    need(paths, "no payload was found")
    for path in paths:
        feed.flip(path)
    refused(stage, f"install {stage.bus_fix.id}", ("Hash",))
    same(state(stage, stage.bus_fix), "available", "the state")
    still_works(stage)


@case("a truncated download")
def truncated(stage):
    copy = spoilt(stage)
    for path in copy.payloads(stage.bus_fix.id):
        os.truncate(path, os.path.getsize(path) // 2)
    refused(stage, f"install {stage.bus_fix.id}", ("Hash", "Network"))
    still_works(stage)


@case("a server that breaks off, answers 500, or sends without end")
def bad_server(stage):
    for behaviour, errors in (("truncated", ("Hash", "Network")), ("500", ("Network",)), ("404", ("NotFound", "Network")),
                              ("endless", ("Hash", "Network")), ("endless-chunked", ("Hash", "Network")),
                              ("reset", ("Network",)), ("redirect-http", ("Network",)), ("html", ("Hash", "Network"))):
        stage.outside.behave(f"{behaviour} */payloads/*")
        refused(stage, f"install {stage.bus_fix.id}", errors)
    for behaviour, errors in (("500", ("Network",)), ("endless", ("Network", "Malformed", "Hash")),
                              ("html", ("Malformed", "Signature"))):
        stage.outside.behave(f"{behaviour} */timestamp.json")
        refused(stage, "check", errors)
    same(stage.machine.read("ls /var/lib/suture/spool"), "", "what is left in the spool")
    still_works(stage)


@case("a server that hangs")
def hanging(stage):
    stage.outside.behave("hang */payloads/*")
    refused(stage, f"install {stage.bus_fix.id}", ("Network",))
    still_works(stage)


@case("a server that is not there, or has another's certificate")
def no_server(stage):
    stage.outside.stop()
    refused(stage, "check", ("Network",))
    stage.outside.start()
    hosts = stage.machine.read("cat /etc/hosts")
    stage.machine.write("/etc/feeds.save", open(f"{stage.machine.root}/etc/suture/feeds.d/{stage.publisher.name}.conf",
                                                encoding="utf-8").read())
    stage.machine.write("/etc/hosts", hosts + f"\n{stage.machine.address} other.example\n")
    url = stage.outside.url.replace("updates.example", "other.example")
    stage.machine.write(f"/etc/suture/feeds.d/{stage.publisher.name}.conf",
                        f"[Feed]\nURL={url}/{stage.publisher.name}\n")
    try:
        refused(stage, "check", ("Network",))
    finally:
        stage.machine.write("/etc/hosts", hosts + "\n")
        stage.publisher.configure(stage.machine, stage.outside.url)
    still_works(stage)


@case("a manifest for another base")
def other_base(stage):
    copy = spoilt(stage)
    name = next(name for name in copy.targets() if stage.bus_fix.id in name and name.endswith(".json"))

    def change(data):
        manifest = json.loads(data)
        manifest["base"]["version_id"] = "13"
        return json.dumps(manifest).encode()
    copy.change_target(name, change)
    code, answer = stage.ctl("check", check=False)
    known = {item["id"]: item["state"] for item in stage.ctl("status")[1]["improvements"]}
    need(known.get(stage.bus_fix.id) != "available", f"it is offered: {known}, check said {code} {answer}")
    refused(stage, f"install {stage.bus_fix.id}", ("NotFound", "NotApplicable"))
    stage.publisher.publish()
    stage.publisher.publish()
    stage.publisher.publish()
    still_works(stage)


@case("files that are neither the expected nor the fixed ones, and a mixture")
def other_files(stage):
    fix = stage.bus_fix
    paths = sorted(fix.files())
    kept = []
    for path in paths:
        kept.append(stage.machine.root + path + ".kept")
        shutil.copy2(stage.machine.root + path, kept[-1])
    try:
        with open(stage.machine.root + paths[-1] + ".new", "wb") as file, open(kept[-1], "rb") as old:
            file.write(old.read() + b"\0")
        os.rename(stage.machine.root + paths[-1] + ".new", stage.machine.root + paths[-1])
        refused(stage, f"install {fix.id}", ("NotApplicable", "NotFound"))
        stage.ctl("check")
        need(state(stage, fix) in ("superseded", "mixed"), f"it is {state(stage, fix)}")
        refused(stage, f"install {fix.id}", ("NotApplicable", "NotFound"))
    finally:
        for path, copy in zip(paths, kept):
            os.rename(copy, stage.machine.root + path)
    stage.ctl("check")
    same(state(stage, fix), "available", "the state with the old files back")


@case("a full disk, and a removal on a full disk")
def full_disk(stage):
    fix = stage.server_fix
    settle(stage)
    for place, owner in (("/var/lib/suture/spool", "suture"), ("/var/lib/suture-activate/images", "root")):
        stage.machine.run(f"mkdir -p {place}; mount -t tmpfs -o size=64k,mode=700,uid={owner} tmpfs {place}")
        try:
            refused(stage, f"install {fix.id}", ("NoSpace",))
        finally:
            stage.machine.run("systemctl stop suture-helper.service")
            stage.machine.run(f"umount {place}")
        settle(stage)
    installed(stage, fix)
    removed(stage, fix)


@case("a caller's argument outside its grammar")
def arguments(stage):
    for word in ("../../etc/passwd", "/usr", "a\\ b", "A", "no-such-improvement"):
        code, answer = stage.ctl(f"install {word}", check=False)
        need(code in (2, 4) and answer["error"] in ("InvalidArgument", "NotFound"), f"{word}: {code} {answer}")
    agree(stage)
    same(contents(stage, stage.bus_fix), "old", "the files")
