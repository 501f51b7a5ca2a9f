# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's archive as the throw-away machine sees it: an apt of our own beside the host's, so that what the host
has installed, pinned or added as a source decides nothing. Offline, the lists of the last run answer."""

import contextlib
import fcntl
import os
import subprocess

CACHE = "/var/cache/suture-tests"
RELEASE = "bookworm"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
DEFAULT_MIRRORS = {"": "http://deb.debian.org/debian", "-updates": "http://deb.debian.org/debian",
                   "-security": "http://deb.debian.org/debian-security"}


@contextlib.contextmanager
def alone():
    """Held while packages are built and what CACHE keeps is made: rings that run at a time share both."""
    os.makedirs(CACHE, exist_ok=True)
    with open(f"{CACHE}/lock", "w", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def say(text):
    print(f"  {text}", flush=True)


def read(*argv):
    return subprocess.run(argv, check=True, stdout=subprocess.PIPE, text=True).stdout


def mirrors():
    """Suite suffix -> mirror. The host's own mirrors where it has this release, Debian's elsewhere."""
    found = dict(DEFAULT_MIRRORS)
    lines = read("apt-get", "indextargets", "--format", "$(CODENAME) $(REPO_URI)", "Created-By: Packages").split("\n")
    for line in lines:
        codename, _, uri = line.partition(" ")
        suffix = codename.removeprefix(RELEASE)
        if codename.startswith(RELEASE) and suffix in found and "debian" in uri:
            found[suffix] = uri.rstrip("/")
    return found


def sources():
    return [f"deb [signed-by={KEYRING}] {uri} {RELEASE}{suffix} main" for suffix, uri in mirrors().items()]


def apt_options():
    """What the host's apt needs to reach the archive at all: proxies, and how strict it is about dates."""
    wanted = ("Acquire::http", "Acquire::https", "Acquire::Check-", "Acquire::ForceIPv4")
    return [line.rstrip(";").replace(" ", "=", 1).replace('"', "")
            for line in read("apt-config", "dump").split("\n")
            if line.startswith(wanted) and not line.endswith('"";')]


class Archive:
    def __init__(self, folder=CACHE + "/apt"):
        self.folder = folder
        for sub in ("state/lists/partial", "cache/archives/partial", "etc/preferences.d", "debs"):
            os.makedirs(f"{folder}/{sub}", exist_ok=True)
        with open(f"{folder}/etc/sources.list", "w", encoding="utf-8") as file:
            file.write("\n".join(sources()) + "\n")
        open(f"{folder}/state/status", "a", encoding="utf-8").close()
        self.options = []
        for option in apt_options() + [
                f"Dir::State={folder}/state", f"Dir::State::status={folder}/state/status", f"Dir::Cache={folder}/cache",
                f"Dir::Etc::sourcelist={folder}/etc/sources.list", "Dir::Etc::sourceparts=/dev/null",
                "Dir::Etc::preferences=/dev/null", "Dir::Etc::preferencesparts=/dev/null",
                "Dir::Cache::pkgcache=pkgcache.bin", "Dir::Cache::srcpkgcache=srcpkgcache.bin", "APT::Sandbox::User=root",
                "Acquire::Languages=none"]:
            self.options += ["-o", option]

    def update(self):
        """Whether the lists are fresh; an archive that can't be reached leaves those of the last time."""
        done = subprocess.run(["apt-get", "-q", *self.options, "update"], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0 or "Failed to fetch" in done.stdout:
            say("the Debian archive can't be reached; using what is cached")
            return False
        return True

    def versions(self, package):
        """All versions that the archive offers, newest first."""
        out = read("apt-cache", *self.options, "madison", package)
        found = []
        for line in out.split("\n"):
            fields = [field.strip() for field in line.split("|")]
            if len(fields) == 3 and fields[1] not in found:
                found.append(fields[1])
        return sorted(found, key=VersionKey, reverse=True)

    def release_version(self, package):
        """The version of the release itself (not of updates or security): what a fresh system has."""
        for line in read("apt-cache", *self.options, "madison", package).split("\n"):
            fields = [field.strip() for field in line.split("|")]
            if len(fields) == 3 and f" {RELEASE}/main" in fields[2]:
                return fields[1]
        return None

    def pair(self, package):
        """(older, newer) of a package: what a fresh system has and the newest; None without two versions."""
        newest = self.versions(package)[:1]
        old = self.release_version(package)
        if not newest or old is None or newest[0] == old:
            return None
        return old, newest[0]

    def deb(self, package, version):
        """The path of a package of that version, downloaded once."""
        debs = f"{self.folder}/debs"
        prefix = f"{package}_{version.replace(':', '%3a')}_"
        for name in os.listdir(debs):
            if name.startswith(prefix):
                return f"{debs}/{name}"
        subprocess.run(["apt-get", "-q", *self.options, "download", f"{package}={version}"], cwd=debs, check=True,
                       stdout=subprocess.DEVNULL)
        return next(f"{debs}/{name}" for name in os.listdir(debs) if name.startswith(prefix))


class VersionKey:
    def __init__(self, version):
        self.version = version

    def __lt__(self, other):
        return subprocess.run(["dpkg", "--compare-versions", self.version, "lt", other.version],
                              check=False).returncode == 0


def make_newer(old_deb, folder):
    """A newer package made of the older one, for the day when the archive offers no pair: the same programs, each
    shared library with one more note in it. It works as before, and no byte for byte comparison calls it the same."""
    tree = f"{folder}/{os.path.basename(old_deb)}.tree"  # its own: two packages may need one
    subprocess.run(["dpkg-deb", "-R", old_deb, tree], check=True)
    note = f"{folder}/note"
    with open(note, "w", encoding="utf-8") as file:
        file.write("rebuilt on the spot as the fixed version\n")
    folders = [item for top in ("lib", "usr/lib") for item in os.walk(f"{tree}/{top}")]
    for path, _, names in folders:
        for name in names:
            if ".so" in name and not os.path.islink(f"{path}/{name}"):
                subprocess.run(["objcopy", "--add-section", f".note.rebuilt={note}", f"{path}/{name}"], check=True)
    control = f"{tree}/DEBIAN/control"
    with open(control, encoding="utf-8") as file:
        lines = file.read().split("\n")
    lines = [line + "+rebuilt1" if line.startswith("Version: ") else line for line in lines]
    with open(control, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))
    new = f"{folder}/{os.path.basename(old_deb).replace('.deb', '+rebuilt1.deb')}"
    sums = f"{tree}/DEBIAN/md5sums"
    if os.path.exists(sums):
        os.unlink(sums)
    subprocess.run(["dpkg-deb", "--root-owner-group", "-b", tree, new], check=True, stdout=subprocess.DEVNULL)
    return new


def choose(archive, folder, candidates):
    """The first package of candidates with two versions in the archive, as (package, version, old deb, new deb);
    where none is left, the first one with a newer version made on the spot."""
    for package in candidates:
        found = archive.pair(package)
        if found:
            if package != candidates[0]:
                say(f"the archive has one version of {candidates[0]} now; using {package} instead")
            return package, found[0], archive.deb(package, found[0]), archive.deb(package, found[1])
    package = candidates[0]
    version = archive.versions(package)[0]
    say(f"the archive has one version of each of {', '.join(candidates)} now; "
        f"making a newer {package} on the spot")
    old = archive.deb(package, version)
    return package, version, old, make_newer(old, folder)
