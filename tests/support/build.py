# SPDX-License-Identifier: LGPL-2.1-or-later
"""Builds: with meson for tests, and the Debian packages from a clean copy of the sources."""

import glob
import hashlib
import os
import shutil
import subprocess

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = f"{TOP}/build-tests"
JOBS = str(os.cpu_count() or 2)


class BuildError(Exception):
    pass


def logged(argv, log, **kwargs):
    with open(log, "ab") as out:
        done = subprocess.run(argv, stdout=out, stderr=subprocess.STDOUT, check=False, **kwargs)
    if done.returncode != 0:
        with open(log, encoding="utf-8", errors="replace") as file:
            tail = "".join(file.readlines()[-40:])
        raise BuildError(f"{' '.join(argv[:4])} failed; the end of {log}:\n{tail}")


def meson(name, *options, env=None):
    """Configures and builds BUILD/name; returns its path."""
    folder = f"{BUILD}/{name}"
    os.makedirs(BUILD, exist_ok=True)
    log = f"{BUILD}/{name}.log"
    open(log, "w", encoding="utf-8").close()
    full = {**os.environ, **(env or {})}
    if not os.path.exists(f"{folder}/build.ninja"):
        shutil.rmtree(folder, ignore_errors=True)
        logged(["meson", "setup", folder, TOP, "--prefix=/usr", "--libexecdir=libexec", *options], log, env=full)
    logged(["ninja", "-C", folder, "-j", JOBS], log, env=full)
    return folder


def sources():
    """All files of the tree but built ones: what git knows or would take; without git, everything."""
    if os.path.exists(f"{TOP}/.git") and shutil.which("git"):
        listed = subprocess.run(["git", "-c", f"safe.directory={TOP}", "-C", TOP, "ls-files", "-z", "--cached",
                                 "--others", "--exclude-standard"], stdout=subprocess.PIPE, check=True)
        return [name for name in listed.stdout.decode().split("\0") if name and os.path.lexists(f"{TOP}/{name}")]
    found = []
    for folder, below, names in os.walk(TOP):
        below[:] = [name for name in below if not name.startswith((".", "build"))]
        found += [os.path.relpath(f"{folder}/{name}", TOP) for name in names]
    return found


def digest(names):
    total = hashlib.sha256()
    for name in sorted(names):
        total.update(f"{name} {os.lstat(f'{TOP}/{name}').st_mode:o}\0".encode())
        if not os.path.islink(f"{TOP}/{name}"):
            with open(f"{TOP}/{name}", "rb") as file:
                total.update(file.read())
    return total.hexdigest()


def debs():
    """Builds the Debian packages, or finds those of the same sources; returns {package: path}."""
    work = f"{BUILD}/deb"
    names = [name for name in sources() if not name.startswith(("tests/", ".ci/"))]
    names += [name for name in sources() if os.path.basename(name) == "meson.build" and name not in names]
    key = digest(names)
    if not os.path.exists(f"{work}/{key}"):
        shutil.rmtree(work, ignore_errors=True)
        for name in names:
            target = f"{work}/source/{name}"
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy2(f"{TOP}/{name}", target, follow_symlinks=False)
        env = {**os.environ, "DEB_BUILD_OPTIONS": f"parallel={JOBS} noautodbgsym"}
        logged(["dpkg-buildpackage", "-b", "-uc", "-us"], f"{work}/log", cwd=f"{work}/source", env=env)
        open(f"{work}/{key}", "w", encoding="ascii").close()
    return {os.path.basename(path).split("_")[0]: path for path in glob.glob(f"{work}/*.deb")}
