# SPDX-License-Identifier: LGPL-2.1-or-later
"""The desktop of a logged-in user of the machine: a virtual display (or the person's own), and programs on it."""

import os
import shlex
import shutil
import subprocess
import tempfile

from machine import until

HERE = os.path.dirname(os.path.abspath(__file__))
DISPLAY = ":7"
TOOLS = "/opt/test"
SETTINGS = {
    ".config/gtk-4.0/settings.ini": "[Settings]\ngtk-font-name=Cantarell 11\ngtk-enable-animations=0\n",
}


class Desktop:
    def __init__(self, machine, user="alice"):
        self.machine = machine
        self.user = user
        self.env = ["GSK_RENDERER=cairo", "PYTHONPATH=" + TOOLS, "PYTHONDONTWRITEBYTECODE=1"]
        self.virtual = True
        self.size = None
        for name in os.listdir(HERE):
            if name.endswith(".py"):
                machine.put(f"{HERE}/{name}", f"{TOOLS}/{name}")
        for name, text in SETTINGS.items():
            machine.write(f"/home/{user}/{name}", text)

    def _login(self):
        self.machine.run(f"chown -R {self.user}: /home/{self.user}")
        self.machine.login(self.user)

    def login(self, size="1000x800"):
        """Logs the user in, on a virtual display of this size."""
        self.env.append(f"DISPLAY={DISPLAY}")
        self.size = size
        self.login_again()

    def login_again(self):
        self._login()
        self.service("display", f"Xvfb {DISPLAY} -screen 0 {self.size}x24 -nolisten tcp -noreset")
        socket = f"/tmp/.X11-unix/X{DISPLAY[1:]}"
        until(lambda: self.machine.run(f"test -S {socket}", check=False).returncode == 0, "the virtual display")
        self.service("manager", "openbox")
        self.run("xsetroot -solid '#b0b8c0'")

    def login_at(self, env):
        """Logs the user in, with programs shown where env (DISPLAY=… or WAYLAND_DISPLAY=…) says."""
        self.virtual = False
        self._login()
        self.env += env
        # The display's socket, bound into the machine, where programs look for it.
        self.machine.run("[ ! -d /srv/X11 ] || { mkdir -p /tmp/.X11-unix && ln -sf /srv/X11/* /tmp/.X11-unix/; }")

    def service(self, name, command):
        """Starts a program of the user's that goes on."""
        settings = " ".join(shlex.quote(f"--setenv={item}") for item in self.env)
        self.machine.run_as(self.user, f"systemd-run --user --quiet --collect --unit={name} {settings} {command}")

    def stop(self, name):
        self.machine.run_as(self.user, f"systemctl --user stop {name}", check=False)

    def log(self, name):
        return self.machine.run(f"journalctl --no-pager -o cat _UID=$(id -u {self.user}) _SYSTEMD_USER_UNIT={name}.service",
                                check=False).stdout

    def run(self, command, check=True, timeout=300):
        return self.machine.run_as(self.user, command, check, timeout, self.env)

    def picture(self, path):
        """Writes what the virtual display shows to a file of the host."""
        inside = f"/home/{self.user}/picture.png"
        self.run(f"import -window root {inside}")
        shutil.copy(self.machine.root + inside, path)
        os.unlink(self.machine.root + inside)


def person_display(machine):
    """(what to bind, environment) to show a program on the display of whoever started this; None without one."""
    home = os.environ.get("SUDO_USER")
    runtime = f"/run/user/{os.environ.get('SUDO_UID', '0')}"
    wayland = os.environ.get("WAYLAND_DISPLAY", "wayland-0" if home else "")
    display = os.environ.get("DISPLAY", "")
    if display.startswith(":") and os.path.isdir("/tmp/.X11-unix"):
        number = display[1:].split(".")[0]
        if not os.path.exists(f"/tmp/.X11-unix/X{number}"):
            return None
        cookies = os.path.join(machine.folder, "cookies")
        _copy_cookies(display, cookies)
        return [f"/tmp/.X11-unix/X{number}:/srv/X11/X{number}", f"{cookies}:/srv/cookies"], \
            [f"DISPLAY=:{number}", "XAUTHORITY=/srv/cookies", "GDK_BACKEND=x11"]
    socket = wayland if wayland.startswith("/") else f"{runtime}/{wayland}"
    if wayland and os.path.exists(socket):
        return [f"{socket}:/srv/wayland"], ["WAYLAND_DISPLAY=/srv/wayland", "GDK_BACKEND=wayland"]
    return None


def _copy_cookies(display, path):
    """The display's cookies, for any host name: the machine has another one than the host."""
    listed = subprocess.run(["xauth", "nlist", display], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                            check=False).stdout
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("".join("ffff" + line[4:] + "\n" for line in listed.split("\n") if len(line) > 4))
        file.flush()
        open(path, "w", encoding="ascii").close()
        subprocess.run(["xauth", "-f", path, "nmerge", file.name], stderr=subprocess.DEVNULL, check=False)
    os.chmod(path, 0o644)
