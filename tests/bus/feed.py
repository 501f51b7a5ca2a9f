# SPDX-License-Identifier: LGPL-2.1-or-later
"""A feed for this ring, made by suture-publish from packages made on the spot, and a base below /run/suture/base that it fits."""

import os
import random
import shutil
import subprocess

import ring

NAME = "ring"
FOLDER = "/run/ring/vendor"
LIBRARIES = {"alpha": 1, "beta": 2}  # component → number: alpha-a, beta-b


def path_of(component):
    return f"lib/ring/lib{component}.so.1"


def content_of(component, version):
    """300 kB of which a fix changes a little."""
    data = bytearray(random.Random(component).randbytes(300_000))
    if version != "1.0":
        data[1000:1000 + 64] = random.Random(component + version).randbytes(64)
    return bytes(data)


def make_package(component, version):
    architecture = subprocess.run(["dpkg", "--print-architecture"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    top = f"/run/ring/packages/{component}-{version}"
    os.makedirs(f"{top}/DEBIAN", mode=0o755, exist_ok=True)
    with open(f"{top}/DEBIAN/control", "w", encoding="ascii") as file:
        file.write(f"Package: lib{component}1\nVersion: {version}\nArchitecture: {architecture}\nMaintainer: Ring <ring@localhost>\n"
                   f"Description: a library of the bus ring\n")
    target = f"{top}/usr/{path_of(component)}"
    os.makedirs(os.path.dirname(target), mode=0o755, exist_ok=True)
    with open(target, "wb") as file:
        file.write(content_of(component, version))
    os.chmod(target, 0o644)
    run(["dpkg-deb", "--root-owner-group", "-Znone", "-b", top, f"{top}.deb"])
    return f"{top}.deb"


def run(argv):
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)


def publish(command, *options):
    env = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}  # the publisher's own tests look for its leaks
    subprocess.run([f"{ring.BUILD}/publisher/suture-publish", command, FOLDER, *options], check=True, env=env,
                   stdout=subprocess.DEVNULL)


def write_base(component, version="1.0"):
    path = f"/run/suture/base/{path_of(component)}"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content_of(component, version))
    os.chmod(path, 0o644)


def make_improvement(component, version, base="debian:12", more=""):
    """Makes and publishes an improvement from 1.0 to that version. more: lines of its notes."""
    old, new = make_package(component, "1.0"), make_package(component, version)
    notes = f"/run/ring/{component}.notes"
    with open(notes, "w", encoding="utf-8") as file:
        file.write(f"[Improvement]\nTitle=Library <{component}> & more\nDescription=Fixes {component}.\nComponent={component}\n"
                   f"Severity=high\n{more}[CVE-2026-0001]\nTitle=A flaw\n")
    publish("make", "--old", old, "--new", new, "--notes", notes, "--base", base)
    publish("publish")


def make():
    """Once a run of `enter`."""
    os.umask(0o022)
    publish("init", "--name", NAME, "--publisher", "The Ring")
    for component in LIBRARIES:
        make_improvement(component, "1.1")
        write_base(component)
    shutil.copytree(f"{FOLDER}/repository", "/run/ring/feed")
    shutil.copy(f"{FOLDER}/repository/metadata/1.root.json", f"/etc/suture/feeds.d/{NAME}.root.json")
    make_authority()


def make_authority():
    """The feed's address, and the authority that its server is believed by, inside this /etc only."""
    with open(f"/etc/suture/feeds.d/{NAME}.conf", "w", encoding="ascii") as file:
        file.write("[Feed]\nURL=https://127.0.0.1:8443\n")
    run([f"{ring.SOURCE}/tests/support/make-certificates", "/run/ring/certificates", "127.0.0.1"])
    with open("/run/ring/certificates/ca.pem", encoding="ascii") as authority, \
            open("/etc/ssl/certs/ca-certificates.crt", "a", encoding="ascii") as bundle:
        bundle.write(authority.read())


def ids():
    return {component: f"{component}-{chr(ord('a') + number - 1)}" for component, number in LIBRARIES.items()}


def latest():
    """The file that is current of each role with a version."""
    found = {}
    for file in os.listdir(f"{FOLDER}/repository/metadata"):
        version, _, role = file.partition(".")
        if version.isdigit():
            found[role] = max(found.get(role, 0), int(version))
    return {role.removesuffix(".json"): f"{version}.{role}" for role, version in found.items()}
