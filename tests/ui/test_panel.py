#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The panel as a screen reader and a keyboard reach it, against the mock helper. Run by with-display."""
import json
import os
import subprocess
import time
import unittest

import harness
import atspi

PANEL = os.path.join(harness.BUILD, 'ui/panel/suture-panel')
WITHDRAWN = {'State': 'active', 'Withdrawn': True, 'WithdrawnReason': 'It <b>breaks</b> & burns.'}
CONFLICT = {'State': 'conflict', 'Conflict': ['example', 'other']}
OWED = [['systemd-logind.service', 'unit', 'never-restart']]


def starts(text):
    return lambda given: given.startswith(text)


class Panel(unittest.TestCase):
    def open(self, state):
        self.machine = harness.Machine(state)
        self.addCleanup(self.machine.close)
        # Warnings and criticals end the program, and the test with it.
        env = dict(self.machine.env, G_DEBUG='fatal-warnings')
        self.panel = subprocess.Popen([PANEL], env=env)
        self.addCleanup(self.end)
        self.app = atspi.app('suture-panel')
        atspi.find(self.app, 'list item', 'Update History')

    def end(self):
        self.assertIsNone(self.panel.poll(), 'the panel ended by itself')
        self.panel.terminate()
        self.panel.wait()
        atspi.wait(lambda: not [a for a in atspi.children(atspi.Atspi.get_desktop(0))
                                if a.get_name() == 'suture-panel'], 'the panel to go')

    def nothing_says_protected(self):
        for label in atspi.labels(self.app):
            self.assertNotIn('rotected', label)

    def button(self, name):
        return atspi.find(self.app, 'push button', name)

    def toast(self, text):
        return atspi.find_label(self.app, starts(text))

    def focused(self):
        return [node.get_name() for node in atspi.walk(self.app) if atspi.has(node, atspi.State.FOCUSED)]

    def key(self, name):
        subprocess.run(['xdotool', 'key', name], check=True)
        time.sleep(0.3)

    def reach(self, name):
        for _ in range(30):
            if self.focused() == [name]:
                return
            self.key('Tab')
        self.fail('%s is not reached: %s' % (name, self.focused()))


class Status(Panel):
    def test_no_source(self):
        self.open({'LastChecked': int(time.time())})
        atspi.find_label(self.app, 'No Source')
        atspi.find_label(self.app, 'No publisher of improvements is configured.')
        self.nothing_says_protected()
        atspi.click(self.button('Add a Source…'))
        atspi.find(self.app, 'push button', lambda name: 'Close' in name)

    def test_protected(self):
        self.open(dict(harness.checked(), improvements=[harness.openssl(State='active')]))
        atspi.find_label(self.app, 'Protected')
        atspi.find_label(self.app, '1 improvement is active. Checked 12 minutes ago.')

    def test_never_protected(self):
        self.open({'Feeds': ['example']})
        atspi.find_label(self.app, 'Not Checked Yet')
        self.nothing_says_protected()
        rows = [
            ('Not Checked Recently', harness.checked(60 * 24 * 30)),
            ('Needs Attention', dict(harness.checked(), LastError=['Network', 'could not connect'])),
            ('Needs Attention', dict(harness.checked(), improvements=[harness.openssl(State='inactive')])),
            ('Nothing to Install', dict(harness.checked(), improvements=[harness.openssl(State='overtaken')])),
            ('Nothing to Install', dict(harness.checked(), improvements=[harness.openssl(State='superseded')])),
            ('Almost Done', dict(harness.checked(), improvements=[harness.openssl(State='active', Owed=OWED)])),
            ('1 Improvement Ready', dict(harness.checked(), improvements=[harness.openssl()])),
            ('Rolling Out in Stages', dict(harness.checked(), improvements=[
                harness.openssl(WaitsUntil=int(time.time()) + 3600)])),
            ('Needs Attention', dict(harness.checked(), improvements=[harness.openssl(**CONFLICT)])),
            ('Improvement Withdrawn', dict(harness.checked(), improvements=[harness.openssl(**WITHDRAWN)])),
            ('Finishing Earlier Work…', dict(harness.checked(), Activity='recovering')),
        ]
        for title, state in rows:
            with self.subTest(title):
                self.machine.load(dict({'LastError': ['', ''], 'Activity': 'idle'}, **state))
                atspi.find_label(self.app, title)
                self.nothing_says_protected()

    def test_check_now(self):
        self.open({'Feeds': ['example']})
        atspi.click(self.button('Check Now'))
        atspi.find_label(self.app, 'Protected')

    def test_failed_check_has_its_reason(self):
        self.open(dict(harness.checked(), fail={'Check': ['Signature', 'too few signatures']}))
        atspi.click(self.button('Check Now'))
        atspi.find_label(self.app, 'Needs Attention')
        self.toast('The download was not signed by a known publisher')

    def test_helper_absent(self):
        self.open(None)
        atspi.find_label(self.app, 'Not Available')
        atspi.find_label(self.app, starts('The service for improvements can’t be reached.'))
        self.nothing_says_protected()
        self.assertEqual(atspi.find_all(self.app, 'check box', 'Automatically Install'), [])

    def test_slow_helper(self):
        self.open(dict(harness.checked(), slow=4))
        atspi.find_label(self.app, 'One Moment…')
        self.nothing_says_protected()
        atspi.find_label(self.app, 'Protected')

    def test_what_is_known_stays_when_the_helper_leaves(self):
        self.open(dict(harness.checked(), improvements=[harness.openssl(State='active')]))
        atspi.find_label(self.app, 'Protected')
        self.machine.leave()
        time.sleep(0.5)
        self.assertFalse(self.machine.owned())
        self.assertIn('Protected', atspi.labels(self.app))
        atspi.find(self.app, 'list item', 'Encrypted Connections')
        atspi.click(self.button('Check Now'))
        atspi.find_label(self.app, '1 improvement is active. Checked just now.')


    def test_a_test_protects_from_nothing(self):
        self.open(dict(harness.checked(), improvements=[harness.openssl(State='active', Kind='test', Exploited=True)]))
        atspi.find_label(self.app, 'Protected')
        atspi.find_label(self.app, 'Nothing has to be improved. 1 test is active and fixes nothing. Checked 12 minutes ago.')
        atspi.find_label(self.app, 'Test – fixes nothing')
        atspi.act(atspi.find(self.app, 'list item', 'Encrypted Connections'), 'row.open')
        atspi.find_label(self.app, 'Files Replaced')
        self.assertEqual(atspi.find_all(self.app, 'list item', 'CVE-2026-0001'), [])
        self.button('Remove…')

    def test_conflict(self):
        self.open(dict(harness.checked(), improvements=[harness.openssl(**CONFLICT)]))
        atspi.find_label(self.app, 'Needs Attention')
        atspi.find_label(self.app, starts('Several sources offer “Encrypted Connections”, so none of them is used: example, '
                                          'other. Ask your administrator to name its component, openssl,'))
        self.assertEqual(atspi.find_all(self.app, 'push button', 'Install'), [])
        self.machine.change(improvements=[harness.openssl()])
        atspi.find_label(self.app, '1 Improvement Ready')

    def test_rolling_out(self):
        """It waits by itself, and a person need not."""
        turn = int(time.time()) + 2 * 24 * 3600
        self.open(dict(harness.checked(), improvements=[harness.openssl(WaitsUntil=turn, owed_after=[])]))
        atspi.find_label(self.app, 'Rolling Out in Stages')
        atspi.find_label(self.app, starts('This computer’s turn comes '))
        atspi.find_label(self.app, starts('This computer’s turn: '))
        self.machine.change(Automatic=False)
        atspi.find_label(self.app, '1 Improvement Ready')
        self.machine.change(Automatic=True)
        atspi.click(self.button('Install Now'))
        atspi.find_label(self.app, 'Protected')

    def test_stand_in(self):
        """The letter before one that is rolled out can be installed by itself; who wants all gets the later one."""
        turn = int(time.time()) + 2 * 24 * 3600
        first = harness.openssl(Title='The First', Number=1)
        later = harness.openssl(Id='openssl-b', Letter='b', Number=2, Title='The Later', WaitsUntil=turn, owed_after=[])
        self.open(dict(harness.checked(), improvements=[first, later]))
        atspi.find_label(self.app, 'Rolling Out in Stages')
        for title in ('The First', 'The Later'):
            atspi.find(self.app, 'list item', title)
        atspi.click(self.button('Install Now'))
        atspi.wait(lambda: self.state_of('openssl-b') == 'active', 'the later one to be installed')
        self.assertEqual(self.state_of('openssl-a'), 'available')

    def state_of(self, name):
        with open(self.machine.state_path, encoding='utf-8') as file:
            return {i['Id']: i['State'] for i in json.load(file)['improvements']}[name]

    def test_who_prepared_it(self):
        self.open(dict(harness.checked(), improvements=[harness.openssl(Prepared='automatic', ApprovedBy='Release <b>Team')]))
        atspi.act(atspi.find(self.app, 'list item', 'Encrypted Connections'), 'row.open')
        atspi.find_label(self.app, 'Prepared automatically, approved by “Release <b>Team”')
        self.machine.change(improvements=[harness.openssl(State='active', Conflict=['other'])])
        atspi.find_label(self.app, lambda text: text.endswith(
            '\nAnother source offers improvements of the same component, openssl: other. They can’t be installed before '
            '“Encrypted Connections” is removed.'))
        atspi.gone(self.app, 'list item', 'Preparation')

    def test_withdrawn(self):
        """Said first, with the reason as it is, and removed from where it is said."""
        self.open(dict(harness.checked(), improvements=[harness.openssl(**WITHDRAWN), harness.expat()]))
        atspi.find_label(self.app, 'Improvement Withdrawn')
        atspi.find_label(self.app, '“Encrypted Connections” was withdrawn by its publisher. The reason given: '
                                   '“It <b>breaks</b> & burns.” It is removed by itself at one of the next checks.')
        atspi.find_label(self.app, starts('Withdrawn by its publisher · '))
        self.machine.change(Automatic=False)
        atspi.find_label(self.app, lambda text: text.endswith(' It stays until it is removed.'))
        atspi.click(atspi.find_all(self.app, 'push button', 'Remove…')[0])
        atspi.find_label(self.app, 'Remove “Encrypted Connections”?')
        atspi.click(atspi.find(self.app, 'push button', lambda name: 'Remove' in name and '…' not in name))
        self.toast('Removed')
        self.assertEqual(atspi.find_all(self.app, 'push button', lambda name: name.endswith('Put Back')), [])
        atspi.find_label(self.app, '1 Improvement Ready')


class Work(Panel):
    def test_install_with_progress(self):
        self.open(dict(harness.checked(), improvements=[harness.openssl()], hold=True))
        atspi.click(self.button('Install'))
        atspi.find_label(self.app, 'Downloading “Encrypted Connections”')
        progress = atspi.find(self.app, 'progress bar', 'Progress')
        atspi.wait(lambda: 0.3 < atspi.value(progress) < 0.5, 'the progress to stand at 40 %')
        self.assertFalse(atspi.sensitive(atspi.find_all(self.app, 'push button', 'Install')[-1]))
        self.machine.change(hold=False)
        atspi.find_label(self.app, 'Almost Done')
        atspi.find_label(self.app, starts('systemd-logind still uses the old version.'))
        self.button('Remove…')
        self.assertEqual(atspi.find_all(self.app, 'push button', 'Install'), [])

    def test_cancel(self):
        self.open(dict(harness.checked(), improvements=[harness.openssl()], hold=True))
        atspi.click(self.button('Install'))
        atspi.click(self.button('Cancel'))
        self.toast('Stopped. Nothing was changed.')
        atspi.find_label(self.app, '1 Improvement Ready')

    def test_install_all(self):
        self.open(dict(harness.checked(), improvements=[harness.openssl(owed_after=[]), harness.expat()]))
        atspi.find_label(self.app, '2 Improvements Ready')
        atspi.click(self.button('Install All'))
        atspi.find_label(self.app, 'Protected')
        self.assertEqual(len(atspi.find_all(self.app, 'push button', 'Remove…')), 2)

    def test_install_that_fails_says_why(self):
        self.open(dict(harness.checked(), improvements=[harness.openssl()],
                       fail={'Install': ['NoSpace', 'no space left on device']}))
        atspi.click(self.button('Install'))
        self.toast('There is not enough space on the disk. Nothing was changed.')
        atspi.find_label(self.app, '1 Improvement Ready')

    def test_remove(self):
        self.open(dict(harness.checked(), improvements=[
            harness.openssl(State='active', Exploited=True), harness.expat(State='active')]))
        removes = atspi.wait(lambda: atspi.find_all(self.app, 'push button', 'Remove…'), 'buttons')
        self.assertEqual([b.get_description() for b in removes], ['Document Reading', 'Encrypted Connections'])
        atspi.click(removes[1])
        atspi.find_label(self.app, 'Remove “Encrypted Connections”?')
        atspi.find_label(self.app, 'The computer becomes exposed again to 2 problems. Attackers already use this. '
                                   'The other improvement stays.')
        atspi.click(atspi.find(self.app, 'push button', lambda name: 'Remove' in name and '…' not in name))
        self.toast('Removed')
        self.assertTrue(atspi.find(self.app, 'push button', lambda name: name.endswith('Put Back')))
        atspi.find_label(self.app, '1 Improvement Ready')
        atspi.wait(lambda: len(atspi.find_all(self.app, 'push button', 'Remove…')) == 1, 'one to be left')

    def test_put_back(self):
        self.open(dict(harness.checked(), improvements=[harness.openssl(State='active', owed_after=[])]))
        atspi.click(self.button('Remove…'))
        atspi.click(atspi.find(self.app, 'push button', lambda name: 'Remove' in name and '…' not in name))
        atspi.find_label(self.app, '1 Improvement Ready')
        atspi.click(atspi.find(self.app, 'push button', lambda name: name.endswith('Put Back')))
        atspi.find_label(self.app, 'Protected')
        self.button('Remove…')

    def test_remove_changes_nothing_when_it_is_not_confirmed(self):
        self.open(dict(harness.checked(), improvements=[harness.openssl(State='active')]))
        atspi.click(self.button('Remove…'))
        atspi.click(atspi.find(self.app, 'push button', lambda name: 'Cancel' in name))
        atspi.gone(self.app, 'push button', lambda name: 'Cancel' in name)
        time.sleep(0.5)
        atspi.find_label(self.app, 'Protected')

    def test_overtaken_can_be_removed_and_not_put_back(self):
        self.open(dict(harness.checked(), improvements=[harness.openssl(State='overtaken')]))
        atspi.find_label(self.app, 'Nothing to Install')
        atspi.find_label(self.app, starts('A system update changed files that “Encrypted Connections” fixes'))
        self.assertEqual(atspi.find_all(self.app, 'push button', 'Install'), [])
        atspi.click(self.button('Remove…'))
        atspi.find_label(self.app, 'It is not active, so no file of the system changes.')
        atspi.click(atspi.find(self.app, 'push button', lambda name: 'Remove' in name and '…' not in name))
        self.toast('Removed')
        self.assertEqual(atspi.find_all(self.app, 'push button', lambda name: name.endswith('Put Back')), [])
        atspi.gone(self.app, 'push button', 'Remove…')

    def test_inactive_can_be_installed_again(self):
        self.open(dict(harness.checked(), improvements=[harness.openssl(State='inactive', owed_after=[])]))
        atspi.find_label(self.app, 'Needs Attention')
        self.button('Remove…')
        atspi.act(atspi.find(self.app, 'list item', 'Encrypted Connections'), 'row.open')
        atspi.find(self.app, 'list item', 'CVE-2026-0001')
        atspi.wait(lambda: len(atspi.find_all(self.app, 'push button', 'Remove…')) == 2, 'both pages to offer it')
        atspi.click(atspi.find_all(self.app, 'push button', 'Install')[-1])
        atspi.find(self.app, 'list item', 'Active')
        atspi.gone(self.app, 'push button', 'Install')

    def test_remove_refused(self):
        self.open(dict(harness.checked(), improvements=[harness.openssl(State='active')], deny=['Remove']))
        atspi.click(self.button('Remove…'))
        atspi.click(atspi.find(self.app, 'push button', lambda name: 'Remove' in name and '…' not in name))
        self.toast('Permission was not given. Nothing was changed.')
        self.button('Remove…')

    def test_helper_lost_in_the_middle(self):
        self.open(dict(harness.checked(), improvements=[harness.openssl()], die=True))
        atspi.click(self.button('Install'))
        self.toast('The work was interrupted and undone.')
        atspi.find_label(self.app, '1 Improvement Ready')


class Switch(Panel):
    def test_on_and_off(self):
        self.open(harness.checked())
        switch = atspi.find(self.app, 'check box', 'Automatically Install')
        self.assertTrue(atspi.checked(switch))
        atspi.toggle(switch)
        atspi.find_label(self.app, starts('These fixes arrive with the next system update instead.'))
        atspi.wait(lambda: not atspi.checked(switch) and atspi.sensitive(switch), 'off')
        atspi.toggle(switch)
        atspi.wait(lambda: atspi.checked(switch) and atspi.sensitive(switch), 'on')

    def test_refusal_rolls_back_with_the_reason(self):
        for automatic in (True, False):
            with self.subTest(automatic):
                self.open(dict(harness.checked(), Automatic=automatic, deny=['SetAutomatic']))
                switch = atspi.find(self.app, 'check box', 'Automatically Install')
                atspi.toggle(switch)
                self.toast('Permission was not given. Nothing was changed.')
                atspi.wait(lambda: atspi.checked(switch) == automatic and atspi.sensitive(switch), 'the real state')
                self.doCleanups()

    def test_follows_the_helper(self):
        self.open(harness.checked())
        switch = atspi.find(self.app, 'check box', 'Automatically Install')
        self.machine.change(Automatic=False)
        atspi.wait(lambda: not atspi.checked(switch), 'off')


class Pages(Panel):
    def test_history(self):
        self.open(dict(harness.checked(), history=harness.records(130)))
        atspi.act(atspi.find(self.app, 'list item', 'Update History'), 'row.open')
        atspi.find(self.app, 'list item', 'Installed “Encrypted Connections 129”')
        atspi.find(self.app, 'list item', 'Removed “Encrypted Connections 130”')
        atspi.find_label(self.app, lambda text: 'The publisher could not be reached' in text)
        self.assertEqual(atspi.find_all(self.app, 'list item', 'Installed “Encrypted Connections 30”'), [])

    def test_history_goes_on_at_its_end(self):
        self.open(dict(harness.checked(), history=harness.records(130)))
        atspi.act(atspi.find(self.app, 'list item', 'Update History'), 'row.open')
        atspi.find(self.app, 'list item', 'Removed “Encrypted Connections 130”')
        subprocess.run(['xdotool', 'key', 'Tab'], check=True)

        def oldest():
            subprocess.run(['xdotool', 'key', 'End'], check=True)
            time.sleep(0.3)
            return atspi.find_all(self.app, 'list item', 'Removed “Encrypted Connections 1”')
        atspi.wait(oldest, 'the oldest record')
        rows = [n.get_name() for n in atspi.find_all(self.app, 'list item') if 'Connections' in n.get_name()]
        self.assertEqual(len(rows), 130)
        self.assertEqual(len(set(rows)), 130)

    def test_history_empty(self):
        self.open(harness.checked())
        atspi.act(atspi.find(self.app, 'list item', 'Update History'), 'row.open')
        atspi.find_label(self.app, 'No History Yet')
        atspi.click(atspi.find(self.app, 'push button', 'Back'))
        atspi.find_label(self.app, 'Protected')

    def test_details(self):
        self.open(dict(harness.checked(), improvements=[
            harness.openssl(State='active', Owed=OWED, Restarted=['nginx.service'])]))
        atspi.act(atspi.find(self.app, 'list item', 'Encrypted Connections'), 'row.open')
        for wanted in ('CVE-2026-0001', 'CVE-2026-0002', 'systemd-logind', 'nginx.service',
                       '/usr/lib/x86_64-linux-gnu/libssl.so.3'):
            atspi.find(self.app, 'list item', wanted)
        atspi.find_label(self.app, 'Finishes at the next restart of the computer')
        atspi.find_label(self.app, 'Fixes how encrypted connections are set up.')

    def test_nothing_of_a_stranger_is_markup(self):
        evil = '<b>A</b> & <a href="x">\x1b[1m\u202eB'
        shown = '<b>A</b> & <a href="x">[1mB'
        self.open(dict(harness.checked(), improvements=[
            harness.openssl(Title=evil, Description=evil, Publisher=evil, Vulnerabilities=[[evil, evil, evil]],
                            Files=[evil], State='active', Owed=[[evil, 'unit', 'never-restart']])],
            history=[dict(harness.records(1)[0], title=evil, by=evil, error='Failed', message=evil)]))
        atspi.act(atspi.find(self.app, 'list item', shown), 'row.open')
        atspi.find_label(self.app, shown)
        atspi.wait(lambda: len(atspi.find_all(self.app, 'list item', shown)) >= 4, 'rows with the plain text')
        atspi.click(atspi.find_all(self.app, 'push button', 'Remove…')[0])
        atspi.find_label(self.app, 'Remove “%s”?' % shown)
        atspi.click(atspi.find(self.app, 'push button', lambda name: 'Cancel' in name))
        atspi.act(atspi.find(self.app, 'list item', 'Update History'), 'row.open')
        atspi.find(self.app, 'list item', 'Removed “%s”' % shown)

    def test_withdrawn_while_it_is_open(self):
        self.open(dict(harness.checked(), improvements=[harness.openssl()]))
        atspi.act(atspi.find(self.app, 'list item', 'Encrypted Connections'), 'row.open')
        atspi.find(self.app, 'list item', 'CVE-2026-0001')
        self.machine.change(improvements=[])
        atspi.find_label(self.app, 'Protected')


class Access(Panel):
    def test_focus_goes_along(self):
        self.open(dict(harness.checked(), improvements=[harness.openssl(State='active')]))
        self.reach('Update History')
        self.key('Return')
        atspi.find_label(self.app, 'No History Yet')
        self.assertEqual(self.focused(), ['Back'])
        self.key('Escape')
        self.assertEqual(self.focused(), ['Update History'])

    def test_removed_by_keyboard(self):
        """Opened, asked, thought better of, asked again: with Tab, Enter and Escape only."""
        self.open(dict(harness.checked(), improvements=[harness.openssl(State='overtaken')]))
        self.reach('Encrypted Connections')
        self.key('Return')
        atspi.find(self.app, 'list item', 'CVE-2026-0001')
        self.reach('Remove…')
        self.key('Return')
        atspi.find_label(self.app, 'Remove “Encrypted Connections”?')
        self.key('Escape')
        atspi.gone(self.app, 'push button', lambda name: 'Cancel' in name)
        atspi.wait(lambda: self.focused() == ['Remove…'], 'the focus to come back to the button')
        self.key('Escape')
        atspi.wait(lambda: self.focused() == ['Encrypted Connections'], 'the focus to come back to the row')
        self.reach('Remove…')
        self.key('Return')
        atspi.find_label(self.app, 'Remove “Encrypted Connections”?')
        self.key('alt+r')
        self.toast('Removed')

    def test_withdrawn_by_keyboard(self):
        """The button that asks keeps the focus while the time that is shown goes on."""
        self.open(dict(harness.checked(), improvements=[harness.openssl(**WITHDRAWN)]))
        self.reach('Remove…')
        self.machine.change(LastChecked=int(time.time()))
        atspi.wait(lambda: self.focused() == ['Remove…'], 'the focus to stay')
        self.key('Return')
        atspi.find_label(self.app, 'Remove “Encrypted Connections”?')
        self.key('alt+r')
        self.toast('Removed')

    def test_everything_that_takes_focus_has_a_name(self):
        self.open(dict(harness.checked(), history=harness.records(5), improvements=[
            harness.openssl(), harness.expat(State='active', Owed=OWED)]))
        for page in (None, 'Encrypted Connections', 'Document Reading', 'Update History'):
            if page:
                atspi.act(atspi.find(self.app, 'list item', page), 'row.open')
                time.sleep(0.5)
            with self.subTest(page):
                self.assertEqual(atspi.unnamed(self.app), [])

    def test_by_keyboard_alone(self):
        self.open(dict(harness.checked(), improvements=[harness.openssl(State='active'), harness.expat(State='inactive')]))
        reached = set()
        for _ in range(20):
            subprocess.run(['xdotool', 'key', 'Tab'], check=True)
            time.sleep(0.15)
            for node in atspi.walk(self.app):
                if atspi.has(node, atspi.State.FOCUSED):
                    reached.add(node.get_name())
        self.assertLessEqual({'Check Now', 'Automatically Install', 'Remove…', 'Install', 'Update History', 'Main Menu',
                              'Encrypted Connections', 'Document Reading'}, reached)


if __name__ == '__main__':
    unittest.main()
