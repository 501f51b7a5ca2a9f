#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A proxy that knows CONNECT alone. proxy.py LOG: prints its port, then writes each request's head into LOG as a JSON line.
Names that end in .example are this machine's. It ends when its standard input does."""
import json
import os
import socket
import sys
import threading


def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def serve(client, log):
    head = b''
    while b'\r\n\r\n' not in head:
        head += client.recv(4096)
    lines = head.decode('latin-1').split('\r\n')
    with open(log, 'a', encoding='utf-8') as file:
        file.write(json.dumps(lines[:-2]) + '\n')
    host, _, port = lines[0].split(' ')[1].rpartition(':')
    server = socket.create_connection(('127.0.0.1' if host.endswith('.example') else host, int(port)))
    client.sendall(b'HTTP/1.1 200 Connected\r\nX-Proxy: yes\r\n\r\n')
    threading.Thread(target=pump, args=(server, client), daemon=True).start()
    pump(client, server)


def main():
    listener = socket.create_server(('127.0.0.1', 0))
    print(listener.getsockname()[1], flush=True)
    threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(0)), daemon=True).start()
    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve, args=(client, sys.argv[1]), daemon=True).start()


if __name__ == '__main__':
    main()
