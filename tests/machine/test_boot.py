# SPDX-License-Identifier: LGPL-2.1-or-later
"""Starts of the computer that do not finish, and what is merged at the next."""

import json
import os
import shlex

from cases import active, agree, case, contents, installed, last_record, need, records, same, settle
from machine import until

HOLD = "/etc/systemd/system/test-hold.service"
WANTS = "/etc/systemd/system/multi-user.target.wants"
RECORD = "/var/lib/suture-activate/boot"
# A service of the system that never gets ready where the condition is true, so that the start does not finish.
UNIT = """[Unit]
Description=Does not get ready
Before=multi-user.target
[Service]
Type=oneshot
TimeoutStartSec=infinity
ExecCondition=/bin/sh -c {condition}
ExecStart=/bin/sleep infinity
[Install]
WantedBy=multi-user.target
"""


class Hold:
    """Holds every start of the machine up, before it has finished, in which a shell's condition is true."""

    def __init__(self, stage, condition="true"):
        self.machine = stage.machine
        self.machine.write(HOLD, UNIT.format(condition=shlex.quote(condition)))
        os.symlink(HOLD, f"{self.machine.root}{WANTS}/test-hold.service")

    def remove(self):
        for path in (HOLD, f"{WANTS}/test-hold.service"):
            if os.path.lexists(self.machine.root + path):
                os.unlink(self.machine.root + path)

    def _holds(self):
        done = self.machine.run("systemctl show -P ActiveState,SubState test-hold.service", check=False).stdout.split()
        return done == ["activating", "start"]

    def start(self):
        """Starts the machine as far as it comes."""
        self.machine.boot(up=self._holds)


def breaks(fix):
    """A condition that is true where the fixed file is there: the improvement is to blame."""
    path, (_, fixed) = sorted(fix.files().items())[0]
    return f"sha256sum {path} | grep -q {fixed}"


def again(stage):
    """Starts the machine once more, in an orderly way."""
    stage.restart(stage.machine.reboot)


def undone(stage, fix, last):
    """The helper takes out what starts did not finish with, and says so: in history, and why it does not come back by itself."""
    until(lambda: [record["event"] for record in records(stage, last) if record["improvement"] == fix.id] == ["undone"],
          "history to tell it", 30)
    [record] = [record for record in records(stage, last) if record["improvement"] == fix.id]
    need(record["by"] == "system" and record["message"].startswith("the computer did not start twice in a row with it"),
         f"history tells {record}")
    settle(stage)
    item = next(item for item in stage.ctl("status")[1]["improvements"] if item["id"] == fix.id)
    same(item["state"], "available", "its state")
    need("undone" in [wait["reason"] for wait in item["waits"]], f"it waits for {item['waits']}")
    said = stage.machine.read("suturectl status")
    need("did not start twice in a row" in said, f"suturectl says {said}")


@case("two starts that do not finish: the third goes without the improvement, and with the older one")
def blame(stage):
    older, newer = stage.server_fix, stage.bus_fix
    installed(stage, older)
    again(stage)
    installed(stage, newer)
    last = last_record(stage)
    hold = Hold(stage, breaks(newer))
    try:
        stage.machine.shutdown()
        for turn in ("first", "second"):
            hold.start()
            same(sorted({line.split()[1] for line in stage.merged()}), sorted(f"suture-{fix.id}" for fix in stage.fixes),
                 f"merged in the {turn} start")
            stage.machine.pull_the_plug()
        stage.restart(stage.machine.boot)
        said = stage.machine.read("journalctl -b -o cat -u suture-boot.service")
        need("2 starts of the computer in a row did not finish" in said and f"{newer.id} stays out" in said, f"the log says {said}")
        same((contents(stage, older), contents(stage, newer)), ("fixed", "old"), "the files in the third start")
        undone(stage, newer, last)
        hold.remove()
        again(stage)
        same((contents(stage, older), contents(stage, newer)), ("fixed", "old"), "the files in the start after that")
        agree(stage)
        stage.ctl(f"install {newer.id}")
        same(contents(stage, newer), "fixed", "the files after it is installed again")
        again(stage)
        same(active(stage), sorted(fix.id for fix in stage.fixes), "active in the next start")
    finally:
        hold.remove()


@case("an orderly shutdown is no start that failed, and a damaged record of starts is none")
def orderly(stage):
    fix = stage.bus_fix
    installed(stage, fix)
    hold = Hold(stage)
    try:
        for _ in range(3):
            stage.machine.shutdown()
            hold.start()
            need(f"/usr/lib suture-{fix.id}" in stage.merged(), f"merged is {stage.merged()}")
        record = json.loads(stage.machine.read(f"cat {RECORD}"))
        same((record["failed"], record["left_out"]), (0, []), "starts that failed, and what is left out")
        hold.remove()
        stage.machine.shutdown()
        stage.machine.write(RECORD, "{ damaged", 0o600)
        stage.restart(stage.machine.boot)
        said = stage.machine.read("journalctl -b -o cat -u suture-boot.service")
        need("the record of starts is damaged" in said, f"the log says {said}")
        agree(stage)
        same(active(stage), [fix.id], "active")
        record = json.loads(stage.machine.read(f"cat {RECORD}"))
        same((record["ended"], record["good"]), ("complete", [fix.id]), "the record after a start that has finished")
        same(stage.machine.read(f"stat -c '%U %a' {RECORD}"), "root 600", "who may read it")
    finally:
        hold.remove()
