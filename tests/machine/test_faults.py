# SPDX-License-Identifier: LGPL-2.1-or-later
"""Kills and power cuts: what was begun is finished or undone, it ends once, and what is said is what is."""

import json
import subprocess
import time

from cases import (active, agree, case, contents, installed, last_record, need, note, records, results, same, settle,
                   state)

TRIES = 6  # until a moment that passes in milliseconds has been met


def interrupt(stage, method, fix, program, moment, delay=0):
    """Asks for an operation and kills a program at a moment of it: tests/support/interrupt.py has the moments."""
    settle(stage)
    answer = json.loads(stage.machine.read(f"/usr/bin/python3 /opt/test/interrupt.py {method} {fix.id} {program} {moment} "
                                           f"{delay} 2>/dev/null"))
    need("error" not in answer or answer["killed"], f"{method} {fix.id}: {answer.get('error')}")
    return answer


def whole(stage, fix):
    """All of it or nothing of it, and what is said fits."""
    agree(stage)
    found = contents(stage, fix)
    need(found == ("fixed" if fix.id in active(stage) else "old"), f"the files are {found}, active: {active(stage)}")
    same(stage.machine.read("ls /var/lib/suture/spool"), "", "what is left in the spool")


def ended_once(stage, method, fix, answer, last):
    """One record and one result, the same, and true. How it ended."""
    whole(stage, fix)
    is_active = fix.id in active(stage)
    wanted = is_active == (method == "Install")
    ends, new = results(stage), records(stage, last)
    same(len(new), 1, f"records of {answer} in history ({[(record['event'], record['message']) for record in new]})")
    record = new[0]
    same(record["improvement"], fix.id, "the record's improvement")
    if answer["operation"]:
        need(answer["operation"] in ends, f"{answer} has no result: {ends}")
        same(ends[answer["operation"]], [record["error"], record["message"]], "the result, against the record")
    if wanted:
        same((record["event"], record["error"]), ("installed" if is_active else "removed", ""), "the record")
    else:
        need(record["event"] in ("interrupted", "failed") and record["error"] == "Interrupted", f"the record: {record}")
        need("as they were" in record["message"] or "as it was" in record["message"]
             or "before anything changed" in record["message"], f"the record's message is {record['message']}")
    return "finished" if wanted else f"undone: {record['message']}"


def try_moment(stage, method, fix, program, moment, delay):
    """One operation, interrupted then. Whether it was: a quick machine may have been done before."""
    wanted = method == "Remove"
    if (fix.id in active(stage)) != wanted:
        stage.ctl(f"{'install' if wanted else 'remove'} {fix.id}")
    last = last_record(stage)
    answer = interrupt(stage, method, fix, program, moment, delay)
    note(f"{moment} + {delay:g} ms, {answer['killed']} killed", ended_once(stage, method, fix, answer, last))
    return answer["killed"] > 0


def try_moments(stage, method, fix, program, moments):
    """Each moment, sooner and sooner where it was missed; needs at least half of them to have been met."""
    met = sum(any(try_moment(stage, method, fix, program, moment, delay / 2 ** n) for n in range(TRIES))
              for moment, delay in moments)
    need(met * 2 >= len(moments), f"only {met} of {len(moments)} moments were met")


@case("the helper is killed in the middle of an install")
def killed_install(stage):
    try_moments(stage, "Install", stage.bus_fix, "helper",
                (("checking", 0), ("rebuilding", 0), ("activating", 0), ("activating", 60), ("merged", 0),
                 ("result", 0)))
    try_moments(stage, "Install", stage.server_fix, "helper", (("restarting", 0),))


@case("the helper is killed in the middle of a download")
def killed_downloading(stage):
    stage.outside.behave("slow */payloads/*")
    try_moments(stage, "Install", stage.server_fix, "helper", (("downloading", 300),))
    stage.outside.behave("")


@case("the helper is killed in the middle of a removal")
def killed_removal(stage):
    try_moments(stage, "Remove", stage.bus_fix, "helper",
                (("removing", 0), ("removing", 30), ("withdrawn", 0), ("result", 0)))
    try_moments(stage, "Remove", stage.server_fix, "helper", (("restarting", 0),))


@case("the activation step is killed in the middle of an install")
def killed_activation(stage):
    try_moments(stage, "Install", stage.bus_fix, "activate", (("activating", 10), ("activating", 60), ("merged", 0)))


@case("the activation step is killed in the middle of a removal")
def killed_deactivation(stage):
    try_moments(stage, "Remove", stage.bus_fix, "activate", (("removing", 10), ("withdrawn", 0)))


@case("the download is killed")
def killed_download(stage):
    stage.outside.behave("slow */payloads/*")
    try_moments(stage, "Install", stage.server_fix, "fetch", (("downloading", 300),))
    stage.outside.behave("")


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
