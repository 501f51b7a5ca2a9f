#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The boot menus' entries: the scripts as grub-mkconfig and kernel-install run them, in a folder where the others are, too, GRUB's
own 10_linux and systemd's own 90-loaderentry.install among them where they are installed. `test-boot-menu.py GRUB PLUGIN`."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

GRUB, PLUGIN = sys.argv[1:3]
OWN = "/etc/grub.d/10_linux"
LIBRARY = "/usr/share/grub/grub-mkconfig_lib"
LOADER = "/usr/lib/kernel/install.d/90-loaderentry.install"
PROGRAM = "/usr/libexec/suture-activate"
# What 10_linux prints, with all that a title and an entry may hold.
ENTRIES = r"""function gfxmode {
	set gfxpayload="${1}"
}
export linux_gfx_mode
menuentry 'Pat'\''s Linux' --class gnu-linux $menuentry_id_option 'gnulinux-simple-1234' {
	savedefault
	load_video
	if [ x$grub_platform = xxen ]; then insmod xzio; insmod lzopio; fi
	linux	/vmlinuz-6.1 root=UUID=1234 ro quiet $GRUB_CMDLINE
	initrd	/initrd.img-6.1
}
submenu 'Advanced options for Pat'\''s Linux' $menuentry_id_option 'gnulinux-advanced-1234' {
	menuentry 'Pat'\''s Linux, with Linux 6.1' $menuentry_id_option 'gnulinux-6.1-advanced-1234' {
		linux	/vmlinuz-6.1 root=UUID=1234 ro quiet $GRUB_CMDLINE
	}
}
"""


def script(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, 0o755)


def check_syntax(text):
    if shutil.which("grub-script-check"):
        subprocess.run(["grub-script-check"], input=text, text=True, check=True)


class Base(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="suture-menu.")
        self.addCleanup(shutil.rmtree, self.folder)
        self.program = f"{self.folder}/suture-activate"
        script(self.program, "#!/bin/sh\n")

    def ours(self, source, name):
        """The script with the place of the program that it looks for being one of the test's."""
        with open(source, encoding="utf-8") as file:
            text = file.read()
        self.assertIn(PROGRAM, text)
        script(f"{self.folder}/{name}", text.replace(PROGRAM, self.program))
        return f"{self.folder}/{name}"


class Grub(Base):
    def run_ours(self, **env):
        ours = self.ours(GRUB, "11_suture")
        return subprocess.run([ours], env={"PATH": os.environ["PATH"], **env}, check=True, stdout=subprocess.PIPE, text=True).stdout

    def own(self, text=ENTRIES):
        script(f"{self.folder}/10_linux", "#!/bin/sh\ncat <<'EOF' | sed \"s|[$]GRUB_CMDLINE|$GRUB_CMDLINE_LINUX|\"\n" + text + "EOF\n")

    def test_entry(self):
        self.own()
        out = self.run_ours(GRUB_CMDLINE_LINUX="resume=/dev/vda2")
        self.assertEqual(out.split("\n")[0], r"menuentry 'Pat'\''s Linux, without security improvements' --class gnu-linux "
                                             "$menuentry_id_option 'suture-off' {")
        self.assertIn("\tlinux\t/vmlinuz-6.1 root=UUID=1234 ro quiet resume=/dev/vda2 suture=off\n", out)
        self.assertEqual((out.count("menuentry '"), out.count("suture=off"), out.count("savedefault")), (1, 1, 0))
        self.assertTrue(out.endswith("\n}\n"))
        check_syntax(out)

    def test_nothing(self):
        self.assertEqual(self.run_ours(), "")  # no 10_linux
        for text in ("", "export linux_gfx_mode\n", "menuentry 'never ends {\n}\n"):
            self.own(text)
            self.assertEqual(self.run_ours(), "")
        script(f"{self.folder}/10_linux", "#!/bin/sh\nexit 1\n")
        self.assertEqual(self.run_ours(), "")
        self.own()
        os.chmod(f"{self.folder}/10_linux", 0o644)
        self.assertEqual(self.run_ours(), "")
        self.own()
        os.unlink(self.program)
        self.assertEqual(self.run_ours(), "")

    @unittest.skipUnless(os.path.exists(OWN) and os.path.exists(LIBRARY), "GRUB is not installed")
    def test_with_grubs_own(self):
        """10_linux itself, with a kernel to find and no disk to probe."""
        with open(OWN, encoding="utf-8") as file:
            text = file.read()
        boot = f"{self.folder}/boot"
        os.mkdir(boot)
        for name in ("vmlinuz-6.1.0-1", "vmlinuz-5.10.0-1", "initrd.img-6.1.0-1", "initrd.img-5.10.0-1"):
            script(f"{boot}/{name}", "x")
        script(f"{self.folder}/10_linux", text.replace("/boot/", f"{boot}/"))
        with open(LIBRARY, encoding="utf-8") as file:
            library = file.read()
        script(f"{self.folder}/grub-mkconfig_lib", library)
        script(f"{self.folder}/probe", "#!/bin/sh\necho 1234\n")
        env = {"pkgdatadir": self.folder, "grub_probe": f"{self.folder}/probe", "grub_mkrelpath": "/bin/echo", "GRUB_DEVICE": "/dev/vda1",
               "GRUB_DEVICE_BOOT": "/dev/vda1", "GRUB_DEVICE_UUID": "1234", "GRUB_DISTRIBUTOR": "Debian",
               "GRUB_CMDLINE_LINUX_DEFAULT": "quiet", "GRUB_CMDLINE_LINUX": "resume=/dev/vda2", "GRUB_SAVEDEFAULT": "true"}
        for more in ({}, {"GRUB_DISABLE_SUBMENU": "y"}):
            theirs = subprocess.run([f"{self.folder}/10_linux"], env={"PATH": os.environ["PATH"], **env, **more}, check=True,
                                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
            out = self.run_ours(**env, **more)
            self.assertNotIn("suture-off", theirs)
            self.assertRegex(out, r"(?m)^menuentry 'Debian GNU/Linux.*, without security improvements' .*'suture-off' \{$")
            [line] = re.findall(r"(?m)^\s*linux\s.*$", out)
            self.assertRegex(line, r"vmlinuz-6\.1\.0-1 root=\S+ ro resume=/dev/vda2 suture=off quiet$")
            self.assertEqual((out.count("menuentry '"), out.count("savedefault")), (1, 0))
            check_syntax(theirs + out)


class KernelInstall(Base):
    def setUp(self):
        super().setUp()
        self.boot, self.conf = f"{self.folder}/boot", f"{self.folder}/conf"
        os.makedirs(f"{self.boot}/loader/entries")
        os.makedirs(f"{self.boot}/token/6.1")
        os.mkdir(self.conf)
        script(f"{self.folder}/kernel", "x")
        self.plugin = self.ours(PLUGIN, "95-suture.install")

    def run_plugin(self, path, command, **more):
        env = {"PATH": os.environ["PATH"], "KERNEL_INSTALL_LAYOUT": "bls", "KERNEL_INSTALL_BOOT_ROOT": self.boot,
               "KERNEL_INSTALL_ENTRY_TOKEN": "token", "KERNEL_INSTALL_MACHINE_ID": "0" * 32, "KERNEL_INSTALL_VERBOSE": "0",
               "KERNEL_INSTALL_STAGING_AREA": self.folder, "KERNEL_INSTALL_CONF_ROOT": self.conf, **more}
        subprocess.run([path, command, "6.1", f"{self.boot}/token/6.1", f"{self.folder}/kernel"], env=env, check=True)

    def entries(self):
        return sorted(os.listdir(f"{self.boot}/loader/entries"))

    def read(self, name):
        with open(f"{self.boot}/loader/entries/{name}", encoding="utf-8") as file:
            return dict(line.split(None, 1) for line in file.read().split("\n") if line)

    def add(self, name, options="options    root=/dev/vda quiet\n"):
        script(f"{self.boot}/loader/entries/{name}", f"title      Debian\nversion    6.1\nsort-key   debian\n{options}linux /token/linux\n")

    def test_add_and_remove(self):
        for name in ("token-6.1.conf", "token-6.1+3.conf"):
            script(f"{self.conf}/cmdline", "root=/dev/vda\n")
            self.add(name)
            self.run_plugin(self.plugin, "add")
            self.assertEqual(self.entries(), sorted(["00-suture-off-token-6.1.conf", name]))
            entry = self.read("00-suture-off-token-6.1.conf")
            self.assertEqual(entry["title"], "Debian, without security improvements")
            self.assertEqual((entry["options"], entry["sort-key"]), ("root=/dev/vda quiet suture=off", "zz-suture-off"))
            self.assertEqual(self.read(name)["options"], "root=/dev/vda quiet")
            self.run_plugin(self.plugin, "remove")
            self.assertEqual(self.entries(), [name])
            os.unlink(f"{self.boot}/loader/entries/{name}")

    def test_nothing(self):
        self.run_plugin(self.plugin, "add")  # no entry
        self.add("token-6.1.conf", "")
        self.run_plugin(self.plugin, "add")  # no command line
        self.add("token-6.1.conf")
        self.run_plugin(self.plugin, "add", KERNEL_INSTALL_LAYOUT="other")
        self.run_plugin(self.plugin, "add", KERNEL_INSTALL_BOOT_ROOT="")
        os.unlink(self.program)
        self.run_plugin(self.plugin, "add")
        self.assertEqual(self.entries(), ["token-6.1.conf"])

    def test_word_does_not_stay(self):
        """A kernel that is installed in a start without improvements is not to be started so from then on."""
        self.add("token-6.1.conf", "options    root=/dev/vda suture=off quiet\n")
        self.run_plugin(self.plugin, "add")
        self.assertEqual(self.read("token-6.1.conf")["options"], "root=/dev/vda quiet")
        self.assertEqual(self.read("00-suture-off-token-6.1.conf")["options"], "root=/dev/vda quiet suture=off")
        script(f"{self.conf}/cmdline", "root=/dev/vda suture=off quiet\n")  # it is wanted
        self.add("token-6.1.conf", "options    root=/dev/vda suture=off quiet\n")
        self.run_plugin(self.plugin, "add")
        self.assertEqual(self.read("token-6.1.conf")["options"], "root=/dev/vda suture=off quiet")

    @unittest.skipUnless(os.path.exists(LOADER), "systemd's plugin is not installed")
    def test_with_systemds_own(self):
        script(f"{self.conf}/cmdline", "root=/dev/vda quiet\n")
        self.run_plugin(LOADER, "add")
        self.run_plugin(self.plugin, "add")
        theirs, entry = self.read("token-6.1.conf"), self.read("00-suture-off-token-6.1.conf")
        self.assertEqual(entry["options"], theirs["options"] + " suture=off")
        self.assertEqual((entry["linux"], entry["version"]), (theirs["linux"], theirs["version"]))
        self.assertGreater(entry["sort-key"], theirs["sort-key"])
        self.run_plugin(LOADER, "remove")
        self.run_plugin(self.plugin, "remove")
        self.assertEqual(self.entries(), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
