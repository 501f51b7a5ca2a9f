# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of the activation step are written with, inside a booted machine that has Suture and suture-publish: small
packages made on the spot, a publisher of improvements of them, and services that map what is in them, so that restarts
are real."""

import glob
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.append(f"{os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}/support")
# pylint: disable=wrong-import-position
import activation
import feed

ROOT = "/var/lib/suture-activate"
FEED = "activatetest"
DATA = "/usr/lib/actdemo/data"
TREES = ":".join(f"/usr/{tree}" for tree in ("bin", "sbin", "lib", "lib64", "libexec", "share"))
HOLDER = """import mmap, time
with open("/usr/lib/actdemo/data", "rb") as file:
    held = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
time.sleep(1e9)
"""
LIBRARY = os.path.realpath(glob.glob("/usr/lib/*/libjson-glib-1.0.so.0")[0])
ARCHITECTURE = subprocess.check_output(["dpkg", "--print-architecture"], text=True).strip()
work = tempfile.mkdtemp(prefix="activate-", dir="/var/tmp")
publisher = f"{work}/publisher"
number = 0
failures = 0


def sh(command, check=True, **more):
    done = subprocess.run(command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False, **more)
    if check and done.returncode != 0:
        raise RuntimeError(f"{command}: {done.returncode}: {done.stdout}")
    return done.stdout if check else done


def check(name, condition, detail=""):
    global number, failures
    number += 1
    failures += not condition
    print(f"{'ok' if condition else 'not ok'} {number} - {name}", flush=True)
    if not condition:
        print("# " + str(detail).replace("\n", "\n# "), flush=True)


def content(path):
    return activation.read(path) if os.path.exists(path) else None


def package(name, version, files):
    """A Debian package with these files (path → bytes), installed by nobody."""
    tree = f"{work}/{name}_{version}"
    for path, data in files.items():
        os.makedirs(os.path.dirname(tree + path), exist_ok=True)
        with open(tree + path, "wb") as file:
            file.write(data)
        os.chmod(tree + path, os.stat(path).st_mode & 0o777 if os.path.exists(path) else 0o644)
    os.makedirs(f"{tree}/DEBIAN")
    with open(f"{tree}/DEBIAN/control", "w", encoding="ascii") as file:
        file.write(f"Package: {name}\nVersion: {version}\nArchitecture: {ARCHITECTURE}\n"
                   "Maintainer: Nobody <nobody@example.org>\n"
                   "Description: for a test\n")
    sh(f"dpkg-deb --root-owner-group -b {tree} {tree}.deb")
    return f"{tree}.deb"


def publish(component, old, new, effects=""):
    """Makes and publishes an improvement; its id."""
    notes = f"{work}/notes"
    with open(notes, "w", encoding="ascii") as file:
        file.write(f"[Improvement]\nTitle=Test\nDescription=Test\nComponent={component}\nKind=test\n{effects}")
    sh(f"suture-publish make {publisher} --old={old} --new={new} --notes={notes}")
    before = set(glob.glob(f"{publisher}/published/*/*"))
    sh(f"suture-publish publish {publisher}")
    return os.path.basename((set(glob.glob(f"{publisher}/published/*/*")) - before).pop())


def install(name, **more):
    return activation.install(FEED, name, publisher, **more)[1]


def ask(words):
    return activation.ask(words)[1]


def active(result):
    return {one["id"]: one for one in result["active"]}


def unit(result, name):
    return next((one for one in result["units"] if one["name"] == name), {})


def held(service):
    """The first bytes of what the service maps, read from behind its mapping, as soon as it does."""
    for _ in range(100):
        try:
            pid = int(sh(f"systemctl show -P MainPID {service}"))
            with open(f"/proc/{pid}/maps", encoding="utf-8") as maps:
                for line in maps:
                    if line.rstrip("\n").split(" ")[-1].endswith("/data"):
                        with open(f"/proc/{pid}/map_files/{line.split(' ')[0]}", "rb") as file:
                            return file.read(3)
        except FileNotFoundError:
            pass  # it is just being started
        time.sleep(0.05)
    return None


def mounts():
    return len(content("/proc/self/mountinfo").split(b"\n"))


def digest_of_usr():
    """Every file of the trees that tests change, as it is seen."""
    total = hashlib.sha256()
    for top in ("/usr/lib/actdemo", "/usr/share/actdemo", "/usr/lib/actother", os.path.dirname(LIBRARY)):
        for folder, folders, files in os.walk(top):
            folders.sort()
            for name in sorted(files):
                path = f"{folder}/{name}"
                info = os.lstat(path)
                total.update(f"{path} {info.st_mode} {info.st_uid} {info.st_gid} {info.st_size}".encode())
                total.update(os.readlink(path).encode() if os.path.islink(path) else activation.read(path))
    return total.hexdigest()


def refused(name, result, error, before):
    check(f"refused: {name}", result and result["error"] == error and digest_of_usr() == before, result)


def unloadable(library):
    """The ELF @library with the same names in it, and program headers of a size that no loader takes (e_phentsize)."""
    data = bytearray(library)
    place = 54 if data[4] == 2 else 42  # 64 or 32 bits
    data[place:place + 2] = b"\1\0"
    return bytes(data)


def prepare():
    os.chmod(work, 0o755)
    for service in ("actdemo", "actkeep"):
        with open(f"/etc/systemd/system/{service}.service", "w", encoding="ascii") as file:
            file.write(f"[Service]\nExecStart=/usr/bin/python3 {work}/holder.py\n")
    with open(f"{work}/holder.py", "w", encoding="ascii") as file:
        file.write(HOLDER)
    signer = feed.Publisher("suture-publish", publisher, FEED, "Test")
    os.makedirs("/etc/suture/feeds.d", exist_ok=True)
    for name in active(ask("list")):
        ask(f"remove {name}")
    shutil.copy(f"{publisher}/repository/metadata/1.root.json", f"/etc/suture/feeds.d/{FEED}.root.json")
    with open(f"/etc/suture/feeds.d/{FEED}.conf", "w", encoding="ascii") as file:
        file.write("[Feed]\nURL=https://198.18.0.1/activate\n")
    demo = {v: package("actdemo", v, {DATA: v.encode() * 3000, "/usr/share/actdemo/note": v.encode() * 10})
            for v in ("1.0", "1.1", "1.2")}
    other = {v: package("actother", v, {"/usr/lib/actother/data": v.encode() * 3000}) for v in ("1.0", "1.1")}
    overlap = package("actoverlap", "1.1", {DATA: b"bad" * 3000})
    overlap_old = package("actoverlap", "1.0", {DATA: b"1.0" * 3000})
    library = content(LIBRARY)
    sh(f"dpkg -i {demo['1.0']} {other['1.0']}")
    sh("systemctl daemon-reload; systemctl start actdemo actkeep")
    return {
        "a": publish("actdemo", demo["1.0"], demo["1.1"], "[Effects]\nNeverRestart=actkeep.service;\n"),
        "b": publish("actdemo", demo["1.0"], demo["1.2"], "[Effects]\nNeverRestart=actkeep.service;\n"),
        "other": publish("actother", other["1.0"], other["1.1"]),
        "overlap": publish("actoverlap", overlap_old, overlap),
        "broken": publish("actbroken", package("actbroken", "1.0", {LIBRARY: library}),
                          package("actbroken", "1.1", {LIBRARY: unloadable(library)})),
        "debs": demo,
        "publisher": signer,
    }


def lock_dpkg():
    lock = subprocess.Popen(["/usr/bin/python3", "-c", "import fcntl, time\nf = open('/var/lib/dpkg/lock', 'r+b')\n"
                             "fcntl.lockf(f, fcntl.LOCK_EX)\nprint('locked', flush=True)\ntime.sleep(60)"],
                            stdout=subprocess.PIPE, text=True)
    lock.stdout.readline()
    return lock


def clean_up():
    sh("systemctl stop actdemo actkeep; dpkg -P actdemo actother actbig", check=False)
    for path in (*glob.glob(f"/etc/suture/feeds.d/{FEED}.*"), "/etc/systemd/system/actdemo.service",
                 "/etc/systemd/system/actkeep.service"):
        os.unlink(path)
    shutil.rmtree(work, ignore_errors=True)
    shutil.rmtree(f"{ROOT}/trust/{FEED}", ignore_errors=True)
    sh("systemctl daemon-reload", check=False)


def run(*tests):
    """Runs functions of what was published and of the digest before, and prints TAP. The exit status."""
    if not shutil.which("suture-publish") or not os.path.exists(activation.SOCKET):
        print("Bail out! this needs Suture and suture-publish, installed")
        return 1
    made = prepare()
    before = digest_of_usr()
    for test in tests:
        try:
            test(made, before)
        except Exception as error:  # pylint: disable=broad-except
            check(f"{test.__name__} ran to its end", False, repr(error))
    clean_up()
    print(f"1..{number}")
    return 1 if failures else 0
