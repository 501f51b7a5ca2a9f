#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What stands at the other ends of the helper's sockets in this ring.

/run/suture/fetch.sock     the real suture-fetch, a process a connection, as systemd would start it
https://127.0.0.1:8443     the feed in /run/ring/feed
/run/suture/activate.sock  a stand-in for suture-activate: speaks its protocol, compares the image with the manifest, and
                           keeps what would be merged in /run/ring/active.json. The real one is tested in the whole machine.

/run/suture/local.sock     a stand-in for suture-local, where /run/ring/prepared is: its `set-up` puts that, which suture-publish made,
                           into its place. `local on` and `local off` of the activation step are the real suture-activate's.

Files in /run/ring/control steer it, and are waited for while they are there:
  hold-payload           the server stops in the middle of a payload    (status-500: answers 500 instead)
  private                … answers 401 to whoever does not send the header Authorization as in the file (private-403: 403)
  hold-before hold-after the activation step stops before, after it changed what is active
  die-before  die-after  … or ends there without a result
  refuse                 … or refuses with the short error name in the file
  fail-after             … or answers with that error although it has changed what is active
  mute                   what it answers to list and reconsider makes no sense
  local-answer               suture-local sends the bytes in the file and ends
  local-real                 the real suture-local answers, as its user
  hold-local                 suture-local says that it has fetched 5 of 10 bytes, and waits
/run/ring/requests gets a line for every request to the activation step: the request and its metadata's file names.
/run/ring/served gets two lines for every request to the server: "asked PATH" before it is answered, and "answered STATUS RECEIVED
SENT PATH" behind it, with the bytes of HTTP both ways (headers and all, without what TLS adds)."""

import array
import hashlib
import http.server
import json
import os
import pwd
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time

CONTROL, ACTIVE, FEED = "/run/ring/control", "/run/ring/active.json", "/run/ring/feed"


def set_to(name):
    return os.path.exists(f"{CONTROL}/{name}")


def word_in(name):
    with open(f"{CONTROL}/{name}", encoding="ascii") as file:
        return file.read().strip()


def hold(name):
    if set_to(name):
        with open(f"{CONTROL}/{name}.reached", "w", encoding="ascii"):
            pass
    while set_to(name):
        time.sleep(0.02)


def listen(path):
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    if os.path.exists(path):
        os.unlink(path)
    server.bind(path)
    owner = pwd.getpwnam("suture")
    os.chown(path, owner.pw_uid, owner.pw_gid)
    os.chmod(path, 0o600)
    server.listen(16)
    return server


# ---- suture-fetch ----

def serve_fetch():
    server = listen("/run/suture/fetch.sock")
    while True:
        connection, _ = server.accept()
        fd = connection.detach()

        def become_three(fd=fd):
            os.dup2(fd, 3)

        child = subprocess.Popen(["/run/ring/suture-fetch"], preexec_fn=become_three, pass_fds=(3, fd))
        os.close(fd)
        threading.Thread(target=child.wait, daemon=True).start()


def note(line):
    with open("/run/ring/served", "a", encoding="utf-8") as file:
        file.write(line + "\n")


class Counted:
    """A stream that counts what goes through."""

    def __init__(self, stream):
        self.stream, self.count = stream, 0

    def write(self, data):
        self.count += len(data)
        return self.stream.write(data)

    def readline(self, *limit):
        line = self.stream.readline(*limit)
        self.count += len(line)
        return line

    def __getattr__(self, name):
        return getattr(self.stream, name)


class Feed(http.server.SimpleHTTPRequestHandler):
    status = 0

    def __init__(self, *args):
        super().__init__(*args, directory=FEED)

    def setup(self):
        super().setup()
        self.rfile, self.wfile = Counted(self.rfile), Counted(self.wfile)

    def send_head(self):
        path = self.translate_path(self.path)
        if os.path.exists(path) and not os.path.isdir(path) and not os.path.isfile(path):
            self.send_error(404)  # as nginx does
            return None
        return super().send_head()

    def send_response_only(self, code, message=None):
        self.status = int(code)
        super().send_response_only(code, message)

    def parse_request(self):
        parsed = super().parse_request()
        if parsed:
            note(f"asked {self.path}")
        return parsed

    def finish(self):
        super().finish()
        if self.status:
            note(f"answered {self.status} {self.rfile.count} {self.wfile.count} {self.path}")

    def do_GET(self):
        if set_to("status-500"):
            self.send_error(500)
            return
        if set_to("private") and self.headers["Authorization"] != word_in("private"):
            self.send_error(403 if set_to("private-403") else 401)
            return
        if "/payloads/" not in self.path or not set_to("hold-payload"):
            super().do_GET()
            return
        with open(FEED + self.path, "rb") as file:
            data = file.read()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        try:
            self.wfile.write(data[:len(data) // 2])
            hold("hold-payload")
            self.wfile.write(data[len(data) // 2:])
        except OSError:
            pass

    def log_message(self, *args):
        pass


def serve_feed():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 8443), Feed)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("/run/ring/certificates/server.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()


# ---- suture-activate ----

def receive(connection):
    """One frame: (tag, bytes, descriptor or None)."""
    header, fd = b"", None
    while not header.endswith(b"\n"):
        data, ancillary, _, _ = connection.recvmsg(1, socket.CMSG_SPACE(16))
        if not data:
            return None
        header += data
        for level, kind, payload in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                fds = array.array("i")
                fds.frombytes(payload[:len(payload) - len(payload) % fds.itemsize])
                fd = fds[0]
    tag, length = header.decode().split()
    body = b""
    while len(body) < int(length):
        body += connection.recv(int(length) - len(body))
    return tag, body, fd


def send(connection, tag, text):
    body = text.encode()
    connection.sendall(f"{tag} {len(body)}\n".encode() + body)


def load_active():
    try:
        with open(ACTIVE, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return []


def save_active(active):
    with open(ACTIVE + ".new", "w", encoding="utf-8") as file:
        json.dump(active, file)
    os.rename(ACTIVE + ".new", ACTIVE)


def digest_of(fd):
    digest = hashlib.sha256()
    offset = 0
    while data := os.pread(fd, 1 << 20, offset):
        digest.update(data)
        offset += len(data)
    return digest.hexdigest()


def install(words, frames):
    manifest = json.loads(frames["manifest"][0])
    if digest_of(frames["image"][1]) != manifest["image"]["sha256"]:
        raise ValueError("Hash", "the image is not what was signed")
    if not any(name.endswith(".root.json") for name in frames) or "timestamp.json" not in frames:
        raise ValueError("Signature", "metadata is missing")
    others = [entry for entry in load_active() if entry["component"] != manifest["component"]]
    return others + [{"id": words[2], "feed": words[1], "component": manifest["component"], "number": manifest["number"],
                      "merged": True, "content": "applies"}]


def units_of(request, active):
    if request == "list":
        return [{"name": "init", "kind": "pid1", "pid": 1, "id": entry["id"], "outcome": "owed", "why": "never-restart"}
                for entry in active]
    return [{"name": "ring.service", "kind": "unit", "pid": 7, "id": entry["id"], "outcome": "restarted", "why": ""}
            for entry in active]


def serve_request(connection):
    frames, request = {}, None
    while (frame := receive(connection)) is not None and frame[0] != "end":
        if frame[0] == "request":
            request = frame[1].decode()
        else:
            frames[frame[0]] = frame[1:]
    if request is None:
        return
    words = request.split()
    if words[0] in ("list", "reconsider") and set_to("mute"):
        send(connection, "result", "{")
        return
    with open("/run/ring/requests", "a", encoding="utf-8") as file:
        file.write(" ".join([request, *sorted(frames)]) + "\n")
    active, error = load_active(), ("", "")
    changes = words[0] in ("install", "remove")
    if changes:
        send(connection, "progress", "verifying")
        hold("hold-before")
        if set_to("die-before"):
            return
    if words[0] == "local":
        error = local_feed(words[1])
    if changes and set_to("refuse"):
        error = (word_in("refuse"), "the activation step refused")
    elif changes:
        try:
            before = active
            active = install(words, frames) if words[0] == "install" else [e for e in active if e["id"] != words[1]]
            save_active(active)
            send(connection, "progress", "restarting")
            hold("hold-after")
            if set_to("die-after"):
                return
            if set_to("fail-after"):
                error = (word_in("fail-after"), "the activation step failed behind the switch")
            if words[0] == "remove":
                request = "remove"
                units = units_of(request, [e for e in before if e["id"] == words[1]])
        except ValueError as refused:
            error = refused.args
    if not (words[0] == "remove" and not error[0]):
        units = units_of(words[0], active)
    send(connection, "result", json.dumps({"error": error[0], "message": error[1], "active": active, "units": units}))


def local_feed(turn):
    done = subprocess.run([f"{os.environ['BUILD']}/helper/activate/suture-activate", "--local", turn], check=False,
                          stderr=subprocess.PIPE, text=True)
    return ("", "") if done.returncode == 0 else ("NotApplicable", done.stderr.strip())


# ---- suture-local ----

def set_up():
    if not os.path.exists("/var/lib/suture-local/feed"):
        shutil.copytree("/run/ring/prepared", "/var/lib/suture-local/feed")
        subprocess.run(["chown", "-R", "suture-local:", "/var/lib/suture-local"], check=True)


def serve_local_request(connection):
    request = None
    while (frame := receive(connection)) is not None and frame[0] != "end":
        request = frame[1].decode()
    if request is None:
        return
    with open("/run/ring/requests", "a", encoding="utf-8") as file:
        file.write(f"suture-local {request}\n")
    send(connection, "progress", "reading 0 0")
    if set_to("hold-local"):
        send(connection, "progress", "fetching 5 10")
    hold("hold-local")
    if set_to("local-answer"):
        with open(f"{CONTROL}/local-answer", "rb") as file:
            connection.sendall(file.read())
        return
    if request == "set-up":
        set_up()
    send(connection, "result", json.dumps({"error": "", "message": ""}))


def serve_real_local(connection):
    fd = connection.fileno()
    subprocess.run(["setpriv", "--reuid", "suture-local", "--regid", "suture-local", "--clear-groups", "--inh-caps=-all", "--",
                    "/run/ring/suture-local"], preexec_fn=lambda: os.dup2(fd, 3), pass_fds=(3, fd), check=False)


def serve_local():
    server = listen("/run/suture/local.sock")
    while True:
        connection, _ = server.accept()
        with connection:
            try:
                if set_to("local-real"):
                    serve_real_local(connection)
                    continue
                serve_local_request(connection)
            except OSError as error:
                print("suture-local:", error, file=sys.stderr, flush=True)


def serve_activate():
    """One at a time; others are closed at once, as MaxConnections=1 does."""
    server = listen("/run/suture/activate.sock")
    busy = threading.Lock()

    def serve(connection):
        with connection:
            try:
                serve_request(connection)
            except OSError as error:
                print("activate:", error, file=sys.stderr, flush=True)
            finally:
                busy.release()

    while True:
        connection, _ = server.accept()
        _, uid, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        if uid != pwd.getpwnam("suture").pw_uid or not busy.acquire(blocking=False):
            connection.close()
            continue
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


def main():
    os.makedirs(CONTROL, exist_ok=True)
    if os.path.isdir(FEED):
        threading.Thread(target=serve_feed, daemon=True).start()
    if os.path.isdir("/run/ring/prepared"):
        threading.Thread(target=serve_local, daemon=True).start()
    threading.Thread(target=serve_fetch, daemon=True).start()
    serve_activate()


main()
