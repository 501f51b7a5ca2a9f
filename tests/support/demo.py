# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/try: the whole way on a throw-away machine. Without --auto a person clicks; with it, the panel is used through
its accessibility tree, and everything that it should have done is looked up elsewhere: in the mapped files of running
programs, in the tree below /usr, in dpkg."""

import argparse
import os
import signal
import subprocess
import sys
import traceback

import build
import desktop
import machine
import stage

PASSWORD = "secret"
AGENT = "/usr/lib/policykit-1-gnome/polkit-gnome-authentication-agent-1"
# helper/restart/never.c has them all; these are the ones that run in this machine.
NEVER = ("init.scope", "systemd-journald.service", "systemd-logind.service", "systemd-udevd.service", "dbus.service",
         "polkit.service")
STEADY = ("dbus.service", "polkit.service")


class Failure(Exception):
    pass


def need(condition, text):
    if not condition:
        raise Failure(text)


class Demo:
    def __init__(self, keep):
        self.failed = 0
        self.stage = stage.Stage(keep)
        self.machine = self.stage.machine
        self.desktop = self.stage.desktop
        self.stage.use_archive()
        self.before = {}

    def step(self, text, function, *arguments):
        """Does one thing and says how it went; what it returns is said too."""
        try:
            detail = function(*arguments)
        except (Failure, RuntimeError, TimeoutError, AssertionError, OSError, KeyError) as error:
            self.failed += 1
            print(f"FAILED {text}: {error}", flush=True)
            if not isinstance(error, Failure):
                traceback.print_exc()
            return False
        print(f"ok {text}", flush=True)
        for line in detail if isinstance(detail, list) else ():
            print(f"     {line}", flush=True)
        return True

    def panel(self, *arguments):
        words = " ".join(f"'{word}'" for word in arguments)
        done = self.desktop.run(f"/usr/bin/python3 -W ignore /opt/test/panel.py {words} 2>&1", check=False)
        lines = [line for line in done.stdout.split("\n") if line and "dbind-WARNING" not in line]
        need(done.returncode == 0, "\n".join(lines[-6:]))
        return lines

    # what is prepared

    def boot(self):
        self.stage.boot()
        versions = self.machine.read("dpkg-query -W " + " ".join(fix.package for fix in self.stage.fixes))
        return [f"{line.split()[0]} {line.split()[1]}, installed and vulnerable" for line in versions.split("\n")]

    def archive(self):
        """Nothing but Debian's archive is configured."""
        self.stage.mirror.start()
        need(self.machine.run("ls -A /etc/apt/sources.list.d", check=False).stdout.strip() == "", "there are other sources")
        return [line for line in self.machine.read("cat /etc/apt/sources.list").split("\n") if line]

    def install_suture(self):
        # On a desktop the package turns it on; here the panel's own button is shown.
        self.machine.run("echo suture-local suture-local/enable boolean false | debconf-set-selections")
        self.stage.install_packages(("suture", "suture-panel", "suture-local"))
        feeds = self.machine.read("ls /etc/suture/feeds.d")
        need(feeds == "", f"feeds are configured: {feeds}")
        answer = self.stage.ctl("status")[1]
        need(answer["local_feed"] == "off", f"the local feed is {answer['local_feed']}")

    def turn_on(self):
        """One button and one password; what is ready then was found, fetched and prepared by the machine itself."""
        self.panel("use", PASSWORD)
        self.stage.learn()
        missing = [fix.package for fix in self.stage.fixes if fix.id is None]
        need(not missing, f"nothing was prepared for {', '.join(missing)}: {self.stage.ctl('status')[1]}")
        return [f"{fix.id}, “{fix.title}”: {len(fix.manifest['files'])} files, "
                f"{len(fix.manifest['vulnerabilities'])} vulnerabilities" for fix in self.stage.fixes]

    def ready(self):
        lines = self.panel("status")
        need(lines[0] == "2 Improvements Ready", f"it says {lines}")
        return lines

    def proof(self, fix):
        """The archive's chain as it is told, against the archive itself."""
        told = {}
        for item in self.improvement(fix)["provenance"]:
            told.setdefault(item["what"], []).append(item["which"])
        release = self.machine.read("sha256sum /var/lib/apt/lists/*security*InRelease").split()[0]
        need(told.get("release") == [release], f"the release is {told.get('release')}, and apt has {release}")
        need(len(told.get("key", [""])[0]) == 40, f"the key is {told.get('key')}")
        for package in told["package"]:
            name, version, architecture, sha256 = package.split(" ")
            shown = self.machine.read(f"apt-cache show {name}:{architecture}={version} | sed -n 's/^SHA256: //p'").split("\n")
            need(sha256 in shown, f"{name} is {sha256}, and the archive has {shown}")
        return [f"{what}: {which}" for what in ("suite", "key", "package") for which in told[what]]

    def login(self, place):
        if place:
            self.desktop.login_at(place)
        else:
            self.desktop.login()
        self.desktop.service("agent", AGENT)

    def remember(self):
        """Everything that has to be the same in the end."""
        self.machine.run("systemctl start polkit")
        self.before = {"usr": self.stage.usr(), "identity": self.stage.identity(),
                       "pids": {unit: self.stage.pid(unit) for unit in STEADY}}
        return [f"{len(self.before['usr'])} files and folders below /usr, all hashed",
                f"User-Agent: {self.before['identity']['User-Agent'].strip()}"]

    # what has to be true

    def runs(self, unit, fix, fixed):
        """Whether unit runs the fixed (or the old) bytes of a fix, by what lies behind its mappings."""
        lines, wrong = [], []
        which = {os.path.basename(path): pair for path, pair in fix.files().items()}
        for process in self.stage.mapped(fix):
            if process["unit"] != unit:
                continue
            for name, sha256 in process["files"].items():
                old, new = which[name]
                state = "fixed" if sha256 == new else "old" if sha256 == old else "unknown"
                line = f"{process['name']} ({process['pid']}) maps {name}: {state} {sha256[:16]}…"
                (lines if state == ("fixed" if fixed else "old") else wrong).append(line)
        need(lines or wrong, f"no process of {unit} maps {', '.join(which)}")
        need(not wrong, "; ".join(wrong))
        return lines

    def installed(self, fix, mapped_before):
        """Every unit that had mapped replaced bytes was either restarted or is owed, and the list says so."""
        known = self.improvement(fix)
        need(known["state"] == "active", f"it is {known['state']}")
        restarted = set(known["restarted"])
        owed = {(item["name"], item["why"] == "user"): item["why"] for item in known["owed"]}
        old = {pair[0] for pair in fix.files().values()}
        after = self.stage.mapped(fix)
        lines = []
        for unit, user in sorted({(process["unit"], process["user"]) for process in mapped_before
                                  if process["unit"].endswith((".service", ".scope"))}):
            whose = f"{unit} of a user" if user else unit
            still = any((process["unit"], process["user"]) == (unit, user) and old & set(process["files"].values())
                        for process in after)
            if not user and unit in restarted:
                need(not still, f"{unit} is said to be restarted, and runs the old bytes")
                need(unit not in NEVER, f"{unit} is never to be restarted, and was")
                lines.append(f"{whose}: restarted")
            elif still:
                need((unit, user) in owed, f"{whose} runs the old bytes, and is not listed as owed: {owed}")
                need(user or unit not in NEVER or owed[unit, user] == "never-restart", f"{unit}: {owed[unit, user]}")
                lines.append(f"{whose}: owed ({owed[unit, user]})")
            else:
                lines.append(f"{whose}: ended by itself meanwhile")
        need(lines, "nothing had mapped the replaced bytes")
        return lines

    def update(self, fix):
        """The system is updated as always: content decides, and the improvement is retired."""
        version = next(line.split()[1] for line in fix.manifest["result"]["label"].split(", ")
                       if line.split()[0] == fix.package)
        names = " ".join("=".join(item.split()) for item in fix.manifest["result"]["label"].split(", "))
        self.machine.run(f"apt-get -q -y install {names}")
        need(not any(fix.id in name for name in self.stage.merged()), f"merged is {self.stage.merged()}")
        images = self.machine.read("ls /var/lib/suture-activate/images")
        need(fix.id not in images, f"its image is kept: {images}")
        return [f"{fix.package} is {version} in dpkg's eyes too, and nothing of {fix.id} is merged"]

    def improvement(self, fix):
        answer = self.stage.ctl("status")[1]
        return next(item for item in answer["improvements"] if item["id"] == fix.id)

    def install(self, fix):
        before = self.stage.mapped(fix)
        self.panel("install", fix.title)
        need(f"/usr/lib suture-{fix.id}" in self.stage.merged(), f"merged is {self.stage.merged()}")
        return self.installed(fix, before)

    def steady(self):
        now = {unit: self.stage.pid(unit) for unit in STEADY}
        need(now == self.before["pids"], f"process ids were {self.before['pids']} and are {now}")
        return [f"{unit} is still process {pid}" for unit, pid in now.items()]

    def new_programs(self, fix):
        """A program that starts now gets the fixed bytes, whatever still runs."""
        new = {path: pair[1] for path, pair in fix.files().items()}
        for path, sha256 in new.items():
            now = self.machine.read(f"sha256sum {path}").split()[0]
            need(now == sha256, f"{path} is {now}")
        return [f"{len(new)} files at their paths are the fixed ones"]

    def history(self, *events):
        lines = self.panel("history")
        for event in events:
            need(any(event in line for line in lines), f"no “{event}” in {lines}")
        self.panel("back")
        return lines

    def remove(self, fix):
        self.panel("remove", fix.title, PASSWORD)
        need(not any(fix.id in name for name in self.stage.merged()), f"merged is {self.stage.merged()}")

    def same_identity(self):
        now = self.stage.identity()
        for name, value in self.before["identity"].items():
            need(now[name] == value, f"{name} changed from {value!r} to {now[name]!r}")
        return [f"{name}: as before" for name in now]

    def same_usr(self):
        now, then = self.stage.usr(), self.before["usr"]
        different = sorted(path for path in set(now) | set(then) if now.get(path) != then.get(path))
        need(not different, f"{len(different)} differ: {', '.join(different[:5])}")
        need(self.stage.merged() == [], f"merged is {self.stage.merged()}")
        return [f"{len(now)} files and folders, SHA-256 over all {self.stage.digest(now)[:16]}…"]

    def prepare(self, place):
        return (self.step("a Debian 12 machine boots, with a web server on vulnerable bytes", self.boot)
                and self.step("nothing but Debian's archive is configured", self.archive)
                and self.step("a user logs in on the machine's desktop", self.login, place)
                and self.step("Suture is installed from its Debian packages, and trusts nobody", self.install_suture)
                and self.step("everything that must stay the same is noted", self.remember))

    def auto(self, picture):
        first, second = self.stage.server_fix, self.stage.bus_fix
        self.step("the panel opens", self.desktop.service, "panel", "suture-panel")
        if not self.step("Use Debian's Security Updates…: the machine finds and prepares both fixes", self.turn_on):
            return
        self.step("nginx runs the old bytes", self.runs, "nginx.service", first, False)
        self.step("the panel's status", self.ready)
        self.step("Show Proof: what is told of the archive's signatures is what the archive has", self.proof, first)
        self.step(f"a picture is written to {picture}", self.desktop.picture, picture)
        self.step(f"Install, beside “{first.title}”", self.install, first)
        self.step("the running nginx uses the fixed bytes", self.runs, "nginx.service", first, True)
        self.step("nginx serves over TLS", self.machine.run, "curl -ksSf https://localhost:8443/ >/dev/null")
        self.step(f"Install, beside “{second.title}”", self.install, second)
        self.step("new programs get the fixed bytes", self.new_programs, second)
        self.step("the system bus and polkitd were not restarted", self.steady)
        self.step("os-release, dpkg's versions and WebKit's User-Agent did not change", self.same_identity)
        self.step("the panel's status", self.panel, "status")
        self.step("Update History tells of both", self.history, f"Installed “{first.title}”",
                  f"Installed “{second.title}”")
        self.step(f"Remove…, beside “{first.title}”, with a password", self.remove, first)
        self.step("nginx is back on the old bytes", self.runs, "nginx.service", first, False)
        self.step(f"Remove…, beside “{second.title}”", self.remove, second)
        self.step("Update History tells of the removals", self.history, f"Removed “{first.title}”",
                  f"Removed “{second.title}”")
        self.step("the system bus and polkitd were still not restarted", self.steady)
        self.step("/usr is byte for byte as before", self.same_usr)
        self.step("os-release, dpkg's versions and WebKit's User-Agent are as before", self.same_identity)
        self.step(f"Install, beside “{first.title}”, once more", self.install, first)
        self.step("the system is updated as always, and the improvement retires", self.update, first)
        self.step("Update History tells of it", self.history, f"Included in a System Update: “{first.title}”")
        self.step("nginx runs the fixed bytes of the system", self.runs, "nginx.service", first, True)

    def by_hand(self, place, picture):
        self.step("the panel opens", self.desktop.service, "panel", "suture-panel")
        self.step("it shows", self.panel, "status")
        if not place:
            self.step("Use Debian's Security Updates…: the machine finds and prepares both fixes", self.turn_on)
            self.step(f"there is no display here: a picture of it is in {picture}", self.desktop.picture, picture)
        print(f"""
What to do now{'' if place else ', on a machine with a display'}, in the window Privacy & Security:
  1. Use Debian's Security Updates…: a password is asked once ({PASSWORD}), and the machine prepares what is behind.
  2. Install, beside each. Nothing is asked: they are what Debian has signed.
  3. Open one: what it fixes, what was restarted, what still uses the old version, by name; and Show Proof.
  4. Update History.
  5. Remove…, beside each. A password is asked for, since the machine gets less safe: {PASSWORD}

To look from outside: nsenter -t {self.machine.leader} -a   (the machine; suturectl status works there)
Everything again without hands, and checked: {sys.argv[0].replace('support/demo.py', 'try')} --auto
""", flush=True)
        if sys.stdin.isatty():
            input("Press Enter to throw the machine away. ")

    def close(self):
        self.stage.destroy()


def own_display(demo):
    """Binds the person's display into the machine; the environment for it, or None."""
    found = desktop.person_display(demo.machine)
    if not found:
        return None
    demo.machine.binds += found[0]
    uid = os.environ.get("SUDO_UID", "0")
    if uid not in ("0", "1000"):
        # A Wayland socket is its owner's alone: the machine's user gets the person's number.
        demo.machine.renumber("alice", uid)
    return found[1]


def main():
    parser = argparse.ArgumentParser(prog="tests/try", description="Shows the whole way on a throw-away machine.")
    parser.add_argument("--auto", action="store_true", help="do the clicks, check everything, fail if something is wrong")
    parser.add_argument("--keep", action="store_true", help="leave the machine's files")
    parser.add_argument("--picture", default="suture-panel.png", help="where the picture of a virtual display goes")
    options = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    picture = os.path.abspath(options.picture)
    print("Preparing", flush=True)
    try:
        demo = Demo(options.keep)
    except (RuntimeError, OSError, subprocess.CalledProcessError, build.BuildError) as error:
        print(f"FAILED preparing: {error}")
        sys.exit(1)
    try:
        place = None if options.auto else own_display(demo)
        if demo.prepare(place):
            if options.auto:
                demo.auto(picture)
            else:
                demo.by_hand(place, picture)
        if demo.failed:
            print(demo.machine.run("journalctl --no-pager -b -p notice -n 60", check=False).stdout if demo.machine.leader
                  else "")
        print(f"{demo.failed} of the steps failed" if demo.failed else "Everything went as it should")
    except machine.MachineError as error:
        demo.failed += 1
        print(f"FAILED the machine: {error}")
    finally:
        demo.close()
    sys.exit(1 if demo.failed else 0)


if __name__ == "__main__":
    main()
