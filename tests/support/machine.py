# SPDX-License-Identifier: LGPL-2.1-or-later
"""A throw-away Debian machine: a copy of root.py's tree, booted by systemd-nspawn with a systemd, D-Bus, polkit and
logind of its own, in its own cgroup and network. Beside it lies the outside: another network namespace, joined to the
machine by one cable, where a publisher's web server runs. The host's own network is not touched.

Everything that was started is ended by its own process id; what a killed run left behind is removed by the next."""

import atexit
import os
import secrets
import shlex
import shutil
import signal
import subprocess
import time

WORK = "/var/tmp"
PREFIX = "suture-machine."
RESTARTS = 133  # what systemd-nspawn ends with when the machine restarts (with --keep-unit)
OUTSIDE = "198.18.0.1"  # RFC 2544: addresses for tests
INSIDE = "198.18.0.2"
ENV = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "TERM=dumb",
       "LC_ALL=C.UTF-8", "SYSTEMD_PAGER=cat", "SYSTEMD_COLORS=0", "DEBIAN_FRONTEND=noninteractive"]
SESSION = ["-p", "PAMName=login", "-E", "XDG_SEAT=seat0", "-E", "XDG_SESSION_TYPE=x11", "-E", "XDG_SESSION_CLASS=user"]


def until(condition, what, timeout=60, step=0.1):
    """The first true value of condition()."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(step)
    raise TimeoutError(f"after {timeout} seconds: {what}")


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def can_cable():
    """Whether this kernel and these rights allow a network of the machine's own."""
    return subprocess.run(["unshare", "-n", "ip", "link", "add", "name", "va", "type", "veth", "peer", "name", "vb"],
                          stderr=subprocess.DEVNULL, check=False).returncode == 0


def remove_left_overs():
    for name in os.listdir(WORK):
        folder = f"{WORK}/{name}"
        if not name.startswith(PREFIX):
            continue
        try:
            with open(f"{folder}/owner", encoding="ascii") as file:
                owner = int(file.read())
        except (OSError, ValueError):
            continue
        if not os.path.exists(f"/proc/{owner}"):
            forget_loops(folder)
            shutil.rmtree(folder, ignore_errors=True)


def forget_loops(folder):
    listed = subprocess.run(["losetup", "-n", "-O", "NAME,BACK-FILE"], stdout=subprocess.PIPE, text=True, check=False)
    for line in listed.stdout.split("\n"):
        device, _, path = line.partition(" ")
        if path.strip().startswith(folder + "/"):
            subprocess.run(["losetup", "-d", device], check=False)


class MachineError(RuntimeError):
    pass


class Machine:
    def __init__(self, source, keep=False):
        remove_left_overs()
        self.source = source
        self.children = []
        self.folder = f"{WORK}/{PREFIX}{secrets.token_hex(4)}"
        os.mkdir(self.folder, 0o700)
        self.root = f"{self.folder}/root"
        self.keep = keep
        self.binds = []
        self.nspawn = self.leader = None
        self.outside = None
        self.cgroups = []
        with open(f"{self.folder}/owner", "w", encoding="ascii") as file:
            file.write(str(os.getpid()))
        atexit.register(self.destroy)
        # A copy, not an overlay: images on an overlay could not be mounted below one more overlay.
        subprocess.run(["cp", "-a", "--reflink=auto", source, self.root], check=True)
        self.cable = can_cable()
        if self.cable:
            self.outside = subprocess.Popen(["unshare", "-n", "sleep", "infinity"])
            until(lambda: self._net(self.outside.pid) != self._net("self"), "a network outside the machine")
            self.in_outside("ip", "link", "set", "lo", "up")
        self.address = OUTSIDE if self.cable else "127.0.0.1"

    @staticmethod
    def _net(pid):
        return os.readlink(f"/proc/{pid}/ns/net")

    def outside_argv(self, *argv):
        return ["nsenter", "-t", str(self.outside.pid), "-n", *argv] if self.cable else list(argv)

    def in_outside(self, *argv):
        subprocess.run(self.outside_argv(*argv), check=True)

    def _enter_cgroup(self):
        """A group for the container alone: without systemd on the host all containers would share one."""
        for path in self.cgroups:
            with open(f"{path}/cgroup.procs", "w", encoding="ascii") as file:
                file.write(str(os.getpid()))

    def boot(self, timeout=90, up=None):
        """Starts it, and waits until everything has started, or until up() says that this is far enough."""
        # of letters and digits alone: the folder's own name may end in what a host's name may not
        name = "suture-" + os.path.basename(self.folder).encode().hex()[-16:]
        argv = ["systemd-nspawn", "-q", "-b", "-D", self.root, "-M", name,
                "--register=no", "--keep-unit", "--console=pipe", "--resolv-conf=off", "--timezone=off",
                "--link-journal=no"]
        argv += ["--private-network"] if self.cable else []
        argv += [f"--bind={bind}" for bind in self.binds]
        if os.path.isdir("/run/systemd/system"):
            argv = ["systemd-run", "--quiet", "--scope", "--collect", "-p", "Delegate=yes", *argv]
        else:
            self._make_cgroups()
        with open(f"{self.folder}/console", "ab") as console:
            # pylint: disable=subprocess-popen-preexec-fn
            self.nspawn = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=console, stderr=console,
                                           preexec_fn=self._enter_cgroup, start_new_session=True,
                                           env={"PATH": os.environ["PATH"]})
        self.leader = until(self._find_leader, "the container's first process", 30)
        if self.cable:
            self._connect()
        until(up or self._is_up, "the machine to boot", timeout)

    def _make_cgroups(self):
        name = os.path.basename(self.folder)
        self.cgroups = []
        for base in ("/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified", "/sys/fs/cgroup"):
            if os.path.exists(f"{base}/cgroup.procs"):
                os.makedirs(f"{base}/{name}", exist_ok=True)
                self.cgroups.append(f"{base}/{name}")

    def _find_leader(self):
        if self.nspawn.poll() is not None:
            with open(f"{self.folder}/console", encoding="utf-8", errors="replace") as file:
                raise MachineError("systemd-nspawn ended: " + file.read()[-2000:])
        queue = [self.nspawn.pid]
        while queue:
            pid = queue.pop()
            queue += children(pid)
            try:
                with open(f"/proc/{pid}/status", encoding="ascii") as file:
                    fields = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
            except OSError:
                continue
            if fields.get("NSpid", "").split()[-1:] == ["1"] and fields["Name"] == "systemd":
                return pid
        return None

    def _connect(self):
        leader = str(self.leader)
        subprocess.run(self.outside_argv("ip", "link", "del", "cable"), stderr=subprocess.DEVNULL, check=False)
        self.in_outside("ip", "link", "add", "name", "cable", "type", "veth", "peer", "name", "host0", "netns", leader)
        self.in_outside("ip", "address", "add", f"{OUTSIDE}/30", "dev", "cable")
        self.in_outside("ip", "link", "set", "cable", "up")
        inside = ["nsenter", "-t", leader, "-n", "ip"]
        subprocess.run([*inside, "link", "set", "lo", "up"], check=True)
        subprocess.run([*inside, "address", "add", f"{INSIDE}/30", "dev", "host0"], check=True)
        subprocess.run([*inside, "link", "set", "host0", "up"], check=True)

    def _is_up(self):
        return self.run("systemctl is-system-running", check=False).stdout.strip() in ("running", "degraded")

    def argv(self, *argv):
        return ["nsenter", "-t", str(self.leader), "-a", "env", "-i", *ENV, *argv]

    def run(self, command, check=True, timeout=300, stdin=None):
        """Runs a shell line as root inside. The answer has stdout and stderr in one, and returncode."""
        done = subprocess.run(self.argv("/bin/sh", "-c", command), input=stdin, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", timeout=timeout, check=False)
        if check and done.returncode != 0:
            raise MachineError(f"{command}: {done.returncode}\n{done.stdout}")
        return done

    def read(self, command):
        return self.run(command).stdout.strip()

    def login(self, user):
        """A desktop session of the user on the seat; the newest one is the active one."""
        self.run(f"systemd-run --quiet --collect --unit=desktop-{user} --uid={user} {shlex.join(SESSION)} "
                 f"sleep infinity")
        uid = self.read(f"id -u {user}")
        until(lambda: self.run(f"test -S /run/user/{uid}/bus", check=False).returncode == 0, f"{user}'s session bus")

    def logout(self, user):
        self.run(f"systemctl stop desktop-{user}; loginctl terminate-user {user}", check=False)

    def user_argv(self, user, *argv, env=()):
        """The command line that runs argv among the user's own services, as a desktop starts programs."""
        uid = self.read(f"id -u {user}")
        settings = [f"--setenv={item}" for item in env]
        return self.argv("systemd-run", "--quiet", "--collect", "--wait", "--pipe", f"--uid={user}",
                         f"--setenv=XDG_RUNTIME_DIR=/run/user/{uid}",
                         "systemd-run", "--user", "--quiet", "--collect", "--wait", "--pipe", *settings, *argv)

    def run_as(self, user, command, check=True, timeout=300, env=()):
        done = subprocess.run(self.user_argv(user, "/bin/sh", "-c", command, env=env), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", timeout=timeout, check=False)
        if check and done.returncode != 0:
            raise MachineError(f"{user}: {command}: {done.returncode}\n{done.stdout}")
        return done

    def put(self, source, inside):
        """Copies a file of the host into the machine; not below /run, /tmp or /dev, which are the machine's own."""
        os.makedirs(os.path.dirname(self.root + inside), exist_ok=True)
        shutil.copy(source, self.root + inside)

    def write(self, inside, text, mode=0o644):
        os.makedirs(os.path.dirname(self.root + inside), exist_ok=True)
        with open(self.root + inside, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.root + inside, mode)

    def renumber(self, user, uid):
        """Gives a user another number; before the machine boots."""
        subprocess.run(["chroot", self.root, "usermod", "-u", uid, user], check=True)

    def shutdown(self, timeout=60):
        if self.nspawn is None:
            return
        self.run("systemctl poweroff", check=False)
        try:
            self.nspawn.wait(timeout)
        except subprocess.TimeoutExpired:
            self.pull_the_plug()
        self.nspawn = self.leader = None

    def pull_the_plug(self):
        """Ends every process at once, as a power cut does."""
        if self.nspawn is None:
            return
        if self.leader and os.path.exists(f"/proc/{self.leader}"):
            os.kill(self.leader, signal.SIGKILL)
        try:
            self.nspawn.wait(20)
        except subprocess.TimeoutExpired:
            self.nspawn.kill()
            self.nspawn.wait()
        self.nspawn = self.leader = None

    def start_anew(self, timeout=60):
        """The machine restarts by itself: waits for systemd-nspawn to end with that, and starts it again."""
        code = self.nspawn.wait(timeout)
        if code != RESTARTS:
            raise MachineError(f"systemd-nspawn ended with {code}: that was no restart")
        self.nspawn = self.leader = None
        self.boot()

    def reboot(self):
        self.shutdown()
        self.boot()

    def destroy(self):
        atexit.unregister(self.destroy)
        self.pull_the_plug()
        for child in self.children:
            child.stop()
        if self.outside:
            self.outside.kill()
            self.outside.wait()
            self.outside = None
        forget_loops(self.folder)
        for path in self.cgroups:
            for below, _, _ in os.walk(path, topdown=False):
                try:
                    os.rmdir(below)
                except OSError:
                    pass
        if not self.keep:
            shutil.rmtree(self.folder, ignore_errors=True)
