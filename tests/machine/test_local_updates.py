# SPDX-License-Identifier: LGPL-2.1-or-later
"""The person updates the system as always: what was prepared here gives way at once, whoever runs dpkg. What a person keeps back
is not prepared either."""

from cases import active, agree, audit, case, contents, installed, last_record, need, records, same, settle
from local_stage import APT, PLACE
from machine import until

IMAGES = "/var/lib/suture-activate/images"
SOON = 20  # seconds


def gives_way(local, fixes, command):
    """Fixes are installed, and a command updates their packages: nothing of them is left, and history says why."""
    for fix in fixes:
        installed(local, fix)
    last = last_record(local)
    said = local.machine.run(command, timeout=600).stdout
    # a package manager that runs in a sandbox leaves it to a service, which waits until it has let go of dpkg's lock
    until(lambda: local.machine.read("systemctl show -P ActiveState suture-reconsider.service") == "inactive", "the service's end", SOON)
    same(local.merged(), [], "merged when it has ended")
    audit(local)
    for fix in fixes:
        for package in local.packages[fix]:
            need(local.installed_version(package) == local.fixed_version(package), f"{package} was not updated: {said}")
        need(not local.machine.read(f"ls {IMAGES} | grep -F suture-{fix.id}. || true"), f"root keeps the image of {fix.id}")
        same(contents(local, fix), "fixed", f"the files of {fix.id}")
    until(lambda: len(records(local, last)) == len(fixes), "history to tell it", SOON)
    same(sorted((record["event"], record["improvement"]) for record in records(local, last)),
         sorted(("included", fix.id) for fix in fixes), "what history tells")
    same(active(local), [], "what is said to be active")
    local.ctl("check")
    agree(local)
    for fix in fixes:
        same(local.offered(fix.component), None, f"{fix.component} in the feed after the next check")
        need(not local.machine.read(f"ls {PLACE}/feed/published/* | grep -Fx {fix.id} || true"), f"the feed keeps {fix.id}")


def packages(local, *fixes):
    return " ".join(package for fix in fixes for package in local.packages[fix])


@case("apt installs the fixed package: what was prepared here gives way at once")
def apt(local):
    gives_way(local, [local.server_fix], f"{APT} install {packages(local, local.server_fix)}")


@case("unattended-upgrades installs the fixed packages: what was prepared here gives way at once")
def unattended(local):
    gives_way(local, local.fixes, "unattended-upgrade -v")


@case("PackageKit installs the fixed package: what was prepared here gives way at once")
def packagekit(local):
    # it asks the kernel's routes whether there is a network at all
    local.machine.run(f"ip route add default via {local.machine.address}")
    try:
        gives_way(local, [local.bus_fix], f"pkcon --plain --noninteractive update {packages(local, local.bus_fix)}")
    finally:
        local.machine.run("ip route del default; systemctl stop packagekit")


def left(local, fix, why, detail):
    local.ctl("check")
    item = local.left().get(fix.component, {})
    same((item.get("why"), item.get("detail", "").split(":")[0]), (why, detail), "what is left to the system update")
    same((item["installed"], item["fixed"]), (local.versions[fix.package], local.fixed_version(fix.package)), "its versions")
    need(item["sentence"], "no sentence says why")
    same(local.offered(fix.component), None, "what is offered")
    need(local.offered(next(other for other in local.fixes if other is not fix).component), "the other one is gone")


def back(local, fix):
    local.ctl("check")
    same(local.left(), {}, "what is left to the system update")
    need(local.offered(fix.component), f"{fix.component} is not offered again")


@case("a package that a person holds is left alone, and is prepared when it is let go")
def held(local):
    fix = local.bus_fix
    local.machine.run(f"apt-mark hold {fix.package}")
    left(local, fix, "held", fix.package)
    local.machine.run(f"apt-mark unhold {fix.package}")
    back(local, fix)


@case("a version that apt's preferences keep out is left alone, and is prepared when they let it in")
def pinned(local):
    fix = local.bus_fix
    local.machine.write("/etc/apt/preferences.d/test",
                        f"Package: {fix.package}\nPin: version {local.versions[fix.package]}\nPin-Priority: 1001\n")
    left(local, fix, "pinned", fix.package)
    local.machine.run("rm /etc/apt/preferences.d/test")
    back(local, fix)


@case("an installed fix stays when its package is held later")
def held_later(local):
    fix = local.bus_fix
    installed(local, fix)
    local.machine.run(f"apt-mark hold {fix.package}")
    local.ctl("check")
    settle(local)
    same((active(local), contents(local, fix)), ([fix.id], "fixed"), "what is installed")
