# SPDX-License-Identifier: LGPL-2.1-or-later
"""A virtual machine with the release's own kernel: the tree of root.py with that kernel's modules, udev and the given
Debian packages, as one ext4 disk that QEMU starts. It has what containers on a newer kernel cannot show: device-mapper,
device rules, a boot that ends in a real restart. It has no network, and needs no KVM: the processor is
emulated, which is slow and works everywhere. Commands go through a second serial port, where a
small service of root's answers; the first one is the console, kept in a file."""

import atexit
import base64
import glob
import os
import platform
import shutil
import socket
import subprocess
import tempfile
import time

from archive import CACHE, say
from machine import WORK

PREFIX = "suture-vm."
META = "linux-image-cloud-amd64"
DISK = "1500M"
MEMORY = "1536"
# What makes a disk appear, in the order of loading; the rest is loaded from the disk on demand.
EARLY = ("virtio_ring", "virtio", "virtio_pci_legacy_dev", "virtio_pci_modern_dev", "virtio_pci", "virtio_blk")
MODULES = ("arch", "crypto", "drivers/block", "drivers/md", "drivers/virtio", "fs", "lib")
# The desktop of the tree: nothing here starts it, and copying it takes time.
LEFT_OUT = ("usr/lib/gcc", "usr/lib/x86_64-linux-gnu/dri", "usr/lib/x86_64-linux-gnu/gstreamer-1.0",
            "usr/lib/x86_64-linux-gnu/libLLVM*", "usr/lib/x86_64-linux-gnu/libwebkit*",
            "usr/lib/x86_64-linux-gnu/libjavascriptcore*", "usr/lib/x86_64-linux-gnu/webkit*", "usr/share/fonts",
            "usr/share/icons", "usr/share/poppler")
MASKED = ("serial-getty@ttyS0.service", "getty@tty1.service", "systemd-timesyncd.service")
INIT = """#!/bin/busybox sh
b=/bin/busybox
$b mount -t devtmpfs dev /dev
for m in EARLY; do $b insmod /modules/$m.ko; done
i=0; while [ ! -b /dev/vda ] && [ $i -lt 50 ]; do $b sleep 0.1; i=$((i+1)); done
$b mount -t ext4 -o rw /dev/vda /new && exec $b switch_root /new /sbin/init
"""
# Answers "ID SECONDS COMMAND" with "ID STATUS OUTPUT", the last of each in base 64. A shell, because improvements get
# services restarted that map what they replace, and a shell maps next to nothing. It says that it is up, and which one it
# is, until it is asked something: the first words on a line that is just being set up can be lost.
AGENT = """exec 3<>/dev/ttyS1
stty raw -echo <&3
me=$$.$SRANDOM
until echo "up $me" >&3; read -t 5 -r id seconds command <&3; do :; done
while :; do
  if command=$(echo "$command" | base64 -d); then
    timeout -k 5 "$seconds" /bin/sh -c "$command" </dev/null >/run/answer 2>&1
    echo "$id $? $(base64 -w 0 /run/answer)" >&3
  else
    echo "again" >&3
  fi
  read -r id seconds command <&3 || exit
done
"""
UNIT = """[Unit]
Description=Commands of the test
DefaultDependencies=no
After=local-fs.target systemd-tmpfiles-setup.service
[Service]
ExecStart=/bin/bash /opt/agent
Environment=LC_ALL=C.UTF-8 HOME=/root SYSTEMD_PAGER=cat SYSTEMD_COLORS=0
OOMScoreAdjust=-1000
[Install]
WantedBy=sysinit.target
"""


def is_supported():
    return platform.machine() == "x86_64"


def kernel(archive):
    """The folder with vmlinuz, initrd and modules/ of the archive's newest kernel, made once."""
    version = archive.versions(META)[0]
    depends = subprocess.run(["dpkg-deb", "-f", archive.deb(META, version), "Depends"], check=True, text=True,
                             stdout=subprocess.PIPE).stdout
    package = depends.split()[0]
    folder = f"{CACHE}/kernel-{package}_{version}"
    if os.path.isdir(folder):
        return folder
    part = folder + ".part"
    shutil.rmtree(part, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as tree:
        subprocess.run(["dpkg-deb", "-x", archive.deb(package, version), tree], check=True)
        busybox = archive.versions("busybox-static")[0]
        subprocess.run(["dpkg-deb", "-x", archive.deb("busybox-static", busybox), tree], check=True)
        [release] = os.listdir(f"{tree}/lib/modules")
        modules = f"{part}/modules/lib/modules/{release}"
        for name in MODULES:
            source = f"{tree}/lib/modules/{release}/kernel/{name}"
            if os.path.isdir(source):
                shutil.copytree(source, f"{modules}/kernel/{name}")
        for path in glob.glob(f"{tree}/lib/modules/{release}/modules.*"):
            shutil.copy(path, modules)
        subprocess.run(["depmod", "-b", f"{part}/modules", release], check=True)
        shutil.copy(f"{tree}/boot/vmlinuz-{release}", f"{part}/vmlinuz")
        _make_initrd(tree, f"{modules}/kernel", f"{part}/initrd")
    os.rename(part, folder)
    return folder


def _make_initrd(tree, modules, path):
    top = f"{tree}/initrd"
    for name in ("bin", "dev", "modules", "new"):
        os.makedirs(f"{top}/{name}")
    shutil.copy(f"{tree}/bin/busybox", f"{top}/bin/busybox")
    for name in EARLY:
        found = glob.glob(f"{modules}/**/{name}.ko", recursive=True)
        shutil.copy(found[0], f"{top}/modules/{name}.ko")
    with open(f"{top}/init", "w", encoding="ascii") as file:
        file.write(INIT.replace("EARLY", " ".join(EARLY)))
    os.chmod(f"{top}/init", 0o755)
    subprocess.run(f'find . | cpio -o -H newc --quiet | gzip -1 > "{path}"', shell=True, cwd=top, check=True)


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
            shutil.rmtree(folder, ignore_errors=True)


class VirtualMachine:
    """Fill `add` (a tree laid over the root) and then make() and boot()."""

    def __init__(self, archive, source, keep=False):
        remove_left_overs()
        self.archive = archive
        self.source = source
        self.kernel = kernel(archive)
        self.keep = keep
        self.folder = tempfile.mkdtemp(prefix=PREFIX, dir=WORK)
        self.add = f"{self.folder}/add"
        self.disk = f"{self.folder}/disk"
        self.qemu = self.port = None
        self.pending = b""
        self.sent = 0
        self.agent = None
        with open(f"{self.folder}/owner", "w", encoding="ascii") as file:
            file.write(str(os.getpid()))
        os.makedirs(self.add)
        atexit.register(self.destroy)
        self.write("/opt/agent", AGENT)
        self.write("/etc/systemd/system/test-agent.service", UNIT)
        self.write("/etc/fstab", "/dev/vda / ext4 defaults 0 0\n")

    def write(self, inside, text, mode=0o644):
        os.makedirs(os.path.dirname(self.add + inside), exist_ok=True)
        with open(self.add + inside, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.add + inside, mode)

    def put(self, source, inside):
        os.makedirs(os.path.dirname(self.add + inside), exist_ok=True)
        if os.path.isdir(source):
            shutil.copytree(source, self.add + inside)
        else:
            shutil.copy(source, self.add + inside)

    def make(self, debs, commands=""):
        """The disk: the tree, udev, the packages, what was added, and a shell script run in it as root."""
        udev = self.archive.deb("udev", self.archive.versions("udev")[0])
        script = f"""
cd "{self.folder}"; mkdir -p upper work root
mount -t overlay overlay -o lowerdir="{self.source}",upperdir=upper,workdir=work root
mount -t proc proc root/proc
mkdir root/debs; cp "{udev}" {' '.join(f'"{path}"' for path in debs)} root/debs
cp -a add/. root/
cp -a "{self.kernel}/modules/lib/modules" root/usr/lib/
export DEBIAN_FRONTEND=noninteractive
chroot root dpkg -i /debs/{os.path.basename(udev)}
{'chroot root dpkg -i ' + ' '.join('/debs/' + os.path.basename(path) for path in debs) if debs else ''}
chroot root systemctl enable test-agent.service
chroot root systemctl mask {' '.join(MASKED)}
cat > root/script <<'EOF'
{commands}
EOF
chroot root sh -e /script
rm -rf root/debs root/script {' '.join('root/' + path for path in LEFT_OUT)}
umount root/proc
mke2fs -q -t ext4 -L root -E lazy_itable_init=1,lazy_journal_init=1 -J size=16 -d root disk {DISK}
"""
        done = subprocess.run(["unshare", "-m", "--propagation", "private", "sh", "-exc", script], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace", check=False)
        shutil.rmtree(f"{self.folder}/upper", ignore_errors=True)
        shutil.rmtree(f"{self.folder}/work", ignore_errors=True)
        if done.returncode != 0:
            raise RuntimeError("the disk could not be made:\n" + done.stdout[-3000:])

    def boot(self, timeout=600, words="", finished=True):
        """words: more of the kernel's command line. finished: waits until everything has started."""
        path = f"{self.folder}/port"
        with open(f"{self.folder}/qemu.log", "ab") as log:
            self.qemu = subprocess.Popen(
                ["qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", MEMORY,
                 "-nic", "none", "-display", "none", "-monitor", "none", "-kernel", f"{self.kernel}/vmlinuz",
                 "-initrd", f"{self.kernel}/initrd", "-append",
                 "console=ttyS0 root=/dev/vda rw quiet systemd.show_status=0 mitigations=off random.trust_cpu=on "
                 + words,
                 "-drive", f"file={self.disk},if=virtio,format=raw,cache=unsafe",
                 "-serial", f"file:{self.folder}/console",
                 "-chardev", f"socket,id=port,path={path},server=on,wait=off", "-serial", "chardev:port"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self.port = self._connect(path)
        self._wait_up(timeout, finished)

    def _connect(self, path):
        port = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        end = time.monotonic() + 60
        while self.qemu.poll() is None and time.monotonic() < end:
            try:
                port.connect(path)
                return port
            except (FileNotFoundError, ConnectionRefusedError):
                time.sleep(0.05)
        raise RuntimeError("QEMU does not start: " + self._tail("qemu.log"))

    def _tail(self, name):
        try:
            with open(f"{self.folder}/{name}", encoding="utf-8", errors="replace") as file:
                return file.read()[-3000:]
        except OSError:
            return ""

    def _answer(self, end, what):
        """The words of the next line."""
        while b"\n" not in self.pending:
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"{what}; the console's end:\n{self._tail('console')}")
            self.port.settimeout(left)
            try:
                data = self.port.recv(65536)
            except TimeoutError:
                continue
            if not data:
                raise RuntimeError(f"the virtual machine ended: {self._tail('qemu.log')}{self._tail('console')}")
            self.pending += data
        line, self.pending = self.pending.split(b"\n", 1)
        return line.decode(errors="replace").split()

    def _wait_up(self, timeout, finished=True):
        end = time.monotonic() + timeout
        before, answer = self.agent, []
        while len(answer) != 2 or answer[0] != "up" or answer[1] == before:
            answer = self._answer(end, "the virtual machine does not boot")
        self.agent = answer[1]
        if finished:
            self.run("systemctl is-system-running --wait", check=False, timeout=timeout)

    def run(self, command, check=True, timeout=120):
        """Runs a shell line as root inside: an object with stdout (stderr too) and returncode, as Machine.run()."""
        self.sent += 1
        answer = ["again"]
        end = time.monotonic() + timeout + 30
        while answer[:1] != [str(self.sent)]:
            if answer[:1] == ["up"] and answer[1:] != [self.agent]:
                raise RuntimeError(f"the service that runs commands was ended by: {command}")
            if answer == ["again"]:  # what arrived was not what was sent: the line has no memory
                coded = base64.b64encode(command.encode()).decode()
                self.port.settimeout(30)
                self.port.sendall(f"{self.sent} {timeout} {coded}\n".encode())
            answer = self._answer(end, f"no answer to: {command}")
        status = int(answer[1])
        text = base64.b64decode(answer[2]).decode(errors="replace") if len(answer) > 2 else ""
        if check and status != 0:
            raise RuntimeError(f"{command}: {status}\n{text}")
        return subprocess.CompletedProcess(command, status, text, "")

    def read(self, command):
        return self.run(command).stdout.strip()

    def reboot(self, timeout=600):
        self.run("systemctl --no-block reboot")
        self._wait_up(timeout)

    def pull_the_plug(self):
        """Ends it at once, as a power cut does; what it has not written to its disk by then is lost."""
        if self.port:
            self.port.close()
            self.port = None
        if self.qemu:
            self.qemu.kill()
            self.qemu.wait()
            self.qemu = None
        self.pending = b""

    def destroy(self):
        atexit.unregister(self.destroy)
        self.pull_the_plug()
        if self.keep:
            say(f"the virtual machine's files: {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)
