# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's archive, where the machine takes it to be: a web server outside that hands on the archive's own signed files as the
host's apt gets them, whatever mirror or proxy that needs. The machine's apt has Debian's address in its sources, and nothing else."""

import ctypes
import hashlib
import http.server
import os
import socket
import subprocess
import threading
import urllib.parse

import archive

HOST = "deb.debian.org"
PORT = 80
SOURCES = f"""deb [signed-by={archive.KEYRING}] http://{HOST}/debian {archive.RELEASE} main
deb [signed-by={archive.KEYRING}] http://{HOST}/debian-security {archive.RELEASE}-security main
"""
CLONE_NEWNET = 0x40000000


def listen(pid, address, port):
    """A socket that listens in the network of the process pid (None: this one's own), and is served from here."""
    found = []

    def inside():
        try:
            if pid:
                with open(f"/proc/{pid}/ns/net", "rb") as net:
                    libc = ctypes.CDLL(None, use_errno=True)
                    if libc.setns(net.fileno(), CLONE_NEWNET) != 0:
                        raise OSError(ctypes.get_errno(), "setns")
            found.append(socket.create_server((address, port)))
        except OSError as error:
            found.append(error)

    # a network is a thread's own: this one ends with it, and the socket stays where it was made
    thread = threading.Thread(target=inside)
    thread.start()
    thread.join()
    if isinstance(found[0], OSError):
        raise RuntimeError(f"the archive can't be served at {address}:{port}: {found[0]}")
    return found[0]


def read(path):
    """The bytes of a file; None where there is none."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except (FileNotFoundError, IsADirectoryError):
        return None


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.server.mirror.find(self.path)
        self.server.mirror.asked.append(self.path)
        self.send_response(200 if body is not None else 404)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        if body and self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        pass


class Mirror:
    """asked: the paths that were asked for. instead: path ending -> what is said instead of the archive's own (bytes, or None:
    there is no such file). folders: "debian" or "debian-security" -> a folder that is served in its place."""

    def __init__(self, machine):
        self.machine = machine
        self.uris = {"debian": archive.mirrors()[""], "debian-security": archive.mirrors()["-security"]}
        self.cache = f"{archive.CACHE}/mirror"
        self.lists = {}
        self.asked, self.instead, self.folders = [], {}, {}
        self.server = None
        os.makedirs(self.cache, exist_ok=True)
        machine.children.append(self)
        with open(f"{machine.root}/etc/hosts", "a", encoding="ascii") as file:
            file.write(f"{machine.address} {HOST}\n")
        machine.write("/etc/apt/sources.list", SOURCES)
        # the host's own clock and archive may be of another day
        options = "".join(f"{name} \"{value}\";\n" for name, value in (option.split("=", 1) for option in archive.apt_options())
                          if name.startswith("Acquire::Check-"))
        machine.write("/etc/apt/apt.conf.d/90host", options)

    def start(self):
        outside = self.machine.outside.pid if self.machine.cable else None
        listener = listen(outside, self.machine.address, PORT)
        self.server = http.server.ThreadingHTTPServer((self.machine.address, PORT), Handler, bind_and_activate=False)
        self.server.socket.close()
        self.server.socket = listener
        self.server.mirror = self
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def find(self, path):
        """The file at /debian/… or /debian-security/…; None: there is none."""
        for ending, said in self.instead.items():
            if path.endswith(ending):
                return said
        top, _, below = path.lstrip("/").partition("/")
        if top not in self.uris or ".." in path:
            return None
        if top in self.folders:
            return read(f"{self.folders[top]}/{urllib.parse.unquote(below)}")
        # lists change at any time: within one play they are of one moment
        if below.startswith("dists/"):
            if path not in self.lists:
                self.lists[path] = self.fetch(f"{self.uris[top]}/{below}", None)
            return self.lists[path]
        return self.fetch(f"{self.uris[top]}/{below}", f"{self.cache}/{os.path.basename(below)}")

    def fetch(self, uri, keep):
        if keep and os.path.exists(keep):
            with open(keep, "rb") as file:
                return file.read()
        part = f"{self.cache}/{hashlib.sha256(uri.encode()).hexdigest()}.{os.getpid()}.{threading.get_ident()}"
        done = subprocess.run(["/usr/lib/apt/apt-helper", "-q", "-o", "APT::Sandbox::User=root", "download-file", uri, part],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        if done.returncode != 0:
            return None
        with open(part, "rb") as file:
            body = file.read()
        if keep:
            os.rename(part, keep)
        else:
            os.unlink(part)
        return body

    def stop(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None
