# SPDX-License-Identifier: LGPL-2.1-or-later
"""The stage that tests/try and tests/machine play on: a machine with vulnerable packages, Suture installed from its
Debian packages, and a publisher outside with fixes for them."""

import atexit
import glob
import hashlib
import json
import os
import shutil
import subprocess
import tempfile

import archive
import build
import desktop
import feed
import machine
import mirror
import outside
import root

SERVER_PACKAGES = ("libssl3", "libpcre2-8-0", "zlib1g", "libcrypt1")  # what nginx maps
BUS_PACKAGES = ("libexpat1", "libsystemd0", "libapparmor1")           # what the system bus maps
NOTES = """[Improvement]
Title={title}
Component={component}
Kind=security
Severity=high
Description=Fixes flaws that were found in this part of the system.
"""
TITLES = {"libssl3": ("Encrypted Connections", "openssl"), "libexpat1": ("Reading of XML Files", "expat")}


class Fix:
    """A vulnerable package, its fixed version, and the improvement that is made of the two."""

    def __init__(self, package, version, old, new):
        self.package, self.version, self.old, self.new = package, version, old, new
        self.title, self.component = TITLES.get(package, (f"Package {package}", package))
        self.id = self.manifest = None

    def files(self):
        """{path: (old SHA-256, new SHA-256)} of the files that it replaces."""
        return {item["path"]: (item["old"][0], item["sha256"])
                for item in self.manifest["files"] if item["type"] == "file"}

    def names(self):
        return [os.path.basename(path) for path in self.files()]


class Stage:
    def __init__(self, keep=False, say=archive.say):
        self.say = say
        with archive.alone():
            self.gather(keep)
        self.outside = outside.WebServer(self.machine)
        self.publisher = self.mirror = None
        self.desktop = desktop.Desktop(self.machine)

    def gather(self, keep):
        """The packages, the fixes, and a machine that lacks them."""
        self.say("building Suture's Debian packages")
        self.debs = build.debs()
        repository = archive.Archive()
        repository.update()
        work = tempfile.mkdtemp(prefix="work-", dir=archive.CACHE)  # its own: two stages may play at a time
        atexit.register(shutil.rmtree, work, ignore_errors=True)
        self.server_fix = Fix(*archive.choose(repository, work, SERVER_PACKAGES))
        self.bus_fix = Fix(*archive.choose(repository, work, BUS_PACKAGES))
        self.fixes = [self.server_fix, self.bus_fix]
        pins = {fix.package: fix.version for fix in self.fixes}
        if self.server_fix.package == "libssl3":
            pins["openssl"] = self.server_fix.version
        self.machine = machine.Machine(root.cached_root(repository, pins), keep)

    def boot(self):
        self.machine.boot()
        self.outside.start()
        self.machine.run("update-ca-certificates")

    # the publisher's side

    def publish(self):
        """Makes the publisher and its improvements with the suture-publish of the Debian package."""
        tree = f"{self.machine.folder}/publisher"
        subprocess.run(["dpkg-deb", "-x", self.debs["suture-publish"], tree], check=True)
        self.publisher = feed.Publisher(f"{tree}/usr/bin/suture-publish", f"{self.machine.folder}/feed")
        for fix in self.fixes:
            self.publisher.make(fix.old, fix.new, NOTES.format(title=fix.title, component=fix.component))
        self.publisher.publish()
        for name in self.publisher.improvements():
            manifest = self.publisher.manifest(name)
            for fix in self.fixes:
                if fix.component == manifest["component"]:
                    fix.id, fix.manifest = manifest["id"], manifest
        self.publisher.serve(self.outside)

    # or nobody's: the archive alone

    def use_archive(self):
        """Before the machine boots: its apt has Debian's archive, at Debian's address."""
        self.mirror = mirror.Mirror(self.machine)

    def learn(self):
        """What the machine has prepared of the fixes itself."""
        folder = f"{self.machine.root}/var/lib/suture-local/feed/published"
        for path in glob.glob(f"{folder}/*/*/manifest.json"):
            with open(path, encoding="utf-8") as file:
                manifest = json.load(file)
            for fix in self.fixes:
                if f"{fix.package} {fix.version}" in manifest["bases"][0]["label"].split(", "):
                    fix.id, fix.manifest, fix.title = manifest["id"], manifest, manifest["title"]["en"]
                    fix.component = manifest["component"]

    # the machine's side

    def install_packages(self, names=("suture", "suture-panel")):
        # Left alone, the timer would do by itself what is to be done by clicks or by commands here.
        self.machine.run("systemctl mask --runtime suture-check.timer")
        for name in names:
            self.machine.put(self.debs[name], f"/root/{name}.deb")
        files = " ".join(f"/root/{name}.deb" for name in names)
        return self.machine.run(f"apt-get -q -y --no-install-recommends install {files}").stdout

    def configure(self):
        self.publisher.configure(self.machine, self.outside.url)

    def inspect(self, *argv):
        return json.loads(self.machine.read(" ".join(("/usr/bin/python3 /opt/test/inspect_machine.py", *argv))))

    def usr(self):
        """Everything below /usr as programs see it now."""
        return self.inspect("tree", "/usr")

    def files(self):
        """The content of every file that one of the fixes replaces, now."""
        paths = " ".join(path for fix in self.fixes for path in fix.files())
        return self.machine.read(f"sha256sum {paths}")

    def restart(self, how):
        """Starts the machine again: how is a way to do that."""
        how()
        self.machine.run("systemctl mask --runtime --now suture-check.timer")
        self.desktop.login_again()

    def digest(self, tree):
        return hashlib.sha256(json.dumps(tree, sort_keys=True).encode()).hexdigest()

    def mapped(self, fix):
        return self.inspect("mapped", *fix.names())

    def identity(self):
        """What must never change, whatever is installed: os-release, dpkg's versions, the browser engine's name."""
        return {"os-release": self.machine.read("cat /etc/os-release"),
                "dpkg": self.machine.read("dpkg-query -W"),
                "User-Agent": self.desktop.run(
                    "/usr/bin/python3 -W ignore /opt/test/inspect_machine.py agent 2>/dev/null").stdout}

    def merged(self):
        """The names of what is really merged, tree by tree, from the mounts' own markers."""
        found = self.machine.read("for t in /usr /usr/bin /usr/sbin /usr/lib /usr/lib64 /usr/libexec /usr/share; do "
                                  "f=$t/.systemd-sysext/extensions; [ ! -e $f ] || sed \"s|^|$t |\" $f; done")
        return sorted(line for line in found.split("\n") if line)

    def ctl(self, command, user=None, check=True):
        """suturectl --json as a user (root by default): (exit status, the answer)."""
        line = f"suturectl {command} --json"
        done = self.machine.run_as(user, line, check=False) if user else self.machine.run(line, check=False)
        try:
            answer = json.loads(done.stdout)
        except ValueError:
            answer = {"error": "?", "message": done.stdout}
        if check and done.returncode != 0:
            raise RuntimeError(f"{line}: {done.returncode}: {done.stdout}")
        return done.returncode, answer

    def pid(self, unit):
        return int(self.machine.read(f"systemctl show -p MainPID --value {unit}"))

    def destroy(self):
        self.machine.destroy()
