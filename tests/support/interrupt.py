#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs inside the machine as root: interrupt.py Install|Remove ID PROGRAM MOMENT [MILLISECONDS]. Asks the helper for an
operation, waits for a moment of it, and so much longer, and kills a program (helper, activate or fetch) with SIGKILL. Moments:
an Activity of the helper (checking, downloading, …); merged: the improvement is merged, and root has not recorded it;
withdrawn: root's record is gone, and it is still merged; result: the operation has just ended.
Answers in JSON: the operation's id, whether the moment was seen, how many processes were killed."""

import glob
import json
import os
import signal
import sys
import time

from gi.repository import Gio, GLib

NAME, PATH = "org.suture.Helper1", "/org/suture/Helper1"
COMMS = {"activate": "suture-activate", "fetch": "suture-fetch"}
MARKERS = "/usr/*/.systemd-sysext/extensions"
PATIENCE = 30  # seconds until a moment has to have come
STARTING = 2   # seconds that systemd may take to start a program behind a socket


def is_merged(name):
    for path in glob.glob(MARKERS):
        try:
            with open(path, encoding="utf-8") as file:
                if f"suture-{name}" in file.read().split():
                    return True
        except OSError:
            pass
    return False


class Interrupt:
    def __init__(self, method, name, program, moment, delay):
        self.method, self.name, self.program, self.moment, self.delay = method, name, program, moment, delay
        self.answer = {"operation": None, "seen": False, "killed": 0, "activities": []}
        self.loop = GLib.MainLoop()
        self.bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
        self.manager = Gio.DBusProxy.new_sync(self.bus, Gio.DBusProxyFlags.NONE, None, NAME, PATH, NAME)
        self.recorded = f"/var/lib/suture-activate/images/suture-{name}.feed"

    def run(self):
        self.manager.connect("g-properties-changed", self.changed)
        if self.moment in ("merged", "withdrawn"):
            GLib.timeout_add(1, self.look)
        GLib.timeout_add_seconds(PATIENCE, self.loop.quit)
        self.bus.call(NAME, PATH, NAME, self.method, GLib.Variant("(s)", (self.name,)), None,
                      Gio.DBusCallFlags.NONE, -1, None, self.submitted)
        self.loop.run()
        json.dump(self.answer, sys.stdout)

    def submitted(self, bus, result):
        try:
            self.answer["operation"] = bus.call_finish(result).unpack()[0]
        except GLib.Error as error:
            self.answer["error"] = error.message
            self.loop.quit()

    def changed(self, _proxy, properties, _invalidated):
        values = properties.unpack()
        activity = values.get("Activity")
        if activity:
            self.answer["activities"].append(activity)
        ended = any(result[0] == self.answer["operation"] for result in values.get("Results", ()))
        if activity == self.moment or (ended and self.moment == "result"):
            self.strike()
        elif ended:
            self.loop.quit()

    def look(self):
        merged, recorded = is_merged(self.name), os.path.exists(self.recorded)
        if merged and not recorded:
            self.strike()
            return GLib.SOURCE_REMOVE
        return GLib.SOURCE_CONTINUE

    def pids(self):
        if self.program == "helper":
            answer = self.bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                        "GetConnectionUnixProcessID", GLib.Variant("(s)", (NAME,)), None,
                                        Gio.DBusCallFlags.NONE, -1, None)
            return [answer.unpack()[0]]
        found = []
        for path in glob.glob("/proc/[0-9]*/comm"):
            try:
                with open(path, encoding="utf-8") as file:
                    if file.read().strip() == COMMS[self.program]:
                        found.append(int(path.split("/")[2]))
            except OSError:
                pass
        return found

    def strike(self):
        if self.answer["seen"]:
            return
        self.answer["seen"] = True
        end = time.monotonic() + STARTING
        alive = []
        while not alive and time.monotonic() < end:
            pids = self.pids()
            time.sleep(self.delay / 1000 if pids else 0.001)
            # one that served an earlier request may have been on its way out
            alive = [pid for pid in pids if os.path.exists(f"/proc/{pid}")]
        for pid in alive:
            try:
                os.kill(pid, signal.SIGKILL)
                self.answer["killed"] += 1
            except ProcessLookupError:
                pass
        # the answer to the method may still be in the socket
        GLib.timeout_add(200, self.loop.quit)


if __name__ == "__main__":
    Interrupt(*sys.argv[1:5], float(sys.argv[5]) if len(sys.argv) > 5 else 0).run()
