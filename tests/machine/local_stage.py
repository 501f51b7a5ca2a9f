# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the cases of the local feed play on: the stage's machine with Suture and suture-local installed, and a security archive of
the test's own with Debian's real fixes for what the machine has old. PackageKit and unattended-upgrades come from Debian itself."""

import glob
import json
import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, f"{os.path.dirname(HERE)}/unit")

import archive  # noqa: E402
import cases  # noqa: E402
import mirror  # noqa: E402
import stage as stages  # noqa: E402
from publishing import write_deb  # noqa: E402
from signed_archive import SignedArchive  # noqa: E402

SUITE = f"{archive.RELEASE}-security"
FIELDS = {"Suite": "stable-security", "Codename": SUITE, "Origin": "Debian", "Label": "Debian-Security"}
KEYRING = "/usr/share/keyrings/test-archive.gpg"
SOURCE = f"http://{mirror.HOST}/debian-security {SUITE} main"
SOURCES = f"deb [signed-by={KEYRING}] {SOURCE}\n"
APT = "apt-get -q -y --no-install-recommends -o Dpkg::Options::=--force-confold"
PLACE = "/var/lib/suture-local"
CLIENTS = "unattended-upgrades packagekit packagekit-tools"  # what else updates a desktop's system


class Local(stages.Stage):
    """A stage whose fixes are those that the machine makes itself: their ids and manifests are known after a check."""

    def __init__(self):
        super().__init__()
        with archive.alone():
            self.gather_fixes()

    def gather_fixes(self):
        self.use_archive()
        self.archive = SignedArchive(self.machine.folder, archive.read("dpkg", "--print-architecture").strip())
        self.machine.children.append(self)
        self.pool = self.archive.pool(SUITE)
        self.is_plain = False  # the suite has Debian's fixes alone
        self.kept = f"{self.machine.folder}/debian"
        os.mkdir(self.kept)
        repository = archive.Archive()
        self.old, self.packages = {}, {}
        for fix in self.fixes:
            source = archive.read("dpkg-deb", "-f", fix.new, "Source").split()
            fix.component = source[0] if source else fix.package
            self.keep(fix.new)
            self.old[fix.package] = fix.old
            self.packages[fix] = [fix.package]
        if self.server_fix.package == "libssl3" and repository.pair("openssl"):
            self.old["openssl"], new = (repository.deb("openssl", version) for version in repository.pair("openssl"))
            self.keep(new)
            self.packages[self.server_fix].append("openssl")

    def keep(self, deb):
        shutil.copy(deb, self.kept)

    def stop(self):
        self.archive.close()

    # the archive's side

    def publish_archive(self, *more, **fields):
        """Debian's fixes and more .deb files, as the suite has them from now on."""
        for path in glob.glob(f"{self.pool}/*"):
            os.unlink(path)
        for path in [*glob.glob(f"{self.kept}/*.deb"), *more]:
            shutil.copy(path, self.pool)
        self.is_plain = not more and not fields
        self.archive.publish(SUITE, **{**FIELDS, **fields})

    def make_deb(self, name, version, entries, extra="", scripts=None):
        folder = f"{self.machine.folder}/made"
        os.makedirs(folder, exist_ok=True)
        return write_deb(f"{folder}/{name}_{version}.deb", entries, name, version, self.archive.architecture, extra, scripts)

    def package_file(self, package):
        """The suite's .deb file of a package."""
        return glob.glob(f"{self.pool}/{package}_*.deb")[0]

    # the machine's side

    def update(self, check=True):
        """apt-get update; the check's own is spared for an hour."""
        done = self.machine.run("rm -rf /var/lib/apt/lists/*_debian-security_* && apt-get -q update && touch /run/suture/lists", check)
        return done.stdout

    def install_deb(self, *debs, options=""):
        for deb in debs:
            self.machine.put(deb, f"/root/debs/{os.path.basename(deb)}")
        names = " ".join(f"/root/debs/{os.path.basename(deb)}" for deb in debs)
        return self.machine.run(f"{APT} --allow-downgrades --reinstall {options} install {names}").stdout

    def look(self):
        """A check, after which what the machine made itself is known."""
        self.ctl("check")
        self.learn()

    def learn(self):
        """The ids and manifests of what is offered now; None where nothing is."""
        for fix in self.fixes:
            found = self.offered(fix.component)
            fix.id, fix.manifest = (found["id"], self.own_manifest(found["id"])) if found else (None, None)

    def offered(self, component):
        """What suturectl says of the component's improvement of the local feed that is to be had or is there; None without one."""
        found = [item for item in self.ctl("status")[1]["improvements"]
                 if item["component"] == component and item["feed"] == "local" and item["state"] in ("available", "active", "inactive")]
        cases.need(len(found) < 2, f"{component} is there more than once: {found}")
        return found[0] if found else None

    def own_manifest(self, name):
        return json.loads(self.machine.read(f"cat {PLACE}/feed/published/*/{name}/manifest.json"))

    def left(self):
        """{component: what the status says of it} of what is left to the system update."""
        return {item["component"]: item for item in self.ctl("status")[1]["system_updates"]}

    def report(self):
        return json.loads(self.machine.read(f"cat {PLACE}/report.json"))

    def fixed_version(self, package):
        return archive.read("dpkg-deb", "-f", self.package_file(package), "Version").strip()

    def installed_version(self, package):
        return self.machine.read(f"dpkg-query -W -f '${{Version}}' {package}")


def prepare():
    local = Local()
    local.boot()
    local.mirror.start()
    archive.say("PackageKit and unattended-upgrades from Debian's archive")
    machine = local.machine
    machine.put(local.archive.keyring, KEYRING)
    machine.run(f"systemctl mask packagekit-offline-update.service; apt-get -q update && {APT} install {CLIENTS}")
    machine.run("systemctl disable --now unattended-upgrades.service; rm -rf /var/lib/apt/lists/*")
    local.mirror.folders["debian-security"] = local.archive.top
    machine.write("/etc/apt/sources.list", SOURCES)
    local.desktop.login()
    machine.run("echo suture-local suture-local/enable boolean false | debconf-set-selections")
    local.install_packages(("suture", "suture-panel", "suture-local"))
    local.first = local.ctl("status")[1], machine.read("suturectl status")
    local.versions = {package: local.installed_version(package) for packages in local.packages.values() for package in packages}
    bring_back(local)
    return local


def bring_back(local):
    """To where cases begin: Debian's fixes are published, the old packages are installed, the feed is on and nothing is active."""
    local.mirror.instead.clear()
    local.machine.run("rm -f /etc/apt/preferences.d/test* /etc/apt/apt.conf.d/99test; apt-mark unhold $(apt-mark showhold) || true")
    cases.settle(local)
    for name in cases.active(local):
        local.ctl(f"remove {name}")
    wrong = [package for package, version in local.versions.items() if local.installed_version(package) != version]
    if wrong:
        local.install_deb(*(local.old[package] for package in wrong))
    if not local.is_plain:
        local.machine.write("/etc/apt/sources.list", SOURCES)
        local.publish_archive()
        local.update()
    if local.ctl("status")[1]["local_feed"] != "on":
        local.ctl("feed local on")
    local.look()
    for fix in local.fixes:
        cases.same(cases.state(local, fix), "available", f"{fix.component} after the case")
    cases.same(local.left(), {}, "what is left to the system update after the case")
    cases.same(local.merged(), [], "merged after the case")
