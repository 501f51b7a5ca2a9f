#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs in a desktop session and uses the panel as somebody with a screen reader does: panel.py COMMAND [ARGUMENT…].
Prints what the panel shows where that is asked for; ends with a failure where something is not there in time."""

import sys

import atspi
from gi.repository import Atspi

PATIENCE = 90  # seconds for what downloads or installs
AGENT = "polkit-gnome-authentication-agent-1"


def row(panel, title, button, timeout=PATIENCE):
    """The button of the row with this title."""
    def look():
        for item in atspi.find_all(panel, "list item", title):
            for found in atspi.find_all(item, "push button", button):
                return found
        return None
    return atspi.wait(look, f"“{button}” beside “{title}”", timeout)


def check(panel, *titles):
    """Clicks Check Now, and waits until everything of these titles can be installed."""
    atspi.click(atspi.find(panel, "push button", "Check Now"))
    for title in titles:
        row(panel, title, "Install")


def use(panel, password):
    """Turns the computer's own feed on: the button, the question, the password; and waits until something can be installed."""
    atspi.click(atspi.find(panel, "push button", lambda name: name.startswith("Use ") and name.endswith("Security Updates…")))
    dialog = atspi.find(panel, "dialog", lambda name: True)
    atspi.click(atspi.find(dialog, "push button", lambda name: name.endswith("Turn On")))
    field = atspi.wait(password_field, "the question for the password", PATIENCE)
    Atspi.EditableText.set_text_contents(field, password)
    atspi.click(atspi.find(atspi.app(AGENT), "push button", "Authenticate"))
    atspi.wait(lambda: atspi.find_all(panel, "push button", "Install"), "something that can be installed", 4 * PATIENCE)


def password_field():
    """Where the desktop's own question for a password wants it, if it asks."""
    agent = next((a for a in atspi.children(Atspi.get_desktop(0)) if a.get_name() == AGENT), None)
    if agent:
        for field in atspi.find_all(agent, "password text"):
            if atspi.sensitive(field):
                return field
    return None


def install(panel, title):
    atspi.click(row(panel, title, "Install"))
    row(panel, title, "Remove…")


def remove(panel, title, password):
    """Clicks Remove…, confirms, and gives the password to the desktop's own question for it."""
    atspi.click(row(panel, title, "Remove…"))
    dialog = atspi.find(panel, "dialog", lambda name: True)
    atspi.click(atspi.wait(lambda: next(iter(atspi.find_all(dialog, "push button", lambda name: name.endswith("Remove")))),
                           "Remove in the dialog"))
    authenticate(panel, title, password)
    row(panel, title, "Install")


def authenticate(panel, title, password):
    """polkit keeps a permission for a while: there may be no question."""
    def asked_or_done():
        return password_field() or any(atspi.find_all(item, "push button", "Install")
                   for item in atspi.find_all(panel, "list item", title))
    found = atspi.wait(asked_or_done, "the question for the password", PATIENCE)
    if found is True:
        return
    Atspi.EditableText.set_text_contents(found, password)
    agent = atspi.app(AGENT)
    atspi.click(atspi.find(agent, "push button", "Authenticate"))


def history(panel):
    """Opens Update History and prints its lines, newest first."""
    item = atspi.find(panel, "list item", "Update History")
    atspi.wait(lambda: atspi.act(item, atspi.actions(item)[0]), "Update History to open")
    records = atspi.find(panel, "list", "Update History")
    for label in atspi.wait(lambda: atspi.labels(records), "records in Update History"):
        print(label)


def back(panel):
    for button in atspi.find_all(panel, "push button", "Back"):
        atspi.act(button, "click")


def status(panel):
    """Prints the status row: its title and sentence."""
    rows = atspi.find(panel, "list", "Background Security Improvements")
    atspi.wait(lambda: atspi.labels(rows)[0] != "One Moment…", "the helper's answer")
    for label in atspi.labels(rows)[:2]:
        if not label.startswith("Gtk"):  # an empty one goes by its type
            print(label)


COMMANDS = {"use": use, "check": check, "install": install, "remove": remove, "history": history, "back": back, "status": status}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](atspi.app("suture-panel"), *sys.argv[2:])
