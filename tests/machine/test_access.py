# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may, on a machine with real logins. (tests/bus has the whole matrix.)"""

from cases import case, contents, installed, need, refused, removed, same, settle, state


@case("an active user installs without a password, and does not remove without one")
def active_user(stage):
    fix = stage.bus_fix
    stage.ctl(f"install {fix.id}", user="alice")
    same(contents(stage, fix), "fixed", "the files")
    refused(stage, f"remove {fix.id}", ("NotAuthorized",), user="alice")
    removed(stage, fix)
    same(contents(stage, fix), "old", "the files")


@case("a user without a session changes nothing")
def no_session(stage):
    fix = stage.bus_fix
    before = stage.merged()
    done = stage.machine.run(f"systemd-run --quiet --collect --wait --pipe --uid=bob suturectl install {fix.id} --json",
                             check=False)
    need(done.returncode == 3 and "NotAuthorized" in done.stdout, f"{done.returncode}: {done.stdout}")
    same(stage.merged(), before, "merged")


@case("without polkit nobody but nobody changes anything")
def no_polkit(stage):
    fix = stage.bus_fix
    settle(stage)
    stage.machine.run("systemctl mask --runtime --now polkit")
    try:
        refused(stage, f"install {fix.id}", ("NotAuthorized", "Unavailable"), user="alice")
        same(state(stage, fix), "available", "the state")
    finally:
        stage.machine.run("systemctl unmask --runtime polkit; systemctl start polkit")
    installed(stage, fix)


@case("the sandboxes are as tight as they were")
def sandboxes(stage):
    for unit, most in (("suture-helper.service", 0.5), ("suture-fetch@.service", 1.2), ("suture-activate@.service", 3.9),
                       ("suture-boot.service", 3.9), ("suture-check.service", 1.2)):
        line = stage.machine.read(f"systemd-analyze security --no-pager {unit} | tail -1")
        score = float(line.rsplit(":", 1)[1].split()[0])
        need(score <= most, f"{unit}: {score}, at most {most}")
