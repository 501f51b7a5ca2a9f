# SPDX-License-Identifier: LGPL-2.1-or-later
"""Drives a GTK 4 program through the accessibility bus, as a screen reader sees it.

Needs python3-gi, gir1.2-atspi-2.0, at-spi2-core, a display and a session bus (dbus-run-session). Everything
polls: GTK 4.8 sends no event for a changed label. One display and one session bus a test.

    a = atspi.app('suture-panel')
    atspi.click(atspi.find(a, 'push button', 'Install'))
    atspi.find_label(a, 'Protected')

As a program, `atspi.py dump APP` prints the tree of a running program.
"""
import sys
import time

import gi
gi.require_version('Atspi', '2.0')
from gi.repository import Atspi, GLib  # noqa: E402

Atspi.init()
State = Atspi.StateType

TIMEOUT = 15
# They say that they take focus, but hand it on to what is in them.
CONTAINERS = ('frame', 'dialog', 'window', 'panel', 'scroll pane', 'list', 'viewport')
# at-spi2-core 2.52 gave roles shorter names; tests use the older.
ROLES = {'button': 'push button', 'switch': 'check box'}


def wait(condition, what, timeout=TIMEOUT, step=0.05):
    """The first true value that condition() gives; an exception of it counts as not yet."""
    end = time.monotonic() + timeout
    last = None
    while time.monotonic() < end:
        try:
            last = condition()
            if last:
                return last
        except Exception as error:  # nodes vanish while they are looked at
            last = error
        time.sleep(step)
    raise AssertionError('timeout after %gs: %s (last: %r)' % (timeout, what, last))


def children(node):
    return [c for c in (node.get_child_at_index(i) for i in range(node.get_child_count())) if c]


def walk(node):
    """node and everything below it; parts that vanish meanwhile are left out."""
    yield node
    try:
        below = children(node)
    except Exception:
        return
    for child in below:
        yield from walk(child)


def role(node):
    """The node's role; empty for one that vanished while it was looked for."""
    try:
        name = node.get_role_name()
    except GLib.Error:
        return ''
    return ROLES.get(name, name)


def name_of(node):
    try:
        return node.get_name() or ''
    except GLib.Error:
        return ''


def text(node):
    """The node's text where it has any (labels), else its name."""
    try:
        count = Atspi.Text.get_character_count(node)
        shown = Atspi.Text.get_text(node, 0, count) if count > 0 else ''
    except Exception:
        shown = ''
    return shown or name_of(node)


def _same(wanted, given):
    return wanted(given) if callable(wanted) else wanted == given


def app(name, timeout=TIMEOUT):
    """The program, by its program name ('suture-panel'; GTK does not use the application id)."""
    return wait(lambda: next((a for a in children(Atspi.get_desktop(0)) if a.get_name() == name), None),
                'program ' + name, timeout)


def find_all(root, wanted_role=None, name=None):
    """What is there now. name: a string, or a function that tells."""
    return [n for n in walk(root)
            if (wanted_role is None or role(n) == wanted_role) and (name is None or _same(name, name_of(n)))]


def find(root, wanted_role, name, timeout=TIMEOUT):
    """Waits for the first node of this role and name (a string, or a function that tells)."""
    return wait(lambda: next(iter(find_all(root, wanted_role, name)), None), '%s %r' % (wanted_role, name), timeout)


def find_label(root, wanted, timeout=TIMEOUT):
    """Waits for a label with this text (a string, or a function that tells)."""
    return wait(lambda: next((n for n in walk(root) if role(n) == 'label' and _same(wanted, text(n))), None),
                'label %r' % (wanted,), timeout)


def labels(root):
    return [text(n) for n in walk(root) if role(n) == 'label']


def gone(root, wanted_role, name, timeout=TIMEOUT):
    wait(lambda: not find_all(root, wanted_role, name), '%s %r to go' % (wanted_role, name), timeout)


def has(node, state):
    node.clear_cache()
    return node.get_state_set().contains(state)


def sensitive(node):
    return has(node, State.SENSITIVE)


def checked(node):
    return has(node, State.CHECKED)


def value(node):
    """Of a progress bar, 0 to 1."""
    return Atspi.Value.get_current_value(node)


def actions(node):
    return [Atspi.Action.get_action_name(node, i) for i in range(Atspi.Action.get_n_actions(node))]


def act(node, action):
    """True if the program took it; an insensitive button does not."""
    names = actions(node)
    if action not in names:
        raise AssertionError('%s %r has no action %r, only %r' % (role(node), node.get_name(), action, names))
    return Atspi.Action.do_action(node, names.index(action))


def click(node):
    wait(lambda: act(node, 'click'), 'click on %r' % node.get_name())


def toggle(node):
    wait(lambda: act(node, 'toggle'), 'toggle of %r' % node.get_name())


def unnamed(root):
    """What the keyboard reaches and a screen reader could not name: GTK then gives the type's name."""
    return ['%s %r' % (role(n), n.get_name()) for n in walk(root)
            if n.get_state_set().contains(State.FOCUSABLE) and role(n) not in CONTAINERS
            and (not n.get_name() or n.get_name().startswith(('Gtk', 'Adw', 'Suture')))]


def dump(node, depth=0, out=sys.stdout):
    states = [s for s in ('SENSITIVE', 'CHECKED', 'FOCUSABLE', 'FOCUSED', 'VISIBLE')
              if node.get_state_set().contains(getattr(State, s))]
    shown = text(node)
    print('%s%s %r%s [%s]' % ('  ' * depth, role(node), node.get_name(),
                              '' if shown == (node.get_name() or '') else ' text %r' % shown,
                              ' '.join(s.lower() for s in states)), file=out)
    for child in children(node):
        dump(child, depth + 1, out)


if __name__ == '__main__':
    if len(sys.argv) != 3 or sys.argv[1] != 'dump':
        sys.exit('usage: atspi.py dump PROGRAM')
    dump(app(sys.argv[2]))
