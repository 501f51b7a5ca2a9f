# SPDX-License-Identifier: LGPL-2.1-or-later
"""Packages made up for a case: what can't be fetched or is not what the list says, what is newer than what was prepared, and what
no improvement may change."""

import os

import publishing
from cases import active, case, need, same
from local_stage import PLACE
from publishing import Entry

DROP_IN = "/run/systemd/system/suture-deb@.service.d/test.conf"
DEMO = "/usr/bin/demo"


def entries(name, version, **more):
    changelog = (f"{name} ({version}) stable; urgency=high\n\n  * Fix CVE-2026-11111.\n\n"
                 " -- Demo <d@example.org>  Thu, 01 Jan 2026 00:00:00 +0000\n")
    return {f"usr/bin/{name}": Entry(f"#!/bin/sh\necho {version}\n".encode(), 0o755),
            f"usr/share/doc/{name}/changelog.gz": Entry(publishing.gzip(changelog)), **more}


def demo(local, version, name="demo"):
    return local.make_deb(name, version, entries(name, version))


class Demo:
    """A package that the machine has in version 1.0 until the case is over."""

    def __init__(self, local):
        self.local = local

    def __enter__(self):
        self.local.install_deb(demo(self.local, "1.0"))

    def __exit__(self, *_):
        for name in active(self.local):
            self.local.ctl(f"remove {name}")
        self.local.machine.run("dpkg --purge demo")


def offer(local, *debs):
    local.publish_archive(*debs)
    local.update()


def not_fetched(local, words):
    """A check that fetches all but demo's package."""
    before = {fix.component: local.offered(fix.component)["id"] for fix in local.fixes}
    code, answer = local.ctl("check", check=False)
    need(code != 0 and answer["error"] in ("Network", "Hash"), f"the check said {answer}")
    item = local.left().get("demo", {})
    same((item.get("why"), item.get("installed"), item.get("fixed")), ("fetch", "1.0", "2.0"), "what is left")
    need(words in item["detail"], f"it says {item['detail']!r}")
    same(local.offered("demo"), None, "what is offered of it")
    same({fix.component: local.offered(fix.component)["id"] for fix in local.fixes}, before, "what else is offered")


def prepared(local, version, letter=None):
    local.ctl("check")
    found = local.offered("demo")
    need(found, f"demo is not offered; left is {local.left()}")
    same(local.own_manifest(found["id"])["result"]["label"], f"demo {version}", "what it leaves")
    if letter:
        same(found["letter"], letter, "its letter")
    return found


@case("a package that is not what the list says, or is gone, does no harm and is prepared when it is well")
def not_it(local):
    with Demo(local):
        offer(local, demo(local, "2.0"))
        path = local.package_file("demo")
        with open(path, "rb") as file:
            good = file.read()
        for bad in (good[:-9] + b"otherbyte", good + b"more", good[:-100], None):
            local.mirror.instead["/demo_2.0.deb"] = bad
            not_fetched(local, "apt could not fetch demo 2.0")
        local.mirror.instead.clear()
        prepared(local, "2.0")


@case("a package that apt let through is compared all the same")
def compared(local):
    with Demo(local):
        offer(local, demo(local, "2.0"))
        with open(local.package_file("demo"), "rb") as file:
            good = file.read()
        try:
            for bad, words in ((good[:-9] + b"otherbyte", "is not the one"), (good + b"more", "is longer"), (good[:-100], "is shorter")):
                with open(f"{local.machine.root}/srv/bad.deb", "wb") as file:
                    file.write(bad)
                local.machine.run(f"mkdir -p {os.path.dirname(DROP_IN)} && printf '[Service]\\nExecStart=\\nExecStart=/bin/sh -c "
                                  f"\"read -r q <&0; cat /srv/bad.deb >&0\"\\n' > {DROP_IN} && systemctl daemon-reload")
                not_fetched(local, words)
        finally:
            local.machine.run(f"rm -f {DROP_IN} /srv/bad.deb; systemctl daemon-reload")
        prepared(local, "2.0")


@case("the archive changes between the list and the package")
def changed(local):
    with Demo(local):
        offer(local, demo(local, "2.0"))
        os.unlink(local.package_file("demo"))
        local.publish_archive(demo(local, "3.0"))
        not_fetched(local, "apt could not fetch demo 2.0")
        local.update()
        prepared(local, "3.0")


def payloads(local):
    return set(local.machine.read(f"ls {PLACE}/feed/repository/targets/payloads").split())


@case("of two versions the newest is prepared, and a later one takes its place")
def versions(local):
    with Demo(local):
        offer(local, demo(local, "2.0"), demo(local, "3.0"))
        first = prepared(local, "3.0")
        old = {item["sha256"] for item in local.own_manifest(first["id"])["payloads"]}
        need(old <= payloads(local), f"the feed lacks payloads of {first['id']}")
        local.ctl(f"install {first['id']}")
        same(local.machine.read("demo"), "3.0", "the program")
        offer(local, demo(local, "3.0"), demo(local, "4.0"))
        local.ctl("check")
        second = next(item for item in local.ctl("status")[1]["improvements"]
                      if item["component"] == "demo" and item["id"] != first["id"])
        need(second["letter"] > first["letter"], f"after {first['id']} came {second['id']}")
        same(local.own_manifest(second["id"])["result"]["label"], "demo 4.0", "what it leaves")
        need(not old & payloads(local), "the feed keeps the payloads of what it does not offer any more")
        same(local.machine.read(f"find {PLACE}/feed/repository/targets -name '*.{first['id']}.json'"), "", "descriptions that it keeps")
        need(not local.machine.read(f"ls {PLACE}/feed/published/* | grep -Fx {first['id']} || true"), f"the feed keeps {first['id']}")
        same(local.machine.read("demo"), "3.0", "the program, before the later one is installed")
        local.ctl(f"install {second['id']}")
        same((active(local), local.machine.read("demo")), ([second["id"]], "4.0"), "the later one")
        local.ctl(f"remove {second['id']}")
        same(local.machine.read("demo"), "1.0", "the program without")


@case("what no improvement may change is left to the system update, with the reason")
def unfit(local):
    made = {"democonf": ("conffile", "/etc/democonf.conf"), "demoscript": ("script", "demoscript"),
            "demodepends": ("dependencies", "demohelp")}

    def deb(name, version):
        more, options = {}, {}
        if name == "democonf":
            more = {"etc/democonf.conf": Entry(f"version = {version}\n".encode())}
            options["scripts"] = {"conffiles": Entry(b"/etc/democonf.conf\n")}
        elif name == "demoscript" and version != "1.0":
            options["scripts"] = {"postinst": Entry(b"#!/bin/sh\nset -e\ntouch /var/lib/demoscript\n", 0o755)}
        elif name == "demodepends" and version != "1.0":
            options["extra"] = "Depends: demohelp\n"
        return local.make_deb(name, version, {**entries(name, version), **more}, **options)

    local.install_deb(*(deb(name, "1.0") for name in made))
    try:
        offer(local, demo(local, "1.0", "demohelp"), *(deb(name, "2.0") for name in made))
        for _ in range(2):  # and the next time, when it is remembered
            local.ctl("check")
            left = local.left()
            same({name: (item["why"], item["detail"].split(":")[0]) for name, item in left.items()}, made, "what is left")
            need(all(item["sentence"] for item in left.values()), "one has no sentence")
            same([local.offered(name) for name in made], [None] * len(made), "what is offered of them")
        for fix in local.fixes:
            need(local.offered(fix.component), f"{fix.component} is gone")
    finally:
        local.machine.run("dpkg --purge " + " ".join(made))
