# SPDX-License-Identifier: LGPL-2.1-or-later
"""The package suture-local: what it asks, what it takes with it, what its program may; and a publisher who offers the same."""

import machine
import probe
from cases import active, agree, audit, case, contents, installed, need, removed, same
from local_stage import APT, PLACE
from test_local_packages import Demo, demo, offer, prepared

SESSIONS = "/usr/share/xsessions /usr/share/wayland-sessions"
TRUST = "/etc/suture/feeds.d/local.*"
PROBES = r'''
for name in ("activate.sock", "local.sock"):
    attempt(name, lambda: connect(socket.AF_UNIX, "/run/suture/" + name))
for path in ("/usr", "/etc", "/etc/suture", "/run", "/run/suture", "/var/lib/suture", "/var/lib/suture-activate",
             "/var/lib/dpkg", "/var/lib/apt/lists", "/home", "/root", "/var/log", "/srv", "/boot", "/dev"):
    attempt("write " + path, lambda: write(path))
attempt("own", lambda: write("/var/lib/suture-local"))
for path in ("/etc/shadow", "/var/lib/suture/suture.db"):
    attempt("read " + path, lambda: open(path, "rb").close())
attempt("keys", lambda: os.listdir("/var/lib/suture-local/feed/keys") and "done")
'''


@case("suture-local reaches no network and writes nowhere but in its folder")
def sandbox(local):
    found = probe.run(local, "suture-local", "local", PROBES)
    probe.nothing_else(found, own="done", keys="done")


@case("what fetches packages has a network, and nothing of Suture's")
def deb_sandbox(local):
    probe.nothing_else(probe.run(local, "suture-deb", "deb", PROBES, " deb"), network="done")


def local_feed(local):
    """What it is known to be: apt's hook has the helper look, and does not wait for it."""
    return local.ctl("status")[1]["local_feed"]


def install_package(local):
    local.install_packages(("suture-local",))
    audit(local)
    machine.until(lambda: local_feed(local) != "absent", "the helper sees the package")
    return local_feed(local)


def purge(local):
    local.machine.run(f"{APT} purge suture-local")
    audit(local)
    same(local.machine.read(f"ls -d {PLACE} {TRUST} 2>/dev/null || true"), "", "what is left of the package")
    machine.until(lambda: local_feed(local) == "absent", "the helper sees that the package is gone")


@case("removing the package turns the local feed off, what is installed stays, and purging takes the keys away")
def package(local):
    fix = local.bus_fix
    installed(local, fix)
    local.machine.run(f"{APT} remove suture-local")
    audit(local)
    machine.until(lambda: local_feed(local) == "absent", "the helper sees that the package is gone")
    same(local.ctl("status")[1]["feeds"], [], "the feeds")
    same(local.machine.read(f"ls {TRUST} 2>/dev/null || true"), "", "what is trusted")
    need(local.machine.read(f"ls {PLACE}/feed/keys"), "the keys went with the package")
    agree(local)
    same((active(local), contents(local, fix)), ([fix.id], "fixed"), "what is installed")
    removed(local, fix)
    purge(local)
    install_package(local)


@case("the package asks once: off without a desktop, on with one, and as an administrator answers")
def asked(local):
    try:
        local.machine.run(f"for place in {SESSIONS}; do [ ! -d $place ] || mv $place $place.kept; done")
        purge(local)
        same(install_package(local), "off", "without a graphical session")
        purge(local)
        local.machine.run("echo suture-local suture-local/enable boolean true | debconf-set-selections")
        same(install_package(local), "on", "with the answer yes")
        purge(local)
        local.machine.run("mkdir -p /usr/share/xsessions && touch /usr/share/xsessions/some.desktop")
        same(install_package(local), "on", "with a graphical session")
        local.ctl("feed local off")
        same(install_package(local), "off", "after it was turned off and the package came once more")
    finally:
        local.machine.run(f"rm -rf /usr/share/xsessions; for place in {SESSIONS}; do [ ! -d $place.kept ] || mv $place.kept $place; done")


@case("a publisher's own improvement of a component takes the place of the one prepared here")
def vendor(local):
    fix = local.server_fix
    local.ctl("check")
    try:
        local.publish()
        local.configure()
        with Demo(local):
            offer(local, demo(local, "2.0"))
            prepared(local, "2.0")
            for one in local.fixes:
                found = [item for item in local.ctl("status")[1]["improvements"] if item["component"] == one.component]
                same([(item["id"], item["feed"], item["state"], item["conflict"]) for item in found],
                     [(one.id, "example", "available", [])], f"what is offered of {one.component}")
            installed(local, fix)
            same(contents(local, fix), "fixed", "the files")
            removed(local, fix)
    finally:
        local.machine.run("rm -f /etc/suture/feeds.d/example.*")
    local.look()
    same([local.offered(one.component)["feed"] for one in local.fixes], ["local", "local"], "whose they are without the publisher")
