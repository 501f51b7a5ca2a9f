# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of this folder stand on: a system bus of their own with the mock helper, and made-up machines."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

import gi
gi.require_version('Gio', '2.0')
from gi.repository import Gio, GLib  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
BUILD = os.environ.get('SUTURE_BUILD', '')
XML = os.path.join(SOURCE, 'data/org.suture.Helper1.xml')
MOCK = os.path.join(HERE, 'mock_helper.py')
sys.path.insert(0, os.path.join(SOURCE, 'tests/support'))

BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:dir=%(dir)s</listen><auth>EXTERNAL</auth>
<servicedir>%(dir)s/services</servicedir>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/><allow user="*"/>
</policy></busconfig>
"""


def openssl(**more):
    return dict({
        'Id': 'openssl-a', 'Component': 'openssl', 'Title': 'Encrypted Connections',
        'Description': 'Fixes how encrypted connections are set up.',
        'Vulnerabilities': [['CVE-2026-0001', 'Heap overflow while reading a certificate', 'A. Researcher'],
                            ['CVE-2026-0002', 'Endless loop in a key exchange', '']],
        'Files': ['/usr/lib/x86_64-linux-gnu/libssl.so.3', '/usr/lib/x86_64-linux-gnu/libcrypto.so.3'],
        'owed_after': [['systemd-logind.service', 'unit', 'never-restart']]}, **more)


def expat(**more):
    return dict({
        'Id': 'expat-b', 'Component': 'expat', 'Title': 'Document Reading', 'Letter': 'b', 'Number': 2,
        'Severity': 'medium', 'DownloadSize': 88000, 'ImageSize': 229376,
        'Description': 'Fixes how documents of other programs are read.',
        'Vulnerabilities': [['CVE-2026-0003', 'Stack exhaustion in nested documents', '']],
        'Files': ['/usr/lib/x86_64-linux-gnu/libexpat.so.1.8.10']}, **more)


def records(n):
    now = int(time.time())
    return [{'id': i, 'time': now - (n - i) * 7200, 'event': ['installed', 'removed', 'failed'][i % 3],
             'improvement': 'openssl-a', 'title': 'Encrypted Connections %d' % i, 'letter': 'a',
             'by': ['user', 'automatic', 'system'][i % 3], 'user': 0 if i % 3 == 0 else 4294967295,
             'error': 'Network' if i % 3 == 2 else '', 'message': 'could not connect' if i % 3 == 2 else ''}
            for i in range(1, n + 1)]


def checked(minutes_ago=12):
    return {'Feeds': ['example'], 'LastChecked': int(time.time()) - 60 * minutes_ago}


class Machine:
    """A private system bus; with state, a mock helper that the bus starts when it is called."""

    def __init__(self, state=None):
        self.dir = tempfile.mkdtemp(prefix='suture-ui-')
        os.mkdir(self.dir + '/services')
        self.state_path = self.dir + '/state.json'
        if state is not None:
            self.write(state)
            with open(self.dir + '/services/org.suture.Helper1.service', 'w', encoding='utf-8') as file:
                file.write('[D-BUS Service]\nName=org.suture.Helper1\nUser=root\nExec=/usr/bin/python3 %s %s %s\n'
                           % (MOCK, XML, self.state_path))
        with open(self.dir + '/bus.conf', 'w', encoding='utf-8') as file:
            # type "session": the bus starts services itself, without a setuid program.
            file.write((BUS_CONFIG % {'dir': self.dir}).replace('<type>system', '<type>session'))
        with open(self.dir + '/bus.log', 'w', encoding='utf-8') as log:
            self.daemon = subprocess.Popen(['dbus-daemon', '--config-file=' + self.dir + '/bus.conf', '--nofork',
                                            '--print-address=1'], stdout=subprocess.PIPE, stderr=log, text=True)
        self.address = self.daemon.stdout.readline().strip()
        self.env = dict(os.environ, DBUS_SYSTEM_BUS_ADDRESS=self.address, LC_ALL='C.UTF-8', LANGUAGE='',
                        TZ='UTC', G_DEBUG='fatal-criticals', GSETTINGS_BACKEND='memory')
        self.bus = Gio.DBusConnection.new_for_address_sync(
            self.address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
            | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        self.bus.set_exit_on_close(False)

    def write(self, state):
        with open(self.state_path, 'w', encoding='utf-8') as file:
            json.dump(state, file)

    def _control(self, method):
        self.bus.call_sync('org.suture.Helper1', '/org/suture/Helper1', 'org.suture.Mock', method, None, None,
                           Gio.DBusCallFlags.NONE, 10000, None)

    def load(self, state):
        """The machine is another one now."""
        self.write(state)
        self._control('Load')

    def change(self, **values):
        """Some values of the state as the mock last wrote it."""
        with open(self.state_path, encoding='utf-8') as file:
            state = json.load(file)
        state.update(values)
        self.load(state)

    def leave(self):
        """The helper ends as when it is idle, and is gone on return."""
        self._control('Leave')
        end = time.monotonic() + 10
        while self.owned():
            if time.monotonic() > end:
                raise AssertionError('the mock helper does not leave')
            time.sleep(0.02)

    def owned(self):
        return self.bus.call_sync('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus',
                                  'NameHasOwner', GLib.Variant('(s)', ('org.suture.Helper1',)), None,
                                  Gio.DBusCallFlags.NONE, 10000, None).unpack()[0]

    def close(self):
        self.bus.close_sync(None)
        self.daemon.terminate()
        self.daemon.wait()
        self.daemon.stdout.close()
        shutil.rmtree(self.dir)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
