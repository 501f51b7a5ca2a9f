#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The local feed in the panel, as a screen reader and a keyboard reach it, against the mock helper. Run by with-display."""
import json
import os
import platform
import shutil
import tempfile
import time
import unittest

import harness
import atspi
import test_panel
from test_panel import starts

NAME = platform.freedesktop_os_release()['NAME'].removesuffix(' GNU/Linux').removesuffix(' Linux')
TITLE = NAME + '’s Security Updates'
INVITATION = 'Use %s’s Security Updates…' % NAME
PREPARING = 'Preparing Fixes from %s’s Security Updates' % NAME
LEFT = [['linux', '6.1.140-1', '6.1.147-1', 'kernel', 'linux-image-amd64'], ['cups', '2.4.2-3', '2.4.2-4', 'conffile', '/etc/cups/x.conf']]
DIGEST = 'b28b1ed9821f38c64524ea13e19264bb0772f8376afffd5d8a1f8277621833eb'
KEY = '05AB90340C0C5E797F44A8C8254CF3B5AEC0A8F0'
PROVENANCE = [['origin', 'Debian'], ['suite', 'bookworm-security'], ['date', '2026-11-29T10:00:00Z'], ['key', KEY], ['release', DIGEST],
              ['packages', DIGEST], ['package', 'libssl3 3.0.17-1 amd64 ' + DIGEST]]
MADE_HERE = {'Feed': 'local', 'Publisher': 'Debian', 'Prepared': 'automatic', 'Provenance': PROVENANCE}
LIST_TIME = 1795953600  # 29 November 2026, 12:00 UTC
KEYS = [[role, 'ed25519', DIGEST] for role in ('root', 'timestamp', 'snapshot', 'targets')]
LOCAL = {'Name': 'local', 'Kind': 'local', 'Address': 'file:///var/lib/suture-local/feed', 'Origin': '', 'Keys': KEYS}
OFF = {'LocalFeed': 'off'}


def on(**more):
    return dict(dict(harness.checked(), Feeds=['local'], LocalFeed='on', ArchiveTime=LIST_TIME, sources=[LOCAL]), **more)


class Local(test_panel.Panel):
    def state(self):
        with open(self.machine.state_path, encoding='utf-8') as file:
            return json.load(file)

    def ask(self):
        atspi.click(self.button(INVITATION))
        atspi.find_label(self.app, 'Use %s’s Security Updates?' % NAME)

    def turn_on(self):
        self.ask()
        atspi.click(atspi.find(self.app, 'push button', lambda name: 'Turn On' in name))

    def open_row(self, title):
        atspi.act(atspi.find(self.app, 'list item', title), 'row.open')


class TurningOn(Local):
    def test_what_is_offered(self):
        """Without a source: one that costs no trust; said before it is done, and not done for a no."""
        self.open(dict(OFF, LastChecked=int(time.time())))
        atspi.find_label(self.app, 'No Source')
        atspi.find_label(self.app, starts('No publisher of improvements is configured. This computer can prepare fixes itself'))
        self.nothing_says_protected()
        self.ask()
        atspi.find_label(self.app, lambda text: 'Nobody new is trusted.' in text and 'A password is asked for once.' in text
                         and 'can be removed again' in text and NAME + ' has signed' in text)
        atspi.click(atspi.find(self.app, 'push button', lambda name: 'Cancel' in name))
        atspi.gone(self.app, 'push button', lambda name: 'Cancel' in name)
        time.sleep(0.3)
        self.assertEqual(self.state()['LocalFeed'], 'off')
        self.machine.change(LocalFeed='absent')
        atspi.click(self.button('Add a Source…'))
        atspi.find_label(self.app, 'Add a Source')

    def test_all_the_way(self):
        """Asked, prepared with progress, installed; and then nothing says that all is well, because a system update waits."""
        self.open(dict(OFF, hold=True, prepares={'SystemUpdates': LEFT, 'ArchiveTime': LIST_TIME, 'improvements': [
            harness.openssl(owed_after=[], **MADE_HERE)]}))
        self.turn_on()
        atspi.find_label(self.app, PREPARING)
        atspi.find_label(self.app, '1.6\u00a0MB of 4.0\u00a0MB')
        progress = atspi.find(self.app, 'progress bar', 'Progress')
        atspi.wait(lambda: 0.3 < atspi.value(progress) < 0.5, 'the progress to stand at 40 %')
        self.nothing_says_protected()
        self.machine.change(hold=False)
        self.toast('Turned On')
        atspi.find_label(self.app, '1 Improvement Ready')
        atspi.find_label(self.app, 'Encrypted Connections. Nothing has to be downloaded.')
        row = atspi.find(self.app, 'list item', 'Encrypted Connections')
        atspi.find_label(self.app, lambda text: text.endswith('\nDebian, prepared on this computer'))
        self.assertTrue(row.get_description().endswith('\nDebian, prepared on this computer'), row.get_description())
        atspi.click(self.button('Install'))
        atspi.find_label(self.app, '2 Fixes Come with the System Update')
        atspi.find_label(self.app, 'Update the system to get them. 1 improvement is active. Checked just now.')
        self.nothing_says_protected()
        self.machine.change(SystemUpdates=[])
        atspi.find_label(self.app, 'Protected')

    def test_by_keyboard_alone(self):
        self.open(OFF)
        self.reach(INVITATION)
        self.key('Return')
        atspi.find_label(self.app, 'Use %s’s Security Updates?' % NAME)
        self.key('Escape')
        atspi.gone(self.app, 'push button', lambda name: 'Turn On' in name)
        atspi.wait(lambda: self.focused() == [INVITATION], 'the focus to come back')
        self.key('Return')
        atspi.find_label(self.app, 'Use %s’s Security Updates?' % NAME)
        self.key('alt+t')
        atspi.find_label(self.app, 'Protected')

    def test_cancel(self):
        self.open(dict(OFF, hold=True))
        self.turn_on()
        atspi.find_label(self.app, PREPARING)
        atspi.click(self.button('Cancel'))
        self.toast('Stopped. Nothing was changed.')
        atspi.find_label(self.app, 'No Source')
        self.assertTrue(atspi.sensitive(self.button(INVITATION)))

    def test_refused_after_a_while(self):
        """Meanwhile nobody can ask twice; then it can be tried again, and works."""
        self.open(dict(OFF, late=2, deny=['SetLocalFeed']))
        self.turn_on()
        atspi.wait(lambda: not atspi.sensitive(self.button(INVITATION)), 'the button to wait')
        self.toast('Permission was not given. Nothing was changed.')
        atspi.wait(lambda: atspi.sensitive(self.button(INVITATION)), 'the button to come back')
        self.nothing_says_protected()
        self.machine.change(deny=[], late=0)
        self.turn_on()
        atspi.find_label(self.app, 'Protected')

    def test_errors(self):
        rows = [
            ('NotApplicable', 'A source of the name “local” is there already', 'No Source'),
            ('NoSpace', 'There is not enough space on the disk. Nothing was changed.', 'No Source'),
            ('Failed', 'Something went wrong.', 'No Source'),
            ('Network', 'Turned on, but the first check could not be completed.', 'Needs Attention'),
        ]
        for name, sentence, title in rows:
            with self.subTest(name):
                self.open(dict(OFF, fail={'SetLocalFeed': [name, 'technical words']}))
                self.turn_on()
                self.toast(sentence)
                atspi.find_label(self.app, title)
                self.nothing_says_protected()
                self.doCleanups()

    def test_late_answer(self):
        """The window is used meanwhile, and shows what is in the end."""
        self.open(dict(OFF, late=2))
        self.turn_on()
        self.open_row('Update History')
        atspi.find_label(self.app, 'No History Yet')
        atspi.click(atspi.find(self.app, 'push button', 'Back'))
        self.toast('Turned On')
        atspi.find_label(self.app, 'Protected')


class Sources(Local):
    def switch(self):
        return atspi.find(self.app, 'check box', TITLE)

    def settled(self, wanted):
        switch = self.switch()
        atspi.wait(lambda: atspi.checked(switch) == wanted and atspi.sensitive(switch), 'the switch to be %s' % wanted)

    def test_on_and_off(self):
        self.open(OFF)
        self.open_row('Sources')
        self.settled(False)
        self.assertEqual(atspi.find_all(self.app, 'list item', 'Newest List'), [])
        atspi.toggle(self.switch())
        self.settled(True)
        atspi.find(self.app, 'list item', 'Newest List')
        self.assertEqual(self.state()['LocalFeed'], 'on')
        for wrong in ('Sign In…', 'Add a Source'):
            self.assertEqual(atspi.find_all(self.app, 'push button', wrong), [])
        atspi.toggle(self.switch())
        self.settled(False)
        self.toast('Turned Off. What is installed stays.')
        atspi.gone(self.app, 'list item', 'Newest List')
        self.assertEqual(self.state()['LocalFeed'], 'off')
        self.button('Add a Source')

    def test_what_is_shown(self):
        self.open(on(sources=[LOCAL, {'Name': 'stable', 'Address': 'https://example.net:8443/', 'SignedIn': 'token'}]))
        self.open_row('Sources')
        self.assertEqual(atspi.find(self.app, 'list item', 'Newest List').get_description(), NAME + '’s list of 29 November 2026')
        atspi.find_label(self.app, 'https://example.net:8443/')
        self.button('Sign Out…')
        self.assertEqual(atspi.find_all(self.app, 'push button', 'Sign In…'), [])
        self.assertNotIn('local', atspi.labels(self.app))
        self.assertNotIn('file:///var/lib/suture-local/feed', atspi.labels(self.app))
        self.machine.change(LocalFeed='absent', sources=[])
        atspi.gone(self.app, 'check box', TITLE)

    def test_refusal_rolls_back_with_the_reason(self):
        for state, real in ((on(), True), (OFF, False)):
            with self.subTest(real):
                self.open(dict(state, deny=['SetLocalFeed'], late=1))
                self.open_row('Sources')
                self.settled(real)
                atspi.toggle(self.switch())
                atspi.wait(lambda: not atspi.sensitive(self.switch()), 'the switch to wait')
                self.toast('Permission was not given. Nothing was changed.')
                self.settled(real)
                self.doCleanups()

    def test_progress_and_cancel(self):
        self.open(dict(OFF, hold=True))
        self.open_row('Sources')
        atspi.toggle(self.switch())
        atspi.find(self.app, 'list item', PREPARING)
        atspi.wait(lambda: '1.6\u00a0MB of 4.0\u00a0MB' == atspi.find(self.app, 'list item', PREPARING).get_description(), 'the bytes')
        atspi.click(atspi.find_all(self.app, 'push button', 'Cancel')[-1])
        self.toast('Stopped. Nothing was changed.')
        self.settled(False)
        atspi.gone(self.app, 'list item', PREPARING)

    def test_follows_the_helper(self):
        """Turned on elsewhere; and while other work is done it waits."""
        self.open(OFF)
        self.open_row('Sources')
        self.settled(False)
        self.machine.change(LocalFeed='on', Feeds=['local'], sources=[LOCAL])
        self.settled(True)
        self.machine.change(Activity='checking')
        atspi.wait(lambda: not atspi.sensitive(self.switch()), 'the switch to wait')
        self.machine.change(Activity='idle')
        self.settled(True)

    def test_what_is_installed_stays_and_says_where_it_is_from(self):
        self.open(on(improvements=[harness.openssl(State='active', **MADE_HERE)]))
        self.machine.change(LocalFeed='off', sources=[], Feeds=['example'])
        self.open_row('Encrypted Connections')
        atspi.find_label(self.app, 'Debian, prepared on this computer')
        self.open_row('Show Proof')
        atspi.find_label(self.app, starts('The source of this improvement is configured no longer'))
        atspi.find_label(self.app, KEY)

    def test_by_keyboard_alone(self):
        self.open(OFF)
        self.reach('Sources')
        self.key('Return')
        self.settled(False)
        self.reach(TITLE)
        self.key('space')
        self.settled(True)


class Updates(Local):
    """What comes with the system update, and the way there."""
    def setUp(self):
        self.data = tempfile.mkdtemp(prefix='suture-data-')
        self.addCleanup(shutil.rmtree, self.data)
        os.mkdir(self.data + '/applications')
        # all that a program needs of the machine, but its programs
        for name in os.listdir('/usr/share'):
            if name != 'applications':
                os.symlink('/usr/share/' + name, self.data + '/' + name)

    def open(self, state):
        before = {name: os.environ.get(name) for name in ('XDG_DATA_HOME', 'XDG_DATA_DIRS')}
        os.environ.update({name: self.data for name in before})
        try:
            super().open(state)
        finally:
            for name, value in before.items():
                os.environ.pop(name, None) if value is None else os.environ.update({name: value})

    def install(self, name, *lines):
        """A program whose every start is told in a file, with its arguments."""
        program = self.data + '/program'
        with open(program, 'w', encoding='utf-8') as file:
            file.write('#!/bin/sh\necho "$*" >>%s/started.new\nmv %s/started.new %s/started\n' % ((self.data,) * 3))
        os.chmod(program, 0o755)
        with open(self.data + '/applications/' + name, 'w', encoding='utf-8') as file:
            file.write('[Desktop Entry]\nType=Application\nName=Centre\nExec=%s %%U\n%s\n' % (program, '\n'.join(lines)))
        return program

    def started(self):
        def read():
            with open(self.data + '/started', encoding='utf-8') as file:
                return file.read()
        return atspi.wait(lambda: [read()], 'the program to be started')[0]

    def show(self):
        atspi.click(self.button('Show Updates'))
        atspi.find(self.app, 'list item', starts('linux. '))

    def test_each_with_its_reason(self):
        self.open(on(SystemUpdates=LEFT))
        self.assertEqual(atspi.find(self.app, 'list item', 'Comes with the System Update').get_description(), '2 fixes')
        self.show()
        atspi.find(self.app, 'list item', 'linux. Installed: 6.1.140-1, fixed in 6.1.147-1. “linux-image-amd64” is the kernel, a '
                                          'module of it, or firmware.')
        atspi.find(self.app, 'list item', 'cups. Installed: 2.4.2-3, fixed in 2.4.2-4. The configuration file /etc/cups/x.conf changes.')
        atspi.find_label(self.app, starts('As always; for example with “apt upgrade” in a terminal'))
        self.assertEqual(atspi.find_all(self.app, 'push button', starts('Open ')), [])
        self.machine.change(SystemUpdates=[])
        atspi.find(self.app, 'list item', 'Nothing is left to the system update.')

    def test_nothing_of_a_stranger_is_markup(self):
        evil = '<b>A</b> & \x1b[1m\u202eB'
        shown = '<b>A</b> & [1mB'
        self.open(on(SystemUpdates=[[evil, evil, evil, 'prepare', evil]]))
        atspi.click(self.button('Show Updates'))
        atspi.find_label(self.app, shown)
        atspi.find_label(self.app, 'Installed: %s, fixed in %s\nIt could not be prepared: %s' % ((shown,) * 3))

    def test_very_many(self):
        """They come as one scrolls; the first are there at once."""
        self.open(on(SystemUpdates=[['package-%04d' % i, '1', '2', 'kernel', 'x'] for i in range(1024)]))
        atspi.find_label(self.app, '1024 Fixes Come with the System Update')

        def rows():
            return [n.get_name() for n in atspi.find_all(self.app, 'list item', starts('package-'))]
        atspi.click(self.button('Show Updates'))
        atspi.find(self.app, 'list item', starts('package-0000'))
        self.assertLess(len(rows()), 250)
        self.reach(rows()[0])
        for _ in range(40):
            self.key('End')
            if atspi.find_all(self.app, 'list item', starts('package-1023')):
                break
        self.assertEqual(len(set(rows())), 1024)

    def test_rows_keep_the_focus(self):
        """The helper says something else, and who reads here is not thrown out."""
        self.open(on(SystemUpdates=LEFT))
        self.show()
        row = atspi.find(self.app, 'list item', starts('cups. ')).get_name()
        self.reach(row)
        self.machine.change(LastChecked=int(time.time()))
        self.machine.leave()
        time.sleep(0.5)
        self.assertEqual(self.focused(), [row])

    def test_software_centre(self):
        self.install('org.gnome.Software.desktop')
        self.open(on(SystemUpdates=LEFT))
        self.show()
        atspi.find_label(self.app, 'As always, with the program for that.')
        self.reach('Open Centre')
        self.key('Return')
        self.assertEqual(self.started(), '--mode=updates\n')

    def test_software_centre_with_an_action(self):
        program = self.install('org.kde.discover.desktop', 'Actions=Search;Updates;')
        with open(self.data + '/applications/org.kde.discover.desktop', 'a', encoding='utf-8') as file:
            file.write('[Desktop Action Search]\nName=S\nExec=%s search\n[Desktop Action Updates]\nName=U\nExec=%s --mode update\n'
                       % (program, program))
        self.open(on(SystemUpdates=LEFT))
        self.show()
        atspi.click(self.button('Open Centre'))
        self.assertEqual(self.started(), '--mode update\n')

    def test_software_centre_without_an_action(self):
        self.install('org.kde.discover.desktop')
        self.open(on(SystemUpdates=LEFT))
        self.show()
        atspi.click(self.button('Open Centre'))
        self.assertEqual(self.started(), '--mode update\n')

    def test_software_centre_without_its_program(self):
        """What can't be started is not offered; what fails all the same is said."""
        os.unlink(self.install('org.gnome.Software.desktop'))
        self.open(on(SystemUpdates=LEFT))
        self.show()
        self.assertEqual(atspi.find_all(self.app, 'push button', starts('Open ')), [])
        self.key('Escape')
        program = self.install('org.gnome.Software.desktop')
        atspi.wait(lambda: not time.sleep(0.5) and (self.show() or atspi.find_all(self.app, 'push button', 'Open Centre'))
                   or self.key('Escape'), 'the program to be seen')
        os.unlink(program)
        atspi.click(self.button('Open Centre'))
        self.toast('The program could not be started.')


class Proof(Local):
    def proof(self):
        self.open_row('Encrypted Connections')
        atspi.find(self.app, 'list item', 'CVE-2026-0001')
        self.open_row('Show Proof')
        atspi.find(self.app, 'push button', 'Copy All')

    def value(self, title):
        """What a screen reader says where the keyboard stops."""
        return [atspi.text(n) for n in atspi.walk(self.app) if atspi.role(n) == 'label' and n.get_description() == title]

    def test_two_chains(self):
        self.open(on(improvements=[harness.openssl(State='active', **MADE_HERE)]))
        self.proof()
        for title, value in (('Archive', 'Debian'), ('Suite', 'bookworm-security'), ('List Made', '29 November 2026, 10:00 UTC'),
                             ('Signed with the Key', KEY), ('Signed File (SHA-256)', DIGEST), ('List of Packages (SHA-256)', DIGEST),
                             ('Package libssl3', '3.0.17-1 amd64\n' + DIGEST), ('Improvement', 'openssl-a'), ('Source', 'local'),
                             ('Names the keys (root)', 'ed25519\n' + DIGEST), ('Version of the List', '7')):
            with self.subTest(title):
                self.assertEqual(self.value(title), [value])
                atspi.find(self.app, 'list item', '%s: %s' % (title, value))
        atspi.find_label(self.app, 'The Archive')
        atspi.find_label(self.app, 'This Computer')

    def test_of_another_feed(self):
        """One chain, and no archive that had no part in it."""
        self.open(dict(harness.checked(), sources=[{'Name': 'example', 'Keys': KEYS}], improvements=[harness.openssl(State='active')]))
        self.proof()
        self.assertEqual(self.value('Address'), ['https://fixes.example.org/suture'])
        self.assertEqual(self.value('Archive'), [])
        self.assertNotIn('The Archive', [atspi.text(n) for n in atspi.walk(self.app)
                                         if atspi.role(n) == 'label' and atspi.has(n, atspi.State.VISIBLE)])
        atspi.find_label(self.app, 'The Publisher')

    def test_none_while_several_offer_it(self):
        self.open(dict(harness.checked(), improvements=[harness.openssl(**test_panel.CONFLICT)]))
        self.open_row('Encrypted Connections')
        atspi.find(self.app, 'list item', 'CVE-2026-0001')
        self.assertEqual(atspi.find_all(self.app, 'list item', 'Show Proof'), [])

    def test_by_keyboard_alone(self):
        """Opened, read, copied; Escape leads back to what it belongs to."""
        self.open(on(improvements=[harness.openssl(State='active', **MADE_HERE)]))
        self.open_row('Encrypted Connections')
        self.reach('Show Proof')
        self.key('Return')
        self.reach(KEY)
        node = next(n for n in atspi.walk(self.app) if atspi.has(n, atspi.State.FOCUSED))
        self.assertEqual(node.get_description(), 'Signed with the Key')
        self.key('ctrl+a')
        selection = atspi.Atspi.Text.get_selection(node, 0)
        self.assertEqual((selection.start_offset, selection.end_offset), (0, len(KEY)))
        self.key('Escape')
        atspi.find(self.app, 'list item', 'CVE-2026-0001')
        self.assertEqual(self.focused(), ['Show Proof'])


class Words(Local):
    def test_history(self):
        one = harness.records(1)[0]
        self.open(on(history=[dict(one, id=1, event='local-on', improvement='', title=''),
                              dict(one, id=2, event='included', by='system', user=0xffffffff),
                              dict(one, id=3, event='local-off', improvement='', title='')]))
        self.open_row('Update History')
        for title in ('Preparing on This Computer Turned On', 'Preparing on This Computer Turned Off',
                      'Included in a System Update: “Encrypted Connections 1”'):
            atspi.find(self.app, 'list item', title)

    def test_details(self):
        self.open(on(improvements=[harness.openssl(State='active', **MADE_HERE)]))
        self.open_row('Encrypted Connections')
        self.assertEqual(atspi.find(self.app, 'list item', 'Publisher').get_description(), 'Debian, prepared on this computer')
        atspi.find_label(self.app, '5.7\u00a0MB on disk')
        self.assertEqual(atspi.find_all(self.app, 'list item', 'Preparation'), [])

    def test_everything_that_takes_focus_has_a_name(self):
        self.open(on(SystemUpdates=LEFT, improvements=[harness.openssl(State='active', **MADE_HERE)]))
        for page in ('Comes with the System Update', 'Sources', 'Encrypted Connections', 'Show Proof'):
            self.open_row(page)
            time.sleep(0.5)
            with self.subTest(page):
                self.assertEqual(atspi.unnamed(self.app), [])


if __name__ == '__main__':
    unittest.main()
