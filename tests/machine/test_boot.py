# SPDX-License-Identifier: LGPL-2.1-or-later
"""Starts of the computer that do not finish, and what is merged at the next."""

import json
import os
import shlex

from cases import active, agree, case, contents, installed, last_record, need, note, records, same, settle, state

HERE = os.path.dirname(os.path.abspath(__file__))
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


def held(stage):
    """{id: entry} of what root says it holds."""
    stage.machine.put(f"{HERE}/activation.py", "/opt/test/activation.py")
    answer = json.loads(stage.machine.read("/usr/bin/python3 /opt/test/activation.py list"))[1]
    same(answer["error"], "", "the answer")
    return {entry["id"]: entry for entry in answer["active"]}


def again(stage):
    """Starts the machine once more, in an orderly way."""
    stage.restart(stage.machine.reboot)


def left_out(stage, fix):
    """What is said of an improvement that starts did not finish with: the reason as long as root holds it, and then history."""
    settle(stage)
    if state(stage, fix) == "inactive":
        name = fix.id.replace("-", "_2d").replace(".", "_2e")
        path = f"/org/suture/Helper1/improvement/{name}"
        said = stage.machine.run(f"busctl get-property org.suture.Helper1 {path} org.suture.Improvement1 LeftOut",
                                 check=False).stdout.strip()
        same(said, 's "boot"', "LeftOut")
        return "inactive"
    events = [record["event"] for record in records(stage, left_out.before) if record["improvement"] == fix.id]
    need("undone" in events, f"history says {events}")
    return state(stage, fix)


@case("two starts that do not finish: the third goes without the improvement, and with the older one")
def blame(stage):
    older, newer = stage.server_fix, stage.bus_fix
    installed(stage, older)
    again(stage)
    installed(stage, newer)
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
        left_out.before = last_record(stage)
        entries = held(stage)
        same((entries[older.id]["merged"], entries[older.id]["left_out"]), (True, ""), "what root says of the older one")
        if newer.id in entries:
            same((entries[newer.id]["merged"], entries[newer.id]["left_out"]), (False, "boot"), "and of the newer one")
        left_out.before = 0
        note("it is", left_out(stage, newer))
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
