#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What RunAutomatic waits for: each reason by name, with what overrides it; what a person chooses, and what the administrator's policy
leaves to them. NetworkManager and UPower are python3-dbusmock's, on this ring's system bus; the policy's files, polkitd and the
control groups of open apps are real."""

import os
import shutil
import signal
import sqlite3
import subprocess
import time

import feed
import ring
from daemons import network, own_names, power, set_power
from ring import expect, until

ALPHA, BETA, APP, EXPLOITED = feed.ids()["alpha"], feed.ids()["beta"], "gamma-c", "delta-d"
ALL = sorted([ALPHA, BETA, APP, EXPLOITED])
DAY = 24 * 3600
POLICY = "/etc/suture/policy.conf"
DESKTOP = "org.example.Ring.desktop"


# ---- the ring ----

def start(ring_, announced=True):
    ring.forget()
    write_policy(None)
    shutil.rmtree(f"{POLICY}.d", ignore_errors=True)
    ring_.start_polkitd()
    ring_.start_peers()
    ring_.start_helper()
    root = ring_.client("root")
    if announced:
        ring.announce(root)
    expect("check", root.result(root.call("Check")["value"][0]), ("", ""))
    return root


def write_policy(text, path=POLICY, mode=0o644):
    """As an administrator's tool does it: a new file in the old one's place."""
    if text is None:
        if os.path.exists(path):
            os.unlink(path)
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(f"{path}.new", "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(f"{path}.new", mode)
    os.rename(f"{path}.new", path)


def change_database(ring_, *statements):
    expect("clean end", ring_.stop("helper"), 0)
    with sqlite3.connect("/var/lib/suture/suture.db") as database:
        for statement in statements:
            database.execute(statement)
    database.close()
    ring_.start_helper()


def turn(ring_, root):
    """The timer's next turn, ten minutes later."""
    change_database(ring_, "DELETE FROM setting WHERE name = 'automatic-ran'")
    expect("automatic", root.result(root.call("RunAutomatic")["value"][0]), ("", ""))


def active(root):
    return sorted(name for name, values in root.objects().items() if values["State"] == "active")


def which(waits):
    return [wait[0] for wait in waits]


def waits_of(root, name=ALPHA):
    return root.objects()[name]["Waits"]


def begin_again(ring_, root, *names):
    """Takes them out, and has everybody forget that a person did."""
    for name in names:
        expect(f"remove {name}", root.result(root.call("Remove", "s", name)["value"][0]), ("", ""))
    change_database(ring_, "DELETE FROM removed", "DELETE FROM setting WHERE name = 'automatic-ran'")


def holds(ring_, root, word, general=True, name=ALPHA):
    """It is said, of the computer too where it is so of all; nothing is installed by itself; a person's Install overrides it."""
    until(f"{word} is said", lambda: word in which(waits_of(root, name)))
    expect(f"{word} of all", word in which(root.get("Waits")), general)
    turn(ring_, root)
    expect(f"{word} keeps it", name in active(root), False)
    until(f"{word} is said by a helper that was started anew", lambda: word in which(waits_of(root, name)))
    expect(f"install overrides {word}", root.result(root.call("Install", "s", name)["value"][0]), ("", ""))
    expect(f"what is installed waits for nothing ({word})", waits_of(root, name), [])
    begin_again(ring_, root, name)


def is_over(ring_, root, word, names=None):
    """Nothing is left of it, and the next turn installs."""
    until(f"{word} is over", lambda: word not in which(waits_of(root)))
    expect(f"{word} of all is over", root.get("Waits"), [])
    turn(ring_, root)
    expect(f"{word} is over: installed", active(root), names or ALL)
    begin_again(ring_, root, *active(root))


# ---- what a person chooses ----

def test_choices(ring_):
    root = start(ring_, announced=False)
    later = int(time.time()) + 7 * DAY
    names = ("Automatic", "PausedUntil", "DelayDays", "DelayExploited", "UseMetered", "Announced")
    expect("at first", [root.get(name) for name in names], [True, 0, 0, False, False, False])
    for call in (("SetPause", "x", later), ("SetDelay", "u", 30, "b", True), ("SetMetered", "b", True), ("Announce",)):
        expect(call, root.call(*call), {"value": []})
    wanted = [True, later, 30, True, True, True]
    expect("chosen", [root.get(name) for name in names], wanted)
    expect("clean end", ring_.stop("helper"), 0)
    ring_.start_helper()
    until("kept", lambda: [root.get(name) for name in names] == wanted)
    now = int(time.time())
    for call in (("SetPause", "x", now - 5), ("SetPause", "x", -1), ("SetPause", "x", now + 367 * DAY), ("SetPause", "x", 2**63 - 1),
                 ("SetDelay", "u", 31, "b", False), ("SetDelay", "u", 2**32 - 1, "b", False)):
        for user in ("root", "ring-none"):
            expect(f"{call} by {user}", ring_.client(user).call(*call)["error"], "InvalidArgument")
    expect("still", [root.get(name) for name in names], wanted)
    expect("off", root.call("SetAutomatic", "b", False), {"value": []})
    expect("the rest stays", [root.get(name) for name in names], [False, *wanted[1:]])


def test_knows_of_it(ring_):
    """Whoever sets it has been told of it."""
    root = start(ring_, announced=False)
    expect("nobody was", root.get("Announced"), False)
    expect("on", ring_.client("ring-active").call("SetAutomatic", "b", True), {"value": []})
    expect("somebody was", root.get("Announced"), True)


def test_race(ring_):
    """Two shorten a pause at once; the one that was permitted as shorter, and would now make it longer, is refused."""
    root = start(ring_)
    person = ring_.client("ring-active")
    polkitd = ring_.programs["polkitd"].process
    refused = 0
    for _ in range(5):
        now = int(time.time())
        expect("long", root.call("SetPause", "x", now + 30 * DAY), {"value": []})
        polkitd.send_signal(signal.SIGSTOP)
        root.send(method="SetPause", args=["x", 0])
        time.sleep(0.2)
        person.send(method="SetPause", args=["x", now + 7 * DAY])
        time.sleep(0.2)
        polkitd.send_signal(signal.SIGCONT)
        expect("no pause", root.receive(), {"value": []})
        refused += person.receive().get("error") == "NotAuthorized"
        expect("what is stored", root.get("PausedUntil"), 0)
    expect("refused", refused > 0, True)


# ---- each reason ----

def test_off_and_paused(ring_):
    root = start(ring_)
    expect("nothing waits", (root.get("Waits"), [waits_of(root, name) for name in ALL]), ([], [[]] * 4))
    root.call("SetAutomatic", "b", False)
    holds(ring_, root, "off")
    root.call("SetAutomatic", "b", True)
    is_over(ring_, root, "off")
    until_ = int(time.time()) + DAY
    root.call("SetPause", "x", until_)
    expect("until when", root.get("Waits"), [["paused", until_, ""]])
    holds(ring_, root, "paused")
    root.call("SetPause", "x", 0)
    is_over(ring_, root, "paused")
    soon = int(time.time()) + 8
    root.call("SetPause", "x", soon)
    until("it passes by itself", lambda: (root.get("Waits"), root.get("PausedUntil")) == ([], 0))
    expect("not before", time.time() >= soon, True)


def test_not_due(ring_):
    """A run in which no check is due asks no server for anything while nothing is ready."""
    root = start(ring_)
    root.call("SetPause", "x", int(time.time()) + DAY)
    ring.forget_served()
    turn(ring_, root)
    expect("asked for", ring.served(), [])
    change_database(ring_, "DELETE FROM setting WHERE name IN ('automatic-ran', 'last-checked')")
    expect("due", root.result(root.call("RunAutomatic")["value"][0]), ("", ""))
    expect("asked for", "/metadata/timestamp.json" in [path for _, _, path in ring.served()], True)


def test_announce(ring_):
    root = start(ring_, announced=False)
    expect("at first", root.get("Waits"), [["announce", 0, ""]])
    began = int(time.time())
    turn(ring_, root)
    expect("nothing yet", active(root), [])
    (word, end, _), = root.get("Waits")
    expect("from now on a day", (word, began + DAY <= end <= time.time() + DAY), ("announce", True))
    holds(ring_, root, "announce")
    expect("it goes on counting", root.get("Waits"), [[word, end, ""]])
    change_database(ring_, f"UPDATE setting SET value = {began - DAY} WHERE name = 'announce-since'")
    is_over(ring_, root, "announce")
    change_database(ring_, f"UPDATE setting SET value = {began} WHERE name = 'announce-since'")
    expect("again", which(root.get("Waits")), ["announce"])
    expect("somebody is told", ring_.client("ring-active").call("Announce"), {"value": []})
    expect("announced", (root.get("Announced"), root.get("Waits")), (True, []))


def test_delay(ring_):
    root = start(ring_)
    root.call("SetDelay", "u", 3, "b", False)
    (word, end, _), = waits_of(root)
    expect("three days", (word, abs(end - time.time() - 3 * DAY) < 60, root.get("Waits")), ("delay", True, []))
    expect("not what is used in attacks", waits_of(root, EXPLOITED), [])
    turn(ring_, root)
    expect("which is installed", active(root), [EXPLOITED])
    begin_again(ring_, root, EXPLOITED)
    holds(ring_, root, "delay", general=False)
    begin_again(ring_, root, EXPLOITED)
    root.call("SetDelay", "u", 3, "b", True)
    expect("what is used in attacks too", which(waits_of(root, EXPLOITED)), ["delay"])
    change_database(ring_, f"UPDATE setting SET value = {int(time.time()) - 3 * DAY} WHERE name LIKE 'seen:%'")
    is_over(ring_, root, "delay")


def test_removed(ring_):
    root = start(ring_)
    expect("install", root.result(root.call("Install", "s", ALPHA)["value"][0]), ("", ""))
    expect("remove", root.result(root.call("Remove", "s", ALPHA)["value"][0]), ("", ""))
    expect("said", waits_of(root), [["removed", 0, ""]])
    holds(ring_, root, "removed", general=False)


def test_metered(ring_):
    root = start(ring_)
    expect("nobody says anything", root.get("Waits"), [])
    with network(2) as manager:
        time.sleep(0.5)
        expect("not metered", root.get("Waits"), [])
        for value, word in ((1, ["metered"]), (4, []), (3, ["metered"])):
            manager.update(manager.path, "org.freedesktop.NetworkManager", f"{{'Metered': <uint32 {value}>}}")
            until(f"NMMetered {value}", lambda: which(root.get("Waits")) == word)  # pylint: disable=cell-var-from-loop
        ring.forget_served()
        holds(ring_, root, "metered")
        expect("lists are asked for all the same", root.result(root.call("Check")["value"][0]), ("", ""))
        root.call("SetMetered", "b", True)
        is_over(ring_, root, "metered")
        root.call("SetMetered", "b", False)
        until("again", lambda: which(root.get("Waits")) == ["metered"])
    until("the daemon is gone", lambda: root.get("Waits") == [])


def test_battery(ring_):
    root = start(ring_)
    with power(2, 19) as mock:
        until("low", lambda: root.get("Waits") == [["battery", 0, "19"]])
        holds(ring_, root, "battery")
        for state, percentage, on_battery, waits in ((1, 5, "true", []), (2, 5, "true", ["battery"]), (2, 5, "false", []),
                                                     (2, 20, "true", []), (2, 0, "true", ["battery"]), (4, 0, "true", [])):
            set_power(mock, state, percentage, on_battery)
            until(f"state {state}, {percentage} %, on battery: {on_battery}",
                  lambda: which(root.get("Waits")) == waits)  # pylint: disable=cell-var-from-loop
        is_over(ring_, root, "battery")
        mock.update(f"{mock.path}/devices/DisplayDevice", "org.freedesktop.UPower.Device", "{'IsPresent': <false>}")
        set_power(mock, 2, 50)


def test_silent_daemon(ring_):
    """One that is there and never answers keeps nobody waiting for long."""
    root = start(ring_)
    with network(1) as manager:
        until("metered", lambda: which(root.get("Waits")) == ["metered"])
        change_database(ring_, "DELETE FROM setting WHERE name = 'automatic-ran'")
        expect("clean end", ring_.stop("helper"), 0)
        manager.process.send_signal(signal.SIGSTOP)
        try:
            ring_.start_helper()
            began = time.monotonic()
            expect("automatic", root.result(root.call("RunAutomatic")["value"][0]), ("", ""))
            expect("patience", time.monotonic() - began < 20, True)
            expect("unknown is no reason", active(root), ALL)
        finally:
            manager.process.send_signal(signal.SIGCONT)


def test_known_before_it_begins(ring_):
    """A helper that the timer's call has started asks first: it does not install what it would have known to wait for."""
    root = start(ring_)
    with network(1):
        for _ in range(3):
            turn(ring_, root)
            expect("nothing", active(root), [])


def test_apps(ring_):
    if not os.path.exists("/sys/fs/cgroup/cgroup.procs"):  # where the machine outside has several trees
        subprocess.run(["mount", "-t", "cgroup2", "none", "/sys/fs/cgroup"], check=True)
        ring.CGROUP = "/sys/fs/cgroup"
    root = start(ring_)
    scope = "/sys/fs/cgroup/user.slice/user-2001.slice/user@2001.service/app.slice/app-ring-org.example.Ring-77.scope"
    os.makedirs(scope)

    def enter():
        with open(f"{scope}/cgroup.procs", "w", encoding="ascii") as file:
            file.write("0")
    app = subprocess.Popen(["sleep", "600"], preexec_fn=enter)
    try:
        until("in use", lambda: waits_of(root, APP) == [["apps", 0, DESKTOP]])
        expect("no other", waits_of(root), [])
        holds(ring_, root, "apps", general=False, name=APP)
    finally:
        app.kill()
        app.wait()
    until("closed", lambda: waits_of(root, APP) == [])
    change_database(ring_, "DELETE FROM removed")
    os.rmdir(scope)
    turn(ring_, root)
    expect("installed", APP in active(root), True)


# ---- the administrator's policy ----

def managed(root):
    return dict(root.get("Managed"))


def test_policy_decides(ring_):
    """What it decides is shown, and nobody is asked for a password about it: polkitd is not there."""
    root = start(ring_)
    ring_.stop("polkitd")
    write_policy("[Policy]\nAutomatic=yes\nPause=no\nDelay=3\nMetered=yes\nReason=Ask the desk\n")
    until("shown", lambda: managed(root) == dict.fromkeys(("automatic", "pause", "delay", "metered"), "Ask the desk"))
    expect("values", (root.get("DelayDays"), root.get("UseMetered"), root.get("Automatic")), (3, True, True))
    later = int(time.time()) + DAY
    for call in (("SetAutomatic", "b", False), ("SetAutomatic", "b", True), ("SetPause", "x", later), ("SetPause", "x", 0),
                 ("SetDelay", "u", 0, "b", False), ("SetMetered", "b", False)):
        for user in ("root", "ring-active", "ring-none"):
            reply = ring_.client(user).call(*call)
            expect(f"{call} by {user}", (reply["error"], reply["message"].endswith(": Ask the desk")), ("Managed", True))
    expect("what is not decided", ring_.client("ring-active").call("Announce")["error"], "NotAuthorized")
    write_policy(None)
    until("gone", lambda: (managed(root), root.get("DelayDays"), root.get("UseMetered")) == ({}, 0, False))


def test_policy_over_choices(ring_):
    root = start(ring_)
    later = int(time.time()) + DAY
    root.call("SetPause", "x", later)
    write_policy("[Policy]\nAutomatic=no\nPause=no\n")
    until("off", lambda: root.get("Waits") == [["off", 0, ""]])
    expect("no pause", (root.get("PausedUntil"), root.get("Automatic")), (0, False))
    holds(ring_, root, "off")
    write_policy(None)
    until("what was chosen counts again", lambda: (root.get("PausedUntil"), root.get("Automatic")) == (later, True))


def test_hours(ring_):
    root = start(ring_)
    now = time.localtime()
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[(now.tm_wday + 3) % 7]
    write_policy(f"[Policy]\nHours={day} 02:00-05:00\n")
    until("outside", lambda: which(root.get("Waits")) == ["hours"])
    begins = time.localtime(root.get("Waits")[0][1])
    expect("when they begin", ((begins.tm_wday - now.tm_wday) % 7, begins.tm_hour, begins.tm_min), (3, 2, 0))
    holds(ring_, root, "hours")
    write_policy("[Policy]\nHours=00:00-24:00\n")
    until("inside", lambda: root.get("Waits") == [])
    is_over(ring_, root, "hours")


def test_held(ring_):
    root = start(ring_)
    for text, kept in ((f"Hold={ALPHA}", [ALPHA]), ("Hold=alpha;be*", [ALPHA, BETA]), ("Hold=*", ALL),
                       (f"Approved={BETA}", [n for n in ALL if n != BETA]), ("Approved=", ALL), ("Approved=*\nHold=beta", [BETA])):
        write_policy(f"[Policy]\n{text}\nReason=Being looked at\n")
        until(f"{text} is said",
              lambda: sorted(n for n in ALL if waits_of(root, n)) == kept)  # pylint: disable=cell-var-from-loop
        expect("why", {tuple(waits_of(root, name)[0]) for name in kept}, {("managed", 0, "Being looked at")})
        for name in kept:
            for user in ("root", "ring-none"):
                reply = ring_.client(user).call("Install", "s", name)
                expect(f"a person's wish with {text}", (reply["error"], reply["message"].endswith(": Being looked at")), ("Managed", True))
        turn(ring_, root)
        expect(f"installed with {text}", active(root), [name for name in ALL if name not in kept])
        begin_again(ring_, root, *active(root))


def test_held_meanwhile(ring_):
    """Permitted, and when its turn comes it is held."""
    root = start(ring_)
    os.makedirs("/run/ring/control", exist_ok=True)
    with open("/run/ring/control/hold-payload", "w", encoding="ascii"):
        pass
    first = root.call("Install", "s", ALPHA)["value"][0]
    until("the first runs", lambda: os.path.exists("/run/ring/control/hold-payload.reached"))
    second = root.call("Install", "s", BETA)["value"][0]
    write_policy("[Policy]\nHold=beta\n")
    os.unlink("/run/ring/control/hold-payload")
    expect("the first", root.result(first), ("", ""))
    expect("the second", root.result(second)[0], "Managed")
    expect("active", active(root), [ALPHA])


def test_no_removal(ring_):
    root = start(ring_)
    expect("install", root.result(root.call("Install", "s", ALPHA)["value"][0]), ("", ""))
    write_policy("[Policy]\nRemoval=no\n")
    reply = root.call("Remove", "s", ALPHA)
    expect("remove", (reply["error"], "policy" in reply["message"]), ("Managed", True))
    expect("still there", active(root), [ALPHA])
    until("shown", lambda: managed(root) == {"removal": ""})
    write_policy("[Policy]\nRemoval=yes\n")
    expect("remove", root.result(root.call("Remove", "s", ALPHA)["value"][0]), ("", ""))


def test_feeds(ring_):
    """One that is not named is there, and nothing is asked of it."""
    root = start(ring_)
    write_policy("[Policy]\nFeeds=other\nReason=Ours alone\n")
    ring.forget_served()
    expect("check", root.result(root.call("Check")["value"][0])[0], "NoSource")
    expect("asked for", ring.served(), [])
    expect("no feed is used", (root.get("Feeds"), root.objects()), ([], {}))
    expect("why", root.feeds()[feed.NAME]["LastError"][0], "Managed")
    expect("nor may the local one be turned on", root.call("SetLocalFeed", "b", True)["error"], "Managed")
    expect("off is as always", root.call("SetLocalFeed", "b", False)["error"], "NotFound")
    write_policy(f"[Policy]\nFeeds={feed.NAME}\n")
    expect("check", root.result(root.call("Check")["value"][0]), ("", ""))
    expect("used", (root.get("Feeds"), sorted(root.objects())), ([feed.NAME], ALL))


def test_broken_policy(ring_):
    """Until it is mended, what it could forbid is forbidden, and nothing is installed by itself; what is there goes on."""
    root = start(ring_)
    expect("install", root.result(root.call("Install", "s", ALPHA)["value"][0]), ("", ""))
    site = f"{POLICY}.d/site.conf"
    for text, mode, owner, words in (("[Policy]\nAutomatic=maybe\n", 0o644, 0, f"{site}, line 2: "),
                                     ("[Policy]\n\nColour=green\n", 0o644, 0, f"{site}, line 3: "),
                                     ("[Policy]\nPause=no\n", 0o666, 0, f"{site}: only root"),
                                     ("[Policy]\nPause=no\n", 0o644, 2001, f"{site}: it has to belong to root")):
        write_policy(text, site, mode)
        os.chown(site, owner, -1)
        until(f"{words} is said", lambda: managed(root).get("file", "").startswith(words))  # pylint: disable=cell-var-from-loop
        expect("and nothing else is", list(managed(root)), ["file"])
        until("it waits", lambda: which(root.get("Waits")) == ["policy"])
        expect("why", waits_of(root, BETA)[0][2].startswith(words), True)
        for call in (("Install", "s", BETA), ("Remove", "s", ALPHA), ("SetAutomatic", "b", True), ("SetPause", "x", 0),
                     ("SetDelay", "u", 0, "b", False), ("SetMetered", "b", True)):
            reply = root.call(*call)
            expect(f"{call}", (reply["error"], words in reply["message"]), ("Managed", True))
        turn(ring_, root)
        expect("nothing was installed", active(root), [ALPHA])
    write_policy(None, site)
    until("mended", lambda: (managed(root), root.get("Waits")) == ({}, []))
    turn(ring_, root)
    expect("installed", active(root), ALL)


feed.make()
for component, notes in (("gamma", f"[Effects]\nReopen={DESKTOP}\n"), ("delta", "Exploited=true\n")):
    feed.make_improvement(component, "1.1", more=notes)
    feed.write_base(component)
shutil.rmtree("/run/ring/feed")
shutil.copytree(f"{feed.FOLDER}/repository", "/run/ring/feed")
own_names()
ring.run([(name.removeprefix("test_"), function) for name, function in list(globals().items()) if name.startswith("test_")])
