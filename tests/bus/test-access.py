#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may what: every method by everybody, and what happens when polkitd, or the caller, is not there."""

import os
import secrets
import signal
import subprocess
import time

import feed
import ring
from ring import expect, until

IDS = feed.ids()
USERS = ("root", "ring-active", "ring-inactive", "ring-remote", "ring-none")
YES, NO = "yes", "NotAuthorized"
LATER = int(time.time()) + 86400
#                                      root  active inactive remote none
TABLE = {
    ("Check",):                        (YES, YES,   NO,      NO,    NO),
    ("Install", "s", IDS["alpha"]):    (YES, YES,   NO,      NO,    NO),
    ("Remove", "s", IDS["beta"]):      (YES, NO,    NO,      NO,    NO),
    ("SetAutomatic", "b", True):       (YES, YES,   NO,      NO,    NO),
    ("SetAutomatic", "b", False):      (YES, NO,    NO,      NO,    NO),
    ("SetPause", "x", 0):              (YES, YES,   NO,      NO,    NO),
    ("SetPause", "x", LATER):          (YES, NO,    NO,      NO,    NO),
    ("SetDelay", "u", 0, "b", False):  (YES, YES,   NO,      NO,    NO),
    ("SetDelay", "u", 30, "b", False): (YES, NO,    NO,      NO,    NO),
    ("SetDelay", "u", 30, "b", True):  (YES, NO,    NO,      NO,    NO),
    ("SetMetered", "b", True):         (YES, YES,   NO,      NO,    NO),
    ("SetMetered", "b", False):        (YES, NO,    NO,      NO,    NO),
    ("Announce",):                     (YES, YES,   NO,      NO,    NO),
    ("SignIn", "s", feed.NAME, "s", "", "s", "token"): (YES, NO, NO,   NO,    NO),
    ("SignOut", "s", feed.NAME):       (YES, NO,    NO,      NO,    NO),
    ("SetLocalFeed", "b", True):       (YES, NO,    NO,      NO,    NO),
    ("SetLocalFeed", "b", False):      (YES, NO,    NO,      NO,    NO),
    ("RunAutomatic",):                 (YES, YES,   YES,     YES,   YES),
    ("GetHistory", "t", 0, "u", 10):   (YES, YES,   YES,     YES,   YES),
    # of an operation that somebody else began; what is behind it is in test_cancel of test-operations.py
    ("Cancel", "s", "op-of-another"):  (YES, NO,    NO,      NO,    NO),
}
# What those who may learn, where there is nothing to do any more
ALLOWED = {"Install": ("NotFound",), "Remove": ("NotFound",), "Cancel": ("NotFound",),
           "SetLocalFeed": ("NotFound",), "RunAutomatic": ("RateLimited",)}

# What is longer is so by what is stored
FIRST = {"SetPause": ("SetPause", "x", 0), "SetDelay": ("SetDelay", "u", 0, "b", False)}


def start(ring_):
    ring.forget()
    ring_.start_polkitd()
    ring_.start_peers()
    ring_.start_helper()
    return ring_.client("root")


def finish(root):
    until("idle", lambda: root.get("Activity") == "idle")


def test_matrix(ring_):
    root = start(ring_)
    if os.path.exists("/run/ring/feed"):
        root.result(root.call("Check")["value"][0])
    for call, row in TABLE.items():
        for user, wanted in zip(USERS, row):
            for interactive in (False, True):  # nobody answers for these users: asking changes nothing
                if call[0] in FIRST:
                    root.call(*FIRST[call[0]])
                reply = ring_.client(user).call(*call, interactive=interactive)
                got = YES if "value" in reply or reply["error"] in ALLOWED.get(call[0], ()) else reply["error"]
                expect(f"{call} by {user}{' (interactive)' if interactive else ''}", got, wanted)
                if call[0] not in ("GetHistory", "SetAutomatic", "SetPause", "SetDelay", "SetMetered", "Announce"):
                    finish(root)


def test_methods_are_all_in_the_matrix(ring_):
    start(ring_)
    text = subprocess.run(["gdbus", "introspect", "--system", "-d", "org.suture.Helper1", "-o", "/org/suture/Helper1"],
                          stdout=subprocess.PIPE, check=True, text=True).stdout
    lines = text[text.index("interface org.suture.Helper1 "):]
    methods = [line.strip().split("(")[0] for line in lines[lines.index("methods:"):lines.index("signals:")
                                                            if "signals:" in lines else None].splitlines()
               if line.strip() and line.strip()[0].isupper() and "(" in line and " " not in line.strip().split("(")[0]]
    expect("methods", sorted(methods), sorted({call[0] for call in TABLE}))


def test_contract_is_read(_ring):
    """The contract's lists are found where they are: a list that is read as empty, or as everything, would hold nothing."""
    contract = ring.CONTRACT
    expect("names", {"Busy", "NotApplicable", "Failed"} <= contract.names and len(contract.names) > 15, True)
    expect("methods", sorted(contract.methods), sorted({call[0] for call in TABLE}))
    expect("of all", sorted(contract.general), ["Busy", "Failed", "InvalidArgument", "Managed", "NoSpace", "NotAuthorized", "Unavailable"])
    expect("of Install", "NotFound" in contract.errors("Install"), True)
    expect("not of Check", "NotFound" in contract.errors("Check"), False)
    expect("ends of Install", ("Busy" in contract.results("Install"), "RateLimited" in contract.results("Install")),
           (True, False))
    expect("ends of RunAutomatic", contract.results("RunAutomatic"), contract.results("Check") | contract.results("Install"))
    expect("GetHistory has no end", contract.results("GetHistory"), set())


def test_absent_is_like_forbidden(ring_):
    """Who may not, can't find out what there is."""
    root = start(ring_)
    root.result(root.call("Check")["value"][0])
    for user in ("ring-inactive", "ring-remote", "ring-none"):
        replies = [ring_.client(user).call("Install", "s", name) for name in (IDS["alpha"], "nothing-z")]
        expect(f"replies to {user}", replies[0], replies[1])


def test_no_polkitd(ring_):
    root = start(ring_)
    ring.announce(root)
    ring_.stop("polkitd")
    for call, row in TABLE.items():
        for user in USERS:
            reply = ring_.client(user).call(*call, interactive=True)
            # what polkit is not asked for needs no polkitd
            wanted = YES if all(cell == YES for cell in row) else NO
            got = YES if "value" in reply or reply["error"] in ("RateLimited",) else reply["error"]
            expect(f"{call} by {user} without polkitd", got, wanted)
            if call[0] == "RunAutomatic":
                finish(root)
    expect("what happened", {r["by"] for r in root.history()}, {"automatic"})
    expect("automatic", root.get("Automatic"), True)


def test_polkitd_hangs_and_dies(ring_):
    root = start(ring_)
    polkitd = ring_.programs["polkitd"].process
    polkitd.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    expect("while it hangs", ring_.client("ring-active").call("Check", wait=40)["error"], NO)
    expect("patience", time.monotonic() - began < 25, True)
    root.send(method="SetAutomatic", args=["b", False], wait=40)
    time.sleep(0.3)
    ring_.stop("polkitd", signal.SIGKILL)
    expect("when it dies", root.receive()["error"], NO)
    expect("automatic", root.get("Automatic"), True)
    ring_.start_polkitd()
    expect("when it is back", "value" in root.call("Check"), True)
    finish(root)


def test_caller_leaves(ring_):
    """Asks, and is gone before polkit has answered: nothing is done."""
    root = start(ring_)
    root.result(root.call("Check")["value"][0])
    results = len(root.get("Results"))
    polkitd = ring_.programs["polkitd"].process
    for _ in range(20):
        polkitd.send_signal(signal.SIGSTOP)
        client = ring.Client("ring-active")
        client.send(leave=["Install", "s", IDS["alpha"]])
        client.process.wait()
        client.close()
        polkitd.send_signal(signal.SIGCONT)
    expect("still answers", root.get("Activity"), "idle")
    time.sleep(0.5)
    expect("results", len(root.get("Results")), results)
    expect("history", root.history(), [])


def test_hostile_arguments(ring_):
    root = start(ring_)
    names = ["", ".", "..", "../../etc/passwd", "/etc/passwd", "-a", "A", "a b", "a\n", "\x1b[31m", "\u202ea", "ä", "a/b",
             "%s%n", "a" * 65, "a" * 1_000_000, "<b>a</b>", "'; DROP TABLE history; --"]
    for user in ("root", "ring-active", "ring-none"):
        for method in ("Install", "Remove", "Cancel"):
            for name in names:
                reply = ring_.client(user).call(method, "s", name)
                expect(f"{method}({name[:20]!r}) by {user}", reply["error"], "InvalidArgument")
                expect("nothing of it in the answer", len(reply["message"]) < 200, True)
    for before, limit in ((0, 0), (0, 201), (0, 0xffffffff)):
        expect("limit", root.call("GetHistory", "t", before, "u", limit)["error"], "InvalidArgument")
    expect("before", root.call("GetHistory", "t", 0xffffffffffffffff, "u", 200), {"value": [[]]})
    wrong = ring_.client("ring-none").call("Install", "u", 7)
    expect("wrong type", "error" in wrong and wrong["error"] != NO, True)
    log = open(f"{ring.W}/helper.log", encoding="utf-8", errors="replace").read()
    expect("log", "\x1b" in log or "\u202e" in log, False)


def test_limits(ring_):
    """Two operations of a user, eight that wait."""
    root = start(ring_)
    root.result(root.call("Check")["value"][0])
    with open("/run/ring/control/hold-before", "w", encoding="ascii"):
        pass
    first = root.call("Install", "s", IDS["alpha"])["value"][0]
    until("held", lambda: os.path.exists("/run/ring/control/hold-before.reached"))
    second = root.call("Check")["value"][0]
    expect("a third one", root.call("Check")["error"], "Busy")
    person = ring_.client("ring-active")
    expect("of another user", ["value" in person.call("Check") for _ in range(3)], [True, True, False])
    expect("ids", len({first, second}), 2)
    for flood in range(30):
        expect("flood", person.call("Check")["error"], "Busy")
    began = time.monotonic()
    ring_.client("ring-none").get("Activity")
    expect("others are answered", time.monotonic() - began < 2, True)
    os.unlink("/run/ring/control/hold-before")
    expect("first", root.result(first), ("", ""))
    finish(root)


class Agent:
    """polkit's agent in the session of ring-active, while the block lasts."""

    def __init__(self, mode):
        self.process = subprocess.Popen(["/usr/bin/python3", "/run/ring/agent.py", "c1", mode], stdout=subprocess.PIPE,
                                        text=True, preexec_fn=lambda: ring.enter_session("ring-active"))

    def __enter__(self):
        self.told()
        return self

    def told(self):
        """The next line it prints: that it is registered, then what it was asked."""
        return self.process.stdout.readline()

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


def test_password(ring_):
    """An agent in the session says yes, or is dismissed: what polkit decides is what happens."""
    root = start(ring_)
    root.result(root.call("Check")["value"][0])
    expect("install", root.result(root.call("Install", "s", IDS["beta"])["value"][0]), ("", ""))
    person = ring_.client("ring-active")
    for mode, wanted in (("dismiss", NO), ("fail", NO), ("grant", YES)):
        with Agent(mode) as agent:
            reply = person.call("Remove", "s", IDS["beta"])
            expect("without the flag nobody is asked", reply.get("error"), NO)
            reply = person.call("Remove", "s", IDS["beta"], interactive=True)
            expect(f"agent: {mode}", YES if "value" in reply else reply["error"], wanted)
            # some agents read it as markup, some do not
            expect("the dialog names the improvement, without markup", "“Library ‹beta› + more”" in agent.told(), True)
    expect("removed", person.result(reply["value"][0]), ("", ""))


def test_leaves_while_asked(ring_):
    """The program that asked goes while the password dialog is open, and polkitd goes right after it. (libpolkit's authority
    object must not be freed then: its handlers would run on it.)"""
    root = start(ring_)
    root.result(root.call("Check")["value"][0])
    expect("install", root.result(root.call("Install", "s", IDS["beta"])["value"][0]), ("", ""))
    for _ in range(5):
        with Agent("wait") as agent:
            client = ring.Client("ring-active")
            client.send(method="Remove", args=["s", IDS["beta"]], interactive=True)
            agent.told()
            client.process.kill()
            ring_.stop("polkitd")
            client.close()
            expect("still answers", root.get("Activity"), "idle")
        ring_.start_polkitd()
    expect("still active", root.objects()[IDS["beta"]]["State"], "active")


def test_random_ids(ring_):
    """Ids of operations that can't be guessed; those of others don't cancel anything."""
    root = start(ring_)
    for _ in range(50):
        reply = ring_.client("ring-other").call("Cancel", "s", f"op-{secrets.token_hex(16)}")
        expect("a guess", reply["error"], NO)
    expect("root", root.call("Cancel", "s", f"op-{secrets.token_hex(16)}")["error"], "NotFound")


def test_idle(ring_):
    """Leaves when nothing happens, with a clean end, and comes back knowing what it knew. A call that was on its way then is
    told so, or is carried out: nothing is accepted that would be killed."""
    root = start(ring_)
    root.result(root.call("Check")["value"][0])
    status = f"/proc/{ring_.programs['helper'].process.pid}/status"
    with open(status, encoding="ascii") as file:
        print("#", next(line.strip() for line in file if line.startswith("VmRSS")))
    helper = ring_.programs["helper"].process
    time.sleep(50)
    helper.send_signal(signal.SIGSTOP)  # its patience ends while the call lies in its socket
    time.sleep(20)
    with open("/run/ring/control/hold-payload", "w", encoding="ascii"):
        pass
    root.send(method="Install", args=["s", IDS["alpha"]])
    time.sleep(0.5)
    helper.send_signal(signal.SIGCONT)
    reply = root.receive()
    if "value" in reply:
        time.sleep(1)
        os.unlink("/run/ring/control/hold-payload")
        expect("what was accepted", root.result(reply["value"][0]), ("", ""))
    else:
        expect("what was not accepted", reply["error"], "Unavailable")
    end = time.monotonic() + 100
    while helper.poll() is None and time.monotonic() < end:
        time.sleep(0.5)
    expect("its own end", helper.poll(), 0)
    began = time.monotonic()
    ring_.start_helper()
    print(f"# back in {time.monotonic() - began:.2f} s")
    expect("known", len(root.objects()), 2)


feed.make()
ring.run([(name.removeprefix("test_"), function) for name, function in list(globals().items())
          if name.startswith("test_")])
