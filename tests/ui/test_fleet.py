#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""suturectl for many computers: vex, metrics, restart; against the mock helper, and a logind and a systemd that only listen."""
import json
import os
import pty
import shutil
import stat
import subprocess
import time
import unittest

from gi.repository import Gio, GLib

import harness
import exposition
import openvex

CTL = os.path.join(harness.BUILD, 'ui/ctl/suturectl')
CHAIN = [['origin', 'Debian'], ['suite', 'bookworm-security'],
         ['package', 'libstdc++6 12.2.0-14+deb12u1 amd64 ' + 'a' * 64], ['package', 'libexpat1 2.5.0-1+deb12u2 amd64 ' + 'b' * 64]]
OWED = [['systemd-logind.service', 'unit', 'never-restart'], ['cron.service', 'unit', 'failed']]


def run(machine, *arguments, check=True, **more):
    done = subprocess.run([CTL, *arguments], env=machine.env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
                          check=False, **more)
    if check and done.returncode:
        raise AssertionError(f'{arguments}: {done.returncode}: {done.stderr}')
    return done


class Vex(unittest.TestCase):
    def document(self, state):
        with harness.Machine(state) as machine:
            out = run(machine, 'vex').stdout
            self.assertEqual(run(machine, 'vex', '--json').stdout, out)
            self.assertEqual(run(machine, 'vex').stdout, out)  # it says the same as long as nothing has changed
        document = json.loads(out)
        self.assertEqual(list(openvex.find(document)), [])
        return document

    def test_statements(self):
        now = int(time.time())
        document = self.document(dict(harness.checked(), improvements=[
            harness.openssl(State='active', InstalledAt=now, Owed=OWED), harness.expat(Provenance=CHAIN)]))
        said = [(one['vulnerability']['name'], one['status'], [product['@id'] for product in one['products']])
                for one in document['statements']]
        packages = ['pkg:deb/debian/libstdc%2B%2B6?arch=amd64', 'pkg:deb/debian/libexpat1?arch=amd64']
        self.assertEqual(said, [('CVE-2026-0001', 'fixed', ['pkg:generic/openssl']), ('CVE-2026-0002', 'fixed', ['pkg:generic/openssl']),
                                ('CVE-2026-0003', 'affected', packages)])
        self.assertEqual(document['timestamp'], time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(now)))
        fixed, affected = document['statements'][0], document['statements'][2]
        self.assertIn('openssl-a of Example Vendor', fixed['status_notes'])
        self.assertIn('Still running the old version: systemd-logind.service, cron.service.', fixed['status_notes'])
        self.assertIn('suturectl install expat-b', affected['action_statement'])
        self.assertNotIn(os.uname().nodename, json.dumps(document))

    def test_active_speaks_first(self):
        """A later letter that is ready fixes what the active one has fixed, and more."""
        later = harness.openssl(Id='openssl-b', Letter='b', Number=2, Vulnerabilities=[['CVE-2026-0001', '', ''], ['CVE-2026-0009', '', '']])
        document = self.document(dict(harness.checked(), improvements=[later, harness.openssl(State='active')]))
        self.assertEqual([(one['vulnerability']['name'], one['status']) for one in document['statements']],
                         [('CVE-2026-0001', 'fixed'), ('CVE-2026-0002', 'fixed'), ('CVE-2026-0009', 'affected')])

    def test_not_in_use(self):
        document = self.document(dict(harness.checked(), improvements=[harness.openssl(State='inactive'), harness.expat(State='superseded')]))
        self.assertEqual({one['status'] for one in document['statements']}, {'affected'})
        self.assertEqual(len(document['statements']), 2)
        self.assertIn('not in use', document['statements'][0]['action_statement'])

    def test_changes_give_another_name(self):
        names = {self.document(dict(harness.checked(minutes), improvements=[harness.openssl(State=state)]))['@id']
                 for minutes in (10, 100) for state in ('active', 'available')}
        self.assertEqual(len(names), 4)

    def test_nothing(self):
        for improvements in ([], [harness.openssl(Vulnerabilities=[])], [harness.openssl(State='included')]):
            with harness.Machine(dict(harness.checked(), improvements=improvements)) as machine:
                done = run(machine, 'vex', check=False)
                self.assertEqual((done.returncode, done.stdout), (4, ''))
                self.assertIn('nothing to state', done.stderr)


class Metrics(unittest.TestCase):
    def read(self, text):
        if shutil.which('promtool'):
            done = subprocess.run(['promtool', 'check', 'metrics'], input=text, text=True, capture_output=True, check=False)
            self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ''))
        return exposition.read(text)

    def test_all(self):
        now = int(time.time())
        state = dict(harness.checked(), Label='Debian "12" \\ (b)', LastChecked=now - 60, LastError=['Network', 'no answer'], PausedUntil=now + 600,
                     Managed=[['removal', 'Ask us'], ['hold', '']], Watching=[['openssl-a', now + 300]],
                     sources=[{'Name': 'example', 'LastContact': now - 60, 'Expires': now + 1000}],
                     improvements=[harness.openssl(State='active', InstalledAt=now, Owed=OWED, Withdrawn=True),
                                   harness.expat(Exploited=True, Waits=[['delay', now + 9, ''], ['battery', 0, '12']]),
                                   harness.expat(Id='zlib-a', Component='zlib', State='inactive', LeftOut='boot')])
        with harness.Machine(state) as machine:
            got = self.read(run(machine, 'metrics').stdout)
        plain = {name: value for (name, labels), value in got.items() if not labels}
        self.assertEqual(plain, {'suture_up': 1, 'suture_automatic': 1, 'suture_last_check_timestamp_seconds': now - 60,
                                 'suture_paused_until_timestamp_seconds': now + 600, 'suture_system_updates': 0})
        states = {labels[0][1]: value for (name, labels), value in got.items() if name == 'suture_improvements'}
        self.assertEqual({name for name, value in states.items() if value}, {'active', 'available', 'inactive'})
        self.assertEqual(len(states), 11)
        for name, labels, value in (
                ('info', {'version': '0', 'label': 'Debian "12" \\ (b)'}, 1), ('last_error', {'name': 'Network'}, 1),
                ('managed', {'what': 'removal'}, 1), ('managed', {'what': 'hold'}, 1),
                ('watched_until_timestamp_seconds', {'id': 'openssl-a'}, now + 300),
                ('waiting', {'id': 'expat-b', 'reason': 'delay'}, 1), ('waiting', {'id': 'expat-b', 'reason': 'battery'}, 1),
                ('exploited', {'id': 'expat-b'}, 1), ('running_old_programs', {'id': 'openssl-a'}, 2),
                ('left_out', {'id': 'zlib-a', 'reason': 'boot'}, 1), ('withdrawn', {'id': 'openssl-a'}, 1),
                ('feed_last_contact_timestamp_seconds', {'feed': 'example'}, now - 60),
                ('feed_expires_timestamp_seconds', {'feed': 'example'}, now + 1000)):
            with self.subTest(name):
                self.assertEqual(got.get((f'suture_{name}', tuple(sorted(labels.items())))), value)

    def test_file(self):
        with harness.Machine(dict(harness.checked(), improvements=[harness.openssl()])) as machine:
            path = machine.dir + '/suture.prom'
            done = run(machine, 'metrics', '--output', path)
            self.assertEqual(done.stdout, '')
            with open(path, encoding='utf-8') as file:
                self.assertEqual(self.read(file.read())['suture_up', ()], 1)
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o644)
            before = os.stat(path).st_ino
            run(machine, 'metrics', '--output', path)
            self.assertNotEqual(os.stat(path).st_ino, before)  # another file in its place, never a half one
            self.assertEqual([name for name in os.listdir(machine.dir) if name.startswith('suture.prom')], ['suture.prom'])
            done = run(machine, 'metrics', '--output', machine.dir + '/missing/suture.prom', check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn('missing', done.stderr)
            self.assertEqual(run(machine, 'status', '--output', path, check=False).returncode, 2)

    def test_without_the_helper(self):
        with harness.Machine() as machine:
            path = machine.dir + '/suture.prom'
            done = run(machine, 'metrics', '--output', path, check=False)
            self.assertEqual(done.returncode, 6)
            with open(path, encoding='utf-8') as file:
                self.assertEqual(self.read(file.read()), {('suture_up', ()): 0})


class Restart(unittest.TestCase):
    def machine(self, improvements, version='252.39-1~deb12u1', refuses=False):
        machine = harness.Machine(dict(harness.checked(), improvements=improvements))
        self.addCleanup(machine.close)
        code = 'raise dbus.exceptions.DBusException("Operation inhibited by test", name="org.freedesktop.DBus.Error.AccessDenied")' \
            if refuses else ''
        self.serve(machine, 'login1', [('Reboot', 'b', code), ('RebootWithFlags', 't', code)], {})
        self.serve(machine, 'systemd1', [], {'Version': version})
        return machine

    def serve(self, machine, name, methods, properties):
        bus, path, interface = (f'org.freedesktop.{name}', f'/org/freedesktop/{name}', f'org.freedesktop.{name}.Manager')
        mock = subprocess.Popen(['/usr/bin/python3', '-m', 'dbusmock', '--system', bus, path, interface], env=machine.env,
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(mock.stdout.close)
        self.addCleanup(mock.wait)
        self.addCleanup(mock.terminate)
        self.wait(machine, bus)
        for method, types, code in methods:
            self.call(machine, name, 'AddMethod', GLib.Variant('(sssss)', (interface, method, types, '', code)))
        for prop, value in properties.items():
            self.call(machine, name, 'AddProperty', GLib.Variant('(ssv)', (interface, prop, GLib.Variant('s', value))))

    @staticmethod
    def wait(machine, bus):
        end = time.monotonic() + 20
        while not machine.bus.call_sync('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'NameHasOwner',
                                        GLib.Variant('(s)', (bus,)), None, Gio.DBusCallFlags.NONE, 10000, None).unpack()[0]:
            if time.monotonic() > end:
                raise AssertionError(f'{bus} does not come')
            time.sleep(0.05)

    @staticmethod
    def call(machine, name, method, arguments=None):
        return machine.bus.call_sync(f'org.freedesktop.{name}', f'/org/freedesktop/{name}', 'org.freedesktop.DBus.Mock', method,
                                     arguments, None, Gio.DBusCallFlags.NONE, 10000, None)

    def calls(self, machine):
        """What logind was asked for."""
        return [(method, arguments) for _, method, arguments in self.call(machine, 'login1', 'GetCalls').unpack()[0]]

    def test_nothing_is_owed(self):
        machine = self.machine([harness.openssl(State='active'), harness.expat(Owed=OWED)])
        done = run(machine, 'restart')
        self.assertIn('Nothing has to be restarted', done.stdout)
        self.assertEqual(self.calls(machine), [])
        run(machine, 'restart', '--yes')
        self.assertEqual(self.calls(machine), [('Reboot', [True])])

    def test_ordinary_and_soft(self):
        for version, wanted, word in (('252.39-1~deb12u1', ('Reboot', [True]), 'as a whole'),
                                      ('253.5', ('Reboot', [True]), 'as a whole'), ('v254', ('RebootWithFlags', [4]), 'kernel'),
                                      ('257~rc1-4', ('RebootWithFlags', [4]), 'kernel'), ('', ('Reboot', [True]), 'as a whole')):
            with self.subTest(version):
                machine = self.machine([harness.openssl(State='active', Owed=OWED)], version)
                done = run(machine, 'restart', '--yes')
                self.assertEqual(self.calls(machine), [wanted])
                self.assertIn('systemd-logind, cron', done.stdout)
                self.assertIn(word, done.stdout)

    def test_is_never_done_unasked(self):
        machine = self.machine([harness.openssl(State='active', Owed=OWED)])
        done = run(machine, 'restart', check=False)  # no terminal, no --yes
        self.assertEqual(done.returncode, 2)
        self.assertIn('--yes', done.stderr)
        self.assertEqual(self.calls(machine), [])
        for answer, code, calls in (('n\n', 7, []), ('\n', 7, []), ('yes please\n', 7, []), ('y\n', 0, [('Reboot', [True])])):
            with self.subTest(answer):
                self.assertEqual(self.on_terminal(machine, answer), code)
                self.assertEqual(self.calls(machine), calls)

    @staticmethod
    def on_terminal(machine, answer):
        ours, theirs = pty.openpty()
        process = subprocess.Popen([CTL, 'restart'], env=machine.env, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        os.close(theirs)
        os.write(ours, answer.encode())
        process.communicate(timeout=60)
        os.close(ours)
        return process.returncode

    def test_refused(self):
        machine = self.machine([harness.openssl(State='active', Owed=OWED)], refuses=True)
        done = run(machine, 'restart', '--yes', check=False)
        self.assertEqual(done.returncode, 3)
        self.assertIn('inhibited', done.stderr)
        data = json.loads(run(machine, 'restart', '--yes', '--json', check=False).stdout)
        self.assertEqual(data['error'], 'NotAuthorized')

    def test_without_logind(self):
        with harness.Machine(dict(harness.checked(), improvements=[harness.openssl(State='active', Owed=OWED)])) as machine:
            self.assertEqual(run(machine, 'restart', '--yes', check=False).returncode, 6)

    def test_options_belong_to_their_commands(self):
        with harness.Machine(harness.checked()) as machine:
            for line in (['status', '--yes'], ['vex', '--yes'], ['restart', '--output', 'x'], ['restart', 'now']):
                self.assertEqual(run(machine, *line, check=False).returncode, 2)


if __name__ == '__main__':
    unittest.main()
