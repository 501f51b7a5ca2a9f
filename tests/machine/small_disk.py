# SPDX-License-Identifier: LGPL-2.1-or-later
"""A disk that is full."""


class SmallDisk:
    """A file system of a few KiB more than what is there, in the place of a folder."""

    def __init__(self, stage, place, free):
        self.machine, self.place, self.free = stage.machine, place, free

    def __enter__(self):
        place = self.place
        self.machine.run(f"systemctl stop suture-helper; rm -rf /run/keep; cp -a {place} /run/keep; "
                         f"mount -t tmpfs -o size=16m,mode=$(stat -c 0%a {place}),uid=$(stat -c %u {place}),"
                         f"gid=$(stat -c %g {place}) tmpfs {place} && cp -a /run/keep/. {place}")
        self.fill(self.free)
        return self

    def fill(self, free):
        """All but so many KiB are in use."""
        self.machine.run(f"cd {self.place} && rm -f filler && "
                         f"n=$(( $(stat -f -c '%a * %S' .) / 1024 - {free} )); head -c ${{n}}K /dev/zero > filler")

    def left(self):
        return int(self.machine.read(f"stat -f -c %a {self.place}"))

    def __exit__(self, *_):
        place = self.place
        self.machine.run(f"systemctl stop suture-helper; rm -rf /run/keep; rm -f {place}/filler; cp -a {place} /run/keep; "
                         f"umount {place}; find {place} -mindepth 1 -delete; cp -a /run/keep/. {place}")
