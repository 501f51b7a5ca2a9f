# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the walls of a service let through: a program of the test runs in the place of the service's own, tries each thing, and tells
what came of it."""

import json

from cases import need, same

PLACE = "/opt/test/probe.py"
DROP_IN = "/run/systemd/system/{}@.service.d/test.conf"
HEAD = r'''
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
'''
TAIL = r'''
os.write(3 if len(sys.argv) < 2 else 1, json.dumps(found).encode() + b"\n")
'''


def ask(peer):
    """A command that connects to a socket of Suture's and says what it was told."""
    return (f"/usr/bin/python3 -c \"import socket; s = socket.socket(socket.AF_UNIX); s.connect('/run/suture/{peer}.sock'); "
            "print(b''.join(iter(lambda: s.recv(65536), b'')).decode())\"")


def run(stage, service, peer, lines, arguments=""):
    """{what was tried: "done", what it said, or the name of an errno}. arguments: of a service whose standard output is the socket."""
    drop_in = DROP_IN.format(service)
    stage.machine.write(PLACE, (HEAD + lines + TAIL).replace("ADDRESS", stage.machine.address))
    output = "StandardOutput=socket" if arguments else ""
    stage.machine.run(f"mkdir -p $(dirname {drop_in}) && printf '[Service]\\nExecStart=\\n"
                      f"ExecStart=/usr/bin/python3 {PLACE}{arguments}\\n{output}\\n' > {drop_in} && systemctl daemon-reload")
    try:
        return json.loads(stage.machine.read(ask(peer)))
    finally:
        stage.machine.run(f"rm -f {drop_in} {PLACE}; systemctl daemon-reload")


def nothing_else(found, **wanted):
    """What it has is what is wanted, no capability and no root; all the rest was refused."""
    has = {name: found.pop(name) for name in wanted}
    same((int(found.pop("capabilities"), 16), found.pop("user"), has), (0, "True", wanted), "what it has")
    need(all(answer != "done" for answer in found.values()), f"it can {[name for name, answer in found.items() if answer == 'done']}")
