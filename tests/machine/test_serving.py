# SPDX-License-Identifier: LGPL-2.1-or-later
"""The part of nginx's configuration that publishers get: what each kind of file is served with, by the real nginx."""

import base64
import os
import subprocess

from cases import case, need

SUPPORT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "support")


def ask(stage, authorization=None):
    """What tests/support/serving.py complains about."""
    outside = stage.outside
    options = ["--authorization", authorization] if authorization else []
    done = subprocess.run(stage.machine.outside_argv(
        "/usr/bin/python3", f"{SUPPORT}/serving.py", f"https://{stage.machine.address}:{outside.port}/{stage.publisher.name}",
        f"{outside.site}/{stage.publisher.name}", "--authority", f"{outside.folder}/ca.crt", *options),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    need(done.returncode == 0, done.stdout)


@case("the web server's headers: metadata fresh, the rest for ever, and no missing root is kept")
def headers(stage):
    ask(stage)


@case("the web server of a private feed asks who it is")
def private(stage):
    outside = stage.outside
    with open(f"{outside.folder}/suture-token.conf", "w", encoding="ascii") as file:
        file.write('set $suture_token "a-token";\n')
    with open(f"{outside.folder}/suture.htpasswd", "w", encoding="ascii") as file:
        file.write("somebody:" + subprocess.run(["openssl", "passwd", "-6", "a-password"], stdout=subprocess.PIPE, text=True,
                                                check=True).stdout)
    basic = base64.b64encode(b"somebody:a-password").decode()
    try:
        for variant, authorization in (("private-bearer", "Bearer a-token"), ("private-basic", f"Basic {basic}")):
            outside.stop()
            outside.start(variant)
            ask(stage, authorization)
    finally:
        outside.stop()
        outside.start()
