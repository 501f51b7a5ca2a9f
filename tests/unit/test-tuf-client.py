#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tuf-client against a web server, with metadata that this script writes and openssl(1) signs.

Nothing of Suture makes the metadata: what the C code takes for the canonical form and for a signature is held against
another implementation here. The first argument is the program."""

import hashlib
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import unittest

CLIENT = None
DAY = 24 * 60 * 60


def canonical(value):
    """OLPC canonical JSON."""
    if isinstance(value, str):
        return '"' + value.replace('\\', '\\\\').replace('"', '\\"') + '"'
    if isinstance(value, bool) or value is None:
        return {True: 'true', False: 'false', None: 'null'}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return '[' + ','.join(canonical(v) for v in value) + ']'
    return '{' + ','.join(canonical(k) + ':' + canonical(value[k]) for k in sorted(value)) + '}'


class Key:
    def __init__(self, folder, kind):
        self.kind = kind
        self.path = os.path.join(folder, f'{kind}-{id(self)}.pem')
        options = {'ed25519': ['-algorithm', 'ed25519'],
                   'ecdsa': ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
                   'rsa': ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048']}[kind]
        subprocess.run(['openssl', 'genpkey', *options, '-out', self.path], check=True, stderr=subprocess.DEVNULL)
        pem = subprocess.run(['openssl', 'pkey', '-in', self.path, '-pubout'], check=True, capture_output=True).stdout
        public = pem.decode()
        if kind == 'ed25519':
            der = subprocess.run(['openssl', 'pkey', '-in', self.path, '-pubout', '-outform', 'DER'],
                                 check=True, capture_output=True).stdout
            public = der[-32:].hex()
        scheme = {'ed25519': 'ed25519', 'ecdsa': 'ecdsa-sha2-nistp256', 'rsa': 'rsassa-pss-sha256'}[kind]
        self.public = {'keytype': kind, 'scheme': scheme, 'keyval': {'public': public}}
        self.id = hashlib.sha256(canonical(self.public).encode()).hexdigest()

    def sign(self, data):
        with tempfile.NamedTemporaryFile() as file:
            file.write(data)
            file.flush()
            if self.kind == 'ed25519':
                command = ['openssl', 'pkeyutl', '-sign', '-rawin', '-inkey', self.path, '-in', file.name]
            else:
                pss = ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:32'] if self.kind == 'rsa' else []
                command = ['openssl', 'dgst', '-sha256', '-sign', self.path, *pss, file.name]
            return subprocess.run(command, check=True, capture_output=True).stdout.hex()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(('127.0.0.1', 0), Handler)
        self.files = {}
        self.special = {}
        self.requests = []
        self.url = f'http://127.0.0.1:{self.server_port}'
        threading.Thread(target=self.serve_forever, kwargs={'poll_interval': 0.02}, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_GET(self):
        self.server.requests.append(self.path)
        special = self.server.special.get(self.path)
        body = self.server.files.get(self.path)
        if special == 'drop':
            return
        if special == 'endless':
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b' ' * 65536)
            except OSError:
                return
        if special is not None or body is None:
            self.send_error(special or 404)
            return
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Repository:
    """Roles by name; publish () signs and serves everything."""

    def __init__(self, folder, server, kinds=('ed25519',) * 4):
        self.server = server
        self.keys = {name: Key(folder, kind) for name, kind in zip(('root', 'timestamp', 'snapshot', 'targets'), kinds)}
        self.version = dict.fromkeys(self.keys, 1)
        self.expires = dict.fromkeys(self.keys, time.time() + DAY)
        self.targets = {'targets': {}}
        self.delegations = []

    def delegate(self, folder, name, pattern):
        self.keys[name] = Key(folder, 'ecdsa')
        self.version[name] = 1
        self.expires[name] = time.time() + DAY
        self.targets[name] = {}
        self.delegations.append((name, pattern))

    def serve(self, name, role, body):
        body = {'_type': role if role in ('root', 'timestamp', 'snapshot') else 'targets', 'spec_version': '1.0.31',
                'version': self.version[role], 'x-unknown': 'kept: ä "\\ \n',
                'expires': time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(self.expires[role])), **body}
        key = self.keys[role]
        signature = {'keyid': key.id, 'sig': key.sign(canonical(body).encode())}
        self.server.files['/metadata/' + name] = json.dumps({'signatures': [signature], 'signed': body}).encode()

    def publish_root(self):
        roles = {n: {'keyids': [self.keys[n].id], 'threshold': 1} for n in ('root', 'timestamp', 'snapshot', 'targets')}
        keys = {self.keys[n].id: self.keys[n].public for n in roles}
        self.serve(f'{self.version["root"]}.root.json', 'root',
                   {'consistent_snapshot': True, 'keys': keys, 'roles': roles})

    def publish(self):
        meta = {}
        for role, targets in self.targets.items():
            described = {}
            for path, content in targets.items():
                digest = hashlib.sha256(content).hexdigest()
                described[path] = {'length': len(content), 'hashes': {'sha256': digest}}
                folder, _, name = path.rpartition('/')
                self.server.files[f'/targets/{folder + "/" if folder else ""}{digest}.{name}'] = content
            body = {'targets': described}
            if role == 'targets' and self.delegations:
                body['delegations'] = {
                    'keys': {self.keys[n].id: self.keys[n].public for n, _ in self.delegations},
                    'roles': [{'name': n, 'keyids': [self.keys[n].id], 'threshold': 1, 'terminating': False, 'paths': [p]}
                              for n, p in self.delegations]}
            encoded = role.replace('/', '%2F')
            self.serve(f'{self.version[role]}.{encoded}.json', role, body)
            meta[f'{role}.json'] = {'version': self.version[role]}
        self.serve(f'{self.version["snapshot"]}.snapshot.json', 'snapshot', {'meta': meta})
        self.serve('timestamp.json', 'timestamp', {'meta': {'snapshot.json': {'version': self.version['snapshot']}}})

    def next(self):
        for role in self.version:
            if role != 'root':
                self.version[role] += 1
        self.publish()


class TufClientTest(unittest.TestCase):
    kinds = ('ed25519', 'ed25519', 'ed25519', 'ed25519')

    def setUp(self):
        top = tempfile.TemporaryDirectory()
        self.addCleanup(top.cleanup)
        self.top = top.name
        self.server = Server()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.repository = Repository(self.top, self.server, self.kinds)
        self.repository.publish_root()
        self.repository.publish()
        self.metadata = os.path.join(self.top, 'metadata')
        self.downloads = os.path.join(self.top, 'downloads')
        root = os.path.join(self.top, 'first-root')
        with open(root, 'wb') as file:
            file.write(self.server.files['/metadata/1.root.json'])
        self.run_client('init', root)

    def run_client(self, *command, options=(), status=0):
        self.server.requests.clear()
        run = subprocess.run([CLIENT, '--metadata-dir', self.metadata, *options, *command],
                             capture_output=True, timeout=60, text=True, env={'LC_ALL': 'C'})
        self.assertEqual(run.returncode, status, run.stderr)
        self.assertEqual(run.stderr == '', status == 0)
        return [path.removeprefix('/metadata/') for path in self.server.requests]

    def refresh(self, status=0):
        return self.run_client('refresh', options=['--metadata-url', self.server.url + '/metadata'], status=status)

    def download(self, *names, status=0):
        options = ['--metadata-url', self.server.url + '/metadata/', '--target-dir', self.downloads,
                   '--target-base-url', self.server.url + '/targets/']
        for name in names:
            options += ['--target-name', name]
        return self.run_client('download', options=options, status=status)

    def files(self):
        return sorted(name for name in os.listdir(self.metadata) if name.endswith('.json'))

    def test_init(self):
        self.assertEqual(self.server.requests, [])
        self.assertEqual(self.files(), ['root.json'])
        self.run_client('init', os.path.join(self.top, 'none'), status=1)

    def test_refresh(self):
        self.assertEqual(self.refresh(), ['2.root.json', 'timestamp.json', '1.snapshot.json', '1.targets.json'])
        self.assertEqual(self.files(), ['root.json', 'snapshot.json', 'targets.json', 'timestamp.json'])
        with open(os.path.join(self.metadata, 'targets.json'), 'rb') as file:
            self.assertEqual(file.read(), self.server.files['/metadata/1.targets.json'])
        self.assertEqual(self.refresh(), ['2.root.json', 'timestamp.json'])

    def test_next_root_refused_by_403(self):
        self.server.special['/metadata/2.root.json'] = 403
        self.refresh()
        self.server.special['/metadata/2.root.json'] = 500
        self.refresh(status=1)

    def test_expired_root_is_kept(self):
        self.repository.version['root'] = 2
        self.repository.expires['root'] = time.time() - 1
        self.repository.publish_root()
        self.refresh(status=1)
        self.assertEqual(self.files(), ['root.json'])
        with open(os.path.join(self.metadata, 'root.json'), 'rb') as file:
            self.assertEqual(file.read(), self.server.files['/metadata/2.root.json'])

    def test_expired_timestamp(self):
        self.repository.expires['timestamp'] = time.time() - 1
        self.repository.publish()
        self.refresh(status=1)
        self.assertEqual(self.files(), ['root.json'])

    def test_rollback(self):
        old = self.server.files['/metadata/timestamp.json']
        self.repository.next()
        self.refresh()
        self.server.files['/metadata/timestamp.json'] = old
        self.refresh(status=1)
        self.repository.next()
        self.refresh()

    def test_bad_servers(self):
        for path in ('2.root.json', 'timestamp.json', '1.snapshot.json', '1.targets.json'):
            for special in ('drop', 'endless', 500):
                with self.subTest(path=path, special=special):
                    self.server.special['/metadata/' + path] = special
                    start = time.monotonic()
                    asked = self.refresh(status=1)
                    self.assertLess(time.monotonic() - start, 20)
                    self.assertEqual(asked[-1], path)
                    self.assertEqual(asked.count(path), 1)
                    del self.server.special['/metadata/' + path]
        self.refresh()

    def test_download(self):
        self.repository.delegate(self.top, 'one/two', 'd/*')
        self.repository.targets['targets'] = {'top.txt': b'top', 'd/e/f.txt': b'deep'}
        self.repository.targets['one/two'] = {'d/x.txt': b'first', 'e/x.txt': b'not his'}
        self.repository.next()
        self.assertEqual(self.download('top.txt', 'd/x.txt')[:5],
                         ['2.root.json', 'timestamp.json', '2.snapshot.json', '2.targets.json',
                          '/targets/' + hashlib.sha256(b'top').hexdigest() + '.top.txt'])
        self.assertIn('2.one%2Ftwo.json', self.server.requests[5])
        self.assertEqual(self.files(),
                         ['one%2Ftwo.json', 'root.json', 'snapshot.json', 'targets.json', 'timestamp.json'])
        self.assertEqual(self.content(), {b'top', b'first'})
        self.assertEqual(self.download('top.txt', 'd/x.txt'), ['2.root.json', 'timestamp.json'])
        before = {e.path: e.stat().st_mtime_ns for e in os.scandir(self.downloads)}
        self.repository.targets['one/two']['d/x.txt'] = b'second'
        self.repository.next()
        self.download('d/x.txt')
        self.assertEqual(self.content(), {b'top', b'second'})
        after = {e.path: e.stat().st_mtime_ns for e in os.scandir(self.downloads)}
        self.assertEqual(before.keys(), after.keys())
        self.assertEqual(sum(before[p] != after[p] for p in before), 1)
        self.download('e/x.txt', status=1)
        self.download('none', status=1)
        self.download('d/e/f.txt')

    def test_download_wrong_bytes(self):
        self.repository.targets['targets'] = {'top.txt': b'top'}
        self.repository.next()
        place = '/targets/' + hashlib.sha256(b'top').hexdigest() + '.top.txt'
        for wrong in (b'', b'toq', b'top.'):
            self.server.files[place] = wrong
            self.download('top.txt', status=1)
            self.assertEqual(os.listdir(self.downloads), [])
        self.server.special[place] = 'endless'
        self.download('top.txt', status=1)
        self.assertEqual(os.listdir(self.downloads), [])

    def content(self):
        found = set()
        for entry in os.scandir(self.downloads):
            with open(entry.path, 'rb') as file:
                found.add(file.read())
        return found

    def test_usage(self):
        self.run_client('refresh', status=1)
        self.run_client('other', status=1)
        self.run_client('download', options=['--metadata-url', self.server.url], status=1)


class OtherKeysTest(TufClientTest):
    """The same with keys in PEM, whose line ends stay raw in the canonical form."""
    kinds = ('ecdsa', 'rsa', 'ecdsa', 'rsa')


if __name__ == '__main__':
    CLIENT = os.path.abspath(sys.argv.pop(1))
    unittest.main()
