#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Automatic installation in the panel: what is chosen, why something waits, and what went wrong by itself; as a screen reader and a
keyboard reach it, against the mock helper. Run by with-display."""
import json
import time
import unittest

import harness
import atspi
import test_panel
from test_panel import starts

DAY = 24 * 3600
NOW = int(time.time())
MANAGED = 'Managed by Your Organization'
ANNOUNCEMENT = 'Small security fixes are installed automatically when they are ready. Apps are never closed.'
# What waits: the title of the status, how the sentence ends, and what the row and its page call it.
WAITS = {
    'paused': (NOW + 5 * DAY, '', 'Paused Until ', 'Resume it, or install it now.'),
    'delay': (NOW + 2 * DAY, '', 'Waiting Until ', 'Choose a shorter wait, or install it now.'),
    'metered': (0, '', 'Waiting: Metered Network', 'allow metered networks, or install it now.'),
    'battery': (0, '12', 'Waiting: Battery 12%', 'Plug the computer in, or install it now.'),
    'hours': (NOW + 2 * DAY, '', 'Waiting Until ', 'It can be installed now all the same.'),
    'apps': (0, 'org.example.Editor.desktop', 'Waiting: Apps in Use', 'It is installed when that is closed, or install it now.'),
    'a-new-word': (0, '', 'Waiting', 'It can be installed now all the same.'),
}


class Automatic(test_panel.Panel):
    def called(self):
        with open(self.machine.state_path, encoding='utf-8') as file:
            return json.load(file).get('called', [])

    def switch(self, name):
        return atspi.find(self.app, 'check box', name)

    def row(self, title):
        return atspi.find(self.app, 'list item', title)

    def choose(self, item):
        """Of the menu that is open."""
        found = atspi.wait(lambda: next((node for node in atspi.walk(self.app) if 'menu item' in node.get_role_name()
                                         and node.get_name() == item), None), item)
        atspi.act(found, atspi.actions(found)[0])

    def waiting(self, reason, until=0, detail='', **more):
        return dict(harness.checked(), improvements=[harness.openssl(Waits=[[reason, until, detail]], owed_after=[])], **more)

    def open_details(self):
        atspi.act(self.row('Encrypted Connections'), 'row.open')
        atspi.find_label(self.app, 'Files Replaced')


class Choices(Automatic):
    def test_delay(self):
        self.open(harness.checked())
        self.assertEqual(atspi.find_all(self.app, 'check box', 'Delay Fixes for Problems Used in Attacks'), [])
        atspi.click(self.button('No Wait'))
        self.choose('3 Days')
        self.button('3 Days')
        atspi.find_label(self.app, 'Fixes for problems being used in attacks are not delayed.')
        self.assertEqual(self.called(), [['SetDelay', 3, False]])
        atspi.toggle(self.switch('Delay Fixes for Problems Used in Attacks'))
        atspi.find_label(self.app, 'Attackers already use these problems.')
        self.assertEqual(self.called()[-1], ['SetDelay', 3, True])
        self.machine.change(DelayDays=5)  # by somebody else: none of the usual numbers, and shown all the same
        atspi.click(self.button('5 Days'))
        self.choose('No Wait')
        self.button('No Wait')
        self.assertEqual(self.called()[-1], ['SetDelay', 0, True])

    def test_pause(self):
        self.open(dict(harness.checked(), improvements=[harness.openssl(State='active')]))
        for item, days in (('For a Day', 1), ('For a Week', 7), ('For a Month', 30)):
            with self.subTest(item):
                atspi.click(self.button('Pause…'))
                self.choose(item)
                atspi.find_label(self.app, starts('Paused Until '))
                self.assertNotIn('Protected', atspi.labels(self.app))
                method, until = self.called()[-1]
                self.assertEqual(method, 'SetPause')
                self.assertAlmostEqual(until, time.time() + days * DAY, delta=60)
                self.assertEqual(len(atspi.find_all(self.app, 'push button', 'Resume')), 2)
                atspi.click(self.button('Resume'))
                atspi.find_label(self.app, 'Protected')
                self.assertEqual(self.called()[-1], ['SetPause', 0])

    def test_metered(self):
        self.open(self.waiting('metered'))
        atspi.find_label(self.app, 'Waiting: Metered Network')
        atspi.toggle(self.switch('Use Metered Networks'))
        atspi.find_label(self.app, '1 Improvement Ready')
        atspi.find_label(self.app, 'Fixes are downloaded even where that may cost money.')
        self.assertEqual(self.called(), [['SetMetered', True]])

    def test_off_has_nothing_to_choose(self):
        self.open(dict(harness.checked(), Automatic=False))
        atspi.find_label(self.app, starts('These fixes arrive with the next system update instead.'))
        for title in ('Wait Before Installing', 'Pause', 'Use Metered Networks'):
            self.assertEqual(atspi.find_all(self.app, 'list item', title), [])
        atspi.toggle(self.switch('Automatically Install'))
        self.row('Use Metered Networks')

    def test_refused(self):
        """The row shows what is, and the window says why."""
        self.open(dict(harness.checked(), deny=['SetDelay', 'SetPause', 'SetMetered']))
        atspi.click(self.button('No Wait'))
        self.choose('7 Days')
        self.toast('Permission was not given. Nothing was changed.')
        self.button('No Wait')
        atspi.click(self.button('Pause…'))
        self.choose('For a Week')
        self.button('Pause…')
        atspi.toggle(self.switch('Use Metered Networks'))
        atspi.wait(lambda: not atspi.checked(self.switch('Use Metered Networks'))
                   and atspi.sensitive(self.switch('Use Metered Networks')), 'the real state')
        self.assertEqual(self.called(), [])

    def test_waits_for_the_answer(self):
        self.open(dict(harness.checked(), late=2))
        atspi.toggle(self.switch('Use Metered Networks'))
        atspi.wait(lambda: not atspi.sensitive(self.switch('Use Metered Networks')), 'the switch to wait')
        self.assertTrue(atspi.sensitive(self.switch('Automatically Install')))
        atspi.wait(lambda: atspi.sensitive(self.switch('Use Metered Networks'))
                   and atspi.checked(self.switch('Use Metered Networks')), 'the switch to be on')

    def test_managed(self):
        reasons = {'automatic': 'Fixed by the security office.', 'delay': '', 'pause': 'Until Friday', 'metered': '', 'hours': '',
                   'hold': 'Trade <b>fair', 'approved': '', 'removal': 'No', 'feeds': ''}
        self.open(dict(harness.checked(), Managed=[list(pair) for pair in reasons.items()],
                       improvements=[harness.openssl(State='active')]))
        atspi.find_label(self.app, lambda text: text.endswith('\n%s: “Fixed by the security office.”' % MANAGED))
        atspi.find_label(self.app, '%s: “Until Friday”' % MANAGED)
        atspi.find_label(self.app, lambda text: 'Some improvements are held back. The reason given: “Trade <b>fair”' in text
                         and 'Improvements can’t be removed. The reason given: “No”' in text)
        for switch in ('Automatically Install', 'Use Metered Networks'):
            self.assertFalse(atspi.sensitive(self.switch(switch)))
        self.assertFalse(atspi.sensitive(self.button('Wait Before Installing')))
        self.assertFalse(atspi.sensitive(self.button('Pause')))
        self.assertEqual(atspi.find_all(self.app, 'push button', 'Remove…'), [])
        self.machine.change(Managed=[])
        atspi.wait(lambda: atspi.sensitive(self.switch('Automatically Install')), 'the switch to be free')
        self.assertTrue(atspi.sensitive(self.button('Pause…')))
        self.button('Remove…')

    def test_by_keyboard(self):
        """Pauses and resumes, and the focus stays where it is done."""
        self.open(harness.checked())
        atspi.find_label(self.app, 'Protected')
        self.reach('Pause…')
        self.key('space')
        self.key('Down')
        self.key('Return')
        atspi.find_label(self.app, starts('Paused Until '))
        atspi.wait(lambda: self.focused() == ['Resume'], 'the focus to stay')
        self.key('space')
        atspi.find_label(self.app, 'Protected')
        atspi.wait(lambda: self.focused() == ['Pause…'], 'the focus to come back')
        self.assertEqual([call[0] for call in self.called()], ['SetPause', 'SetPause'])
        self.assertEqual(atspi.unnamed(self.app), [])


class Waiting(Automatic):
    def test_each_reason_and_its_override(self):
        self.open(harness.checked())
        for reason, (until, detail, title, end) in WAITS.items():
            with self.subTest(reason):
                self.machine.load(self.waiting(reason, until, detail))
                atspi.find_label(self.app, lambda text: text.startswith(title) and '·' not in text)
                atspi.find_label(self.app, lambda text: text.startswith('Encrypted Connections. ') and text.endswith(end))
                atspi.find_label(self.app, lambda text: text.startswith(title) and ' · High · ' in text)
                self.nothing_says_protected()
                atspi.click(self.button('Install Now'))
                atspi.find_label(self.app, 'Protected')

    def test_all_reasons_on_its_page(self):
        waits = [[reason, until, detail] for reason, (until, detail, _, _) in WAITS.items()]
        self.open(dict(harness.checked(), improvements=[harness.openssl(Waits=waits + [['rollout', NOW + DAY, '']], owed_after=[])]))
        self.open_details()
        atspi.find_label(self.app, 'Why It Waits')
        labels = atspi.labels(self.app)
        for _, _, title, end in WAITS.values():
            self.assertTrue(any(label.startswith(title) for label in labels), title)
            self.assertTrue(any(label.endswith(end) for label in labels), end)
        self.row('Rolling Out in Stages')
        atspi.click(atspi.find_all(self.app, 'push button', 'Install Now')[-1])
        atspi.gone(self.app, 'list item', 'Rolling Out in Stages')

    def test_what_waits_for_a_person_is_ready(self):
        self.open(harness.checked())
        for reason, more in (('off', {'Automatic': False}), ('removed', {}), ('stays', {}), ('announce', {})):
            with self.subTest(reason):
                self.machine.load(dict({'Automatic': True}, **self.waiting(reason, **more)))
                atspi.find_label(self.app, '1 Improvement Ready')
                self.button('Install')
                self.assertEqual(atspi.find_all(self.app, 'push button', 'Install Now'), [])
        atspi.find_label(self.app, starts('High · '))

    def test_held(self):
        self.open(self.waiting('managed', 0, 'Trade <b>fair'))
        atspi.find_label(self.app, MANAGED)
        atspi.find_label(self.app, starts('“Encrypted Connections” is not installed automatically now. Your organization holds it back, '
                                          'or has not approved it. The reason given: “Trade <b>fair”'))
        for name in ('Install', 'Install Now', 'Install All'):
            self.assertEqual(atspi.find_all(self.app, 'push button', name), [])
        self.nothing_says_protected()

    def test_policy(self):
        sentence = '/etc/suture/policy.conf, line 3: no such key'
        self.open(self.waiting('policy', 0, sentence, Managed=[['file', sentence]]))
        atspi.find_label(self.app, 'Needs Attention')
        atspi.find_label(self.app, 'Your organization’s policy can’t be used, so nothing is installed: %s. Ask your administrator to '
                         'correct it.' % sentence)
        self.assertEqual(atspi.find_all(self.app, 'push button', 'Install Now'), [])
        self.machine.load(dict(harness.checked(), Managed=[['file', sentence]]))
        atspi.find_label(self.app, 'Needs Attention')
        self.nothing_says_protected()


class Troubles(Automatic):
    def test_undone(self):
        self.open(self.waiting('undone', 0, 'cups.service stopped printing.'))
        atspi.find_label(self.app, 'Improvement Undone')
        atspi.find_label(self.app, '“Encrypted Connections” was taken out by itself. Something did not work with it, so the computer went '
                         'back to the version before: cups.service stopped printing. The fix is not active.')
        self.nothing_says_protected()
        atspi.click(self.button('Show Details'))
        atspi.find_label(self.app, 'Why It Waits')
        atspi.click(atspi.find_all(self.app, 'push button', 'Install Now')[-1])
        atspi.find_label(self.app, 'Active')

    def test_keeps_closing(self):
        self.open(dict(harness.checked(), improvements=[harness.openssl(
            State='active', InstalledAt=NOW - 60, KeepsClosing=[['a-program', 4]])]))
        atspi.find_label(self.app, 'a-program Keeps Closing')
        atspi.find_label(self.app, lambda text: text.startswith('a-program has closed 4 times since “Encrypted Connections” was installed ')
                         and text.endswith('Removing that improvement may help. This may be a coincidence.'))
        self.nothing_says_protected()
        atspi.click(self.button('Remove…'))
        dialog = atspi.find(self.app, 'dialog', lambda name: True)
        atspi.click(atspi.wait(lambda: next(iter(atspi.find_all(dialog, 'push button', lambda name: name.endswith('Remove'))), None),
                               'Remove in the dialog'))
        atspi.find_label(self.app, '1 Improvement Ready')

    def test_left_out(self):
        self.open(harness.checked())
        for why, sentence in (('boot', 'The computer did not start twice in a row with “Encrypted Connections”, so it was left out.'),
                              ('asked', 'The computer was started without improvements, as was asked for, so “Encrypted Connections” is'),
                              ('image', 'What was kept of “Encrypted Connections” is damaged, so it was left out.')):
            with self.subTest(why):
                self.machine.load(dict(harness.checked(), improvements=[harness.openssl(State='inactive', LeftOut=why)]))
                atspi.find_label(self.app, 'Needs Attention')
                atspi.find_label(self.app, starts(sentence))
                self.nothing_says_protected()


class Announcement(Automatic):
    def test_said_and_told(self):
        self.open(dict(harness.checked(), Announced=False))
        atspi.find_label(self.app, ANNOUNCEMENT)
        atspi.wait(lambda: self.called() == [['Announce']], 'the helper to be told')
        time.sleep(0.5)
        self.assertIn(ANNOUNCEMENT, atspi.labels(self.app), 'it stays until it is dismissed')
        self.assertEqual(atspi.unnamed(self.app), [])
        atspi.click(self.button('Dismiss'))
        atspi.wait(lambda: not atspi.find_all(self.app, 'push button', 'Dismiss'), 'it to go')
        self.assertEqual(self.called(), [['Announce']])

    def test_change(self):
        self.open(dict(harness.checked(), Announced=False))
        self.reach('Change…')
        self.key('space')
        atspi.wait(lambda: self.focused() == ['Automatically Install'], 'the focus on the switch')
        self.key('space')
        atspi.wait(lambda: not atspi.checked(self.switch('Automatically Install')), 'off')

    def test_not_said(self):
        self.open(dict(harness.checked(), Announced=True))
        atspi.find_label(self.app, 'Protected')
        self.assertEqual(atspi.find_all(self.app, 'push button', 'Dismiss'), [])
        self.machine.load(dict(harness.checked(), Automatic=False, Announced=False))
        atspi.find_label(self.app, starts('These fixes arrive'))
        self.assertEqual(atspi.find_all(self.app, 'push button', 'Dismiss'), [])
        self.assertEqual(self.called(), [])


if __name__ == '__main__':
    unittest.main()
