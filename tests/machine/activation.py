# SPDX-License-Identifier: LGPL-2.1-or-later
"""The helper's side of the activation socket, as small as it can be: frames in, frames out (helper/README.md)."""

import array
import glob
import json
import os
import socket
import sys

SOCKET = "/run/suture/activate.sock"


def frame(tag, data=b""):
    return tag.encode() + b" " + str(len(data)).encode() + b"\n" + data


def receive(connection, at="", act=None):
    """The words of progress, and the result; None when the other side closed without one. As soon as the word @at is there,
    act () is called."""
    data = b""
    while True:
        try:
            more = connection.recv(65536)
        except ConnectionResetError:
            more = b""  # it ended without reading all that was sent
        if not more:
            break
        data += more
        if act and at.encode() in data:
            act()
            act = None
    progress, result = [], None
    while data:
        header, _, data = data.partition(b"\n")
        tag, _, length = header.decode().partition(" ")
        body, data = data[:int(length)], data[int(length):]
        if tag == "progress":
            progress.append(body.decode())
        elif tag == "result":
            result = json.loads(body)
    return progress, result


def connect():
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(SOCKET)
    return connection


def send(connection, words, files=(), image=None):
    connection.sendall(frame("request", words.encode()))
    for name, data in files:
        connection.sendall(frame(name, data))
    if image is not None:
        connection.sendmsg([frame("image")], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [image]))])
    connection.sendall(frame("end"))


def ask(words, files=(), image=None, **more):
    """Sends a request of words, the files (name, bytes) and a descriptor. Returns progress words and the result."""
    with connect() as connection:
        try:
            send(connection, words, files, image)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before the end; the answer is there all the same
        return receive(connection, **more)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def metadata(repository):
    """All metadata files of a repository but the first root, which the machine has already."""
    folder = f"{repository}/metadata"
    return [(name, read(f"{folder}/{name}")) for name in sorted(os.listdir(folder))
            if name.endswith(".json") and name != "1.root.json"]


def published(publisher, name):
    """The folder of what a publisher made of an improvement."""
    return glob.glob(f"{publisher}/published/*/{name}")[0]


def install(feed, name, publisher, image=None, manifest=None, files=None, **more):
    """Installs the published improvement; image, manifest and files replace what would be handed over."""
    folder = published(publisher, name)
    files = list(metadata(f"{publisher}/repository") if files is None else files)
    files.append(("manifest", read(f"{folder}/manifest.json") if manifest is None else manifest))
    descriptor = os.open(f"{folder}/image.erofs" if image is None else image, os.O_RDONLY | os.O_NONBLOCK)
    try:
        return ask(f"install {feed} {name}", files, descriptor, **more)
    finally:
        os.close(descriptor)


if __name__ == "__main__":
    if sys.argv[1] == "install":
        answer = install(*sys.argv[2:])
    else:
        answer = ask(" ".join(sys.argv[1:]))
    print(json.dumps(answer, indent=1))
