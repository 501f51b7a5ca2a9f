# SPDX-License-Identifier: LGPL-2.1-or-later
"""What lies outside the machine: a certificate authority made on the spot, and a web server (nginx) with a certificate
of it that serves a folder over HTTPS, as any publisher's would. The web server's program comes from the tree that
machines are copied from, so that nothing has to be installed, and started, on the host."""

import os
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SNIPPET = os.path.join(os.path.dirname(os.path.dirname(HERE)), "data", "serving", "nginx-feed.conf")
HOST = "updates.example"
PORT = 443
ALTERNATIVE = 8443  # where the machine has to share the host's network

CONFIG = """user root;
worker_processes 1;
pid /mnt/nginx.pid;
error_log /mnt/error.log;
events {{ worker_connections 64; }}
http {{
  access_log /mnt/access.log;
  default_type application/octet-stream;
  client_body_temp_path /mnt/temp; proxy_temp_path /mnt/temp; fastcgi_temp_path /mnt/temp;
  uwsgi_temp_path /mnt/temp; scgi_temp_path /mnt/temp;
  server {{
    listen {address}:{port} ssl;
    server_name {host};
    ssl_certificate /mnt/server.crt;
    ssl_certificate_key /mnt/server.key;
    root /mnt/site;
    include /mnt/nginx-feed.conf;
    {private}
  }}
}}
"""
PRIVATE = 'if ($http_authorization != "{wanted}") {{ return 401; }}'


def snippet(variant=None):
    """The part of nginx's configuration that publishers get, with one of its commented variants."""
    with open(SNIPPET, encoding="utf-8") as file:
        text = file.read()
    return text.replace(f"#{variant}# ", "") if variant else text


def openssl(*argv):
    subprocess.run(["openssl", *argv], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make_authority(folder):
    """ca.crt and a server certificate for HOST, both of today, below folder."""
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=Authority of this test",
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign",
            "-keyout", f"{folder}/ca.key", "-out", f"{folder}/ca.crt")
    openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={HOST}",
            "-keyout", f"{folder}/server.key", "-out", f"{folder}/server.csr")
    with open(f"{folder}/server.ext", "w", encoding="ascii") as file:
        file.write(f"subjectAltName=DNS:{HOST}\nextendedKeyUsage=serverAuth\n")
    openssl("x509", "-req", "-in", f"{folder}/server.csr", "-CA", f"{folder}/ca.crt", "-CAkey", f"{folder}/ca.key",
            "-CAcreateserial", "-days", "30", "-extfile", f"{folder}/server.ext", "-out", f"{folder}/server.crt")


class WebServer:
    """Serves site over HTTPS outside the machine. The machine learns the name and trusts the authority."""

    def __init__(self, machine):
        self.machine = machine
        self.folder = f"{machine.folder}/outside"
        self.site = f"{self.folder}/site"
        self.port = PORT if machine.cable else ALTERNATIVE
        self.url = f"https://{HOST}" + ("" if self.port == 443 else f":{self.port}")
        self.process = self.bad = self.wanted = None
        machine.children.append(self)
        os.makedirs(self.folder + "/temp")
        os.makedirs(self.site)
        make_authority(self.folder)
        machine.put(f"{self.folder}/ca.crt", "/usr/local/share/ca-certificates/test-authority.crt")
        with open(f"{machine.root}/etc/hosts", "a", encoding="ascii") as file:
            file.write(f"{machine.address} {HOST}\n")

    def start(self, variant=None):
        with open(f"{self.folder}/nginx.conf", "w", encoding="utf-8") as file:
            private = PRIVATE.format(wanted=self.wanted) if self.wanted else ""
            file.write(CONFIG.format(address=self.machine.address, port=self.port, host=HOST, private=private))
        with open(f"{self.folder}/nginx-feed.conf", "w", encoding="utf-8") as file:
            file.write(snippet(variant).replace("/etc/nginx/", "/mnt/"))
        script = f'mount --bind "{self.folder}" "$0/mnt" && exec chroot "$0" nginx -c /mnt/nginx.conf "$@"'
        self.process = subprocess.Popen(self.machine.outside_argv(
            "unshare", "-m", "sh", "-c", script, self.machine.source, "-e", "/mnt/error.log", "-g", "daemon off;"))
        for _ in range(100):
            if os.path.exists(f"{self.folder}/nginx.pid"):
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        with open(f"{self.folder}/error.log", encoding="utf-8") as file:
            raise RuntimeError("the web server does not start: " + file.read())

    def require(self, wanted):
        """Answers 401 from now on to whoever does not send this header Authorization; None: serves everybody again."""
        self.wanted = wanted
        self.stop()
        self.start()

    def behave(self, modes):
        """Answers badly from now on: lines of "BEHAVIOUR [GLOB]" (tests/support/bad-server.py); empty: well again."""
        if self.bad:
            self.bad.kill()
            self.bad.wait()
            self.bad = None
            if not modes:
                self.start()
        elif modes:
            self.stop()
        if not modes:
            return
        with open(f"{self.folder}/modes", "w", encoding="utf-8") as file:
            file.write(modes + "\n")
        with open(f"{self.folder}/both.pem", "w", encoding="ascii") as both:
            for name in ("server.crt", "server.key"):
                with open(f"{self.folder}/{name}", encoding="ascii") as file:
                    both.write(file.read())
        self.bad = subprocess.Popen(self.machine.outside_argv(
            "/usr/bin/python3", f"{HERE}/bad-server.py", "--folder", self.site, "--certificate",
            f"{self.folder}/both.pem", "--address", self.machine.address, "--port", str(self.port),
            "--mode-file", f"{self.folder}/modes"), stdout=subprocess.PIPE, text=True)
        self.bad.stdout.readline()

    def stop(self):
        if self.bad:
            self.bad.kill()
            self.bad.wait()
            self.bad = None
        if self.process:
            self.process.terminate()
            self.process.wait(20)
            self.process = None
            if os.path.exists(f"{self.folder}/nginx.pid"):
                os.unlink(f"{self.folder}/nginx.pid")

    def requests(self):
        """The lines of the server's log so far."""
        with open(f"{self.folder}/access.log", encoding="utf-8") as file:
            return file.read().split("\n")[:-1]
