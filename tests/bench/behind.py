# SPDX-License-Identifier: LGPL-2.1-or-later
"""A desktop that its security suite is ahead of, and the archive that it gets updates from: Debian 12 without
bookworm-security and bookworm-updates, and a copy of Debian's own signed files, served outside the machine as Debian's
servers do. Kept below archive.CACHE, and made anew when the list of packages or the release changes."""

import collections
import glob
import hashlib
import os
import shutil
import subprocess

import archive
import root
from machine import until

HERE = os.path.dirname(os.path.abspath(__file__))
HOST = "deb.debian.org"
INDEX = "main/binary-amd64/Packages"
SOURCES = f"""deb [signed-by={archive.KEYRING}] http://{HOST}/debian {archive.RELEASE} main
deb [signed-by={archive.KEYRING}] http://{HOST}/debian-security {archive.RELEASE}-security main
"""
SUITES = (("debian", "", archive.RELEASE), ("debian-security", "-security", f"{archive.RELEASE}-security"))

# http.server's own servers look for the name of their address, which takes its time where there is no network
SERVER = """import functools, http.server, socketserver, sys
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[2])
socketserver.ThreadingTCPServer((sys.argv[1], 80), handler).serve_forever()
"""

Upgrade = collections.namedtuple("Upgrade", "package architecture old new filename")


def packages():
    with open(f"{HERE}/local-packages", encoding="utf-8") as file:
        own = [line.strip() for line in file if line.strip() and not line.startswith("#")]
    return sorted(set(own + root.packages()))


def cached_root(repository):
    """The path of the tree that the machine is copied from."""
    digest = hashlib.sha256(repr((packages(), root.FILES, root.MASKED, root.COMMANDS, SOURCES)).encode())
    for name in ("linux-image-amd64", "base-files"):
        digest.update(str(repository.release_version(name)).encode())
    path = f"{archive.CACHE}/desktop-{digest.hexdigest()[:16]}"
    if not os.path.isdir(path):
        for old in glob.glob(f"{archive.CACHE}/desktop-*"):
            shutil.rmtree(old, ignore_errors=True)
        archive.say("making a Debian 12 desktop (about ten minutes, 4 GB; kept for next time)")
        build(f"{path}.part")
        os.rename(f"{path}.part", path)
    return path


def build(path):
    options = [f"--aptopt={name} \"{value}\"" for name, value in (opt.split("=", 1) for opt in archive.apt_options())]
    mirror = archive.mirrors()[""]
    with open(f"{archive.CACHE}/desktop.log", "w", encoding="utf-8") as log:
        # INITRD=No: nothing boots the kernel that is in there
        subprocess.run(["mmdebstrap", "--mode=root", "--variant=minbase", "--include=" + ",".join(packages()),
                        "--aptopt=APT::Install-Recommends \"false\"", "--dpkgopt=force-unsafe-io", *options,
                        archive.RELEASE, path, f"deb [signed-by={archive.KEYRING}] {mirror} {archive.RELEASE} main"],
                       stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, check=True,
                       env={**os.environ, "INITRD": "No"})
    with open(f"{path}/etc/apt/preferences.d/older.pref", "w", encoding="ascii"):
        pass  # root.finish () takes it away
    root.finish(path)
    with open(f"{path}/etc/apt/sources.list", "w", encoding="utf-8") as file:
        file.write(SOURCES)


def fields(text):
    """The paragraphs of an index: name -> value of each, first lines only."""
    for paragraph in text.split("\n\n"):
        lines = [line for line in paragraph.split("\n") if line[:1] not in ("", " ", "\t")]
        if lines:
            yield dict(line.split(": ", 1) for line in lines if ": " in line)


def is_later(version, other):
    return subprocess.run(["dpkg", "--compare-versions", version, "gt", other], check=False).returncode == 0


def ahead(tree, index):
    """{source: [Upgrade]}: what is installed in tree and older than in the text of the security suite's index."""
    newest = {}
    for entry in fields(index):
        known = newest.get(entry["Package"])
        if known is None or is_later(entry["Version"], known["Version"]):
            newest[entry["Package"]] = entry
    lines = archive.read("dpkg-query", f"--admindir={tree}/var/lib/dpkg", "-W", "-f",
                         "${db:Status-Abbrev}|${Package}|${Architecture}|${Version}|${source:Package}\n").split("\n")
    found = collections.defaultdict(list)
    for line in lines:
        if line.startswith("ii "):
            _, name, architecture, version, source = line.split("|")
            entry = newest.get(name)
            if entry and is_later(entry["Version"], version):
                found[source].append(Upgrade(name, architecture, version, entry["Version"], entry["Filename"]))
    return dict(sorted(found.items()))


def fetch(uri, path):
    if not os.path.exists(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        subprocess.run(["/usr/lib/apt/apt-helper", "-q", "-o", "APT::Sandbox::User=root", "download-file", uri, f"{path}.part"],
                       check=True, stdout=subprocess.DEVNULL)
        os.rename(f"{path}.part", path)


class Mirror:
    """A folder as Debian's servers have it, of what is needed here: signed files as they are, indices, some packages."""

    def __init__(self, folder):
        self.folder = folder
        self.uris = archive.mirrors()

    def update(self):
        """Fetches signed files and indices anew; the text of the security suite's index."""
        text = ""
        for name, suffix, suite in SUITES:
            shutil.rmtree(f"{self.folder}/{name}/dists", ignore_errors=True)
            top, uri = f"{self.folder}/{name}/dists/{suite}", f"{self.uris[suffix]}/dists/{suite}"
            fetch(f"{uri}/InRelease", f"{top}/InRelease")
            fetch(f"{uri}/{INDEX}.xz", f"{top}/{INDEX}.xz")
            with open(f"{top}/{INDEX}.xz", "rb") as file:
                digest = hashlib.sha256(file.read()).hexdigest()
            by_hash = f"{top}/main/binary-amd64/by-hash/SHA256"
            os.makedirs(by_hash)
            os.link(f"{top}/{INDEX}.xz", f"{by_hash}/{digest}")
            text = archive.read("xz", "-dc", f"{top}/{INDEX}.xz")
        return text

    def add(self, upgrade):
        fetch(f"{self.uris['-security']}/{upgrade.filename}", f"{self.folder}/debian-security/{upgrade.filename}")

    def serve(self, machine):
        """Serves it where the machine, which has booted, takes Debian's server to be; ended with the machine."""
        with open(f"{machine.root}/etc/hosts", "a", encoding="ascii") as file:
            file.write(f"{machine.address} {HOST}\n")
        # nobody answers there, and says so at once: apt asks for more than addresses
        machine.write("/etc/resolv.conf", "nameserver 127.0.0.1\n")
        machine.children.append(Server(machine.outside_argv("/usr/bin/python3", "-c", SERVER, machine.address, self.folder),
                                       f"{machine.folder}/mirror.log"))
        machine.write("/etc/apt/apt.conf.d/90languages", 'Acquire::Languages "none";\n')  # they are not in the mirror
        update = "apt-get -q -o APT::Update::Error-Mode=any update"
        until(lambda: machine.run(update, check=False).returncode == 0, "apt's lists of the mirror")


class Server:
    def __init__(self, argv, log):
        with open(log, "ab") as out:
            self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out)

    def stop(self):
        self.process.kill()
        self.process.wait()
