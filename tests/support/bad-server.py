#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An HTTPS server that serves a folder, and misbehaves on request.

  bad-server.py --folder FOLDER --certificate server.pem [--address A] [--port N] [--mode-file F] [--log F] [--tls-max 1.1]

Prints its port, then serves until it is killed. How it misbehaves is chosen by
  - the path: /bad/BEHAVIOUR/rest/of/path, or
  - the mode file, read anew for each request: lines of "BEHAVIOUR [GLOB]", the first whose GLOB fits the path counts.
The log gets a JSON line for each request: path, status line's method, headers.
`bad-server.py --list` prints all behaviours. Everything is written to the socket by hand: no library repairs it.
"""
import argparse
import base64
import fnmatch
import gzip
import json
import os
import socket
import ssl
import struct
import sys
import threading
import time
import urllib.parse

REASONS = {200: 'OK', 204: 'No Content', 206: 'Partial Content', 302: 'Found', 304: 'Not Modified', 401: 'Unauthorized',
           403: 'Forbidden', 404: 'Not Found', 407: 'Proxy Authentication Required', 416: 'Range Not Satisfiable',
           429: 'Too Many Requests', 500: 'Internal Server Error', 503: 'Service Unavailable'}
BEHAVIOURS = {}


def behaviour(*names):
    def register(function):
        for name in names:
            BEHAVIOURS[name] = function
        return function
    return register


class Request:
    """One request on one connection, and the pieces that answers are made of."""

    def __init__(self, server, connection, path, headers, name):
        self.server, self.connection, self.path, self.headers, self.name = server, connection, path, headers, name
        self.port = server.port
        self.offset = None
        wanted = headers.get('range', '')
        if wanted.startswith('bytes=') and wanted.endswith('-'):
            self.offset = int(wanted[6:-1])
        self.body = self.read_file()

    def read_file(self):
        root = os.path.realpath(self.server.folder)
        full = os.path.realpath(os.path.join(root, urllib.parse.unquote(self.path).lstrip('/')))
        if not full.startswith(root + '/') or not os.path.isfile(full):
            return None
        with open(full, 'rb') as file:
            return file.read()

    def send(self, data):
        self.connection.sendall(data if isinstance(data, bytes) else data.encode())

    def head(self, status, *headers, length=None):
        lines = [f'HTTP/1.1 {status} {REASONS.get(status, "Odd")}', 'Connection: close', *headers]
        if length is not None:
            lines.append(f'Content-Length: {length}')
        self.send('\r\n'.join(lines) + '\r\n\r\n')

    def answer(self, status, body=b'', *headers):
        self.head(status, *headers, length=len(body))
        self.send(body)

    def repeat(self, data, pause=0.0, times=None):
        while times is None or times > 0:
            self.send(data)
            time.sleep(pause)
            times = times - 1 if times is not None else None

    def wait(self):
        time.sleep(self.server.patience)

    def reset(self):
        """RST instead of FIN."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        self.connection.close()

    def close_roughly(self):
        """FIN without TLS's own goodbye."""
        self.connection.shutdown(socket.SHUT_RDWR)


# -- what an honest server does

@behaviour('ok')
def ok(r):
    if r.body is None:
        r.answer(404)
    elif r.offset is None:
        r.answer(200, r.body)
    elif r.offset >= len(r.body):
        r.answer(416, b'', f'Content-Range: bytes */{len(r.body)}')
    else:
        r.answer(206, r.body[r.offset:], f'Content-Range: bytes {r.offset}-{len(r.body) - 1}/{len(r.body)}')


# -- status

@behaviour('204', '304', '401', '403', '404', '407', '416', '500', '503', '999')
def status(r):
    if r.name in ('204', '304'):
        r.head(int(r.name))
    else:
        r.answer(int(r.name), b'<html>a page about it</html>', 'WWW-Authenticate: Basic realm="x"')


@behaviour('429')
def retry_after(r):
    r.answer(429, b'', 'Retry-After: 1000000000')


@behaviour('html')
def captive_portal(r):
    r.answer(200, b'<html><body>Welcome to our hotel</body></html>')


# -- time

@behaviour('hang')
def hang(r):
    r.wait()


@behaviour('drip-headers')
def drip_headers(r):
    r.send('HTTP/1.1 200 OK\r\n')
    r.repeat('X: y\r\n', 0.2)


@behaviour('drip')
def drip(r):
    """999 bytes a second, in tenths."""
    r.head(200, length=len(r.body))
    r.repeat(b'x' * 99, 0.1)


@behaviour('burst')
def burst(r):
    """Lively for a moment, then nothing for long: a limit that looks at moments only never ends it."""
    r.head(200, length=len(r.body))
    r.repeat(b'x' * 1200, 4)


@behaviour('stall')
def stall(r):
    r.head(200, length=len(r.body))
    r.send(r.body[:len(r.body) // 2])
    r.wait()


@behaviour('slow')
def slow(r):
    """Right, and slow enough to be interrupted in the middle."""
    start = r.offset or 0
    r.head(206 if start else 200, *([f'Content-Range: bytes {start}-{len(r.body) - 1}/{len(r.body)}'] if start else []),
           length=len(r.body) - start)
    for at in range(start, len(r.body), 4096):
        r.send(r.body[at:at + 4096])
        time.sleep(0.05)


# -- length

@behaviour('endless')
def endless(r):
    r.head(200)
    r.repeat(b'x' * 65536)


@behaviour('endless-chunked')
def endless_chunked(r):
    r.head(200, 'Transfer-Encoding: chunked')
    r.repeat(b'10000\r\n' + b'x' * 65536 + b'\r\n')


@behaviour('endless-headers')
def endless_headers(r):
    r.send('HTTP/1.1 200 OK\r\n')
    r.repeat('X-Filler: ' + 'x' * 1000 + '\r\n')


@behaviour('big-header')
def big_header(r):
    r.send('HTTP/1.1 200 OK\r\nX-Big: ' + 'x' * (1 << 20) + '\r\n\r\n')


@behaviour('continue-flood')
def continue_flood(r):
    r.repeat('HTTP/1.1 100 Continue\r\n\r\n')


@behaviour('longer')
def longer(r):
    r.answer(200, r.body + b'x')


@behaviour('longer-unsaid')
def longer_unsaid(r):
    r.head(200)
    r.send(r.body + b'x')


@behaviour('shorter')
def shorter(r):
    r.answer(200, r.body[:-1])


@behaviour('truncated')
def truncated(r):
    r.head(200, length=len(r.body))
    r.send(r.body[:len(r.body) // 2])


@behaviour('truncated-chunked')
def truncated_chunked(r):
    r.head(200, 'Transfer-Encoding: chunked')
    half = r.body[:len(r.body) // 2]
    r.send(f'{len(half):x}\r\n'.encode() + half + b'\r\n')


@behaviour('wrong-length')
def wrong_length(r):
    r.head(200, length=len(r.body) // 2)
    r.send(r.body)


@behaviour('negative-length')
def negative_length(r):
    r.head(200, length=-1)
    r.send(r.body)


@behaviour('huge-length')
def huge_length(r):
    r.head(200, length=1 << 63)
    r.send(r.body)


@behaviour('two-lengths')
def two_lengths(r):
    r.head(200, f'Content-Length: {len(r.body) - 7}', length=len(r.body))
    r.send(r.body)


@behaviour('empty')
def empty(r):
    r.answer(200)


# -- broken off

@behaviour('reset')
def reset(r):
    r.head(200, length=len(r.body))
    r.send(r.body[:len(r.body) // 2])
    time.sleep(0.1)
    r.reset()


@behaviour('reset-at-once')
def reset_at_once(r):
    r.reset()


@behaviour('no-goodbye')
def no_goodbye(r):
    """No length, and the connection ends without TLS's close_notify: a cut looks like an end."""
    r.head(200)
    r.send(r.body[:len(r.body) // 2])
    r.close_roughly()


@behaviour('nothing')
def nothing(r):
    pass


# -- encodings

@behaviour('chunk-garbage')
def chunk_garbage(r):
    r.head(200, 'Transfer-Encoding: chunked')
    r.send(b'zz\r\n' + r.body)


@behaviour('chunk-overflow')
def chunk_overflow(r):
    r.head(200, 'Transfer-Encoding: chunked')
    r.send(b'ffffffffffffffffff\r\n' + r.body)


@behaviour('gzip-bomb')
def gzip_bomb(r):
    r.answer(200, gzip.compress(bytes(20 << 20)), 'Content-Encoding: gzip')


@behaviour('transfer-gzip-bomb')
def transfer_gzip_bomb(r):
    bomb = gzip.compress(bytes(64 << 20))
    r.head(200, 'Transfer-Encoding: gzip, chunked')
    r.send(f'{len(bomb):x}\r\n'.encode() + bomb + b'\r\n0\r\n\r\n')


@behaviour('brotli')
def brotli(r):
    r.answer(200, b'\x8b' * 100, 'Content-Encoding: br')


@behaviour('not-http')
def not_http(r):
    r.send(b'SSH-2.0-OpenSSH_9.2\r\n' + bytes(2000))


@behaviour('http-0.9')
def http_09(r):
    r.send(r.body)


# -- ranges

@behaviour('ignore-range')
def ignore_range(r):
    r.answer(200, r.body)


@behaviour('unasked-range')
def unasked_range(r):
    r.answer(206, r.body[10:], f'Content-Range: bytes 10-{len(r.body) - 1}/{len(r.body)}')


@behaviour('wrong-range')
def wrong_range(r):
    """Another part than asked for; honest when the whole is asked for."""
    if r.offset is None:
        return ok(r)
    r.answer(206, r.body[r.offset - 1:-1], f'Content-Range: bytes {r.offset - 1}-{len(r.body) - 2}/{len(r.body)}')


@behaviour('always-wrong-range')
def always_wrong_range(r):
    r.answer(206, r.body, f'Content-Range: bytes 1-{len(r.body)}/{len(r.body) + 1}')


@behaviour('other-total')
def other_total(r):
    if r.offset is None:
        return ok(r)
    r.answer(206, r.body[r.offset:], f'Content-Range: bytes {r.offset}-{len(r.body) - 1}/{len(r.body) + 1}')


@behaviour('no-range-header')
def no_range_header(r):
    r.answer(206, r.body[r.offset or 0:])


@behaviour('two-ranges')
def two_ranges(r):
    rest = f'{len(r.body) - 1}/{len(r.body)}'
    r.answer(206, r.body[r.offset or 0:], f'Content-Range: bytes {r.offset}-{rest}', f'Content-Range: bytes 0-{rest}')


# -- content

@behaviour('swap')
def swap(r):
    r.answer(200, bytes(len(r.body)))


@behaviour('flip')
def flip(r):
    middle = len(r.body) // 2
    r.answer(200, r.body[:middle] + bytes([r.body[middle] ^ 1]) + r.body[middle + 1:])


# -- redirects

def redirect(r, target, body=b'moved'):
    r.answer(302, body, f'Location: {target}', 'Set-Cookie: tracked=yes')


@behaviour('redirect')
def redirect_once(r):
    redirect(r, r.path)


@behaviour('redirect-1', 'redirect-2', 'redirect-3', 'redirect-4')
def redirect_count(r):
    left = int(r.name[-1])
    redirect(r, r.path if left == 1 else f'/bad/redirect-{left - 1}{r.path}')


@behaviour('redirect-loop')
def redirect_loop(r):
    redirect(r, f'/bad/redirect-loop{r.path}')


@behaviour('redirect-http', 'redirect-file', 'redirect-ftp', 'redirect-local-name', 'redirect-local-address',
           'redirect-loopback', 'redirect-mapped-loopback', 'redirect-link-local', 'redirect-link-local-6',
           'redirect-user', 'redirect-nowhere')
def redirect_away(r):
    host = r.headers.get('host', '').rsplit(':', 1)[0]
    redirect(r, {
        'redirect-http': f'http://{host}:{r.port}{r.path}',
        'redirect-file': 'file:///etc/hostname',
        'redirect-ftp': f'ftp://{host}{r.path}',
        'redirect-local-name': f'https://localhost:{r.port}{r.path}',
        'redirect-local-address': f'https://0.0.0.0:{r.port}{r.path}',
        'redirect-loopback': f'https://127.1.1.1:{r.port}{r.path}',
        'redirect-mapped-loopback': f'https://[::ffff:127.0.0.1]:{r.port}{r.path}',
        'redirect-link-local': f'https://169.254.169.254{r.path}',
        'redirect-link-local-6': f'https://[fe80::1]{r.path}',
        'redirect-user': f'https://name:word@{host}:{r.port}{r.path}',
        'redirect-nowhere': '',
    }[r.name])


@behaviour('redirect-to')
def redirect_to(r):
    """/bad/redirect-to/HOST:PORT/rest"""
    redirect(r, 'https:/' + r.path)


# -- feeds that want to know who asks

ACCEPTED = ('Bearer opensesame', 'Basic ' + base64.b64encode('anna:open sesame, ü'.encode()).decode())


@behaviour('private')
def private(r):
    if r.headers.get('authorization') in ACCEPTED:
        r.answer(200 if r.body is not None else 404, r.body or b'')
    else:
        r.answer(401, b'', 'WWW-Authenticate: Bearer', 'WWW-Authenticate: Basic realm="beta"')


@behaviour('private-403')
def private_forbidden(r):
    if r.headers.get('authorization') in ACCEPTED:
        r.answer(200 if r.body is not None else 403, r.body or b'')
    else:
        r.answer(403)


@behaviour('401-every-scheme')
def every_scheme(r):
    r.answer(401, b'', 'WWW-Authenticate: Negotiate', 'WWW-Authenticate: NTLM',
             'WWW-Authenticate: Digest realm="x", nonce="1", qop="auth"', 'WWW-Authenticate: Basic realm="x"',
             'WWW-Authenticate: Bearer')


@behaviour('redirect-endless')
def redirect_endless(r):
    r.head(302, f'Location: {r.path}')
    r.repeat(b'x' * 65536)


class Server:
    def __init__(self, options):
        self.folder, self.mode_file, self.log = options.folder, options.mode_file, options.log
        self.patience = options.patience
        self.lock = threading.Lock()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(options.certificate)
        if options.tls_max == '1.1':
            self.context.set_ciphers('ALL:@SECLEVEL=0')
            self.context.minimum_version = ssl.TLSVersion.TLSv1
            self.context.maximum_version = ssl.TLSVersion.TLSv1_1
        self.listener = socket.create_server((options.address, options.port), backlog=64)
        self.port = self.listener.getsockname()[1]

    def behaviour_for(self, path):
        """(name, path of the file)"""
        parts = path.split('/', 3)
        if len(parts) >= 3 and parts[1] == 'bad':
            return parts[2], '/' + (parts[3] if len(parts) > 3 else '')
        try:
            with open(self.mode_file or '', encoding='utf-8') as file:
                for words in map(str.split, file):
                    if words and fnmatch.fnmatch(path, words[1] if len(words) > 1 else '*'):
                        return words[0], path
        except FileNotFoundError:
            pass
        return 'ok', path

    def write_log(self, method, path, headers):
        if self.log:
            with self.lock, open(self.log, 'a', encoding='utf-8') as file:
                file.write(json.dumps({'method': method, 'path': path, 'headers': headers}) + '\n')

    def serve(self, raw):
        try:
            raw.settimeout(self.patience)
            # the fetcher never asks twice on one connection, nor does this server keep one
            with self.context.wrap_socket(raw, server_side=True, suppress_ragged_eofs=True) as connection:
                head = b''
                while b'\r\n\r\n' not in head:
                    piece = connection.recv(65536)
                    if not piece or len(head) > 1 << 20:
                        return
                    head += piece
                lines = head.split(b'\r\n\r\n')[0].decode('latin-1').split('\r\n')
                method, target, _ = lines[0].split(' ', 2)
                headers = {k.strip().lower(): v.strip() for k, v in (line.split(':', 1) for line in lines[1:])}
                self.write_log(method, target, headers)
                name, path = self.behaviour_for(target)
                if name not in BEHAVIOURS:
                    name = '500'
                BEHAVIOURS[name](Request(self, connection, path, headers, name))
                try:
                    connection.unwrap()
                except OSError:
                    pass
        except (OSError, ValueError):
            pass
        finally:
            raw.close()

    def run(self):
        print(self.port, flush=True)
        while True:
            raw, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(raw,), daemon=True).start()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--list', action='store_true')
    parser.add_argument('--folder')
    parser.add_argument('--certificate', help='PEM: certificate and key')
    parser.add_argument('--address', default='127.0.0.1')
    parser.add_argument('--port', type=int, default=0)
    parser.add_argument('--mode-file')
    parser.add_argument('--log')
    parser.add_argument('--patience', type=float, default=120.0, help='seconds that "hang" and "stall" take')
    parser.add_argument('--until-stdin-ends', action='store_true', help='end with whoever holds the other side')
    parser.add_argument('--tls-max', choices=['1.1'])
    options = parser.parse_args()
    if options.list:
        print('\n'.join(sorted(BEHAVIOURS)))
        return 0
    if not options.folder or not options.certificate:
        parser.error('--folder and --certificate are needed')
    if options.until_stdin_ends:
        threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(0)), daemon=True).start()
    Server(options).run()
    return 0


if __name__ == '__main__':
    sys.exit(main())
