#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""data/serving/upload-feed: after each of its steps, and wherever it is stopped, what is served is one whole feed, the old one or
the new one, as the desktop's client sees it. Usage: test-upload.py SCRIPT PUBLISHER TUF-CLIENT MAKE-FEED"""

import functools
import glob
import http.server
import os
import shutil
import subprocess
import sys
import tempfile
import threading

SCRIPT, PUBLISHER, CLIENT, MAKE_FEED = sys.argv[1:5]
# A copier that does what the real one does, keeps what is there then, and from step $STOP on does nothing but fail.
COPIER = """#!/bin/sh
n=$(($(ls {top}/after | wc -l) + 1))
[ $n -lt {stop} ] || exit 9
{real} "$@" || exit $?
cp -a {top}/www {top}/after/$n
"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


class Upload:
    def __init__(self, program):
        self.program = program
        self.real = shutil.which(program)
        self.top = tempfile.mkdtemp(prefix="suture-test-")
        self.depot = f"{self.top}/depot"
        os.makedirs(f"{self.top}/bin")
        os.makedirs(f"{self.top}/www")
        self.publish("init", "--name", "demo", "--publisher", "Demo")
        self.destination = f"{'rclone:' if program == 'rclone' else ''}{self.top}/www"
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=self.top))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def publish(self, command, *options):
        subprocess.run([PUBLISHER, command, self.depot, *options], check=True, stdout=subprocess.DEVNULL)

    def run(self, stop=99):
        shutil.rmtree(f"{self.top}/after", ignore_errors=True)
        os.makedirs(f"{self.top}/after")
        path = f"{self.top}/bin/{self.program}"
        with open(path, "w", encoding="utf-8") as file:
            file.write(COPIER.format(top=self.top, stop=stop, real=self.real))
        os.chmod(path, 0o755)
        done = subprocess.run([SCRIPT, self.depot, self.destination], stderr=subprocess.PIPE, text=True, check=False,
                              env={**os.environ, "PATH": f"{self.top}/bin:{os.environ['PATH']}", "RCLONE_CONFIG": "/dev/null"})
        return done.returncode, done.stderr

    def seen(self, served):
        """What a new desktop learns from a folder below top: (timestamp's version, all targets of it there), or why nothing."""
        folder = tempfile.mkdtemp(dir=self.top)
        url = f"http://127.0.0.1:{self.server.server_port}/{served}"

        def client(*words):
            return subprocess.run([CLIENT, "--metadata-dir", folder, "--metadata-url", f"{url}/metadata", *words],
                                  stderr=subprocess.PIPE, text=True, check=False)
        client("init", f"{self.depot}/repository/metadata/1.root.json")
        done = client("--target-name", "debian-12-x86-64/library0-b.json", "--target-dir", f"{folder}/targets",
                      "--target-base-url", f"{url}/targets", "download")
        if "NotFound: the feed has no such target" in done.stderr:
            return "old"
        return "new" if done.returncode == 0 else done.stderr

    def check(self):
        self.publish("refresh")
        same(self.run(), (0, ""), "the first upload")
        same(self.seen("www"), "old", "the first feed")
        subprocess.run([MAKE_FEED, self.depot, "2", "2", "2"], check=True)
        for stop in (1, 2, 3):
            same(self.run(stop)[0], 9, f"an upload that is stopped at step {stop}")
            for step in os.listdir(f"{self.top}/after"):
                same(self.seen(f"after/{step}"), "old", f"step {step}")
            same(self.seen("www"), "old", f"what is served after a stop at step {stop}")
        same(self.run(), (0, ""), "the upload")
        same([self.seen(f"after/{step}") for step in sorted(os.listdir(f"{self.top}/after"))], ["old", "old", "new"], "its steps")
        tree = {path: open(path, "rb").read() for path in glob.glob(f"{self.depot}/repository/**/*", recursive=True)
                if os.path.isfile(path)}
        for path, data in tree.items():
            with open(path.replace(f"{self.depot}/repository", f"{self.top}/www"), "rb") as file:
                same(file.read() == data, True, path)
        same([name for _, _, names in os.walk(f"{self.top}/www") for name in names if name.startswith(".")], [], "hidden files")
        self.mended()
        self.refused()

    def mended(self):
        """What somebody has altered where it is served is sent anew, however it was hidden."""
        for pattern, change in (("metadata/*.targets.json", lambda data: data.replace(b"a", b"b", 1)),
                                ("targets/payloads/*", lambda data: data + b"x")):
            for path in glob.glob(f"{self.top}/www/{pattern}"):
                status = os.stat(path)
                with open(path, "rb") as file:
                    data = file.read()
                with open(path, "wb") as file:
                    file.write(change(data))
                os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        same(self.run(), (0, ""), "an upload over what was altered")
        same(self.seen("www"), "new", "what was altered")

    def refused(self):
        """While suture-publish is at work in the folder nothing is sent."""
        holder = subprocess.Popen(["flock", self.depot, "sh", "-c", "echo held; read wait"], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE)
        holder.stdout.readline()
        status, said = self.run()
        holder.communicate(b"\n")
        same((status, "is at work" in said, os.listdir(f"{self.top}/after")), (1, True, []), "a folder in use")
        done = subprocess.run([SCRIPT, self.top, "/nowhere"], stderr=subprocess.PIPE, check=False)
        same(done.returncode, 2, "a folder of somebody else")

    def close(self):
        self.server.shutdown()
        shutil.rmtree(self.top)


def same(found, wanted, what):
    if found != wanted:
        raise AssertionError(f"{what}: {found!r} where {wanted!r} was expected")


def main():
    print("1..2")
    failed = False
    for number, program in enumerate(("rsync", "rclone"), 1):
        upload = Upload(program)
        try:
            upload.check()
            print(f"ok {number} {program}", flush=True)
        except (AssertionError, OSError, subprocess.SubprocessError) as error:
            failed = True
            print(f"# {error}\nnot ok {number} {program}", flush=True)
        upload.close()
    sys.exit(1 if failed else 0)


main()
