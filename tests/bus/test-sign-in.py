#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A feed that wants to know who asks: from the call to the server and back, and where its secret never comes to light."""

import base64
import json
import os
import signal
import subprocess
import time

import feed
import ring
from ring import expect, until

IDS = feed.ids()
SECRET, USER = "opensesame-8842", "anna"
PASSWORD = "open sesame 8842, ü"
BASIC = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
KEPT = f"/var/lib/suture/credentials/{feed.NAME}"
CONF = f"/etc/suture/feeds.d/{feed.NAME}.conf"


def write_conf(url):
    with open(CONF, "w", encoding="ascii") as file:
        file.write(f"[Feed]\nURL={url}\n")


def accept(header):
    os.makedirs("/run/ring/control", exist_ok=True)
    with open("/run/ring/control/private", "w", encoding="ascii") as file:
        file.write(header)


def start(ring_, header="Bearer " + SECRET):
    ring.forget()
    write_conf("https://127.0.0.1:8443")
    accept(header)
    ring_.start_polkitd()
    ring_.start_peers()
    ring_.start_helper()
    return ring_.client("root")


def check(client):
    return client.result(client.call("Check")["value"][0])


def sign_in(client, user, secret, **more):
    return client.call("SignIn", "s", feed.NAME, "s", user, "s", secret, **more)


def expect_nowhere(client, *secrets):
    """Not in the log, with all debug messages, nor in the database, nor in anything that the bus tells."""
    with open(f"{ring.W}/helper.log", "rb") as file:
        places = {"log": file.read()}
    for name in os.listdir("/var/lib/suture"):
        if os.path.isfile(f"/var/lib/suture/{name}"):
            with open(f"/var/lib/suture/{name}", "rb") as file:
                places[name] = file.read()
    everything = [client.ask(objects=True), client.ask(properties=True), client.history()]
    places["bus"] = json.dumps(everything, ensure_ascii=False).encode()
    expect("places", {"log", "suture.db", "bus"} <= set(places), True)
    for secret in secrets:
        for form in (secret.encode(), base64.b64encode(f"{USER}:{secret}".encode())):
            expect(f"{secret} found in", [name for name, data in places.items() if form in data], [])


def test_whole_way(ring_):
    root = start(ring_)
    before = root.feeds()[feed.NAME]
    expect("address", (before["Address"], before["Origin"]), ("https://127.0.0.1:8443", "https://127.0.0.1:8443"))
    expect("before", (before["SignedIn"], before["NeedsSignIn"], before["LastContact"]), ("none", False, 0))
    expect("keys", sorted({key[0] for key in before["Keys"]}), ["root", "snapshot", "targets", "timestamp"])
    listed = json.load(open(f"/etc/suture/feeds.d/{feed.NAME}.root.json", encoding="utf-8"))["signed"]
    expect("fingerprints", {key[2] for key in before["Keys"]}, set(listed["keys"]))

    expect("without", check(root), ("NotSignedIn", f"feed {feed.NAME}: 127.0.0.1:8443 asks for a sign-in"))
    after = root.feeds()[feed.NAME]
    expect("needs it", (after["SignedIn"], after["NeedsSignIn"], after["LastError"]),
           ("none", True, ["NotSignedIn", "127.0.0.1:8443 asks for a sign-in"]))

    expect("a wrong one is kept", sign_in(root, "", "wrong-8842"), {"value": []})
    after = root.feeds()[feed.NAME]
    expect("not known to be wrong", (after["SignedIn"], after["NeedsSignIn"], after["LastError"]), ("token", False, ["", ""]))
    expect("wrong", check(root), ("NotSignedIn", f"feed {feed.NAME}: 127.0.0.1:8443 did not accept the sign-in"))
    expect("needs another", root.feeds()[feed.NAME]["NeedsSignIn"], True)

    expect("the right one", sign_in(root, "", SECRET), {"value": []})
    status = os.stat(KEPT)
    expect("kept by", (status.st_uid, status.st_mode & 0o7777), (ring.uid_of("suture"), 0o600))
    expect("in", os.stat(os.path.dirname(KEPT)).st_mode & 0o7777, 0o700)
    began = int(time.time())
    expect("right", check(root), ("", ""))
    after = root.feeds()[feed.NAME]
    expect("signed in", (after["SignedIn"], after["NeedsSignIn"], after["LastError"]), ("token", False, ["", ""]))
    expect("contact", after["LastContact"] >= began and after["Expires"] > began and after["MetadataVersion"] >= 1, True)
    expect("install", root.result(root.call("Install", "s", IDS["alpha"])["value"][0]), ("", ""))

    # without a person, and by a helper that was started anew
    expect("clean end", ring_.stop("helper"), 0)
    ring_.start_helper()
    expect("still known", root.feeds()[feed.NAME], after)
    person = ring_.client("ring-none")
    expect("unattended", person.result(person.call("RunAutomatic")["value"][0]), ("", ""))

    expect("out", root.call("SignOut", "s", feed.NAME), {"value": []})
    expect("erased", os.path.exists(KEPT), False)
    expect("again", root.call("SignOut", "s", feed.NAME), {"value": []})
    expect("out", root.feeds()[feed.NAME]["SignedIn"], "none")
    expect("without", check(root)[0], "NotSignedIn")
    expect_nowhere(root, SECRET, "wrong-8842")


def test_password_of_a_user(ring_):
    root = start(ring_, BASIC)
    expect("kept", sign_in(root, USER, PASSWORD), {"value": []})
    expect("kind", root.feeds()[feed.NAME]["SignedIn"], "password")
    expect("accepted", check(root), ("", ""))
    expect("install", root.result(root.call("Install", "s", IDS["beta"])["value"][0]), ("", ""))
    # the server's mind changes: an installation says so, too
    accept("Bearer something-else")
    expect("refused", root.result(root.call("Install", "s", IDS["alpha"])["value"][0])[0], "NotSignedIn")
    expect_nowhere(root, PASSWORD, USER + ":")


def test_forbidden(ring_):
    """A server that says 403 to everything: that ends the search for roots, but the timestamp has to be there."""
    root = start(ring_)
    with open("/run/ring/control/private-403", "w", encoding="ascii"):
        pass
    expect("without", check(root)[0], "NotSignedIn")
    expect("kept", sign_in(root, "", SECRET), {"value": []})
    expect("with", check(root), ("", ""))


class Agent:
    def __init__(self, mode):
        self.process = subprocess.Popen(["/usr/bin/python3", "/run/ring/agent.py", "c1", mode], stdout=subprocess.PIPE,
                                        text=True, preexec_fn=lambda: ring.enter_session("ring-active"))
        self.process.stdout.readline()

    def told(self):
        return self.process.stdout.readline()

    def end(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


def test_permission(ring_):
    """A person at the screen needs a password; the dialog says what for, and no more. Nothing is kept before that."""
    root = start(ring_)
    person = ring_.client("ring-active")
    for mode, wanted in (("dismiss", "NotAuthorized"), ("grant", None)):
        expect("nobody is asked", sign_in(person, "", SECRET).get("error"), "NotAuthorized")
        agent = Agent(mode)
        reply = sign_in(person, "", SECRET, interactive=True)
        told = agent.told()
        agent.end()
        expect(f"agent: {mode}", reply.get("error"), wanted)
        expect("the dialog", (f"“{feed.NAME}” at 127.0.0.1:8443" in told, SECRET in told), (True, False))
        expect("kept", os.path.exists(KEPT), wanted is None)
    expect("it works", check(root), ("", ""))
    expect_nowhere(root, SECRET)


def test_absent_is_like_forbidden(ring_):
    root = start(ring_)
    for user in ("ring-active", "ring-inactive", "ring-remote", "ring-none"):
        client = ring_.client(user)
        for method, more in (("SignIn", ("s", "", "s", SECRET)), ("SignOut", ())):
            replies = [client.call(method, "s", name, *more) for name in (feed.NAME, "nothing")]
            expect(f"{method} by {user}", replies[0], replies[1])
            expect("refused", replies[0]["error"], "NotAuthorized")
    expect("root learns", sign_in(root, "", SECRET), {"value": []})
    expect("root learns", root.call("SignIn", "s", "nothing", "s", "", "s", SECRET)["error"], "NotFound")
    expect("root learns", root.call("SignOut", "s", "nothing")["error"], "NotFound")
    expect("kept for", os.listdir(os.path.dirname(KEPT)), [feed.NAME])


def test_hostile_arguments(ring_):
    root = start(ring_)
    long_one = "a" * 5000
    bad = [("../ring", "", "x"), ("", "", "x"), ("ring\n", "", "x"), (feed.NAME, "", ""), (feed.NAME, "", "a b"),
           (feed.NAME, "", "a\r\nX: y"), (feed.NAME, "", long_one), (feed.NAME, "a:b", "x"), (feed.NAME, "a\n", "x"),
           (feed.NAME, "anna", "x\n"), (feed.NAME, long_one, "x"), (feed.NAME, "anna", ""), ("nothing", "", "a b")]
    for user in ("root", "ring-none"):
        for name, who, secret in bad:
            reply = ring_.client(user).call("SignIn", "s", name, "s", who, "s", secret)
            expect(f"{(name, who[:9], secret[:9])} by {user}", reply["error"], "InvalidArgument")
            expect("nothing of it in the answer", len(reply["message"]) < 200, True)
        expect("out", ring_.client(user).call("SignOut", "s", "../ring")["error"], "InvalidArgument")
    expect("kept", os.path.exists(KEPT), False)
    expect("still answers", root.get("Activity"), "idle")


def test_address_changes_while_asked(ring_):
    """What is kept is for the server that polkit's question named."""
    root = start(ring_)
    polkitd = ring_.programs["polkitd"].process
    polkitd.send_signal(signal.SIGSTOP)
    root.send(method="SignIn", args=["s", feed.NAME, "s", "", "s", SECRET])
    time.sleep(0.5)
    write_conf("https://evil.example:8443")
    polkitd.send_signal(signal.SIGCONT)
    expect("refused", root.receive()["error"], "NotApplicable")
    expect("kept", os.path.exists(KEPT), False)
    expect_nowhere(root, SECRET)


def test_feed_moves_or_goes(ring_):
    """The credential is bound to the server it was entered for, and goes with the feed; a helper that starts sees to it, and
    a check too."""
    for change in (lambda: write_conf("https://localhost:8443"), lambda: os.unlink(CONF), lambda: open(CONF, "w").close()):
        for restart in (True, False):
            root = start(ring_)
            expect("kept", sign_in(root, "", SECRET), {"value": []})
            expect("accepted", check(root), ("", ""))
            expect("kept", os.path.exists(KEPT), True)
            change()
            if restart:
                expect("clean end", ring_.stop("helper"), 0)
                ring_.start_helper()
            else:
                check(root)
            expect("erased", os.path.exists(KEPT), False)
            write_conf("https://127.0.0.1:8443")
            expect("not merely hidden", check(root)[0], "NotSignedIn")
            expect_nowhere(root, SECRET)
            for name in ("helper", "peers", "polkitd"):
                ring_.stop(name)


def test_faulty_files_keep_it(ring_):
    """An administrator's typing mistake costs nobody a sign-in."""
    root = start(ring_)
    expect("kept", sign_in(root, "", SECRET), {"value": []})
    with open(CONF, "w", encoding="ascii") as file:
        file.write("[Feed]\nURI=oops\n")
    expect("faulty", check(root)[0], "Configuration")
    values = root.feeds()[feed.NAME]
    expect("it is said", (values["Address"], values["LastError"][0], "URI" in values["LastError"][1]), ("", "Configuration", True))
    expect("for the server that it is kept for", (values["SignedIn"], values["Origin"]), ("token", "https://127.0.0.1:8443"))
    expect("no other is kept", sign_in(root, "", "another")["error"], "Configuration")
    expect("kept", os.path.exists(KEPT), True)
    write_conf("https://127.0.0.1:8443")
    expect("mended", check(root), ("", ""))


def test_faulty_files_hinder_no_sign_out(ring_):
    root = start(ring_)
    expect("kept", sign_in(root, "", SECRET), {"value": []})
    with open(CONF, "w", encoding="ascii") as file:
        file.write("[Feed]\nURL=oops\n")
    expect("faulty", check(root)[0], "Configuration")
    expect("out", root.call("SignOut", "s", feed.NAME), {"value": []})
    expect("erased", os.path.exists(KEPT), False)
    expect("out", root.feeds()[feed.NAME]["SignedIn"], "none")
    write_conf("https://127.0.0.1:8443")
    expect("mended", check(root)[0], "NotSignedIn")


feed.make()
ring.run([(name.removeprefix("test_"), function) for name, function in list(globals().items())
          if name.startswith("test_")])
