# SPDX-License-Identifier: LGPL-2.1-or-later
"""The local feed from off to on: what it prepares of Debian's own fixes, where that comes from, and that it can be taken out again."""

import hashlib
import os

from cases import FORGET_TURN, active, agree, as_tight_as_they_were, case, contents, installed, last_record, need, records, removed, same, state
from local_stage import PLACE, SUITE

ROOT = "/etc/suture/feeds.d/local.root.json"


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def failed(local):
    return local.machine.read("journalctl --no-pager -b -o cat -g 'suture-.*Failed with result' || true")


@case("the local feed is off at first, and the status says so")
def off(local):
    status, text = local.first
    same((status["local_feed"], status["feeds"], status["improvements"], status["system_updates"]), ("off", [], [], []), "the status")
    need("Prepared here" in text and text.endswith(" off"), f"the status is {text!r}")


@case("an administrator turns the local feed on, and Debian's fixes are prepared")
def on(local):
    local.ctl("feed local off")
    same(local.ctl("status")[1]["improvements"], [], "what is offered while it is off")
    last, failures = last_record(local), failed(local)
    said = local.machine.run("runuser -u bob -- suturectl feed local on --json < /dev/null", check=False).stdout
    need("NotAuthorized" in said and local.ctl("status")[1]["local_feed"] == "off", f"a user without rights: {said}")
    local.ctl("feed local on")
    local.learn()
    status = local.ctl("status")[1]
    same((status["local_feed"], status["feeds"]), ("on", ["local"]), "the status")
    same([(record["event"], record["user"]) for record in records(local, last)], [("local-on", 0)], "what history tells")
    same(local.machine.read(f"sha256sum < {ROOT}"), local.machine.read(f"sha256sum < {PLACE}/feed/repository/metadata/1.root.json"),
         "the trusted root")
    for fix in local.fixes:
        item = local.offered(fix.component)
        same((item["state"], item["feed"], item["publisher"], item["prepared"]), ("available", "local", "Debian", "automatic"),
             fix.component)
        want = ", ".join(f"{package} {local.fixed_version(package)}" for package in sorted(local.packages[fix]))
        same(fix.manifest["result"]["label"], want, f"what {fix.id} leaves")
    same(local.left(), {}, "what is left to the system update")
    same(failed(local), failures, "what the journal tells of failed services")


@case("the timer's check prepares and installs by itself")
def timer(local):
    held = " ".join(fix.package for fix in local.fixes)
    local.machine.run(f"apt-mark hold {held} && suturectl check && apt-mark unhold {held}")
    same([fix.component for fix in local.fixes if local.offered(fix.component)], [], "what is offered while all is held")
    local.machine.run(FORGET_TURN)
    local.machine.run("systemctl start suture-check.service")
    local.learn()
    for fix in local.fixes:
        same(contents(local, fix), "fixed", f"{fix.component} after the check")
    same({record["by"] for record in records(local)[:2]}, {"automatic"}, "who installed it")


@case("what is prepared here says where it comes from: the archive's own chain")
def provenance(local):
    archive = local.archive
    held = " ".join(fix.package for fix in local.fixes)
    local.machine.run(f"apt-mark hold {held} && suturectl check && apt-mark unhold {held}")
    local.look()  # made anew, out of the archive as it is now
    release = archive.file(SUITE, "InRelease")
    packages = sha256(archive.file(SUITE, archive.index()))
    for fix in local.fixes:
        found = [(link["what"], link["which"]) for link in local.offered(fix.component)["provenance"]]
        chain = {what: which for what, which in found if what not in ("package", "date")}
        same(chain, {"origin": "Debian", "suite": SUITE, "key": archive.fingerprint(), "release": sha256(release), "packages": packages},
             f"the chain of {fix.id}")
        wanted = sorted(f"{name} {local.fixed_version(name)} {archive.architecture} {sha256(local.package_file(name))}"
                        for name in local.packages[fix])
        same(sorted(which for what, which in found if what == "package"), wanted, f"the packages of {fix.id}")
        need(packages in local.machine.read(f"suturectl show {fix.id}"), "suturectl show does not tell it")


@case("a fix that was prepared here reaches a running server, and is removed without a trace")
def life(local):
    fix = local.server_fix
    before = local.usr()
    local.machine.run("systemctl restart nginx")
    installed(local, fix)
    agree(local)
    same(contents(local, fix), "fixed", "the files")
    found = [process for process in local.mapped(fix) if process["name"] == "nginx"]
    wanted = {os.path.basename(path): new for path, (_, new) in fix.files().items()}
    need(found, "nginx does not map it")
    for process in found:
        same(process["files"], {name: wanted[name] for name in process["files"]}, f"what nginx ({process['pid']}) runs")
    same([link["what"] for link in local.offered(fix.component)["provenance"]][:2], ["origin", "suite"],
         "what is known of what is installed")
    removed(local, fix)
    now = local.usr()
    same(sorted(path for path in before.keys() | now.keys() if before.get(path) != now.get(path)), [], "/usr, byte for byte")


@case("the local feed is turned off while something of it is installed: that stays, and can be removed")
def off_while_installed(local):
    fix = local.bus_fix
    installed(local, fix)
    local.ctl("feed local off")
    same((active(local), local.ctl("status")[1]["feeds"]), ([fix.id], []), "what stays")
    same(contents(local, fix), "fixed", "its files")
    code, answer = local.ctl("check", check=False)
    need(code != 0 and answer["error"] == "NoSource", f"a check without a feed: {answer}")
    same(active(local), [fix.id], "what stays after a check")
    removed(local, fix)
    same((contents(local, fix), state(local, fix)), ("old", None), "its files, and what is offered")


@case("suture-local's sandboxes are as tight as they were")
def sandboxes(local):
    as_tight_as_they_were(local, "suture-local")
