# SPDX-License-Identifier: LGPL-2.1-or-later
"""Several publishers, a rollout in stages, what a publisher takes back, and an improvement that only tries the way; with the
installed packages, over TLS, merged by root."""

import time

import feed
from cases import ANNOUNCE, active, agree, case, contents, installed, last_record, need, picture, records, same, settle, unchanged

NOTES = """[Improvement]
Title={title}
Component={component}
Kind={kind}
Severity=low
Description=Of another publisher.
"""
DAY = 24 * 3600
FORGET = ("import sqlite3; d = sqlite3.connect('/var/lib/suture/suture.db'); "
          "d.execute(\\\"DELETE FROM setting WHERE name IN ('automatic-ran', 'last-checked')\\\"); d.execute('DELETE FROM removed'); d.commit()")


def configure(stage, publisher, components=None):
    scope = f"Components={components}\n" if components else ""
    stage.machine.write(f"/etc/suture/feeds.d/{publisher.name}.conf",
                        f"[Feed]\nURL={stage.outside.url}/{publisher.name}\n{scope}")


class Other:
    """A second publisher of what a fix changes, whom the machine's administrator trusts as well until the case is over."""

    def __init__(self, stage, fix, folder, kind="security"):
        self.stage = stage
        self.publisher = feed.Publisher(stage.publisher.tool, f"{stage.machine.folder}/{folder}", "other", "Another")
        self.publisher.make(fix.old, fix.new, NOTES.format(title=fix.title, component=fix.component, kind=kind))
        self.publisher.publish()

    def __enter__(self):
        self.publisher.serve(self.stage.outside)
        self.publisher.configure(self.stage.machine, self.stage.outside.url)
        return self.publisher

    def __exit__(self, *_):
        self.stage.machine.run("rm -f /etc/suture/feeds.d/other.*")
        configure(self.stage, self.stage.publisher)


def run_automatic(stage):
    """The timer's service, as if its ten minutes were over and nobody had removed anything."""
    settle(stage)
    stage.machine.run(f"systemctl stop suture-helper && runuser -u suture -- python3 -c \"{FORGET}\" && {ANNOUNCE}")
    stage.machine.run("systemctl start suture-check.service")
    settle(stage)


def shown(stage, fix, *names):
    """Properties of an improvement as suturectl tells them, after a check."""
    stage.ctl("check")
    found = [item for item in stage.ctl("status")[1]["improvements"] if item["id"] == fix.id]
    return tuple(found[0][name] for name in names) if found else None


@case("two publishers of one component")
def conflict(stage):
    fix = stage.server_fix
    with Other(stage, fix, "other") as other:
        same(shown(stage, fix, "state", "conflict"), ("conflict", ["example", "other"]), "what is said")
        before = picture(stage)
        code, answer = stage.ctl(f"install {fix.id}", check=False)
        same((code, answer["error"]), (4, "NotFound"), "a person's wish")
        unchanged(stage, before)
        run_automatic(stage)
        same(active(stage), [stage.bus_fix.id], "what installs itself")
        same(contents(stage, fix), "old", "its files")
        text = stage.machine.read("suturectl status")
        need("so none of them is used: example, other." in text and "Components=" in text, f"status says {text!r}")
        configure(stage, other, fix.component)
        same(shown(stage, fix, "state", "feed", "publisher"), ("available", "other", "Another"), "whose it is by name")
        installed(stage, fix)
        agree(stage)
        configure(stage, other)
        configure(stage, stage.publisher, fix.component)
        same(shown(stage, fix, "state", "feed"), ("active", "other"), "whose it is while it is installed")
        stage.ctl(f"remove {fix.id}")
        same(shown(stage, fix, "state", "feed"), ("available", "example"), "whose it is then")
        configure(stage, stage.publisher, "nothing-of-this")
        configure(stage, other, "nor-of-this*")
        same(shown(stage, fix, "state"), None, "out of all scopes")


@case("a rollout that this machine's turn has not come in")
def rollout(stage):
    fix = stage.server_fix
    begin = int(time.time()) + DAY
    copy = stage.publisher.serve(stage.outside)
    copy.custom(fix.id, rollout={"start": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(begin)), "hours": 48})
    state, until = shown(stage, fix, "state", "waits_until")
    need(state == "available" and begin <= until < begin + 2 * DAY, f"it is {state}, and waits until {until}")
    app = stage.machine.read("systemd-id128 machine-id --app-specific=aeb4776e860a43c28bac7e924f694a05")
    with open(f"{stage.outside.folder}/access.log", encoding="utf-8") as log:
        seen = log.read()
    need(app not in seen and stage.machine.read("cat /etc/machine-id") not in seen, "the server has seen who this is")
    run_automatic(stage)
    same(active(stage), [stage.bus_fix.id], "what installs itself")
    installed(stage, fix)
    same(contents(stage, fix), "fixed", "its files, once a person has asked")
    copy.custom(fix.id, rollout={"start": "2001-01-01T00:00:00Z", "hours": 1})
    stage.ctl(f"remove {fix.id}")
    same(shown(stage, fix, "state", "waits_until"), ("available", 0), "when its turn has come")
    run_automatic(stage)
    same(contents(stage, fix), "fixed", "its files, once its turn has come")


@case("an improvement that its publisher withdraws")
def withdrawn(stage):
    fix, other = stage.server_fix, stage.bus_fix
    copy = stage.publisher.serve(stage.outside)
    stage.ctl("check")
    for one in stage.fixes:
        installed(stage, one)
    copy.custom(fix.id, withdrawn={"date": "2026-11-25T12:00:00Z", "reason": "it breaks\x1b[2J printing"})
    same(shown(stage, fix, "state", "withdrawn", "withdrawn_reason", "withdrawn_at"),
         ("active", True, "it breaks[2J printing", 1795608000), "what is said")
    same(stage.ctl("status")[1]["status"], "withdrawn", "what is said first")
    stage.ctl("automatic off")
    run_automatic(stage)
    same(active(stage), sorted((fix.id, other.id)), "what stays with automatic off")
    stage.machine.reboot()
    stage.machine.run("systemctl mask --runtime --now suture-check.timer")
    stage.desktop.login_again()
    same([item["withdrawn"] for item in settle(stage)["improvements"] if item["id"] == fix.id], [True], "after a start")
    last = last_record(stage)
    stage.ctl("automatic on")
    run_automatic(stage)
    same([(item["event"], item["improvement"], item["by"], item["message"]) for item in records(stage, last)],
         [("withdrawn", fix.id, "automatic", "it breaks[2J printing")], "what history tells")
    same((contents(stage, fix), contents(stage, other), active(stage)), ("old", "fixed", [other.id]), "what is left")
    agree(stage)
    run_automatic(stage)
    same(active(stage), [other.id], "it is not installed again")
    copy.custom(fix.id, withdrawn=None)
    run_automatic(stage)
    same(active(stage), sorted((fix.id, other.id)), "what is active when it is no longer withdrawn")


@case("an improvement that is only a test")
def only_a_test(stage):
    fix = stage.server_fix
    with Other(stage, fix, "test", "test") as other:
        configure(stage, other, fix.component)
        same(shown(stage, fix, "state", "kind", "feed"), ("available", "test", "other"), "what is said")
        run_automatic(stage)
        same((contents(stage, fix), active(stage)), ("fixed", sorted(one.id for one in stage.fixes)), "what installs itself")
        status = stage.machine.read("suturectl status")
        need("Test – fixes nothing" in status and "1 test is active and fixes nothing." in status
             or "Almost Done" in status, f"status says {status!r}")
        need("1 improvement is active." in status or "Almost Done" in status, f"status counts the test: {status!r}")
        stage.ctl(f"remove {fix.id}")
        same(contents(stage, fix), "old", "its files")
    agree(stage)
