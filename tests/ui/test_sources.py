#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The panel's page of sources against the mock helper and the real gnome-keyring. Run by with-display and with-keyring."""
import json
import os
import subprocess
import time
import unittest

import gi
gi.require_version('Gio', '2.0')
from gi.repository import Gio, GLib  # noqa: E402

import harness  # noqa: E402
import atspi  # noqa: E402

PANEL = os.path.join(harness.BUILD, 'ui/panel/suture-panel')
ORIGIN = 'https://fixes.example.org:443'


def beta(**more):
    return dict({'Name': 'beta', 'accepts': ['', 'opensesame'], 'NeedsSignIn': True,
                 'LastError': ['NotSignedIn', 'fixes.example.org asks for a sign-in']}, **more)


def keyring(feed='beta'):
    """What the user's keyring has for it, as anybody else would read it; '' for nothing."""
    return subprocess.run(['secret-tool', 'lookup', 'feed', feed, 'origin', ORIGIN], stdout=subprocess.PIPE, text=True,
                          timeout=30).stdout


def put_into_keyring(user, secret):
    subprocess.run(['secret-tool', 'store', '--label=test', 'xdg:schema', 'org.suture.Feed', 'feed', 'beta', 'origin', ORIGIN],
                   input=f'{ORIGIN}\n{user}\n{secret}', text=True, check=True, timeout=30)


LOGIN = '/org/freedesktop/secrets/collection/login'


def secret_service(bus, interface, method, arguments):
    return bus.call_sync('org.freedesktop.secrets', '/org/freedesktop/secrets', interface, method, arguments, None, 0, 30000, None)


def lock_keyring():
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    secret_service(bus, 'org.freedesktop.Secret.Service', 'Lock', GLib.Variant('(ao)', ([LOGIN],)))


def unlock_keyring():
    """With the password of with-keyring, and without asking anybody."""
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)  # whose the session is
    session = secret_service(bus, 'org.freedesktop.Secret.Service', 'OpenSession',
                             GLib.Variant('(sv)', ('plain', GLib.Variant('s', '')))).unpack()[1]
    secret_service(bus, 'org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface', 'UnlockWithMasterPassword',
                   GLib.Variant('(o(oayays))', (LOGIN, (session, b'', b'only for this test', 'text/plain'))))


def key(*names):
    subprocess.run(['xdotool', 'key', *names], check=True)
    time.sleep(0.2)


class Sources(unittest.TestCase):
    def setUp(self):
        subprocess.run(['secret-tool', 'clear', 'xdg:schema', 'org.suture.Feed'], check=False, timeout=30)
        self.assertEqual(keyring(), '')

    def open(self, *feeds, **more):
        self.machine = harness.Machine(dict(harness.checked(), sources=list(feeds), **more))
        self.addCleanup(self.machine.close)
        self.panel = subprocess.Popen([PANEL], env=dict(self.machine.env, G_DEBUG='fatal-warnings'),
                                      stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.end)
        self.app = atspi.app('suture-panel')
        atspi.act(atspi.find(self.app, 'list item', 'Sources'), 'row.open')

    def end(self):
        if self.panel.poll() is not None:
            self.fail('the panel ended by itself: ' + self.panel.communicate()[1])
        self.panel.terminate()
        said = self.panel.communicate()[1]
        for secret in ('opensesame', 'wrong', 'open sesame'):
            self.assertNotIn(secret, said)
        atspi.wait(lambda: not [a for a in atspi.children(atspi.Atspi.get_desktop(0))
                                if a.get_name() == 'suture-panel'], 'the panel to go')

    def kept(self):
        with open(self.machine.state_path, encoding='utf-8') as file:
            return json.load(file)['sources'][0].get('kept')

    def button(self, name):
        return atspi.find(self.app, 'push button', name)

    def dialog(self):
        return atspi.find(self.app, 'dialog', lambda name: True)

    def enter(self, row, text):
        field = atspi.find(self.dialog(), 'text', row)
        self.assertTrue(atspi.Atspi.EditableText.set_text_contents(field, text))

    def open_dialog(self):
        atspi.click(self.button('Sign In…'))
        return self.dialog()

    def sign_in(self):
        atspi.click(atspi.find(self.dialog(), 'push button', 'Sign In'))

    def label(self, text):
        return atspi.find_label(self.app, text)

    def problem(self, begin):
        """What a screen reader says at once."""
        atspi.wait(lambda: [n for n in atspi.walk(self.dialog()) if atspi.role(n) == 'alert'
                            and (atspi.text(n) or n.get_name()).startswith(begin)], begin)

    def test_what_is_shown(self):
        self.open(beta(LastContact=int(time.time()) - 3 * 86400),
                  {'Name': 'stable', 'Address': 'https://example.net:8443/', 'SignedIn': 'token', 'Components': ['openssl'],
                   'LastContact': int(time.time()) - 180})
        for text in ('beta', 'https://fixes.example.org/suture', '3 days ago', 'fixes.example.org asks for a sign-in', 'stable',
                     'https://example.net:8443/', '3 minutes ago', 'openssl', 'Signed in with a token'):
            self.label(text)
        self.button('Sign In…')
        self.button('Sign Out…')
        # the helper says something new, and a feed goes
        self.machine.change(sources=[beta(SignedIn='token')])
        self.label('fixes.example.org did not accept the sign-in')
        atspi.gone(self.app, 'list item', 'Components')

    def test_none(self):
        self.open()
        self.label('No publisher of improvements is configured, or its files can’t be used.')

    def test_token(self):
        """Refused, said inline, then accepted: kept by the helper and in the keyring, and nowhere before."""
        self.open(beta())
        dialog = self.open_dialog()
        self.assertFalse(atspi.sensitive(atspi.find(dialog, 'push button', 'Sign In')))
        self.enter('Token', 'wrong')
        self.sign_in()
        self.problem('fixes.example.org did not accept it. Check what you entered, and try again.')
        self.assertEqual(self.kept(), ['', 'wrong'])
        self.assertEqual(keyring(), '')
        self.enter('Token', 'open sesame')
        self.sign_in()
        self.problem('This can’t be a token')
        self.assertEqual(self.kept(), ['', 'wrong'])
        self.enter('Token', 'opensesame')
        self.sign_in()
        atspi.gone(self.app, 'dialog', lambda name: True)
        self.label('Signed In')
        self.label('Signed in with a token')
        self.assertEqual(self.kept(), ['', 'opensesame'])
        self.assertEqual(keyring(), ORIGIN + '\n\nopensesame')

    def test_password_by_keyboard_alone(self):
        self.open(beta(accepts=['anna', 'open sesame']))
        self.open_dialog()
        time.sleep(0.5)
        key('shift+Tab')  # the focus is where one types
        atspi.wait(lambda: self.focused() == ['User and Password'], 'the focus on the row')
        key('space')
        atspi.find(self.dialog(), 'text', 'User')
        key('Tab', 'Tab')  # past the row's own button
        subprocess.run(['xdotool', 'type', 'anna'], check=True)
        key('Tab')
        subprocess.run(['xdotool', 'type', 'open sesame'], check=True)
        key('Return')
        atspi.gone(self.app, 'dialog', lambda name: True)
        self.assertEqual(self.kept(), ['anna', 'open sesame'])
        self.assertEqual(keyring(), ORIGIN + '\nanna\nopen sesame')

    def focused(self):
        return [node.get_name() for node in list(atspi.walk(self.dialog())) if node.get_state_set().contains(atspi.State.FOCUSED)]

    def test_what_the_keyring_has_is_there(self):
        """The helper has lost it: one click brings it back."""
        put_into_keyring('', 'opensesame')
        self.open(beta())
        dialog = self.open_dialog()
        atspi.wait(lambda: atspi.sensitive(atspi.find(dialog, 'push button', 'Sign In')), 'what the keyring has')
        self.sign_in()
        atspi.gone(self.app, 'dialog', lambda name: True)
        self.assertEqual(self.kept(), ['', 'opensesame'])

    def test_what_the_keyring_has_for_another_server_is_not(self):
        put_into_keyring('', 'opensesame')
        self.open(beta(Address='https://evil.example/suture', Origin='https://evil.example:443'))
        dialog = self.open_dialog()
        time.sleep(1.5)
        self.assertFalse(atspi.sensitive(atspi.find(dialog, 'push button', 'Sign In')))

    def test_sign_out_forgets_both(self):
        put_into_keyring('', 'opensesame')
        self.open(beta(SignedIn='token', NeedsSignIn=False, LastError=['', ''], kept=['', 'opensesame']))
        atspi.click(self.button('Sign Out…'))
        self.label('Sign Out of “beta”?')
        atspi.click(atspi.find(self.app, 'push button', lambda name: 'Cancel' in name))
        atspi.gone(self.app, 'push button', lambda name: 'Cancel' in name)
        self.assertEqual(keyring(), ORIGIN + '\n\nopensesame')
        atspi.click(self.button('Sign Out…'))
        atspi.click(atspi.find(self.app, 'push button', lambda name: name.endswith('Sign Out')))
        self.label('Signed Out')
        self.label('Not signed in')
        self.assertIsNone(self.kept())
        atspi.wait(lambda: keyring() == '', 'the keyring to forget it')

    def test_sign_out_while_the_files_are_faulty(self):
        put_into_keyring('', 'opensesame')
        fault = '/etc/suture/feeds.d/beta.conf: URL= is missing or no plain https address'
        self.open(beta(Address='', Origin=ORIGIN, Keys=[], SignedIn='token', NeedsSignIn=False, kept=['', 'opensesame'],
                       LastError=['Configuration', fault]))
        self.label(f'never. A source was left out: {fault}. Ask your administrator to correct it, then check again.')
        atspi.gone(self.app, 'push button', 'Sign In…')
        atspi.click(self.button('Sign Out…'))
        atspi.click(atspi.find(self.app, 'push button', lambda name: name.endswith('Sign Out')))
        self.label('Signed Out')
        self.assertIsNone(self.kept())
        atspi.gone(self.app, 'push button', 'Sign In…')

    def test_sign_out_with_a_keyring_that_stays_locked(self):
        """What is still there is said: nobody is told that it is gone."""
        put_into_keyring('', 'opensesame')
        self.open(beta(SignedIn='token', NeedsSignIn=False, LastError=['', ''], kept=['', 'opensesame']))
        self.addCleanup(unlock_keyring)
        lock_keyring()
        atspi.click(self.button('Sign Out…'))
        atspi.click(atspi.find(self.app, 'push button', lambda name: name.endswith('Sign Out')))
        self.label('Signed out, but your keyring still has what was kept for “beta”. To erase it there, unlock the keyring and '
                   'remove its entry of that name.')
        self.assertIsNone(self.kept())

    def test_not_tried_yet(self):
        self.open(beta(accepts=None, answers=['Network', 'could not resolve host']))
        self.open_dialog()
        self.enter('Token', 'opensesame')
        self.sign_in()
        atspi.gone(self.app, 'dialog', lambda name: True)
        self.label('Kept, but not tried yet: the check could not be completed. Whether fixes.example.org accepts it shows at the '
                   'next check.')
        self.assertEqual(self.kept(), ['', 'opensesame'])
        self.assertEqual(keyring(), ORIGIN + '\n\nopensesame')

    def test_without_permission(self):
        self.open(beta(), deny=['SignIn'])
        self.open_dialog()
        self.enter('Token', 'opensesame')
        self.sign_in()
        self.problem('Permission was not given.')
        self.assertEqual(keyring(), '')
        key('Escape')
        atspi.gone(self.app, 'dialog', lambda name: True)

    def test_everything_has_a_name(self):
        self.open(beta(SignedIn='token'))
        self.button('Sign Out…')
        time.sleep(0.5)
        self.assertEqual(atspi.unnamed(self.app), [])


if __name__ == '__main__':
    unittest.main()
