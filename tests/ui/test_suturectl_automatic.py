#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""suturectl about automatic installation, against the mock helper: what is chosen, why something waits, what went wrong by itself."""
import json
import os
import pty
import subprocess
import time
import unittest

import harness
import test_suturectl
from test_suturectl import CTL, run

DAY = 24 * 3600
NOW = int(time.time())
# Reason: until, detail, and what stands in the sentence.
WAITS = {
    'off': (0, '', 'Automatic installation is off. Turn it on, or install it now.'),
    'announce': (NOW + DAY, '', 'Nobody has been told yet that improvements are installed automatically. It begins all the same: '),
    'paused': (NOW + DAY, '', 'Automatic installation is paused until '),
    'delay': (NOW + DAY, '', 'It waits some days after it was first seen, until '),
    'metered': (0, '', 'The network is metered. Use another one, allow metered networks, or install it now.'),
    'battery': (0, '12', 'The battery is low and not charging. Plug the computer in, or install it now.'),
    'hours': (NOW + DAY, '', 'Your organization has improvements installed at certain hours. They begin '),
    'rollout': (NOW + DAY, '', 'It is rolled out in stages. This computer’s turn comes '),
    'managed': (0, 'Trade \x1b[1mfair', 'Your organization holds it back, or has not approved it. The reason given: “Trade [1mfair”'),
    'policy': (0, 'policy.conf, line 3: no', 'policy can’t be used, so nothing is installed: policy.conf, line 3: no. Ask your'),
    'removed': (0, '', 'A person has removed it, so it stays out until a newer one is there. It can be installed again.'),
    'stays': (0, 'openssl-c', 'What is installed instead stays: openssl-c. This one can be installed in its place.'),
    'undone': (0, 'cups failed.', 'went back to the version before: cups failed. The fix is not active.'),
    'apps': (0, 'org.example.Editor.desktop', 'In use, and would have to be reopened: org.example.Editor. It is installed when'),
}


def called(machine):
    with open(machine.state_path, encoding='utf-8') as file:
        return json.load(file).get('called', [])


class Choices(unittest.TestCase):
    def test_each(self):
        with harness.Machine(harness.checked()) as machine:
            rows = [
                (['delay', '3'], ['SetDelay', 3, False], 'Improvements are installed 3 days after they were first seen. Fixes for '
                 'problems being used in attacks are not delayed.\n'),
                (['delay', '1', '--exploited'], ['SetDelay', 1, True], 'Improvements are installed 1 day after they were first seen. '
                 'Fixes for problems being used in attacks wait as well.\n'),
                (['delay', '0'], ['SetDelay', 0, False], 'Improvements are installed without a wait.\n'),
                (['metered', 'on'], ['SetMetered', True], 'Improvements are downloaded over metered networks as well.\n'),
                (['metered', 'off'], ['SetMetered', False], 'Improvements wait while the network is metered.\n'),
                (['automatic', 'off'], ['SetAutomatic', False], 'Improvements are not installed automatically. The computer stays exposed '
                 'until the next system update.\n'),
                (['automatic', 'on'], ['SetAutomatic', True], 'Improvements are installed automatically.\n'),
                (['pause', 'off'], ['SetPause', 0], 'Automatic installation is not paused.\n'),
                (['pause', '2199-01-02'], ['SetPause', 7226668800], 'Nothing is installed automatically until 2 January 2199, 00:00.\n'),
            ]
            for arguments, call, said in rows:
                with self.subTest(arguments):
                    self.assertEqual(run(machine, *arguments)[:2], (0, said))
                    self.assertEqual(called(machine)[-1], call)
            self.assertEqual(run(machine, 'pause', '7')[0], 0)
            self.assertAlmostEqual(called(machine)[-1][1], time.time() + 7 * DAY, delta=60)

    def test_what_makes_no_sense(self):
        with harness.Machine(harness.checked()) as machine:
            for arguments in (['delay'], ['delay', '31'], ['delay', '-1'], ['delay', 'x'], ['delay', '1.5'], ['pause', '0'],
                              ['pause', '367'], ['pause', 'on'], ['pause', '2026-13-01'], ['pause', '2026-1-1'], ['pause', ''],
                              ['metered', 'yes'], ['metered', 'on', '--exploited'], ['pause', '3', '--exploited'],
                              ['status', '--exploited']):
                with self.subTest(arguments):
                    self.assertEqual(run(machine, *arguments)[0], 2)
            self.assertEqual(called(machine), [])

    def test_refused_and_managed(self):
        managed = [['pause', 'Until Friday.'], ['hours', ''], ['hold', 'Trade fair']]
        with harness.Machine(dict(harness.checked(), deny=['SetDelay'], Managed=managed)) as machine:
            self.assertEqual(run(machine, 'delay', '3')[0], 3)
            code, _, error = run(machine, 'pause', '3')
            self.assertEqual(code, 9)
            self.assertIn('Your organization does not allow this. Nothing was changed. (the policy decides this: Until Friday.)', error)
            code, out, _ = run(machine, 'pause', '3', '--json')
            self.assertEqual((code, json.loads(out)['error']), (9, 'Managed'))
            self.assertEqual(called(machine), [])
            self.assertIn('\nManaged by your organization\n  Automatic installation can’t be paused. The reason given: “Until Friday.”\n'
                          '  Improvements are installed automatically at certain hours only.\n  Some improvements are held back. The '
                          'reason given: “Trade fair”\n', run(machine, 'status')[1])
            self.assertEqual(json.loads(run(machine, 'status', '--json')[1])['managed'],
                             [{'what': what, 'reason': reason} for what, reason in managed])

    def test_status_says_what_is_chosen(self):
        until = NOW + 5 * DAY
        state = dict(harness.checked(), PausedUntil=until, DelayDays=3, DelayExploited=True, UseMetered=True,
                     Waits=[['paused', until, '']], Watching=[['openssl-a', NOW + 600]])
        with harness.Machine(state) as machine:
            out = run(machine, 'status')[1]
            for line in ('Paused Until ', 'Paused until:             ', 'Wait before installing:   3 days, also what is used in attacks\n',
                         'Metered networks:         used\n'):
                self.assertIn(line, out)
            self.assertNotIn('Protected', out)
            told = json.loads(run(machine, 'status', '--json')[1])
            self.assertEqual({name: told[name] for name in ('status', 'paused_until', 'delay_days', 'delay_exploited', 'use_metered',
                                                            'announced', 'watching')},
                             {'status': 'paused', 'paused_until': until, 'delay_days': 3, 'delay_exploited': True, 'use_metered': True,
                              'announced': True, 'watching': [{'id': 'openssl-a', 'until': NOW + 600}]})
            self.assertEqual([wait['reason'] for wait in told['waits']], ['paused'])

    def test_completion(self):
        complete = test_suturectl.Completion().complete
        with harness.Machine(harness.checked()) as machine:
            self.assertEqual(complete(machine, 'suturectl', 'pa'), ['pause'])
            self.assertEqual(complete(machine, 'suturectl', 'pause', 'o'), ['off'])
            self.assertEqual(complete(machine, 'suturectl', 'delay', '--'), ['--exploited'])
            self.assertEqual(complete(machine, 'suturectl', 'metered', ''), ['on', 'off'])


class Waiting(unittest.TestCase):
    def test_each_reason(self):
        with harness.Machine({}) as machine:
            run(machine, 'status')
            for reason, (until, detail, sentence) in WAITS.items():
                machine.load(dict(harness.checked(), Automatic=reason != 'off', improvements=[
                    harness.openssl(Waits=[[reason, until, detail]])]))
                with self.subTest(reason):
                    for command in (['status'], ['show', 'openssl-a']):
                        out = run(machine, *command)[1]
                        self.assertIn(sentence, out)
                        self.assertIn('    “Encrypted Connections” is not installed automatically now. ', out)
                        self.assertNotIn('Protected', out)
                    told = json.loads(run(machine, 'show', 'openssl-a', '--json')[1])['waits'][0]
                    self.assertEqual((told['reason'], told['until'], told['detail']), (reason, until, detail.replace('\x1b', '')))
                    self.assertIn(sentence, told['sentence'])
                    self.assertTrue(told['title'])

    def test_install_overrides(self):
        with harness.Machine(dict(harness.checked(), improvements=[harness.openssl(Waits=[['paused', NOW + DAY, '']])])) as machine:
            self.assertTrue(run(machine, 'status')[1].startswith('Paused Until '))
            self.assertEqual(run(machine, 'install', 'openssl-a')[0], 0)


class Troubles(unittest.TestCase):
    def test_all(self):
        with harness.Machine({}) as machine:
            run(machine, 'status')
            machine.load(dict(harness.checked(), improvements=[
                harness.openssl(State='active', InstalledAt=NOW - 60, KeepsClosing=[['a-program', 4], ['b', 3]]),
                harness.expat(State='inactive', LeftOut='boot')]))
            out = run(machine, 'status')[1]
            self.assertTrue(out.startswith('a-program Keeps Closing\na-program has closed 4 times since “Encrypted Connections” was '))
            self.assertIn('The computer did not start twice in a row with “Document Reading”, so it was left out.', out)
            told = {i['id']: i for i in json.loads(run(machine, 'status', '--json')[1])['improvements']}
            self.assertEqual(told['openssl-a']['keeps_closing'], [{'program': 'a-program', 'times': 4}, {'program': 'b', 'times': 3}])
            self.assertEqual((told['openssl-a']['left_out'], told['expat-b']['left_out']), ('', 'boot'))

    def test_history(self):
        record = dict(harness.records(1)[0], event='undone', by='system', message='cups failed')
        with harness.Machine(dict(harness.checked(), history=[record])) as machine:
            out = run(machine, 'history')[1]
            self.assertIn('Undone by Itself: “Encrypted Connections 1”  by the system', out)
            self.assertIn('    Something did not work with it, so the computer went back to the version before: cups failed. The fix is '
                          'not active.\n', out)


class Announcement(unittest.TestCase):
    LINE = 'Small security fixes are installed automatically when they are ready. To change that: suturectl automatic off'

    def on_a_terminal(self, machine, *arguments):
        reader, writer = pty.openpty()
        done = subprocess.run([CTL, *arguments], env=machine.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=writer, text=True,
                              timeout=60)
        os.close(writer)
        try:
            shown = os.read(reader, 65536).decode()
        except OSError:
            shown = ''
        os.close(reader)
        self.assertEqual(done.returncode, 0)
        self.assertIn('Protected', done.stdout)
        return shown

    def test_once_on_a_terminal(self):
        with harness.Machine(dict(harness.checked(), Announced=False)) as machine:
            self.assertNotIn(self.LINE, run(machine, 'status')[2])
            self.assertEqual(called(machine), [])
            self.assertIn(self.LINE, self.on_a_terminal(machine, 'status'))
            self.assertEqual(called(machine), [['Announce']])
            self.assertEqual(self.on_a_terminal(machine, 'status'), '')

    def test_not_for_scripts_or_where_it_is_off(self):
        with harness.Machine(dict(harness.checked(), Announced=False)) as machine:
            run(machine, 'status')
            reader, writer = pty.openpty()
            subprocess.run([CTL, 'status', '--json'], env=machine.env, stdout=subprocess.DEVNULL, stderr=writer, timeout=60, check=True)
            os.close(writer)
            os.close(reader)
            machine.change(Automatic=False)
            self.assertEqual(self.on_a_terminal(machine, 'status'), '')
            self.assertEqual(called(machine), [])

    def test_a_helper_that_does_not_permit_it(self):
        with harness.Machine(dict(harness.checked(), Announced=False, deny=['Announce'])) as machine:
            self.assertIn(self.LINE, self.on_a_terminal(machine, 'status'))


if __name__ == '__main__':
    unittest.main()
