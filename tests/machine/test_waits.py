# SPDX-License-Identifier: LGPL-2.1-or-later
"""What keeps improvements waiting, with the installed units: the administrator's policy read from inside the helper's walls, open apps
found from there, and the timer by the calendar."""

import json
import time

from cases import ANNOUNCE, FORGET_TURN, active, case, need, note, same, settle

HELPER = "org.suture.Helper1 /org/suture/Helper1 org.suture.Helper1"
POLICY = "/etc/suture/policy.conf"
DROP_IN = "/etc/systemd/system/suture-check.timer.d"
STAMP = "/var/lib/systemd/timers/stamp-suture-check.timer"


def get(stage, name):
    return json.loads(stage.machine.read(f"busctl --system --json=short get-property {HELPER} {name}"))["data"]


def wait_for(what, condition, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.5)
    need(False, f"{what}: not in {seconds} s")


def which(stage):
    return [wait[0] for wait in get(stage, "Waits")]


def turn(stage):
    stage.machine.run(FORGET_TURN)
    stage.machine.run("systemctl start suture-check.service")
    settle(stage)


@case("a policy of the administrator's holds what it names, and one of somebody else's holds everything")
def policy(stage):
    stage.machine.run(ANNOUNCE)
    try:
        held = stage.fixes[0]
        stage.machine.write(POLICY, f"[Policy]\nPause=no\nHold={held.id}\nReason=Being looked at\n")
        stage.machine.run(f"chown root: {POLICY}; chmod 644 {POLICY}")
        wait_for("the policy is shown", lambda: sorted(get(stage, "Managed")) == [["hold", "Being looked at"], ["pause", "Being looked at"]])
        code, answer = stage.ctl(f"install {held.id}", check=False)
        same((code, answer["error"]), (9, "Managed"), "a person's wish")
        stage.machine.run(f"chown daemon: {POLICY}")
        wait_for("whose it is is said", lambda: dict(get(stage, "Managed")).get("file") == f"{POLICY}: it has to belong to root")
        turn(stage)
        same(active(stage), [], "active while nobody can tell what is forbidden")
        note("managed", get(stage, "Managed")[0][1])
        stage.machine.run(f"rm {POLICY}")
        wait_for("nothing is managed", lambda: get(stage, "Managed") == [])
    finally:
        stage.machine.run(f"rm -f {POLICY}")


@case("the timer comes each hour, and what it missed is caught up with at once")
def timer(stage):
    stage.machine.run(f"{ANNOUNCE}; systemctl unmask --runtime suture-check.timer; systemctl stop suture-check.timer; rm -f {STAMP}")
    later = int(time.time()) + 3600
    stage.machine.run(f"busctl --system call {HELPER} SetPause x {later}")  # it is the timer's turn that is looked at
    try:
        stage.machine.run("systemctl start suture-check.timer")
        due = int(stage.machine.read("date -d \"$(systemctl show -P NextElapseUSecRealtime suture-check.timer)\" +%s"))
        need(0 < due - time.time() < 3600 + 21 * 60, f"the next turn is in {due - time.time():.0f} s")
        same(which(stage), ["paused"], "what it waits for")
        stage.machine.run("systemctl stop suture-check.timer")
        began = stage.machine.read("systemctl show -P ExecMainStartTimestampMonotonic suture-check.service")
        stage.machine.write(f"{DROP_IN}/now.conf", "[Timer]\nRandomizedDelaySec=0\n")  # it has not been on for long enough
        stage.machine.run(f"systemctl daemon-reload; touch -d '3 hours ago' {STAMP}; systemctl start suture-check.timer")
        wait_for("the turn that was missed", lambda: stage.machine.read(
            "systemctl show -P ExecMainStartTimestampMonotonic suture-check.service") != began, 90)
        settle(stage)
        same(stage.machine.read("systemctl show -P Result suture-check.service"), "success", "its end")
    finally:
        stage.machine.run(f"busctl --system call {HELPER} SetPause x 0; rm -r {DROP_IN}; systemctl daemon-reload; "
                          "systemctl mask --runtime --now suture-check.timer")
