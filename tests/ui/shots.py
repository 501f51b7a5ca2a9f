# SPDX-License-Identifier: LGPL-2.1-or-later
"""shots.py FOLDER LOOK [STATE...]: one picture a state; started by shots, which sets the look.

SHOT_LANGUAGE: of the panel. Its translation has to be where the panel looks for it (shots says how)."""
import gettext
import hashlib
import os
import platform
import subprocess
import sys
import time

import harness
import atspi

PANEL = os.path.join(harness.BUILD, 'ui/panel/suture-panel')
NOW = int(time.time())
OWED = [['systemd-logind.service', 'unit', 'never-restart'], ['GNOME Shell', 'session', 'user']]


LANGUAGE = os.environ.get('SHOT_LANGUAGE')
SAID = gettext.translation('suture', os.path.join(harness.BUILD, 'po'), [LANGUAGE or 'C'], fallback=True)


def here(text):
    """What the panel says in its language."""
    return SAID.gettext(text)


def active(**more):
    return harness.openssl(State='active', InstalledAt=NOW - 3600, Restarted=['nginx.service', 'cups.service'], **more)


def shown(*improvements, **more):
    return dict(harness.checked(), Label='Debian GNU/Linux 12 (b)', improvements=list(improvements), **more)


def click(name, role='push button'):
    def do(app):
        atspi.click(atspi.find(app, role, here(name)))
        time.sleep(0.6)
    return do


def open_row(title, then):
    """Opens a row and waits for the row `then` of its page."""
    def do(app):
        atspi.act(atspi.find(app, 'list item', here(title)), 'row.open')
        atspi.find(app, 'list item', here(then)) if then else time.sleep(1)
        time.sleep(0.5)
    return do


def all_of(*steps):
    def do(app):
        for step in steps:
            step(app)
    return do


def type_secret(text):
    def do(app):
        atspi.Atspi.EditableText.set_text_contents(atspi.find(app, 'text', here('Token')), text)
    return do


def press(title):
    """The row has the focus and is activated by the keyboard."""
    def do(app):
        for _ in range(20):
            if any(atspi.has(n, atspi.State.FOCUSED) for n in atspi.find_all(app, 'list item', here(title))):
                break
            subprocess.run(['xdotool', 'key', 'Tab'], check=True)
            time.sleep(0.2)
        subprocess.run(['xdotool', 'key', 'space'], check=True)
        time.sleep(0.8)
    return do


BETA = {'Name': 'beta', 'accepts': ['', 'opensesame'], 'NeedsSignIn': True, 'LastError': ['NotSignedIn', 'asks'],
        'LastContact': NOW - 3 * 86400}
STABLE = {'Name': 'stable', 'Address': 'https://updates.example.net:8443/suture/stable', 'LastContact': NOW - 180,
          'SignedIn': 'token', 'Components': ['openssl', 'expat']}
TO_SOURCES = open_row('Sources', 'Last Contact')
LONG = harness.openssl(
    Title='Printing, Scanning and the Conversion of Documents from Other Programs', Id='long-a', Exploited=True,
    Severity='critical', Description='Fixes how pages are prepared.\nA page made for this purpose could run commands.')
REASON = 'It breaks printing on some computers. A corrected one follows on Thursday.'
CONFLICT = dict(State='conflict', Conflict=['example', 'other'])
TURN = NOW + 26 * 3600


def withdrawn(**more):
    return active(Withdrawn=True, WithdrawnAt=NOW - 1800, WithdrawnReason=REASON, **more)


def test(**more):
    return harness.expat(Kind='test', Title='Trying the Way', Vulnerabilities=[], **more)


def digest(name):
    return hashlib.sha256(name.encode()).hexdigest()


PROVENANCE = [
    ['origin', 'Debian'], ['suite', 'bookworm-security'], ['date', '2026-11-29T10:00:00Z'],
    ['key', '05AB90340C0C5E797F44A8C8254CF3B5AEC0A8F0'], ['release', digest('release')], ['packages', digest('packages')],
    ['package', 'libssl3 3.0.17-1~deb12u3 amd64 ' + digest('libssl3')],
    ['package', 'openssl 3.0.17-1~deb12u3 amd64 ' + digest('openssl')]]
LOCAL = {'Name': 'local', 'Kind': 'local', 'Address': 'file:///var/lib/suture-local/feed', 'Origin': '', 'LastContact': NOW - 720,
         'Expires': NOW + 7 * 86400, 'MetadataVersion': 12,
         'Keys': [[role, 'ed25519', digest(role)] for role in ('root', 'timestamp', 'snapshot', 'targets')]}
LEFT = [
    ['linux', '6.1.140-1', '6.1.147-1', 'kernel', 'linux-image-6.1.0-38-amd64'],
    ['systemd', '252.38-1~deb12u1', '252.39-1~deb12u1', 'boot', 'systemd'],
    ['cups', '2.4.2-3+deb12u8', '2.4.2-3+deb12u9', 'conffile', '/etc/cups/cups-browsed.conf'],
    ['chromium', '140.0.7339.127-1~deb12u1', '142.0.7444.162-1~deb12u1', 'fetch', 'apt could not fetch chromium 142.0.7444.162-1~deb12u1']]


def local(*improvements, **more):
    """The local feed is on."""
    return dict(dict(shown(*[dict(i, Feed='local', Publisher='Debian', Prepared='automatic', Provenance=PROVENANCE)
                        for i in improvements]), Feeds=['local'], LocalFeed='on', ArchiveTime=NOW - 5400, sources=[LOCAL]), **more)


def turn(name):
    def do(app):
        atspi.toggle(atspi.find(app, 'check box', name))
        time.sleep(1)
    return do


def distribution(named):
    name = platform.freedesktop_os_release()['NAME'].removesuffix(' GNU/Linux')
    return here(named).replace('%s', name)


OFF = {'LocalFeed': 'off', 'sources': []}
INVITATION = "Use %s’s Security Updates…"


def invited(*steps):
    """The button of "No Source", then what follows."""
    return all_of(lambda app: click(distribution(INVITATION))(app), lambda app: time.sleep(0.5), *steps)


def confirm(app):
    atspi.click(atspi.find(app, 'push button', lambda name: here('_Turn On').replace('_', '') in name))
    time.sleep(1)


def waiting(reason, until=0, detail='', **more):
    """Ready, and kept from being installed by that."""
    return shown(harness.openssl(Waits=[[reason, until, detail]]), harness.expat(State='active', InstalledAt=NOW - 86400), **more)


def down(app):
    """To the end of the page."""
    subprocess.run(['xdotool', 'mousemove', '180', '400', 'click', '--repeat', '40', '--delay', '10', '5'], check=True)
    time.sleep(0.8)


PAUSED = NOW + 5 * 86400
POLICY = [['automatic', 'Fixed by the security office.'], ['pause', ''], ['delay', 'Two days, after the test group.'],
          ['metered', ''], ['hours', ''], ['hold', 'Trade fair until Friday.'], ['removal', '']]
SEVERAL = [['paused', PAUSED, ''], ['battery', 0, '12'], ['metered', 0, ''],
           ['apps', 0, 'org.gnome.Nautilus.desktop org.gnome.Epiphany.desktop'], ['rollout', TURN, '']]
STATES = {
    'announcement': (shown(active(), Announced=False), None),
    'automatic-off': (shown(harness.openssl(Waits=[['off', 0, '']]), Automatic=False), None),
    'automatic-delay': (shown(active(), DelayDays=5), None),
    'automatic-delay-menu': (shown(active(), DelayDays=3), click('3 Days')),
    'automatic-pause-menu': (shown(active()), click('Pause…')),
    'paused': (shown(active(), PausedUntil=PAUSED), None),
    'waiting-paused': (waiting('paused', PAUSED, PausedUntil=PAUSED), None),
    'waiting-battery': (waiting('battery', 0, '12'), None),
    'waiting-delay': (waiting('delay', NOW + 2 * 86400, DelayDays=3), None),
    'waiting-apps': (waiting('apps', 0, 'org.gnome.Nautilus.desktop org.gnome.Epiphany.desktop'), None),
    'waiting-hours': (waiting('hours', NOW + 8 * 3600), None),
    'managed': (waiting('managed', 0, 'Trade fair until Friday.', Managed=POLICY), None),
    'managed-rows': (waiting('managed', 0, 'Trade fair until Friday.', Managed=POLICY), down),
    'policy': (waiting('policy', 0, '/etc/suture/policy.conf, line 7: “Hous” is no key of [Policy]', Managed=[
        ['file', '/etc/suture/policy.conf, line 7: “Hous” is no key of [Policy]']]), None),
    'undone': (waiting('undone', 0, 'nginx.service stopped working after it was installed (it failed 5 times in a minute)'), None),
    'closing': (shown(active(KeepsClosing=[['nautilus', 4]])), None),
    'left-out': (shown(harness.openssl(State='inactive', LeftOut='boot')), None),
    'details-waits': (shown(harness.openssl(Waits=SEVERAL)), open_row('Encrypted Connections', 'CVE-2026-0001')),
    'details-undone': (waiting('undone', 0, 'cups.service stopped working'), open_row('Encrypted Connections', 'CVE-2026-0001')),
    'local-invited': (OFF, None),
    'local-question': (OFF, invited()),
    'local-preparing': (dict(OFF, hold=True), invited(confirm)),
    'local-refused': (dict(OFF, deny=['SetLocalFeed']), invited(confirm)),
    'local-ready': (local(harness.openssl(), harness.expat(State='active', InstalledAt=NOW - 90000), SystemUpdates=LEFT), None),
    'local-protected': (local(active(owed_after=[])), None),
    'local-left': (local(active(), harness.expat(State='active', InstalledAt=NOW - 90000), SystemUpdates=LEFT[:2]), None),
    'local-left-only': (local(SystemUpdates=LEFT[:1]), None),
    'updates': (local(active(), SystemUpdates=LEFT), open_row('Comes with the System Update', None)),
    'updates-centre': (local(active(), SystemUpdates=LEFT), all_of(
        lambda app: install_centre(), open_row('Comes with the System Update', None))),
    'details-local': (local(active()), open_row('Encrypted Connections', 'CVE-2026-0001')),
    'proof-local': (local(active()), all_of(open_row('Encrypted Connections', 'CVE-2026-0001'), open_row('Show Proof', None))),
    'proof-vendor': (shown(active(Feed='stable'), sources=[dict(STABLE, Expires=NOW + 86400)]),
                     all_of(open_row('Encrypted Connections', 'CVE-2026-0001'), open_row('Show Proof', None))),
    'sources-local-on': (local(active()), open_row('Sources', 'Newest List')),
    'sources-local-keys': (local(active()), all_of(open_row('Sources', 'Newest List'), press('Keys'))),
    'sources-local-off': (OFF, open_row('Sources', None)),
    'sources-local-both': (local(sources=[LOCAL, STABLE]), open_row('Sources', 'Newest List')),
    'sources-local-turning': (dict(OFF, hold=True), all_of(open_row('Sources', None), lambda app: turn(distribution(
        '%s’s Security Updates'))(app))),
    'history-local': (local(active(), history=[
        dict(harness.records(1)[0], id=1, event='local-on', improvement='', title=''), dict(harness.records(1)[0], id=2),
        dict(harness.records(1)[0], id=3, event='included', by='system', user=0xffffffff),
        dict(harness.records(1)[0], id=4, event='local-off', improvement='', title='')]), open_row('Update History', None)),
    'withdrawn': (shown(withdrawn(), harness.expat(State='active', InstalledAt=NOW - 86400)), None),
    'withdrawn-kept': (shown(withdrawn(), Automatic=False), None),
    'details-withdrawn': (shown(withdrawn()), open_row('Encrypted Connections', 'CVE-2026-0001')),
    'rolling-out': (shown(harness.openssl(WaitsUntil=TURN), harness.expat(State='active', InstalledAt=NOW - 86400)), None),
    'details-rolling-out': (shown(harness.openssl(WaitsUntil=TURN)), open_row('Encrypted Connections', 'CVE-2026-0001')),
    'conflict': (shown(harness.openssl(**CONFLICT)), None),
    'details-conflict': (shown(harness.openssl(**CONFLICT)), open_row('Encrypted Connections', 'CVE-2026-0001')),
    'test': (shown(test(State='active', InstalledAt=NOW - 60)), None),
    'test-ready': (shown(test()), None),
    'details-test': (shown(test(State='active', InstalledAt=NOW - 60)), open_row('Trying the Way', None)),
    'history-withdrawn': (shown(history=[dict(harness.records(1)[0], event='withdrawn', by='automatic', user=0xffffffff,
                                              message=REASON)]),
                          open_row('Update History', 'Withdrawn by Its Publisher: “Encrypted Connections 1”')),
    'no-source': ({}, None),
    'protected': (shown(active(), harness.expat(State='active', InstalledAt=NOW - 86400)), None),
    'nothing': (shown(), None),
    'ready': (shown(harness.openssl(), harness.expat(State='active', InstalledAt=NOW - 90000)), None),
    'ready-many': (shown(harness.openssl(), harness.expat(), LONG, Automatic=False), None),
    'installing': (shown(harness.openssl(), harness.expat(), hold=True), click('Install All')),
    'almost-done': (shown(active(Owed=OWED)), None),
    'attention': (shown(active(), LastError=['Signature', 'too few signatures']), None),
    'bad-feed': (shown(active(), LastError=['Configuration', '/etc/suture/feeds.d/second.conf: there is no file '
                                            'second.root.json (it comes from the publisher)']), None),
    'inactive': (shown(harness.openssl(State='inactive')), None),
    'overtaken': (shown(harness.openssl(State='overtaken'), harness.expat(State='superseded')), None),
    'denied': (shown(active(), deny=['SetAutomatic']),
               lambda app: (atspi.toggle(atspi.find(app, 'check box', 'Automatically Install')), time.sleep(0.8))),
    'remove': (shown(active(Exploited=True), harness.expat(State='active', InstalledAt=NOW)), click('Remove…')),
    'details': (shown(active(Owed=OWED)), open_row('Encrypted Connections', 'CVE-2026-0001')),
    'details-approved': (shown(active(Prepared='automatic', ApprovedBy='Release Team of the Example Vendor, with its second key')),
                         open_row('Encrypted Connections', 'CVE-2026-0001')),
    'source-faulty': (shown(sources=[dict(BETA, Address='', Keys=[], SignedIn='token', NeedsSignIn=False, LastError=[
        'Configuration', '/etc/suture/feeds.d/beta.conf: URL= is missing or no plain https address'])]), TO_SOURCES),
    'details-ready': (shown(LONG), open_row(LONG['Title'], 'CVE-2026-0001')),
    'details-inactive': (shown(harness.openssl(State='inactive')), open_row('Encrypted Connections', 'CVE-2026-0001')),
    'details-overtaken': (shown(harness.openssl(State='overtaken')), open_row('Encrypted Connections', 'CVE-2026-0001')),
    'history': (shown(active(), history=harness.records(30)),
                open_row('Update History', 'Installed “Encrypted Connections 30”')),
    'history-empty': (shown(), open_row('Update History', None)),
    'sources': (shown(sources=[BETA, STABLE]), TO_SOURCES),
    'sources-none': ({}, open_row('Sources', 'No Source')),
    'sources-keys': (shown(sources=[BETA]), all_of(TO_SOURCES, press('Keys'))),
    'sign-in': (shown(sources=[BETA]), all_of(TO_SOURCES, click('Sign In…'))),
    'sign-in-refused': (shown(sources=[BETA]), all_of(TO_SOURCES, click('Sign In…'), type_secret('wrong'), click('Sign In'),
                                                      lambda app: time.sleep(1))),
    'sign-out': (shown(sources=[STABLE]), all_of(TO_SOURCES, click('Sign Out…'))),
    'source-help': ({}, click('Add a Source…')),
    'unreachable': (None, None),
}


def install_centre():
    """A software centre, as far as its desktop file."""
    folder = os.path.join(os.environ['XDG_DATA_HOME'], 'applications')
    os.makedirs(folder, exist_ok=True)
    with open(folder + '/org.gnome.Software.desktop', 'w', encoding='utf-8') as file:
        file.write('[Desktop Entry]\nType=Application\nName=Software\nExec=true %U\n')


def main():
    folder, look, wanted = sys.argv[1], sys.argv[2], sys.argv[3:] or list(STATES)
    subprocess.run(['xsetroot', '-solid', '#b0b8c0'], check=True)
    if os.environ.get('SHOT_DPI'):
        subprocess.run(['xrdb', '-merge', '-nocpp'], input='Xft.dpi: %s\n' % os.environ['SHOT_DPI'], text=True,
                       check=True)
    for name in wanted:
        state, prepare = STATES[name]
        with harness.Machine(state) as machine:
            panel = subprocess.Popen([PANEL], env=dict(machine.env, LANGUAGE=LANGUAGE or ''))
            app = atspi.app('suture-panel')
            time.sleep(0.5)
            if os.environ.get('SHOT_SIZE'):
                width, height = os.environ['SHOT_SIZE'].split('x')
                subprocess.run('xdotool search --onlyvisible --class suture-panel windowsize --sync %s %s '
                               'windowmove 0 0' % (width, height), shell=True, stdout=subprocess.DEVNULL, check=False)
                time.sleep(0.3)
            if prepare:
                prepare(app)
            subprocess.run(['xdotool', 'mousemove', '0', '0'], check=False)
            time.sleep(0.5)
            subprocess.run(['import', '-window', 'root', '%s/%s-%s.png' % (folder, name, look)], check=True)
            panel.terminate()
            panel.wait()


main()
