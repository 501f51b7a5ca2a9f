# SPDX-License-Identifier: LGPL-2.1-or-later
"""A publisher's folder that is served on the loopback interface, and a desktop's own TUF client that follows it."""

import http.server
import json
import os
import subprocess
import sys
import threading

from publishing import ROLE, Case

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import feed  # pylint: disable=wrong-import-position

TOP_LEVELS = ("root", "targets", "snapshot", "timestamp")


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


class Living(Case):
    client = None

    @classmethod
    def take_programs(cls, arguments):
        Case.program = arguments.pop(1)
        cls.client = arguments.pop(1)

    def setUp(self):
        super().setUp()
        self.url = self.serve(f"{self.depot}/repository")
        self.desktops = 0
        self.begin_desktop()

    def serve(self, folder):
        """Serves a folder until the test ends. Its address."""
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), lambda *args: Quiet(*args, directory=folder))
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"http://127.0.0.1:{server.server_port}"

    def begin_desktop(self):
        """A new one, that knows only the first root."""
        self.desktops += 1
        self.desktop = f"{self.top}/desktop-{self.desktops}"
        self.ask_client("init", f"{self.depot}/repository/metadata/1.root.json", url=False)

    def run_client(self, *words, url=True):
        options = ["--metadata-url", f"{self.url}/metadata"] if url else []
        return subprocess.run([self.client, *options, "--metadata-dir", self.desktop, *words], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False, timeout=60)

    def ask_client(self, *words, url=True):
        done = self.run_client(*words, url=url)
        self.assertEqual(done.returncode, 0, done.stdout)

    def accept(self, *ids):
        """The desktop accepts what is served, and gets the manifests."""
        self.ask_client("refresh")
        for name in ids:
            self.ask_client("--target-name", f"{ROLE}/{name}.json", "--target-dir", f"{self.desktop}-targets",
                            "--target-base-url", f"{self.url}/targets", "download")

    def refuse(self):
        self.assertEqual(self.run_client("refresh").returncode, 1)

    def stage(self):
        self.run_ok(*self.make(*self.debs()))

    def signed(self, *keys):
        """The words that publish what waits, once somebody with those keys has looked at it."""
        self.run_ok("sign", self.depot, "--yes", *keys)
        return "publish", self.depot

    def publish_one(self):
        self.stage()
        self.run_ok("publish", self.depot)

    def metadata(self, role):
        """The newest file of a role."""
        if role == "timestamp":
            return f"{self.depot}/repository/metadata/timestamp.json"
        versions = [int(name.split(".")[0]) for name in os.listdir(f"{self.depot}/repository/metadata")
                    if name.endswith(f".{role}.json")]
        return f"{self.depot}/repository/metadata/{max(versions)}.{role}.json"

    def envelope(self, role):
        with open(self.metadata(role), encoding="utf-8") as file:
            return json.load(file)

    def latest(self, role):
        return self.envelope(role)["signed"]

    def custom(self, id="demo-a"):
        return self.latest(ROLE)["targets"][f"{ROLE}/{id}.json"]["custom"]

    def ids(self, role):
        """The key ids and the threshold of a role."""
        if role in TOP_LEVELS:
            entry = self.latest("root")["roles"][role]
        else:
            entry = next(item for item in self.latest("targets")["delegations"]["roles"] if item["name"] == role)
        return entry["keyids"], entry["threshold"]

    def pending(self):
        return sorted(os.listdir(f"{self.depot}/pending"))

    def forge(self, role, signed):
        """Serves it, signed with the role's own key, which only a thief has beside the publisher."""
        text = feed.canonical(signed)
        signature = feed.sign(f"{self.depot}/keys/{role}.pem", text, f"{self.top}/to-sign")
        key = self.latest("root")["roles"][role]["keyids"][0]
        name = "timestamp.json" if role == "timestamp" else f"{signed['version']}.{role}.json"
        with open(f"{self.depot}/repository/metadata/{name}", "w", encoding="utf-8") as file:
            file.write(feed.canonical({"signatures": [{"keyid": key, "sig": signature}], "signed": signed}))
        return name
