# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/try as a person starts it, without --auto: where there is no display, and where there is one. A second virtual
display stands in for the person's own."""

import os
import pty
import subprocess
import sys
import tempfile
import time

TRY = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "try")
PICTURE = (1000, 800)
TITLE = "Privacy & Security"
PATIENCE = 600  # seconds; the machine is there already when this runs after tests/try --auto


class Wrong(Exception):
    pass


def need(condition, text):
    if not condition:
        raise Wrong(text)


def environment(**more):
    own = ("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "SUDO_USER", "SUDO_UID")
    return {**{name: value for name, value in os.environ.items() if name not in own}, **more}


def says_what_to_do(text):
    for words in ("What to do now", "1. Use Debian's Security Updates…", "2. Install", "3. Open one", "4. Update History", "5. Remove…",
                  "A password is asked for", "tests/try --auto"):
        need(words in text, f"it does not say “{words}”:\n{text}")
    need("FAILED" not in text, text)


def png_size(path):
    with open(path, "rb") as file:
        head = file.read(24)
    need(head[:8] == b"\x89PNG\r\n\x1a\n", f"{path} is no picture")
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")


def without_display(folder):
    picture = f"{folder}/panel.png"
    done = subprocess.run([TRY, "--picture", picture], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, env=environment(), timeout=PATIENCE, check=False)
    need(done.returncode == 0, f"it ended with {done.returncode}:\n{done.stdout}")
    says_what_to_do(done.stdout)
    need(picture in done.stdout, f"it does not name its picture:\n{done.stdout}")
    need(png_size(picture) == PICTURE, f"the picture is {png_size(picture)}")


def windows(display):
    return subprocess.run(["xdotool", "search", "--name", f"^{TITLE}$"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          env=environment(DISPLAY=display), text=True, check=False).stdout.split()


def on_display(display):
    keyboard, terminal = pty.openpty()
    process = subprocess.Popen([TRY], stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               env=environment(DISPLAY=display))
    os.close(terminal)
    try:
        text, end = "", time.monotonic() + PATIENCE
        while "Press Enter" not in text:
            more = process.stdout.read(1)
            need(more and time.monotonic() < end, f"it does not wait for the person:\n{text}")
            text += more
        says_what_to_do(text)
        need(windows(display), f"no window “{TITLE}” is on the display")
        os.write(keyboard, b"\n")
        text += process.stdout.read()
        need(process.wait(60) == 0, f"it ended with {process.returncode}:\n{text}")
        need(not windows(display), "the window is still there")
    finally:
        process.terminate()
        process.wait()
        os.close(keyboard)


def with_display(_folder):
    reader, writer = os.pipe()
    server = subprocess.Popen(["Xvfb", "-displayfd", str(writer), "-screen", "0", "1000x800x24", "-nolisten", "tcp"],
                              pass_fds=(writer,), stderr=subprocess.DEVNULL)
    os.close(writer)
    try:
        with os.fdopen(reader) as file:
            number = file.readline().strip()
        need(number, "Xvfb did not start")
        on_display(f":{number}")
    finally:
        server.terminate()
        server.wait()


def main():
    failed = 0
    for name, function in (("without a display it says what to click, and leaves a picture", without_display),
                           ("on a person's display the window opens, and waits for the person", with_display)):
        with tempfile.TemporaryDirectory() as folder:
            try:
                function(folder)
                print(f"ok {name}", flush=True)
            except (Wrong, OSError, subprocess.SubprocessError) as error:
                failed += 1
                print(f"FAILED {name}: {error}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
