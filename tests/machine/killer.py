# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs suture-activate with a socket as its descriptor 3, and kills it at its Nth system call (ptrace(2)): a sweep over N
meets every moment, however short."""

import ctypes
import os
import signal
import socket

PROGRAM = "/usr/libexec/suture-activate"
TRACEME, SYSCALL, SETOPTIONS = 0, 24, 0x4200
SYSGOOD, EXITKILL = 1, 0x100000
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def child(connection):
    libc.ptrace(TRACEME, 0, None, None)
    if connection.fileno() != 3:
        os.dup2(connection.fileno(), 3)
    os.set_inheritable(3, True)
    for name in (1, 2):
        os.dup2(os.open("/dev/null", os.O_WRONLY), name)
    os.execv(PROGRAM, [PROGRAM])


def run(send, stop):
    """Lets send(connection) ask for something. Kills at stop (system calls are counted twice, going in and out); 0 lets it
    run. How many there were, and whether it was killed."""
    mine, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        try:
            mine.close()
            child(theirs)
        finally:
            os._exit(127)
    theirs.close()
    os.waitpid(pid, 0)
    libc.ptrace(SETOPTIONS, pid, None, SYSGOOD | EXITKILL)
    feeder = os.fork()
    if feeder == 0:  # it reads while it runs, so somebody has to write while this one traces
        signal.alarm(30)
        try:
            send(mine)
            while mine.recv(65536):
                pass
        except OSError:
            pass
        os._exit(0)
    mine.close()
    calls, pending, killed = 0, 0, False
    while True:
        libc.ptrace(SYSCALL, pid, None, pending or None)
        _, status = os.waitpid(pid, 0)
        if os.WIFEXITED(status) or os.WIFSIGNALED(status):
            break
        pending = os.WSTOPSIG(status)
        if pending == signal.SIGTRAP | 0x80:
            pending = 0
            calls += 1
            if calls == stop:
                os.kill(pid, signal.SIGKILL)
                killed = True
        elif pending == signal.SIGTRAP:
            pending = 0
    os.waitpid(feeder, 0)
    return calls, killed
