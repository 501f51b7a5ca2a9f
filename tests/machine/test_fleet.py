# SPDX-License-Identifier: LGPL-2.1-or-later
"""What suturectl says to scanners and monitoring, and a restart on request, on the machine's own systemd and logind."""

import json

from cases import active, agree, case, installed, need, note, same, state
import exposition
import openvex

FILE = "/var/lib/suture-metrics/suture.prom"


@case("metrics: a service of its own writes them for node_exporter, and is not enabled by itself")
def metrics(stage):
    fix = stage.bus_fix
    same(stage.machine.run("systemctl is-enabled suture-metrics.timer", check=False).stdout.strip(), "disabled", "the timer")
    installed(stage, fix)
    stage.machine.run("systemctl start suture-metrics.service")
    samples = exposition.read(stage.machine.run(f"cat {FILE}").stdout)
    same(samples["suture_up", ()], 1, "suture_up")
    same(samples["suture_improvements", (("state", "active"),)], 1, "active ones")
    owed = samples["suture_running_old_programs", (("id", fix.id),)]
    note("programs that run the old version", int(owed))
    same(stage.machine.read(f"stat -c '%U %a' {FILE}"), "suture-metrics 644", "whose it is")
    stage.machine.run(f"mkdir -p /root/node-exporter && ln -sf {FILE} /root/node-exporter/ && test -r /root/node-exporter/suture.prom")
    stage.machine.run("systemctl mask --runtime --now suture-helper.service; systemctl start suture-metrics.service")
    try:
        same(exposition.read(stage.machine.run(f"cat {FILE}").stdout), {("suture_up", ()): 0}, "without the helper")
    finally:
        stage.machine.run("systemctl unmask --runtime suture-helper.service; rm -r /root/node-exporter")


@case("vex: what is active is fixed, what is ready is affected")
def vex(stage):
    fix = stage.bus_fix
    installed(stage, fix)
    expected = {name: set() for name in ("fixed", "affected")}
    answer = stage.ctl("status")[1]
    for item in answer["improvements"]:
        expected["fixed" if item["state"] == "active" else "affected"] |= {one["id"] for one in item["vulnerabilities"]}
    if not any(expected.values()):  # the stage's notes name no problem
        code, said = stage.ctl("vex", check=False)
        same((code, said["error"]), (4, "NotFound"), "without any problem named")
        return
    document = json.loads(stage.machine.run("suturectl vex").stdout)
    same(list(openvex.find(document)), [], "what is wrong with it")
    found = {name: {one["vulnerability"]["name"] for one in document["statements"] if one["status"] == name} for name in expected}
    same(found["fixed"], expected["fixed"], "fixed")
    same(found["affected"], expected["affected"] - expected["fixed"], "affected")
    need(stage.machine.read("cat /etc/machine-id") not in json.dumps(document), "it says which computer it is")


def restarted(machine, command):
    """Runs it, and waits until the machine has started anew by that."""
    said = machine.run(command, check=False).stdout
    machine.start_anew()
    return said


@case("restart: on request alone, by logind, the ordinary one on this systemd")
def restart(stage):
    fix = stage.bus_fix
    stage.restart(stage.machine.reboot)  # whatever has run with the fix before begins with the old files again
    done = stage.machine.run("suturectl restart </dev/null", check=False)
    need("Nothing has to be restarted" in done.stdout, f"with nothing installed it says {done.stdout}")
    installed(stage, fix)
    owed = next(item["owed"] for item in stage.ctl("status")[1]["improvements"] if item["id"] == fix.id)
    need(owed, "nothing runs the old version")
    done = stage.machine.run("suturectl restart </dev/null", check=False)
    same(done.returncode, 2, "the exit status where nobody can be asked")
    need("restarts as a whole" in done.stdout and "--yes" in done.stdout, f"it says {done.stdout}")
    said = []
    stage.restart(lambda: said.append(restarted(stage.machine, "suturectl restart --yes")))
    need("restarts as a whole" in said[0], f"it says {said[0]}")
    agree(stage)
    same(active(stage), [fix.id], "active after it")
    owed = next(item["owed"] for item in stage.ctl("status")[1]["improvements"] if item["id"] == fix.id)
    same(owed, [], "what runs the old version after it")
    same(state(stage, fix), "active", "its state")
