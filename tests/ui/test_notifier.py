#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""suture-notifier between a session bus with a desktop that takes notifications, and the mock helper on a bus of its own."""
import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
import unittest

import harness
from harness import Gio, GLib

NOTIFIER = os.path.join(harness.BUILD, 'ui/notifier/suture-notifier')
NAME, PATH = 'org.freedesktop.Notifications', '/org/freedesktop/Notifications'
XML = """<node><interface name="org.freedesktop.Notifications">
<method name="GetCapabilities"><arg type="as" direction="out"/></method>
<method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
<arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/><arg type="a{sv}" direction="in"/>
<arg type="i" direction="in"/><arg type="u" direction="out"/></method></interface></node>"""
PRIVATE_MAX = 3 * 1024  # KiB
QUIET = 2.5  # seconds in which what would be said is said: the notifier waits half of one


def wait(condition, what, timeout=20):
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > end:
            raise AssertionError('no ' + what)
        time.sleep(0.05)


def undone(number, age=60, **more):
    return dict({'id': number, 'time': int(time.time()) - age, 'event': 'undone', 'improvement': 'openssl-a',
                 'title': 'Encrypted <b>Connections', 'letter': 'a', 'by': 'system', 'user': 0xffffffff, 'error': '',
                 'message': 'nginx.service failed 5 times in a minute'}, **more)


class Desktop:
    """A session bus with somebody who takes notifications, from show() on."""

    def __init__(self, capabilities=('body', 'actions', 'body-markup')):
        self.dir = tempfile.mkdtemp(prefix='suture-session-')
        self.daemon = subprocess.Popen(['dbus-daemon', '--session', '--nofork', '--print-address=1',
                                        '--address=unix:dir=' + self.dir], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.address = self.daemon.stdout.readline().strip()
        self.capabilities, self.taken, self.registered = capabilities, [], 0
        self.loop = GLib.MainLoop()
        self.thread = threading.Thread(target=self.loop.run)
        self.thread.start()
        self.bus = Gio.DBusConnection.new_for_address_sync(
            self.address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        self.bus.set_exit_on_close(False)

    def show(self):
        info = Gio.DBusNodeInfo.new_for_xml(XML).interfaces[0]
        self.bus.register_object(PATH, info, self.on_call, None, None)
        self.bus.call_sync('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'RequestName',
                           GLib.Variant('(su)', (NAME, 4)), None, Gio.DBusCallFlags.NONE, 10000, None)

    def on_call(self, bus, sender, path, interface, method, parameters, invocation):
        if method == 'GetCapabilities':
            invocation.return_value(GLib.Variant('(as)', (self.capabilities,)))
            return
        app, replaces, icon, title, body, actions, hints, _ = parameters.unpack()
        self.taken.append({'title': title, 'body': body, 'actions': actions, 'icon': icon, 'hints': hints})
        invocation.return_value(GLib.Variant('(u)', (len(self.taken),)))

    def say(self, signal, number, text):
        self.bus.emit_signal(None, PATH, NAME, signal, GLib.Variant('(us)', (number, text)))

    def close(self):
        self.bus.close_sync(None)
        self.loop.quit()
        self.thread.join()
        self.daemon.terminate()
        self.daemon.wait()
        self.daemon.stdout.close()
        shutil.rmtree(self.dir)


class Notifier(unittest.TestCase):
    def begin(self, state, shown=True, **desktop):
        self.machine = harness.Machine(state)
        self.addCleanup(self.machine.close)
        self.desktop = Desktop(**desktop)
        self.addCleanup(self.desktop.close)
        self.home = tempfile.mkdtemp(prefix='suture-home-')
        self.addCleanup(shutil.rmtree, self.home)
        self.running = []
        self.addCleanup(self.end)
        if shown:
            self.desktop.show()

    def wake(self):
        """The helper is on its bus, as when its timer has run."""
        self.machine.bus.call_sync('org.suture.Helper1', '/org/suture/Helper1', 'org.freedesktop.DBus.Peer', 'Ping', None, None,
                                   Gio.DBusCallFlags.NONE, 10000, None)

    def log_in(self):
        env = dict(self.machine.env, DBUS_SESSION_BUS_ADDRESS=self.desktop.address, HOME=self.home,
                   XDG_STATE_HOME=self.home + '/state', XDG_DATA_HOME=self.home + '/data', G_DEBUG='fatal-warnings')
        process = subprocess.Popen([NOTIFIER], env=env)
        self.running.append(process)
        wait(lambda: process.poll() is not None or self.has_name(), 'notifier on the session bus')
        return process

    def has_name(self):
        return self.desktop.bus.call_sync('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'NameHasOwner',
                                          GLib.Variant('(s)', ('org.suture.Notifier',)), None, Gio.DBusCallFlags.NONE, 10000,
                                          None).unpack()[0]

    def end(self):
        for process in self.running:
            if process.poll() is None:
                process.terminate()
            self.assertEqual(process.wait(10), 0)
        self.running = []
        wait(lambda: not self.has_name(), 'end of the notifier')

    def said(self, n):
        wait(lambda: len(self.desktop.taken) >= n, '%d notifications' % n)
        time.sleep(QUIET)
        self.assertEqual(len(self.desktop.taken), n, self.desktop.taken)
        return self.desktop.taken[-1] if n else None

    def called(self):
        with open(self.machine.state_path, encoding='utf-8') as file:
            return [call[0] for call in json.load(file).get('called', [])]


class Announcement(Notifier):
    def test_once_and_the_helper_is_told(self):
        self.begin(dict(harness.checked(), Announced=False))
        self.wake()
        self.log_in()
        notice = self.said(1)
        self.assertEqual(notice['title'], 'Security Fixes Are Installed Automatically')
        self.assertEqual(notice['body'], 'Small security fixes are installed automatically when they are ready. Apps are never closed.')
        self.assertEqual(notice['actions'], ['default', 'Change…', 'open', 'Change…'])
        self.assertEqual(notice['hints']['desktop-entry'], 'org.suture.PrivacySecurity')
        self.assertEqual(self.called(), ['Announce'])
        self.end()
        self.machine.change(Announced=False)  # another time: this user knows, and the helper is told without a word
        self.log_in()
        wait(lambda: self.called() == ['Announce', 'Announce'], 'second call of Announce')
        self.said(1)

    def test_not_again_where_it_is_not_permitted(self):
        self.begin(dict(harness.checked(), Announced=False, deny=['Announce']))
        self.wake()
        self.log_in()
        self.said(1)
        self.end()
        self.log_in()
        self.said(1)
        self.assertEqual(self.called(), [])

    def test_somebody_else_was_told(self):
        self.begin(dict(harness.checked(), Announced=True))
        self.wake()
        self.log_in()
        self.said(0)

    def test_when_automatic_installation_is_turned_on(self):
        self.begin(dict(harness.checked(), Automatic=False, Announced=False))
        self.wake()
        self.log_in()
        self.said(0)
        self.machine.change(Automatic=True)
        self.said(1)

    def test_the_helper_is_not_started(self):
        self.begin(dict(harness.checked(), Announced=False))
        self.log_in()
        self.said(0)
        self.assertFalse(self.machine.owned())
        self.wake()
        self.said(1)
        self.machine.leave()
        time.sleep(QUIET)
        self.assertFalse(self.machine.owned())

    def test_nobody_shows_notifications_yet(self):
        self.begin(dict(harness.checked(), Announced=False), shown=False)
        self.wake()
        self.log_in()
        self.said(0)
        self.assertEqual(self.called(), [])
        self.desktop.show()
        self.said(1)
        self.assertEqual(self.called(), ['Announce'])


class Undone(Notifier):
    def test_once(self):
        self.begin(dict(harness.checked(), history=[undone(7)]))
        self.wake()
        self.log_in()
        notice = self.said(1)
        self.assertEqual(notice['title'], 'Improvement Undone')
        self.assertEqual(notice['body'], '“Encrypted &lt;b&gt;Connections” was taken out by itself. Something did not work with it, so '
                         'the computer went back to the version before: nginx.service failed 5 times in a minute. The fix is not '
                         'active.')
        self.end()
        self.log_in()
        self.said(1)

    def test_while_the_session_lasts(self):
        self.begin(dict(harness.checked(), history=harness.records(3)), capabilities=('body', 'actions'))
        self.wake()
        self.log_in()
        self.said(0)
        self.machine.change(Activity='checking')
        self.machine.change(Activity='idle', history=harness.records(3) + [undone(4), undone(5, title='Document Reading')])
        self.said(2)
        self.assertEqual([notice['body'].partition('”')[0] for notice in self.desktop.taken],
                         ['“Encrypted <b>Connections', '“Document Reading'])
        self.machine.leave()
        self.wake()
        self.said(2)

    def test_what_is_old_to_a_new_user(self):
        self.begin(dict(harness.checked(), history=[undone(7, age=3 * 86400), dict(harness.records(1)[0], id=8)]))
        self.wake()
        self.log_in()
        self.said(0)
        self.end()
        # … and known from then on, whatever the clock says
        self.machine.change(history=[undone(8), undone(9, age=3 * 86400)])
        self.log_in()
        self.said(1)

    def test_a_click_opens_the_window(self):
        self.begin(dict(harness.checked(), history=[undone(7)]))
        os.makedirs(self.home + '/data/applications')
        mark = self.home + '/opened'
        with open(self.home + '/data/applications/org.suture.PrivacySecurity.desktop', 'w', encoding='utf-8') as file:
            file.write('[Desktop Entry]\nType=Application\nName=Window\nExec=sh -c "echo $XDG_ACTIVATION_TOKEN >>%s"\n'.replace(
                '$', '\\\\$') % mark)
        self.wake()
        self.log_in()
        self.said(1)
        self.desktop.say('ActionInvoked', 77, 'default')  # of another program
        self.desktop.say('ActivationToken', 1, 'a-token')
        self.desktop.say('ActionInvoked', 1, 'default')
        wait(lambda: os.path.exists(mark) and os.path.getsize(mark), 'opened window')
        with open(mark, encoding='utf-8') as file:
            self.assertEqual(file.read(), 'a-token\n')


class Cost(Notifier):
    def test_memory(self):
        self.begin(dict(harness.checked(), Announced=False, history=[undone(7)] + harness.records(6)))
        self.wake()
        process = self.log_in()
        self.said(2)
        with open('/proc/%d/smaps_rollup' % process.pid, encoding='utf-8') as file:
            kib = {line.split(':')[0]: int(line.split()[1]) for line in file if line.endswith('kB\n')}
        print('private: %d KiB dirty, %d KiB clean' % (kib['Private_Dirty'], kib['Private_Clean']))
        self.assertLessEqual(kib['Private_Dirty'] + kib['Private_Clean'], PRIVATE_MAX)
        with open('/proc/%d/maps' % process.pid, encoding='utf-8') as file:
            self.assertNotIn('libgtk', file.read())

    def test_one_in_a_session(self):
        self.begin(dict(harness.checked(), Announced=False))
        self.wake()
        self.log_in()
        second = self.log_in()
        self.assertEqual(second.wait(10), 0)
        self.said(1)


if __name__ == '__main__':
    unittest.main()
