# SPDX-License-Identifier: LGPL-2.1-or-later
"""An archive of the test's own: a folder like a Debian mirror's, made with Debian's tools and signed with a key made on the spot."""

import os
import shutil
import subprocess
import time

KEY = "Archive <archive@example.org>"


class SignedArchive:
    """top: the folder that is served. keyring: what apt is to believe. architecture: of its packages."""

    def __init__(self, folder, architecture="amd64"):
        self.top = f"{folder}/archive"
        self.home = f"{folder}/gnupg"
        self.keyring = f"{folder}/archive-keyring.gpg"
        self.architecture = architecture
        self.moment = int(time.time()) - 10000
        os.makedirs(self.top)
        os.mkdir(self.home, 0o700)
        self.add_key(KEY)
        with open(self.keyring, "wb") as file:
            file.write(self.gpg("--export"))

    def close(self):
        subprocess.run(["gpgconf", "--homedir", self.home, "--kill", "all"], check=False)

    def gpg(self, *words):
        return subprocess.run(["gpg", "--homedir", self.home, "--batch", "--quiet", "--passphrase", "", "--pinentry-mode",
                               "loopback", *words], check=True, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL).stdout

    def add_key(self, name):
        """One more key, which the keyring does not have."""
        self.gpg("--quick-gen-key", name, "ed25519", "sign", "never")

    def fingerprint(self):
        """Of the key that the keyring has."""
        lines = self.gpg("--with-colons", "--list-keys", KEY.split("<")[1].rstrip(">")).decode().split("\n")
        return next(line.split(":")[9] for line in lines if line.startswith("fpr:"))

    def ftp(self, *words):
        return subprocess.run(["apt-ftparchive", *words], check=True, stdout=subprocess.PIPE, cwd=self.top).stdout

    def pool(self, suite):
        """The folder of the suite's packages; what lies there is in its next index."""
        folder = f"{self.top}/pool/{suite}"
        os.makedirs(folder, exist_ok=True)
        return folder

    def file(self, suite, name):
        """A file of the suite: InRelease, main/binary-…/Packages, …"""
        return f"{self.top}/dists/{suite}/{name}"

    def index(self):
        return f"main/binary-{self.architecture}/Packages"

    def publish(self, suite, sign=True, key=KEY, **fields):
        """Writes the suite's index, and signs it. fields: of its Release file; "_" stands for "-"."""
        folder = f"{self.top}/dists/{suite}"
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(os.path.dirname(self.file(suite, self.index())))
        self.pool(suite)
        with open(self.file(suite, self.index()), "wb") as file:
            file.write(self.ftp("packages", f"pool/{suite}"))
        fields = {"Suite": suite, "Codename": suite, "Architectures": self.architecture, "Components": "main", "Origin": "Demo",
                  **fields}
        release = self.ftp("release", f"dists/{suite}").decode()
        head = "".join(f"{field.replace('_', '-')}: {value}\n" for field, value in fields.items())
        with open(f"{folder}/Release", "w", encoding="utf-8") as file:
            file.write(head + release)
        if sign:
            self.sign(suite, key)

    def sign(self, suite, key=KEY):
        """Signs the Release file as it is now."""
        release = self.file(suite, "Release")
        signed = self.file(suite, "InRelease")
        self.gpg("--yes", "--local-user", key.split("<")[1].rstrip(">"), "--output", signed, "--clearsign", release)
        # apt asks for what is newer by whole seconds, and a real archive is not made twice in one
        self.moment += 2
        os.utime(signed, (self.moment, self.moment))
