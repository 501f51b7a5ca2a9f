# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a publisher does after publishing, each with the publisher's own commands, brought to the web server as publishers
bring it: the machine takes its turn, follows to other keys, and gives back what is withdrawn."""

import time

from cases import active, agree, case, contents, installed, last_record, need, records, same, settle, state
from test_feeds import DAY, Other, configure, run_automatic, shown

REASON = "It breaks printing"


def say(stage, publisher, command, *options):
    """One command of suture-publish, and its result on the web server."""
    publisher.command(command, *options)
    publisher.upload(stage.outside)


@case("what a publisher says later: another turn, other keys, and that an improvement is withdrawn")
def later(stage):
    fix = stage.server_fix
    with Other(stage, fix, "later") as other:
        configure(stage, other, fix.component)
        same(shown(stage, fix, "state", "feed", "waits_until"), ("available", "other", 0), "what is published")

        begin = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + DAY))
        say(stage, other, "rollout", fix.id, "--start", begin, "--hours", "48")
        need(time.time() + DAY - 60 <= shown(stage, fix, "waits_until")[0] < time.time() + 3 * DAY, "its turn is at the wrong time")
        run_automatic(stage)
        same(contents(stage, fix), "old", "its files before its turn")
        say(stage, other, "rollout", fix.id, "--hours", "0")
        shown(stage, fix, "state")
        run_automatic(stage)
        same(contents(stage, fix), "fixed", "its files in its turn")

        before = other.keys()
        for role in ("timestamp", "snapshot", other.role(), "targets", "root"):
            say(stage, other, "key rotate", role)
        now = other.keys()
        need(not any(before[role] & now[role] for role in before), "keys were not rotated")
        same(shown(stage, fix, "state", "feed"), ("active", "other"), "under keys that the machine has never been given")
        stage.ctl(f"remove {fix.id}")
        installed(stage, fix)
        stage.machine.reboot()
        stage.machine.run("systemctl mask --runtime --now suture-check.timer")
        stage.desktop.login_again()
        settle(stage)
        same((state(stage, fix), contents(stage, fix)), ("active", "fixed"), "after a start")

        last = last_record(stage)
        say(stage, other, "withdraw", fix.id, "--reason", REASON)
        same(shown(stage, fix, "state", "withdrawn", "withdrawn_reason"), ("active", True, REASON), "what is withdrawn")
        run_automatic(stage)
        same((contents(stage, fix), active(stage)), ("old", [stage.bus_fix.id]), "what is left of it")
        same([record["message"] for record in records(stage, last) if record["event"] == "withdrawn"], [REASON], "history")
        say(stage, other, "withdraw", fix.id, "--undo")
        same(shown(stage, fix, "state", "withdrawn"), ("available", False), "when the withdrawal is taken back")
        run_automatic(stage)
        same(contents(stage, fix), "fixed", "its files then")
        other.command("log", "--verify")
        stage.ctl(f"remove {fix.id}")
    agree(stage)
