# SPDX-License-Identifier: LGPL-2.1-or-later
"""The tree that throw-away machines are copied from: Debian 12 with a small desktop, nginx, and the older of the
vulnerable packages' versions. Made once with mmdebstrap and kept below archive.CACHE; made anew when the list of
packages, the recipe or the archive's versions change."""

import hashlib
import os
import shutil
import subprocess

from archive import CACHE, KEYRING, RELEASE, apt_options, mirrors, say

HERE = os.path.dirname(os.path.abspath(__file__))
FILES = {
    # The server that runs vulnerable bytes, with a certificate of its own; what it says does not matter.
    "etc/nginx/sites-available/default": """server {
  listen 8443 ssl;
  ssl_certificate /etc/nginx/own.crt;
  ssl_certificate_key /etc/nginx/own.key;
  location / { return 200 "served\\n"; }
}
""",
    # A container has no loop devices of its own; kernels before 6.12 can mount an image only through one.
    "etc/systemd/system/loop-nodes.service": """[Unit]
Description=Loop device nodes for the container
DefaultDependencies=no
Before=local-fs-pre.target
ConditionPathExists=!/dev/loop-control
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'mknod /dev/loop-control c 10 237; \
i=0; while [ $i -lt 32 ]; do mknod /dev/loop$i b 7 $i; i=$((i+1)); done'
[Install]
WantedBy=sysinit.target
""",
    "etc/hosts": "127.0.0.1 localhost\n127.0.1.1 machine\n",
    "etc/hostname": "machine\n",
    "etc/machine-id": "",
}
# Nothing of these belongs to a short test: they wake up on their own and write.
MASKED = ("apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "e2scrub_all.timer", "fstrim.timer",
          "man-db.timer", "systemd-networkd.service", "systemd-resolved.service", "console-getty.service")
COMMANDS = """
openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=machine -keyout /etc/nginx/own.key \
  -out /etc/nginx/own.crt 2>/dev/null
groupadd -f sudo
useradd -m -s /bin/bash -u 1000 -G sudo alice
useradd -m -s /bin/bash -u 1001 bob
printf 'alice:secret\nbob:secret\n' | chpasswd
rm -rf /var/lib/apt/lists/* /var/cache/apt/*
systemctl enable nginx loop-nodes.service
"""


def packages(name="machine-packages"):
    with open(f"{HERE}/{name}", encoding="utf-8") as file:
        return [line.strip() for line in file if line.strip() and not line.startswith("#")]


def pins(pairs):
    return "".join(f"Package: {name}\nPin: version {version}\nPin-Priority: 1001\n\n"
                   for name, version in sorted(pairs.items()))


def key(archive, pairs):
    digest = hashlib.sha256()
    digest.update(repr((sorted(packages()), FILES, MASKED, COMMANDS, pins(pairs))).encode())
    for name in sorted(packages()):
        digest.update(f"{name} {archive.versions(name)[:1]}\n".encode())
    return digest.hexdigest()[:16]


def remove_old():
    """Another checkout may have another list of packages: the two newest trees stay. What was not finished goes."""
    for name in os.listdir(CACHE):
        if name.startswith("root-") and "." in name and not os.path.exists(f"/proc/{name.split('.')[1]}"):
            shutil.rmtree(f"{CACHE}/{name}", ignore_errors=True)
    trees = sorted((f"{CACHE}/{name}" for name in os.listdir(CACHE) if name.startswith("root-") and "." not in name), key=os.path.getctime)
    for path in trees[:-2]:
        shutil.rmtree(path, ignore_errors=True)


def cached_root(archive, pairs):
    """The path of a tree that holds the pinned versions; pairs: package -> version."""
    path = f"{CACHE}/root-{key(archive, pairs)}"
    if not os.path.isdir(path):
        remove_old()
        say("making a Debian 12 machine (about two minutes; kept for next time)")
        part = f"{path}.{os.getpid()}"
        build(part, pairs)
        if os.path.isdir(path):
            shutil.rmtree(part)
        else:
            os.rename(part, path)
    return path


def build(path, pairs):
    pin = f"{path}.pins"
    with open(pin, "w", encoding="utf-8") as file:
        file.write(pins(pairs))
    options = [f"--aptopt={name} \"{value}\"" for name, value in (opt.split("=", 1) for opt in apt_options())]
    hidden = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("doc", "man", "locale", "help", "info")]
    lines = [f"deb [signed-by={KEYRING}] {uri} {RELEASE}{suffix} main" for suffix, uri in mirrors().items()]
    log = f"{path}.log"
    with open(log, "w", encoding="utf-8") as out:
        done = subprocess.run(
            ["mmdebstrap", "--mode=root", "--variant=minbase", "--include=" + ",".join(packages()),
             "--aptopt=APT::Install-Recommends \"false\"", "--dpkgopt=force-unsafe-io", *options, *hidden,
             f"--setup-hook=mkdir -p \"$1/etc/apt/preferences.d\" && cp {pin} \"$1/etc/apt/preferences.d/older.pref\"",
             RELEASE, path, *lines], stdout=out, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"mmdebstrap failed; see {log}")
    os.unlink(log)
    os.unlink(pin)
    finish(path)


def finish(path):
    # From here on the machine is one that nobody pinned: a person may update it.
    os.unlink(f"{path}/etc/apt/preferences.d/older.pref")
    for name in os.listdir(f"{path}/etc/dpkg/dpkg.cfg.d"):
        if name.startswith("99mmdebstrap"):
            os.unlink(f"{path}/etc/dpkg/dpkg.cfg.d/{name}")
    for name, text in FILES.items():
        with open(f"{path}/{name}", "w", encoding="utf-8") as file:
            file.write(text)
    subprocess.run(["chroot", path, "/bin/sh", "-ec", COMMANDS], check=True, stdout=subprocess.DEVNULL)
    for unit in MASKED:
        link = f"{path}/etc/systemd/system/{unit}"
        if not os.path.lexists(link):
            os.symlink("/dev/null", link)
