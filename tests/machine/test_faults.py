# SPDX-License-Identifier: LGPL-2.1-or-later
"""Kills and power cuts: what was begun is finished or undone, and what is said is what is."""

import subprocess
import time

from cases import active, agree, case, contents, installed, need, same, settle, state

MOMENTS = (0.05, 0.2, 0.4, 0.7, 1.0, 1.5, 2.0)  # seconds after the command


def interrupt(stage, command, moment, unit="suture-helper.service"):
    """Starts a command of suturectl, and kills a unit's processes some time after."""
    with subprocess.Popen(stage.machine.argv("suturectl", *command.split()), stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:
        time.sleep(moment)
        stage.machine.run(f"systemctl kill --signal=KILL {unit}", check=False)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired as error:
            process.kill()
            raise AssertionError(f"suturectl {command} hangs when the helper is killed") from error


def whole(stage, fix):
    """All of it or nothing of it, and what is said fits."""
    agree(stage)
    found = contents(stage, fix)
    need(found == ("fixed" if fix.id in active(stage) else "old"), f"the files are {found}, active: {active(stage)}")
    same(stage.machine.read("ls /var/lib/suture/spool"), "", "what is left in the spool")


@case("the helper is killed in the middle of an install")
def killed_install(stage):
    fix = stage.bus_fix
    for moment in MOMENTS:
        interrupt(stage, f"install {fix.id}", moment)
        whole(stage, fix)
        if fix.id in active(stage):
            stage.ctl(f"remove {fix.id}")


@case("the helper is killed in the middle of a removal")
def killed_removal(stage):
    fix = stage.bus_fix
    for moment in MOMENTS:
        if fix.id not in active(stage):
            installed(stage, fix)
        interrupt(stage, f"remove {fix.id}", moment / 3)
        whole(stage, fix)


@case("the activation step is killed in the middle of an install")
def killed_activation(stage):
    fix = stage.bus_fix
    for moment in MOMENTS:
        interrupt(stage, f"install {fix.id}", moment, "'suture-activate@*'")
        whole(stage, fix)
        if fix.id in active(stage):
            stage.ctl(f"remove {fix.id}")


@case("the download is killed")
def killed_download(stage):
    fix = stage.bus_fix
    for moment in MOMENTS[:4]:
        interrupt(stage, f"install {fix.id}", moment, "'suture-fetch@*'")
        whole(stage, fix)
        if fix.id in active(stage):
            stage.ctl(f"remove {fix.id}")


@case("the power goes in the middle of an install and of a removal")
def power_cut(stage):
    fix = stage.bus_fix
    for command, moment in ((f"install {fix.id}", 0.6), (f"remove {fix.id}", 0.15)):
        settle(stage)
        if command.startswith("remove") and state(stage, fix) != "active":
            installed(stage, fix)
        with subprocess.Popen(stage.machine.argv("suturectl", *command.split()), stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            time.sleep(moment)
            stage.machine.pull_the_plug()
            process.wait(30)
        stage.restart(stage.machine.boot)
        whole(stage, fix)
