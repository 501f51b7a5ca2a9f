# SPDX-License-Identifier: LGPL-2.1-or-later
"""The two programs behind the helper's sockets, each asked directly by a program of root inside the machine, as a helper
that was taken over could ask."""

import glob
import os
import sys

import build
from cases import case, need, note

HERE = os.path.dirname(os.path.abspath(__file__))
SUPPORT = f"{os.path.dirname(HERE)}/support"
sys.path.append(f"{os.path.dirname(HERE)}/lint")

import programs  # noqa: E402
INSIDE = "/opt/programs"


def tap(stage, program, timeout):
    """Runs a program that prints TAP in the machine; every check of it must be good."""
    done = stage.machine.run(f"{INSIDE}/machine/{program}", check=False, timeout=timeout)
    lines = done.stdout.split("\n")
    bad = [line for line in lines if line.startswith("not ok")]
    told = [line for line in lines if line.startswith(("not ok", "# "))]
    good = sum(line.startswith("ok ") for line in lines)
    need(not bad and done.returncode == 0, f"status {done.returncode}:\n" + "\n".join(told or lines)[-4000:])
    need(f"1..{good}" in lines, f"{good} checks, and no plan that says so:\n" + done.stdout[-4000:])
    note(program, f"{good} checks")


def bring(stage, *names):
    for name in names:
        stage.machine.put(f"{os.path.dirname(HERE)}/{name}", f"{INSIDE}/{name}")


def activation(stage, program, timeout):
    bring(stage, f"machine/{program}", "machine/bench.py", "machine/activation.py", "machine/killer.py", "support/feed.py")
    stage.machine.put(stage.debs["suture-publish"], "/root/suture-publish.deb")
    stage.machine.run("apt-get -q -y --no-install-recommends install /root/suture-publish.deb")
    try:
        tap(stage, program, timeout)
    finally:
        stage.machine.run("apt-get -q -y purge suture-publish", check=False)


@case("the packages' programs are hardened, and link nothing that they should not")
def hardened(stage):
    folders = glob.glob(f"{build.BUILD}/deb/source/obj-*")
    need(len(folders) == 1, f"where were the packages built? {folders}")
    wrong = [f"{path}: {sentence}" for path, _, sentence in programs.built_findings(folders[0])]
    need(not wrong, "; ".join(wrong[:10]))
    note("", "as built for " + ", ".join(sorted(stage.debs)))


@case("the activation step installs and removes, and no kill leaves it halfway")
def activate(stage):
    activation(stage, "test-activate", 900)


@case("the activation step takes only what is signed now")
def proof(stage):
    activation(stage, "test-proof", 300)


@case("what others mount below /usr stays beside what the activation step merges")
def mounts(stage):
    activation(stage, "test-mounts", 300)


@case("the fetcher hands on bytes and numbers, and can do nothing else")
def fetch(stage):
    bring(stage, "machine/test-fetch", "support/bad-server.py", "support/proxy.py", "support/make-certificates")
    tap(stage, "test-fetch", 300)
