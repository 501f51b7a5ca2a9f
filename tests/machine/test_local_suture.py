# SPDX-License-Identifier: LGPL-2.1-or-later
"""The package suture-local: what it asks, what it takes with it, what its program may; and a publisher who offers the same."""

import json

import machine
from cases import active, agree, audit, case, contents, installed, need, removed, same
from local_stage import APT, PLACE
from test_local_packages import Demo, demo, offer, prepared

SESSIONS = "/usr/share/xsessions /usr/share/wayland-sessions"
TRUST = "/etc/suture/feeds.d/local.*"
SERVICE = "/run/systemd/system/{}@.service.d/test.conf"
# Runs in the place of a service's program, with its sandbox: each line is tried, and what came of it is told.
PROBE = r'''
import errno, json, os, socket, sys
found = {}
def attempt(name, function):
    try:
        found[name] = function() or "done"
    except OSError as error:
        found[name] = errno.errorcode[error.errno]
def connect(family, address):
    one = socket.socket(family, socket.SOCK_STREAM)
    one.settimeout(3)
    one.connect(address)
def write(path):
    with open(path + "/probe", "w") as file:
        file.write("x")
    os.unlink(path + "/probe")
def capabilities():
    with open("/proc/self/status") as file:
        return next(line.split()[1] for line in file if line.startswith("CapEff"))
attempt("capabilities", capabilities)
attempt("user", lambda: str(os.geteuid() != 0))
attempt("network", lambda: connect(socket.AF_INET, ("ADDRESS", 80)))
for name in ("activate.sock", "local.sock"):
    attempt(name, lambda: connect(socket.AF_UNIX, "/run/suture/" + name))
for path in ("/usr", "/etc", "/etc/suture", "/run", "/run/suture", "/var/lib/suture", "/var/lib/suture-activate",
             "/var/lib/dpkg", "/var/lib/apt/lists", "/home", "/root", "/var/log", "/srv", "/boot", "/dev"):
    attempt("write " + path, lambda: write(path))
attempt("own", lambda: write("/var/lib/suture-local"))
for path in ("/etc/shadow", "/var/lib/suture/suture.db"):
    attempt("read " + path, lambda: open(path, "rb").close())
attempt("keys", lambda: os.listdir("/var/lib/suture-local/feed/keys") and "done")
os.write(3 if len(sys.argv) < 2 else 1, json.dumps(found).encode() + b"\n")
'''


def probe(local, service, peer, arguments=""):
    """What a program with the sandbox of that service's could do."""
    drop_in = SERVICE.format(service)
    local.machine.write("/srv/probe.py", PROBE.replace("ADDRESS", local.machine.address))
    output = "StandardOutput=socket" if arguments else ""
    local.machine.run(f"mkdir -p $(dirname {drop_in}) && printf '[Service]\\nExecStart=\\n"
                      f"ExecStart=/usr/bin/python3 /srv/probe.py{arguments}\\n{output}\\n' > {drop_in} && systemctl daemon-reload")
    try:
        ask = (f"import socket; s = socket.socket(socket.AF_UNIX); s.connect('/run/suture/{peer}.sock'); "
               "print(b''.join(iter(lambda: s.recv(65536), b'')).decode())")
        return json.loads(local.machine.read(f'/usr/bin/python3 -c "{ask}"'))
    finally:
        local.machine.run(f"rm -f {drop_in} /srv/probe.py; systemctl daemon-reload")


@case("suture-local reaches no network and writes nowhere but in its folder")
def sandbox(local):
    found = probe(local, "suture-local", "local")
    same((int(found.pop("capabilities"), 16), found.pop("user"), found.pop("own"), found.pop("keys")), (0, "True", "done", "done"),
         "what it has")
    need(all(answer != "done" for answer in found.values()), f"it can {[name for name, answer in found.items() if answer == 'done']}")


@case("what fetches packages has a network, and nothing of Suture's")
def deb_sandbox(local):
    found = probe(local, "suture-deb", "deb", " deb")
    same((int(found.pop("capabilities"), 16), found.pop("user"), found.pop("network")), (0, "True", "done"), "what it has")
    need(all(answer != "done" for answer in found.values()), f"it can {[name for name, answer in found.items() if answer == 'done']}")


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
