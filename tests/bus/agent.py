#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""agent.py SESSION grant|dismiss|fail|wait: a polkit agent of a session that answers at once and without a password (or, with
`wait`, not before polkitd cancels): it runs as root, which polkitd believes, in the session's cgroup. Prints what it was asked."""

import json
import os
import sys

import gi
gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib

POLKIT = ("org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority", "org.freedesktop.PolicyKit1.Authority")
XML = """<node><interface name="org.freedesktop.PolicyKit1.AuthenticationAgent">
<method name="BeginAuthentication"><arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
<arg type="a{ss}" direction="in"/><arg type="s" direction="in"/><arg type="a(sa{sv})" direction="in"/></method>
<method name="CancelAuthentication"><arg type="s" direction="in"/></method></interface></node>"""


def main():
    session, mode = sys.argv[1:]
    bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
    open_dialogs = []

    def called(_connection, _sender, _path, _interface, method, parameters, invocation):
        if method != "BeginAuthentication":
            invocation.return_value(None)
            while open_dialogs:
                open_dialogs.pop().return_dbus_error("org.freedesktop.PolicyKit1.Error.Cancelled", "cancelled")
            return
        action, message, _, details, cookie, _ = parameters.unpack()
        print(action, message, json.dumps(details), flush=True)
        if mode == "wait":
            open_dialogs.append(invocation)
            return
        if mode == "dismiss":
            invocation.return_dbus_error("org.freedesktop.PolicyKit1.Error.Cancelled", "dismissed")
            return
        if mode == "fail":
            invocation.return_value(None)
            return
        identity = GLib.Variant("(sa{sv})", ("unix-user", {"uid": GLib.Variant("u", 0)}))
        answer = GLib.Variant.new_tuple(GLib.Variant("u", os.getuid()), GLib.Variant("s", cookie), identity)
        bus.call(*POLKIT, "AuthenticationAgentResponse2", answer, None, 0, -1, None,
                 lambda *_: invocation.return_value(None))

    bus.register_object("/org/suture/Agent", Gio.DBusNodeInfo.new_for_xml(XML).interfaces[0], called, None, None)
    subject = GLib.Variant("(sa{sv})", ("unix-session", {"session-id": GLib.Variant("s", session)}))
    bus.call_sync(*POLKIT, "RegisterAuthenticationAgent",
                  GLib.Variant.new_tuple(subject, GLib.Variant("s", "C"), GLib.Variant("s", "/org/suture/Agent")),
                  None, 0, -1, None)
    print("registered", flush=True)
    GLib.MainLoop().run()


main()
