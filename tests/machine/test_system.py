# SPDX-License-Identifier: LGPL-2.1-or-later
"""Nothing else breaks while an improvement is active."""

from cases import agree, case, contents, installed, need, removed, same


@case("/usr/local stays writable, and mounts below /usr stay visible")
def local_and_mounts(stage):
    fix = stage.bus_fix
    for place in ("/usr/share/place", "/usr/local/place", "/usr/lib/place"):
        stage.machine.run(f"mkdir -p {place} && mount -t tmpfs tmpfs {place} && echo seen > {place}/file")
    try:
        installed(stage, fix)
        for place in ("/usr/share/place", "/usr/local/place", "/usr/lib/place"):
            same(stage.machine.read(f"cat {place}/file"), "seen", f"what is mounted at {place}")
        stage.machine.run("echo new > /usr/local/new && rm /usr/local/new")
        removed(stage, fix)
        for place in ("/usr/share/place", "/usr/local/place", "/usr/lib/place"):
            same(stage.machine.read(f"cat {place}/file"), "seen", f"what is mounted at {place} after the removal")
    finally:
        for place in ("/usr/share/place", "/usr/local/place", "/usr/lib/place"):
            stage.machine.run(f"umount {place}; rmdir {place}", check=False)


@case("a system extension of somebody else stays as it is")
def foreign_extension(stage):
    fix = stage.bus_fix
    folder = "/run/extensions/foreign"
    stage.machine.run(f"mkdir -p {folder}/usr/lib/extension-release.d {folder}/usr/share/foreign && "
                      f"echo ID=_any > {folder}/usr/lib/extension-release.d/extension-release.foreign && "
                      f"echo foreign > {folder}/usr/share/foreign/file && systemd-sysext refresh")
    try:
        stage.ctl(f"install {fix.id}")
        same(stage.machine.read("cat /usr/share/foreign/file"), "foreign", "its file")
        same(contents(stage, fix), "fixed", "our files beside it")
        stage.ctl(f"remove {fix.id}")
        same(contents(stage, fix), "old", "our files after the removal")
        same(stage.machine.read("cat /usr/share/foreign/file"), "foreign", "its file after the removal")
        need(any(line.endswith(" foreign") for line in stage.merged()), f"merged is {stage.merged()}")
    finally:
        stage.machine.run(f"systemd-sysext unmerge; rm -rf {folder}", check=False)


@case("two improvements are removed one by one, in any order")
def two(stage):
    first, second = stage.fixes
    installed(stage, first)
    installed(stage, second)
    removed(stage, first)
    same((contents(stage, first), contents(stage, second)), ("old", "fixed"), "the files")
    removed(stage, second)
    same((contents(stage, first), contents(stage, second)), ("old", "old"), "the files")


@case("after a start of the machine it is active before nginx is")
def reboot(stage):
    fix = stage.server_fix
    installed(stage, fix)
    stage.restart(stage.machine.reboot)
    agree(stage)
    same(contents(stage, fix), "fixed", "the files")
    old = {pair[0] for pair in fix.files().values()}
    for process in stage.mapped(fix):
        if process["unit"] == "nginx.service":
            need(not old & set(process["files"].values()), f"{process} started on the old bytes")
    removed(stage, fix)


@case("after a start of the machine it is active beside somebody else's extension")
def reboot_beside(stage):
    """systemd-sysext starts after us, and merges theirs on the whole of /usr."""
    fix = stage.bus_fix
    tree = "/var/lib/extensions/foreign/usr"
    installed(stage, fix)
    stage.machine.run(f"mkdir -p {tree}/lib/extension-release.d {tree}/share/foreign && "
                      f"echo ID=_any > {tree}/lib/extension-release.d/extension-release.foreign && "
                      f"echo foreign > {tree}/share/foreign/file && systemctl enable systemd-sysext")
    try:
        stage.restart(stage.machine.reboot)
        need("/usr foreign" in stage.merged(), f"systemd-sysext merged {stage.merged()}")
        same(stage.machine.read("cat /usr/share/foreign/file"), "foreign", "its file")
        agree(stage)
        same(contents(stage, fix), "fixed", "our files")
        stage.ctl(f"remove {fix.id}")
        same(contents(stage, fix), "old", "our files after the removal")
        same(stage.machine.read("cat /usr/share/foreign/file"), "foreign", "its file after the removal")
    finally:
        stage.machine.run("systemctl disable systemd-sysext; systemd-sysext unmerge; rm -rf /var/lib/extensions/foreign",
                          check=False)
