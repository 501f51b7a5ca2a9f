# SPDX-License-Identifier: LGPL-2.1-or-later
"""A feed behind a web server that wants to know who asks: from a person's terminal to the timer's turn and away again."""

import secrets

from cases import FORGET_TURN, case, contents, need, note, refused, same, settle

CREDENTIALS = "/var/lib/suture/credentials"
# Where a secret could have come to light: what systemd, the bus and polkit logged, and all that Suture keeps.
PLACES = "/var/log /run/log /run/suture /var/lib/suture /var/lib/suture-activate /etc/suture /tmp /var/tmp"


def feed_of(stage):
    feeds = stage.ctl("feed list")[1]["feeds"]
    same(len(feeds), 1, "feeds")
    return feeds[0]


def found(stage, secret):
    """The files that hold it, and whether the journal or history does."""
    files = stage.machine.run(f"grep -rlF -e {secret} {PLACES} 2>/dev/null", check=False).stdout.split()
    for command in ("journalctl --no-pager -o export", "suturectl history --json", "suturectl status --json",
                    "suturectl feed list --json"):
        if stage.machine.run(f"{command} | grep -qF -e {secret}", check=False).returncode == 0:
            files.append(command)
    return files


def sign_in(stage, secret):
    """As a script does it: the secret comes from standard input and is no argument of any program."""
    return stage.machine.run(f"suturectl feed sign-in {feed_of(stage)['name']}", check=False, stdin=secret + "\n")


@case("a private feed: signed in to, checked by the timer, and signed out of")
def private_feed(stage):
    token, wrong = secrets.token_hex(24), secrets.token_hex(24)
    fix = stage.bus_fix
    stage.outside.require(f"Bearer {token}")
    try:
        note("without", refused(stage, "check", ("NotSignedIn",), "asks for a sign-in", recorded=False))
        same(feed_of(stage)["needs_sign_in"], True, "needs a sign-in")
        done = sign_in(stage, wrong)
        same(done.returncode, 8, f"a wrong token ({done.stdout!r})")
        note("wrong", done.stdout.strip())
        done = sign_in(stage, token)
        same((done.returncode, done.stdout), (0, "Signed in.\n"), "the right token")
        name = feed_of(stage)["name"]
        same(stage.machine.read(f"stat -c '%U %a' {CREDENTIALS} {CREDENTIALS}/{name}").split("\n"),
             ["suture 700", "suture 600"], "owner and mode")

        contact = feed_of(stage)["last_contact"]
        stage.machine.run(FORGET_TURN)
        stage.machine.run("sleep 1.1; systemctl start suture-check.service")  # times are whole seconds
        settle(stage)
        feed = feed_of(stage)
        same((feed["signed_in"], feed["needs_sign_in"], feed["last_error"]), ("token", False, ""), "after the timer's turn")
        need(feed["last_contact"] > contact, f"the timer's turn reached nobody: {feed}")
        stage.ctl(f"install {fix.id}", check=False)
        same(contents(stage, fix), "fixed", "the files")

        same(found(stage, token), [f"{CREDENTIALS}/{name}"], "where the token is")
        stage.ctl(f"feed sign-out {name}")
        same(found(stage, token) + found(stage, wrong), [], "where a token is after signing out")
        note("signed out", refused(stage, "check", ("NotSignedIn",), "asks for a sign-in", recorded=False))
    finally:
        stage.outside.require(None)


@case("a private feed that is configured no longer is forgotten")
def forgotten(stage):
    token = secrets.token_hex(24)
    stage.outside.require(f"Bearer {token}")
    name = feed_of(stage)["name"]
    conf = f"/etc/suture/feeds.d/{name}.conf"
    try:
        same(sign_in(stage, token).returncode, 0, "signing in")
        need(found(stage, token), "the token is kept nowhere")
        stage.machine.run(f"mv {conf} /root/kept.conf")
        same(stage.ctl("check", check=False)[1]["error"], "NoSource", "a check without a feed")
        same(found(stage, token), [], "where the token is")
    finally:
        stage.machine.run(f"test ! -e /root/kept.conf || mv /root/kept.conf {conf}")
        stage.outside.require(None)
