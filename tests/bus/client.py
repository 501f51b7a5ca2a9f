#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""One caller on the system bus: a line of JSON in, a line of JSON out. Started as each of the test users.

in   {"method": "Install", "args": ["s", "openssl-a"], "interactive": false, "wait": 20}
     {"property": "Activity"}   {"properties": true}   {"objects": true}   {"leave": ["Install", "s", "openssl-a"]}  (calls, and leaves at once)
out  {"value": …} or {"error": "NotAuthorized", "message": …}"""

import json
import os
import sys

import gi
gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib

NAME, PATH, MANAGER = "org.suture.Helper1", "/org/suture/Helper1", "org.suture.Helper1"
PROPERTIES = "org.freedesktop.DBus.Properties"


def arguments(args):
    if not args:
        return None
    return GLib.Variant.new_tuple(*[GLib.Variant(kind, value) for kind, value in zip(args[0::2], args[1::2])])


def call(bus, interface, method, body, interactive=False, wait=20, path=PATH):
    message = Gio.DBusMessage.new_method_call(NAME, path, interface, method)
    if body is not None:
        message.set_body(body)
    if interactive:
        message.set_flags(Gio.DBusMessageFlags.ALLOW_INTERACTIVE_AUTHORIZATION)
    reply, _ = bus.send_message_with_reply_sync(message, Gio.DBusSendMessageFlags.NONE, int(wait * 1000))
    name = reply.get_error_name()
    if name:
        body = reply.get_body()
        return {"error": name.removeprefix("org.suture.Error."), "message": body.unpack()[0] if body else ""}
    body = reply.get_body()
    return {"value": body.unpack() if body is not None else []}


def answer(bus, ask):
    if "method" in ask:
        return call(bus, MANAGER, ask["method"], arguments(ask.get("args")), ask.get("interactive", False),
                    ask.get("wait", 20), ask.get("path", PATH))
    if "property" in ask:
        got = call(bus, PROPERTIES, "Get", GLib.Variant("(ss)", (MANAGER, ask["property"])))
        return {"value": got["value"][0]} if "value" in got else got
    if "properties" in ask:
        return call(bus, PROPERTIES, "GetAll", GLib.Variant("(s)", (MANAGER,)))
    if "objects" in ask:
        return call(bus, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", None)
    method, *args = ask["leave"]
    message = Gio.DBusMessage.new_method_call(NAME, PATH, MANAGER, method)
    if args:
        message.set_body(arguments(args))
    message.set_flags(Gio.DBusMessageFlags.ALLOW_INTERACTIVE_AUTHORIZATION)
    bus.send_message(message, Gio.DBusSendMessageFlags.NONE)
    bus.flush_sync()
    os._exit(0)


def main():
    bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
    for line in sys.stdin:
        try:
            reply = answer(bus, json.loads(line))
        except GLib.Error as error:
            reply = {"error": "Local", "message": error.message}
        print(json.dumps(reply), flush=True)


main()
