# SPDX-License-Identifier: LGPL-2.1-or-later
"""apt and dpkg beside Suture, and the life of Suture's own packages."""

import re
import shutil
import subprocess

from cases import active, agree, audit, case, contents, installed, need, same, settle, state

APT = "apt-get -q -y --no-install-recommends -o Dpkg::Options::=--force-confold"


def look_again(stage):
    """What apt did is root's side's to see at once, and the helper's at its next start."""
    stage.machine.run("systemctl stop suture-helper.service")
    settle(stage)


@case("apt installs the fixed package while the improvement is active")
def apt(stage):
    fix = stage.server_fix
    for side, path in (("old", fix.old), ("new", fix.new)):
        stage.machine.put(path, f"/root/{side}.deb")
    installed(stage, fix)
    installed(stage, stage.bus_fix)
    stage.machine.run(f"{APT} install /root/new.deb")
    audit(stage)
    need(fix.version not in stage.machine.read(f"dpkg-query -W {fix.package}"), "apt did not install the newer one")
    look_again(stage)
    same(state(stage, fix), "included", "the improvement whose fix the system has now")
    same(contents(stage, fix), "fixed", "the files")
    need(f"/usr/lib suture-{fix.id}" not in stage.merged(), f"merged is {stage.merged()}")
    need(f"/usr/lib suture-{stage.bus_fix.id}" in stage.merged(), f"the other one is gone: {stage.merged()}")
    stage.machine.run(f"{APT} --allow-downgrades install /root/old.deb")
    audit(stage)
    look_again(stage)
    same(contents(stage, stage.bus_fix), "fixed", "the other one's files")


@case("dpkg alone works while an improvement is active")
def dpkg(stage):
    fix = stage.bus_fix
    stage.machine.put(stage.server_fix.old, "/root/same.deb")
    installed(stage, fix)
    stage.machine.run("dpkg -i /root/same.deb")
    audit(stage)
    agree(stage)
    same(active(stage), [fix.id], "active after dpkg")
    same(contents(stage, fix), "fixed", "the files")


@case("a package that fails to unpack leaves the improvement active")
def failing(stage):
    fix = stage.bus_fix
    installed(stage, fix)
    stage.machine.run("echo no package > /root/broken.deb")
    done = stage.machine.run("dpkg -i /root/broken.deb", check=False)
    need(done.returncode != 0, "dpkg installed nonsense")
    agree(stage)
    same(active(stage), [fix.id], "active after a failing dpkg")


@case("Suture is removed while active, dpkg works, and Suture comes back")
def remove(stage):
    fix = stage.bus_fix
    installed(stage, fix)
    stage.machine.run(f"{APT} remove suture")
    audit(stage)
    same(stage.merged(), [], "merged without Suture")
    same(contents(stage, fix), "old", "the files without Suture")
    same(stage.machine.read("mount | grep -c suture || true"), "0", "mounts of Suture's")
    stage.machine.put(stage.server_fix.old, "/root/same.deb")
    done = stage.machine.run("dpkg -i /root/same.deb")
    need("suture" not in done.stdout, f"dpkg complains: {done.stdout}")
    stage.machine.run(f"{APT} install /root/same.deb --reinstall")
    audit(stage)
    stage.install_packages()
    audit(stage)
    agree(stage)
    same(active(stage), [fix.id], "active after Suture came back")


def older(stage, name):
    """The package with a lower version, which is all that is another about it; its place in the machine."""
    tree, inside = f"{stage.machine.folder}/older", f"/root/{name}-older.deb"
    shutil.rmtree(tree, ignore_errors=True)
    subprocess.run(["dpkg-deb", "-R", stage.debs[name], tree], check=True)
    with open(f"{tree}/DEBIAN/control", encoding="utf-8") as file:
        control = file.read()
    version = re.search(r"^Version: (.*)$", control, re.MULTILINE)[1]
    with open(f"{tree}/DEBIAN/control", "w", encoding="utf-8") as file:
        file.write(control.replace(version, f"{version}~older"))
    subprocess.run(["dpkg-deb", "--root-owner-group", "-b", tree, stage.machine.root + inside], check=True,
                   stdout=subprocess.DEVNULL)
    return inside


@case("upgrading Suture while an improvement is active")
def upgrade(stage):
    fix = stage.bus_fix
    places = " ".join(older(stage, name) for name in ("suture", "suture-panel"))
    stage.machine.run(f"{APT} --allow-downgrades install {places}")
    need("~older" in stage.machine.read("dpkg-query -W suture"), "the older one is not installed")
    settle(stage)
    installed(stage, fix)
    stage.install_packages()
    audit(stage)
    need("~older" not in stage.machine.read("dpkg-query -W suture"), "the older one is still installed")
    agree(stage)
    same(active(stage), [fix.id], "active after the upgrade")
    same(contents(stage, fix), "fixed", "the files")
    same(stage.machine.read("systemctl --failed --no-legend | wc -l"), "0", "failed units")


def purged(stage, fix, *commands):
    installed(stage, fix)
    for command in commands:
        stage.machine.run(command)
    audit(stage)
    same(stage.merged(), [], "merged")
    left = stage.machine.read("ls -d /var/lib/suture* /etc/suture /etc/apt/apt.conf.d/*suture* "
                              "/etc/dpkg/dpkg.cfg.d/*suture* /usr/libexec/suture* 2>/dev/null || true")
    same(left, "", "what is left")
    same(stage.machine.read("mount | grep -c suture || true"), "0", "mounts")
    same(stage.machine.read("systemctl --failed --no-legend | wc -l"), "0", "failed units")
    stage.install_packages()
    stage.configure()
    stage.ctl("check")
    same(state(stage, fix), "available", "the improvement on a new Suture")


@case("purging Suture leaves nothing but its user")
def purge(stage):
    fix = stage.bus_fix
    before = stage.files()
    purged(stage, fix, f"{APT} purge suture suture-panel")
    purged(stage, fix, f"{APT} remove suture suture-panel", f"{APT} purge suture suture-panel")
    same(stage.files(), before, "the files below /usr")
