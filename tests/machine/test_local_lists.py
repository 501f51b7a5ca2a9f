# SPDX-License-Identifier: LGPL-2.1-or-later
"""Lists that are missing, altered, unsigned, signed by a stranger, or too old: nothing is prepared of them, what was stays."""

import time

from cases import case, need, note, refused, same
from local_stage import SOURCE, SUITE
from machine import until

LISTS = f"/var/lib/apt/lists/deb.debian.org_debian-security_dists_{SUITE}"
CONF = "/etc/apt/apt.conf.d/99test"
SECONDS = 8  # that a list holds: long enough for apt to fetch it


def nothing_new(local, error, words):
    """The check says what is wrong, and what was offered still is, installable as before."""
    before = {fix.component: local.offered(fix.component)["id"] for fix in local.fixes}
    note("", refused(local, "check", (error,), words))
    same({fix.component: (local.offered(fix.component) or {}).get("id") for fix in local.fixes}, before, "what is offered")
    report = local.report()
    need(report["message"] in local.ctl("status")[1]["last_message"] and report["message"], f"the report is {report}")


def well_again(local):
    local.update()
    local.look()
    same(local.report()["error"], "", "the report")


@case("apt has no lists")
def missing(local):
    local.machine.run("rm -rf /var/lib/apt/lists/*")
    nothing_new(local, "Failed", "apt has no list of a security suite")
    well_again(local)


@case("a list of packages that was altered on the disk")
def altered_index(local):
    local.machine.run(f"sed -i 's/^Version: .*/Version: 99:1/' {LISTS}_main_binary-{local.archive.architecture}_Packages")
    nothing_new(local, "Hash", "not the list that .* has signed")
    well_again(local)


@case("a signed file of the archive that was altered on the disk")
def altered_release(local):
    local.machine.run(f"sed -i 's/^Origin: Debian/Origin: Devian/' {LISTS}_InRelease")
    nothing_new(local, "Signature", "not signed by a key that this computer's apt believes, or not as it is")
    well_again(local)


@case("a suite that is not signed, though apt was told to trust it")
def unsigned(local):
    local.machine.write("/etc/apt/sources.list", f"deb [trusted=yes] {SOURCE}\n")
    local.publish_archive(sign=False)
    local.update()
    nothing_new(local, "Signature", "is not signed")


@case("a suite that a stranger signed")
def stranger(local):
    local.archive.add_key("Stranger <stranger@example.org>")
    local.publish_archive(key="Stranger <stranger@example.org>")
    said = local.machine.run("apt-get -q update", check=False).stdout
    need("NO_PUBKEY" in said, f"apt says {said}")
    # apt keeps what it had, and so does the feed
    local.look()
    local.machine.write("/etc/apt/sources.list", f"deb [trusted=yes] {SOURCE}\n")
    local.update()
    nothing_new(local, "Signature", "is not signed")


@case("a list that is older than it may be, and an apt that was told not to mind")
def stale(local):
    end = time.time() + SECONDS
    local.machine.write(CONF, 'Acquire::Check-Valid-Until "true";\n')
    local.publish_archive(Valid_Until=time.strftime("%a, %d %b %Y %H:%M:%S UTC", time.gmtime(end)))
    local.update()
    local.look()
    until(lambda: time.time() > end + 1, "the list to be too old", SECONDS + 10)
    nothing_new(local, "Stale", "held until .* nothing new was prepared")
    local.machine.write(CONF, 'Acquire::Check-Valid-Until "false";\n')
    local.look()
