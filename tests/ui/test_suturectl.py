#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""suturectl against the mock helper: what it prints, and what it ends with."""
import json
import os
import pty
import signal
import subprocess
import time
import unittest

import harness

CTL = os.path.join(harness.BUILD, 'ui/ctl/suturectl')


def run(machine, *arguments):
    done = subprocess.run([CTL, *arguments], env=machine.env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60)
    return done.returncode, done.stdout, done.stderr


class Status(unittest.TestCase):
    def test_no_source(self):
        with harness.Machine({'LastChecked': int(time.time())}) as machine:
            code, out, _ = run(machine, 'status')
            self.assertEqual(code, 0)
            self.assertIn('No Source', out)
            self.assertIn('No publisher', out)
            self.assertNotIn('Protected', out)
            self.assertNotIn('rotected', json.dumps(json.loads(run(machine, 'status', '--json')[1])))

    def test_protected(self):
        with harness.Machine(harness.checked()) as machine:
            out = run(machine, 'status')[1]
            self.assertTrue(out.startswith('Protected\nNothing has to be improved. Checked 12 minutes ago.\n'), out)

    def test_never_protected(self):
        owed = [['systemd-logind.service', 'unit', 'never-restart']]
        states = {
            'unchecked': {'Feeds': ['example']},
            'unchecked ': dict(harness.checked(60 * 24 * 30)),
            'unchecked  ': dict(harness.checked(-60 * 24)),
            'attention': dict(harness.checked(), LastError=['Signature', 'too few signatures']),
            'attention ': dict(harness.checked(), improvements=[harness.openssl(State='inactive')]),
            'attention  ': dict(harness.checked(), improvements=[harness.openssl(State='mixed')]),
            'changed': dict(harness.checked(), improvements=[harness.openssl(State='superseded')]),
            'changed ': dict(harness.checked(), improvements=[harness.openssl(State='overtaken')]),
            'unfinished': dict(harness.checked(), improvements=[harness.openssl(State='active', Owed=owed)]),
            'ready': dict(harness.checked(), improvements=[harness.openssl()]),
            'rolling-out': dict(harness.checked(), improvements=[harness.openssl(WaitsUntil=int(time.time()) + 3600)]),
            'withdrawn': dict(harness.checked(), improvements=[harness.openssl(State='active', Withdrawn=True)]),
            'attention   ': dict(harness.checked(), improvements=[
                harness.openssl(State='conflict', Conflict=['a', 'b'])]),
            'working': dict(harness.checked(), Activity='checking'),
            'no-source': dict(harness.checked(), Feeds=[], improvements=[harness.openssl(State='active')]),
        }
        with harness.Machine({}) as machine:
            run(machine, 'status')
            for status, state in states.items():
                machine.load(dict({'Feeds': [], 'LastChecked': 0, 'LastError': ['', ''], 'Activity': 'idle'}, **state))
                with self.subTest(status):
                    code, out, _ = run(machine, 'status', '--json')
                    self.assertEqual((code, json.loads(out)['status']), (0, status.strip()))
                    self.assertNotIn('Protected', run(machine, 'status')[1])

    def test_text_and_json_name_everything(self):
        owed = [['systemd-logind.service', 'unit', 'never-restart'], ['cron.service', 'unit', 'failed']]
        state = dict(harness.checked(), Label='Debian GNU/Linux 12 (b)', Automatic=False, improvements=[
            harness.openssl(State='active', InstalledAt=int(time.time()), Owed=owed, Restarted=['nginx.service']),
            harness.expat(Exploited=True)])
        with harness.Machine(state) as machine:
            out = run(machine, 'status')[1]
            for wanted in ('1 Improvement Ready', 'Debian GNU/Linux 12 (b)', 'CVE-2026-0001', 'CVE-2026-0003',
                           'Used in attacks', 'Medium', '88.0\xa0kB', 'systemd-logind: finishes at the next restart',
                           'cron: could not be restarted', 'off', '2 problems fixed'):
                self.assertIn(wanted, out)
            data = json.loads(run(machine, '--json', 'status')[1])
            self.assertFalse(data['automatic'])
            self.assertEqual(data['feeds'], ['example'])
            active = next(i for i in data['improvements'] if i['id'] == 'openssl-a')
            self.assertEqual(active['owed'][1], {'name': 'cron.service', 'kind': 'unit', 'why': 'failed'})
            self.assertEqual(active['restarted'], ['nginx.service'])
            self.assertEqual(active['state'], 'active')
            self.assertEqual(active['vulnerabilities'][0]['credit'], 'A. Researcher')

    def test_what_is_not_active_is_named_with_its_reason(self):
        reasons = {'inactive': 'If it does not, install it again.', 'overtaken': 'so it stays out. Remove it',
                   'superseded': 'Whether they are fixed now can’t be told here.', 'mixed': 'A system update may help.',
                   'a-new-word': 'one that this program does not know'}
        with harness.Machine({}) as machine:
            run(machine, 'status')
            for state, reason in reasons.items():
                machine.load(dict(harness.checked(), improvements=[harness.openssl(State=state), harness.expat()]))
                with self.subTest(state):
                    out = run(machine, 'status')[1]
                    listed = out[out.index('Not active\n'):]
                    self.assertIn('openssl-a  Encrypted Connections', listed)
                    self.assertIn(reason, listed)
                    self.assertNotIn('expat-b', listed)
            machine.load(dict(harness.checked(), improvements=[harness.openssl(State='included')]))
            self.assertNotIn('Not active', run(machine, 'status')[1])

    def test_who_prepared_it(self):
        approved = 'Prepared automatically, approved by “Release [1mTeam”\n'
        for more, said in ((dict(Prepared='automatic', ApprovedBy='Release \x1b[1mTeam'), approved),
                           (dict(Prepared='automatic'), 'Prepared automatically. Who approved it is not said.\n'),
                           (dict(ApprovedBy='Somebody'), None)):
            with self.subTest(said), harness.Machine(dict(harness.checked(), improvements=[harness.openssl(**more)])) as machine:
                out = run(machine, 'status')[1]
                self.assertIn(said, out) if said else self.assertNotIn('Prepared', out)
                told = json.loads(run(machine, 'status', '--json')[1])['improvements'][0]
                self.assertEqual((told['prepared'], told['approved_by']),
                                 (more.get('Prepared', ''), more.get('ApprovedBy', '').replace('\x1b', '')))

    def test_what_an_installed_one_hides(self):
        with harness.Machine(dict(harness.checked(), improvements=[harness.openssl(State='active', Conflict=['other'])])) as machine:
            self.assertIn('Another source offers improvements of the same component, openssl: other. They can’t be installed before '
                          '“Encrypted Connections” is removed.\n', run(machine, 'status')[1])
            self.assertEqual(json.loads(run(machine, 'status', '--json')[1])['improvements'][0]['conflict'], ['other'])

    def test_what_is_withdrawn_rolled_out_or_in_conflict(self):
        turn = int(time.time()) + 5 * 24 * 3600
        state = dict(harness.checked(), improvements=[
            harness.openssl(State='active', Withdrawn=True, WithdrawnAt=1795608000, WithdrawnReason='it\x1b[2J broke'),
            harness.expat(WaitsUntil=turn),
            harness.expat(Id='third-a', Component='third', Title='Third', State='conflict', Conflict=['one', 'two']),
            harness.expat(Id='try-a', Component='try', Title='Try', State='active', Kind='test')])
        with harness.Machine(state) as machine:
            out = run(machine, 'status')[1]
            for wanted in ('Improvement Withdrawn\n“Encrypted Connections” was withdrawn by its publisher. The reason given: '
                           '“it[2J broke” It is removed by itself at one of the next checks.\n',
                           'Withdrawn by its publisher · ', '“Document Reading” is not installed automatically now. It is '
                           'rolled out in stages. This computer’s turn comes ', 'Several sources offer “Third”, so none of them is used: one, two.',
                           'component, third, in the line Components=', 'Test – fixes nothing'):
                self.assertIn(wanted, out)
            improvements = {i['id']: i for i in json.loads(run(machine, '--json', 'status')[1])['improvements']}
            first = improvements['openssl-a']
            self.assertEqual((first['withdrawn'], first['withdrawn_at'], first['withdrawn_reason']),
                             (True, 1795608000, 'it[2J broke'))
            self.assertEqual((improvements['expat-b']['waits_until'], improvements['expat-b']['withdrawn']), (turn, False))
            self.assertEqual((improvements['third-a']['state'], improvements['third-a']['conflict']),
                             ('conflict', ['one', 'two']))
            self.assertEqual((improvements['try-a']['kind'], improvements['try-a']['conflict']), ('test', []))
            self.assertEqual(run(machine, 'install', 'third-a')[0], 4)
            self.assertEqual(run(machine, 'install', 'expat-b')[0], 0)
            machine.change(history=[dict(harness.records(1)[0], event='withdrawn', by='automatic', message='it broke')])
            out = run(machine, 'history')[1]
            self.assertIn('Withdrawn by Its Publisher: “Encrypted Connections 1”  automatically', out)
            self.assertIn('    The reason given: “it broke”\n', out)

    def test_a_stranger_does_not_write_to_the_terminal(self):
        evil = harness.openssl(Title='A\x1b[2J\u202eB\nC', Description='\x9b1m')
        with harness.Machine(dict(harness.checked(), improvements=[evil])) as machine:
            for arguments in (('status',), ('status', '--json')):
                out = run(machine, *arguments)[1]
                self.assertNotIn('\x1b', out)
                self.assertNotIn('\u202e', out)
                self.assertIn('A[2JB C', out)


class Work(unittest.TestCase):
    def test_install_and_remove(self):
        with harness.Machine(dict(harness.checked(), improvements=[harness.openssl()])) as machine:
            self.assertEqual(run(machine, 'install', 'openssl-a'), (0, 'Installed.\n', ''))
            self.assertEqual(json.loads(run(machine, 'status', '--json')[1])['status'], 'unfinished')
            code, out, _ = run(machine, 'remove', 'openssl-a', '--json')
            self.assertEqual((code, json.loads(out)['error']), (0, ''))
            out = run(machine, 'history')[1].splitlines()
            self.assertIn('Removed “Encrypted Connections”', out[0])
            self.assertIn('Installed “Encrypted Connections”', out[1])

    def test_what_is_not_active_can_be_installed_again_or_removed(self):
        for state, install, remove in (('inactive', 0, 0), ('overtaken', 4, 0), ('superseded', 4, 4)):
            with self.subTest(state), harness.Machine({}) as machine:
                run(machine, 'status')
                for command, code in (('install', install), ('remove', remove)):
                    machine.load(dict(harness.checked(), improvements=[harness.openssl(State=state)]))
                    self.assertEqual(run(machine, command, 'openssl-a')[0], code)

    def test_check_prints_what_is_new(self):
        with harness.Machine({'Feeds': ['example']}) as machine:
            code, out, _ = run(machine, 'check')
            self.assertEqual(code, 0)
            self.assertIn('Protected', out)

    def test_failures_have_a_sentence_and_a_code(self):
        improvements = [harness.openssl()]
        rows = [
            ({'deny': ['Install']}, ('install', 'openssl-a'), 3, 'Permission was not given. Nothing was changed.'),
            ({'deny': ['SetAutomatic']}, ('automatic', 'off'), 3, 'Permission'),
            ({}, ('install', 'nothing'), 4, 'no such improvement'),
            ({}, ('remove', 'openssl-a'), 4, 'no such improvement'),
            ({'fail': {'Install': ['NotApplicable', 'another base']}}, ('install', 'openssl-a'), 4, 'does not fit'),
            ({'fail': {'Check': ['NoSource', 'no feed']}}, ('check',), 5, 'No publisher'),
            ({'fail': {'Install': ['Hash', 'bad digest']}}, ('install', 'openssl-a'), 1, 'damaged or altered'),
            ({'fail': {'Install': ['NewName', 'from a later helper']}}, ('install', 'openssl-a'), 1, 'went wrong'),
        ]
        with harness.Machine(dict(harness.checked(), improvements=improvements)) as machine:
            run(machine, 'status')
            for more, arguments, wanted, sentence in rows:
                machine.load(dict(harness.checked(), improvements=improvements, **{'deny': [], 'fail': {}, **more}))
                with self.subTest(arguments=arguments, more=more):
                    code, out, error = run(machine, *arguments)
                    self.assertEqual((code, out), (wanted, ''))
                    self.assertIn(sentence, error)
                    code, out, error = run(machine, *arguments, '--json')
                    self.assertEqual((code, error), (wanted, ''))
                    self.assertNotEqual(json.loads(out)['error'], '')

    def test_usage(self):
        with harness.Machine() as machine:
            for arguments in ((), ('explode',), ('install',), ('status', 'x'), ('automatic', 'maybe'), ('feed', 'local'), ('feed', 'local', 'maybe'), ('show',),
                              ('--bogus',)):
                with self.subTest(arguments):
                    code, out, error = run(machine, *arguments)
                    self.assertEqual((code, out), (2, ''))
                    self.assertNotEqual(error, '')
            code, out, _ = run(machine, '--help')
            self.assertEqual(code, 0)
            self.assertNotIn('run-automatic', out)

    def test_no_helper(self):
        with harness.Machine() as machine:
            code, out, error = run(machine, 'status')
            self.assertEqual((code, out), (6, ''))
            self.assertIn('can’t be reached', error)

    def test_automatic(self):
        with harness.Machine(harness.checked()) as machine:
            self.assertEqual(run(machine, 'automatic', 'off')[0], 0)
            self.assertFalse(json.loads(run(machine, 'status', '--json')[1])['automatic'])
            self.assertEqual(run(machine, 'automatic', 'on')[0], 0)
            self.assertTrue(json.loads(run(machine, 'status', '--json')[1])['automatic'])

    def test_timer(self):
        with harness.Machine(harness.checked()) as machine:
            self.assertEqual(run(machine, 'run-automatic')[0], 0)
            machine.change(fail={'RunAutomatic': ['NoSource', 'no feed']})
            self.assertEqual(run(machine, 'run-automatic')[0], 0)
            machine.change(fail={'RunAutomatic': ['Signature', 'too few signatures']})
            self.assertEqual(run(machine, 'run-automatic')[0], 1)

    def test_history_pages(self):
        with harness.Machine(dict(harness.checked(), history=harness.records(450))) as machine:
            ids = [r['id'] for r in json.loads(run(machine, 'history', '--json')[1])['records']]
            self.assertEqual(ids, list(range(450, 0, -1)))
            self.assertEqual(len(json.loads(run(machine, 'history', '--json', '-n', '3')[1])['records']), 3)
            self.assertEqual(len(json.loads(run(machine, 'history', '--json', '-n', '300')[1])['records']), 300)

    def test_interrupt_cancels(self):
        state = dict(harness.checked(), hold=True, improvements=[harness.openssl()])
        with harness.Machine(state) as machine:
            ctl = subprocess.Popen([CTL, 'install', 'openssl-a'], env=machine.env, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            end = time.monotonic() + 20
            while json.loads(run(machine, 'status', '--json')[1])['activity'] != 'downloading':
                self.assertLess(time.monotonic(), end)
            ctl.send_signal(signal.SIGINT)
            _, error = ctl.communicate(timeout=20)
            self.assertEqual(ctl.returncode, 7)
            self.assertIn('Stopped. Nothing was changed.', error)

    def test_helper_lost_in_the_middle(self):
        state = dict(harness.checked(), die=True, improvements=[harness.openssl()])
        with harness.Machine(state) as machine:
            code, _, error = run(machine, 'install', 'openssl-a')
            self.assertEqual(code, 1)
            self.assertIn('interrupted', error)

    def test_progress_only_on_a_terminal(self):
        with harness.Machine(dict(harness.checked(), improvements=[harness.openssl()])) as machine:
            # A terminal on both sides also starts polkit's agent; there is no polkit here, and it goes on without.
            reader, writer = pty.openpty()
            code = subprocess.run([CTL, 'install', 'openssl-a'], env=machine.env, stdin=writer,
                                  stdout=subprocess.PIPE, stderr=writer, timeout=60).returncode
            shown = os.read(reader, 65536).decode()
            os.close(writer)
            os.close(reader)
            self.assertEqual(code, 0)
            self.assertIn('Downloading “Encrypted Connections”', shown)
            self.assertIn('[####', shown)


class Completion(unittest.TestCase):
    def complete(self, machine, *words):
        script = '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _suturectl; echo "${COMPREPLY[@]}"'
        env = dict(machine.env, PATH=os.path.dirname(CTL) + ':' + machine.env['PATH'])
        return subprocess.run(['bash', '-c', script, harness.SOURCE + '/data/completions/suturectl', *words], env=env,
                              stdout=subprocess.PIPE, text=True, check=True, timeout=60).stdout.split()

    def test_words_and_ids(self):
        state = dict(harness.checked(), improvements=[harness.openssl(), harness.expat(State='active')])
        with harness.Machine(state) as machine:
            self.assertEqual(self.complete(machine, 'suturectl', 'st'), ['status'])
            self.assertEqual(self.complete(machine, 'suturectl', 'install', ''), ['openssl-a'])
            self.assertEqual(self.complete(machine, 'suturectl', '--json', 'remove', ''), ['expat-b'])
            self.assertEqual(self.complete(machine, 'suturectl', 'automatic', 'of'), ['off'])
            self.assertEqual(self.complete(machine, 'suturectl', 'feed', 'sign'), ['sign-in', 'sign-out'])
            self.assertEqual(self.complete(machine, 'suturectl', 'feed', 'local', ''), ['on', 'off'])
            self.assertEqual(self.complete(machine, 'suturectl', 'show', ''), ['expat-b', 'openssl-a'])
            machine.change(sources=[beta(), beta(Name='stable')])
            self.assertEqual(self.complete(machine, 'suturectl', 'feed', 'sign-in', 'b'), ['beta'])
            self.assertEqual(self.complete(machine, 'suturectl', 'feed', 'show', ''), ['--json', 'beta', 'stable'])
            machine.change(improvements=[harness.openssl(State='inactive'), harness.expat(State='overtaken')])
            self.assertEqual(self.complete(machine, 'suturectl', 'install', ''), ['openssl-a'])
            self.assertEqual(self.complete(machine, 'suturectl', 'remove', ''), ['expat-b', 'openssl-a'])


def beta(**more):
    return dict({'Name': 'beta', 'Address': 'https://fixes.example.org/suture', 'accepts': ['', 'opensesame']}, **more)


def kept(machine):
    with open(machine.state_path, encoding='utf-8') as file:
        return json.load(file)['sources'][0].get('kept')


def type_into(machine, keys, *arguments):
    """What is on the terminal, and the exit status, when keys are typed at the prompt."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execve(CTL, [CTL, *arguments], dict(machine.env, PATH='/nonexistent'))  # no agent: nobody is asked here
    shown = b''
    while b':' not in shown:
        shown += os.read(fd, 1000)
    os.write(fd, keys)
    try:
        while piece := os.read(fd, 1000):
            shown += piece
    except OSError:
        pass  # the other side has left
    os.close(fd)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()


class Feeds(unittest.TestCase):
    def sign_in(self, machine, secret, *arguments):
        done = subprocess.run([CTL, 'feed', 'sign-in', *arguments], env=machine.env, input=secret, capture_output=True, timeout=60)
        self.assertNotIn(secret.strip(), done.stdout + done.stderr)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def test_list_and_show(self):
        other = beta(Name='stable', Address='https://example.net:8443/', LastContact=int(time.time()) - 180,
                     SignedIn='password', Components=['openssl', 'expat'], Expires=int(time.time()) + 86400)
        with harness.Machine(dict(harness.checked(), sources=[other, beta(NeedsSignIn=True)])) as machine:
            self.assertEqual(run(machine, 'feed', 'list'), (
                0, 'beta\n  https://fixes.example.org/suture\n  Last contact: never\n  fixes.example.org asks for a sign-in\n'
                'stable\n  https://example.net:8443/\n  Last contact: 3 minutes ago\n  Signed in with a password\n', ''))
            feeds = json.loads(run(machine, 'feed', 'list', '--json')[1])['feeds']
            self.assertEqual([f['name'] for f in feeds], ['beta', 'stable'])
            code, out, _ = run(machine, 'feed', 'show', 'stable')
            self.assertEqual(code, 0)
            for wanted in ('https://example.net:8443/', 'openssl, expat', 'Names the keys (root), ed25519', 'a1b2c3d4e5f60718' * 4):
                self.assertIn(wanted, out)
            self.assertEqual(json.loads(run(machine, 'feed', 'show', 'stable', '--json')[1]), feeds[1])
            self.assertEqual(feeds[1]['keys'][1], {'role': 'timestamp', 'type': 'ecdsa', 'fingerprint': '0f1e2d3c4b5a6978' * 4})
            code, out, error = run(machine, 'feed', 'show', 'nothing')
            self.assertEqual((code, out), (4, ''))

    def test_local(self):
        """Turned on and off, what is left to the system update, and where an improvement comes from."""
        left = [['linux', '6.1.140-1', '6.1.147-1', 'kernel', 'linux-image-\x1b[1mamd64'], ['bash', '1', '2', 'new-word', '']]
        chain = [['origin', 'Debian'], ['suite', 'bookworm-security'], ['package', 'libssl3 3.0.16 amd64 aa']]
        made = harness.openssl(Feed='local', Prepared='automatic', Provenance=chain)
        state = dict(harness.checked(), LocalFeed='off', prepares={'SystemUpdates': left, 'ArchiveTime': 1764400000,
                                                                  'improvements': [made]})
        with harness.Machine(state) as machine:
            self.assertIn('Prepared here:            off\n', run(machine, 'status')[1])
            self.assertEqual(run(machine, 'feed', 'local', 'on')[:2], (0, 'This computer prepares improvements itself.\n'))
            out = run(machine, 'status')[1]
            self.assertIn('Prepared here:            on\n', out)
            self.assertTrue(out.endswith(
                'Comes with the system update\n  linux  6.1.140-1 → 6.1.147-1\n'
                '    “linux-image-[1mamd64” is the kernel, a module of it, or firmware.\n'
                '  bash  1 → 2\n    It can’t be prepared on this computer.\n'), out)
            data = json.loads(run(machine, 'status', '--json')[1])
            self.assertEqual((data['local_feed'], data['archive_time'], len(data['system_updates'])), ('on', 1764400000, 2))
            self.assertEqual(data['system_updates'][1], {
                'component': 'bash', 'installed': '1', 'fixed': '2', 'why': 'new-word', 'detail': '',
                'sentence': 'It can’t be prepared on this computer.'})
            self.assertIn('Made on this computer', run(machine, 'feed', 'show', 'local')[1])
            self.assertIn('Made on this computer', run(machine, 'feed', 'list')[1])
            self.assertEqual(json.loads(run(machine, 'feed', 'show', 'local', '--json')[1])['kind'], 'local')
            code, out, _ = run(machine, 'show', 'openssl-a')
            self.assertEqual(code, 0)
            for wanted in ('openssl-a  Encrypted Connections', 'suite: bookworm-security\n', 'package: libssl3 3.0.16 amd64 aa\n'):
                self.assertIn(wanted, out)
            self.assertEqual(json.loads(run(machine, 'show', 'openssl-a', '--json')[1])['provenance'][0],
                             {'what': 'origin', 'which': 'Debian'})
            self.assertEqual(run(machine, 'feed', 'local', 'off')[:2],
                             (0, 'This computer prepares no improvements itself. What is installed stays.\n'))
            self.assertIn('Turned Off', run(machine, 'history')[1])
            self.assertNotIn('()', run(machine, 'history')[1])
            self.assertEqual(run(machine, 'show', 'nothing')[:2], (4, ''))

    def test_local_is_not_there(self):
        with harness.Machine(harness.checked()) as machine:
            self.assertNotIn('Prepared here', run(machine, 'status')[1])
            code, out, error = run(machine, 'feed', 'local', 'on')
            self.assertEqual((code, out), (4, ''))
            self.assertIn('suture-local is not installed', error)

    def test_no_feed(self):
        with harness.Machine(harness.checked()) as machine:
            self.assertEqual(run(machine, 'feed', 'list'), (0, 'No source can be used.\n', ''))

    def test_sign_in_from_input(self):
        with harness.Machine(dict(harness.checked(), sources=[beta()])) as machine:
            code, out, error = self.sign_in(machine, b'wrong\n', 'beta')
            self.assertEqual((code, out), (8, ''))
            self.assertIn('did not accept', error)
            self.assertEqual(self.sign_in(machine, b'opensesame\n', 'beta'), (0, 'Signed in.\n', ''))
            self.assertEqual(kept(machine), ['', 'opensesame'])
            code, out, _ = run(machine, 'feed', 'sign-out', 'beta')
            self.assertEqual((code, out), (0, 'Signed out. What this computer kept for this source is erased.\n'))
            self.assertIsNone(kept(machine))
            self.assertEqual(run(machine, 'check')[0], 8)

    def test_sign_in_that_is_not_tried(self):
        """No network, or no check at all: it is kept, and nobody is told that it is accepted. Another feed's trouble is its own."""
        untried = ('Kept, but not tried yet: the check could not be completed. Whether fixes.example.org accepts it shows at the next '
                   'check.\n')
        away = {'accepts': None, 'answers': ['Network', 'could not resolve host']}
        other = beta(Name='stable', **away)
        for sources, more, said in (([beta(**away)], {}, untried), ([beta()], {'deny': ['Check']}, untried),
                                    ([beta(), other], {}, 'Signed in.\n')):
            with self.subTest(said), harness.Machine(dict(harness.checked(), sources=sources, **more)) as machine:
                self.assertEqual(self.sign_in(machine, b'opensesame\n', 'beta'), (0, said, ''))
                self.assertEqual(kept(machine), ['', 'opensesame'])

    def test_faulty_files(self):
        """Why nothing comes from it is said, and what is kept for it can be erased all the same."""
        fault = '/etc/suture/feeds.d/beta.conf: URL= is missing or no plain https address'
        faulty = beta(Address='', Keys=[], accepts=None, kept=['', 'opensesame'], SignedIn='token',
                      LastError=['Configuration', fault], answers=['Configuration', fault])
        with harness.Machine(dict(harness.checked(), sources=[faulty])) as machine:
            code, out, _ = run(machine, 'feed', 'list')
            self.assertEqual((code, out), (0, f'beta\n  Last contact: never. A source was left out: {fault}. Ask your administrator '
                                              'to correct it, then check again.\n  Signed in with a token\n'))
            self.assertRegex(run(machine, 'feed', 'show', 'beta')[1], '(?s)Address: +unknown\n.*Components: +unknown\n')
            self.assertEqual(run(machine, 'feed', 'sign-out', 'beta')[0], 0)
            self.assertIsNone(kept(machine))

    def test_sign_in_as_a_user(self):
        with harness.Machine(dict(harness.checked(), sources=[beta(accepts=['anna', 'open sesame, ü'])])) as machine:
            self.assertEqual(self.sign_in(machine, 'open sesame, ü'.encode(), 'beta', '--user', 'anna')[0], 0)
            self.assertEqual(kept(machine), ['anna', 'open sesame, ü'])
            code, out, _ = self.sign_in(machine, b'secret word', 'beta', '--json', '--user=berta')
            self.assertEqual((code, json.loads(out)['error']), (8, 'NotSignedIn'))

    def test_bad_input(self):
        with harness.Machine(dict(harness.checked(), sources=[beta()])) as machine:
            for secret in (b'a b', b'to ken', b'a\nb', b'x' * 5000, b'to\0ken', b'\xff'):
                with self.subTest(secret[:10]):
                    self.assertEqual(self.sign_in(machine, secret, 'beta')[0], 2)
            self.assertEqual(run(machine, 'feed', 'sign-in', 'beta')[0], 2)
            self.assertIsNone(kept(machine))
            # never from the arguments, and no option where it means nothing
            for wrong in (['feed'], ['feed', 'sign-in'], ['feed', 'sign-in', 'beta', 'opensesame'], ['feed', 'list', 'beta'],
                          ['feed', 'burn', 'beta'], ['check', '--user', 'anna']):
                with self.subTest(wrong):
                    self.assertEqual(run(machine, *wrong)[0], 2)
            self.assertEqual(self.sign_in(machine, b'opensesame', 'nothing')[0], 4)

    def test_terminal(self):
        """Nothing that is typed is shown; it can be corrected, and given up."""
        with harness.Machine(dict(harness.checked(), sources=[beta()])) as machine:
            code, shown = type_into(machine, b'wrongopenx\x7fsesame\n'.replace(b'wrong', b'wrong\x15'), 'feed', 'sign-in', 'beta')
            self.assertEqual(code, 0, shown)
            self.assertTrue(shown.startswith('Token for fixes.example.org: \r\n'), shown)
            self.assertNotIn('sesame', shown)
            self.assertEqual(kept(machine), ['', 'opensesame'])
            code, shown = type_into(machine, b'other\x03', 'feed', 'sign-in', 'beta')
            self.assertEqual(code, 7, shown)
            self.assertNotIn('other', shown)
            self.assertEqual(kept(machine), ['', 'opensesame'])
            code, shown = type_into(machine, 'x ü\x7fy\n'.encode(), 'feed', 'sign-in', 'beta', '-u', 'anna')
            self.assertTrue(shown.startswith('Password for fixes.example.org: '), shown)
            self.assertEqual(kept(machine), ['anna', 'x y'])

    def test_without_permission(self):
        with harness.Machine(dict(harness.checked(), sources=[beta()], deny=['SignIn', 'SignOut'])) as machine:
            self.assertEqual(self.sign_in(machine, b'opensesame', 'beta')[0], 3)
            self.assertEqual(run(machine, 'feed', 'sign-out', 'beta')[0], 3)


if __name__ == '__main__':
    unittest.main()
