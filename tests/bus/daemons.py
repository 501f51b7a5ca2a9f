# SPDX-License-Identifier: LGPL-2.1-or-later
"""Other people's daemons on this ring's system bus, by python3-dbusmock: NetworkManager and UPower."""

import subprocess

import ring
from ring import until


class Mock:
    """Somebody else's daemon."""

    def __init__(self, template, name, path):
        self.name, self.path = name, path
        self.process = subprocess.Popen(["/usr/bin/python3", "-m", "dbusmock", "--template", template],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(f"{name} on the bus", lambda: ring.has_owner(name))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def call(self, path, method, *arguments):
        subprocess.run(["gdbus", "call", "--system", "-d", self.name, "-o", path, "-m", method, *arguments], check=True,
                       stdout=subprocess.DEVNULL)

    def update(self, path, interface, properties):
        self.call(path, "org.freedesktop.DBus.Mock.UpdateProperties", interface, properties)


def own_names():
    """The ring's bus lets root be them."""
    names = ("org.freedesktop.NetworkManager", "org.freedesktop.UPower")
    with open("/etc/dbus-1/system.d/ring-mocks.conf", "w", encoding="ascii") as file:
        file.write('<busconfig><policy user="root">' + "".join(f'<allow own="{name}"/>' for name in names) + "</policy>"
                   '<policy context="default">' + "".join(f'<allow send_destination="{name}"/>' for name in names)
                   + "</policy></busconfig>")
    subprocess.run(["gdbus", "call", "--system", "-d", "org.freedesktop.DBus", "-o", "/org/freedesktop/DBus", "-m",
                    "org.freedesktop.DBus.ReloadConfig"], check=True, stdout=subprocess.DEVNULL)


def network(value):
    mock = Mock("networkmanager", "org.freedesktop.NetworkManager", "/org/freedesktop/NetworkManager")
    mock.call(mock.path, "org.freedesktop.DBus.Mock.AddProperty", "org.freedesktop.NetworkManager", "Metered",
              f"<uint32 {value}>")
    mock.update(mock.path, "org.freedesktop.NetworkManager", f"{{'Metered': <uint32 {value}>}}")
    return mock


def power(state, percentage, on_battery="true"):
    mock = Mock("upower", "org.freedesktop.UPower", "/org/freedesktop/UPower")
    set_power(mock, state, percentage, on_battery)
    return mock


def set_power(mock, state, percentage, on_battery="true"):
    mock.update(f"{mock.path}/devices/DisplayDevice", "org.freedesktop.UPower.Device",
                f"{{'IsPresent': <true>, 'State': <uint32 {state}>, 'Percentage': <{float(percentage)}>}}")
    mock.update(mock.path, "org.freedesktop.UPower", f"{{'OnBattery': <{on_battery}>}}")
