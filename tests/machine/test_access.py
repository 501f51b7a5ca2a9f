# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may, on a machine with real logins. (tests/bus has the whole matrix.)"""

import json

from cases import (active, as_tight_as_they_were, case, contents, installed, need, note, picture, refused, removed, same, settle, state, unchanged)


@case("an active user installs without a password, and does not remove without one")
def active_user(stage):
    fix = stage.bus_fix
    stage.ctl(f"install {fix.id}", user="alice")
    same(contents(stage, fix), "fixed", "the files")
    note("remove", refused(stage, f"remove {fix.id}", ("NotAuthorized",), user="alice"))
    removed(stage, fix)
    same(contents(stage, fix), "old", "the files")


def denied(stage, command, line):
    """A line that runs suturectl --json as somebody who may not."""
    settle(stage)
    before, was_active = picture(stage), active(stage)
    done = stage.machine.run(line, check=False)
    answer = json.loads(done.stdout)
    same((done.returncode, answer["error"]), (3, "NotAuthorized"), f"{command}: exit status and error")
    need("Nothing was changed" in answer["sentence"], f"{command}: its sentence is {answer['sentence']!r}")
    unchanged(stage, before)
    same(active(stage), was_active, "what is said to be active")
    note(command, f"{answer['error']}: {answer['message']}")


def as_bob(command):
    return f"systemd-run --quiet --collect --wait --pipe --uid=bob suturectl {command} --json"


@case("a user without a session changes nothing")
def no_session(stage):
    fix = stage.bus_fix
    denied(stage, "install", as_bob(f"install {fix.id}"))
    installed(stage, fix)
    for command in (f"remove {fix.id}", "automatic off"):
        denied(stage, command.split()[0], as_bob(command))


@case("a user whose session is not the active one changes nothing")
def inactive(stage):
    fix = stage.bus_fix
    stage.machine.login("bob")  # the newest session of the seat is the active one
    try:
        for command in (f"install {fix.id}", "automatic off"):
            note(command.split()[0], refused(stage, command, ("NotAuthorized",), user="alice"))
        stage.ctl(f"install {fix.id}", user="bob")
        note("remove", refused(stage, f"remove {fix.id}", ("NotAuthorized",), user="alice"))
    finally:
        stage.machine.logout("bob")
        stage.machine.run("loginctl activate $(loginctl --no-legend list-sessions | awk '$3 == \"alice\" {print $1}')",
                          check=False)


@case("without polkit nobody but root changes anything")
def no_polkit(stage):
    fix = stage.bus_fix
    installed(stage, stage.server_fix)
    stage.machine.run("systemctl mask --runtime --now polkit")
    try:
        note("install", refused(stage, f"install {fix.id}", ("NotAuthorized",), user="alice"))
        note("remove", refused(stage, f"remove {stage.server_fix.id}", ("NotAuthorized",), user="alice"))
        same(state(stage, fix), "available", "the state")
    finally:
        stage.machine.run("systemctl unmask --runtime polkit; systemctl start polkit")
    stage.ctl(f"install {fix.id}", user="alice")


@case("the sandboxes are as tight as they were")
def sandboxes(stage):
    as_tight_as_they_were(stage, "suture")
