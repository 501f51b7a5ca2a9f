#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""All bad input and bad moments in one go, on one machine: bad_input.py [WORD…] runs the cases of test_input, test_state,
test_access and test_faults (those whose names contain a word), and holds /usr of the end against that of the beginning."""

import signal
import sys
import traceback

import run as ring
from cases import CASES, case, need

MODULES = ("test_input", "test_state", "test_access", "test_faults")


def differences(then, now):
    return sorted(path for path in set(then) | set(now) if then.get(path) != now.get(path))


def main():
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    wanted = [(name, function) for name, function in CASES if function.__module__ in MODULES
              and (not sys.argv[1:] or any(word in name for word in sys.argv[1:]))]
    try:
        stage = ring.prepare()
        before = stage.usr()
    except Exception as error:  # noqa: B902
        traceback.print_exc()
        print(f"FAILED the machine: {error}")
        sys.exit(1)

    @case("after all that /usr is byte for byte as it was")
    def same_usr(stage):
        found = differences(before, stage.usr())
        need(not found, f"{len(found)} differ: {', '.join(found[:5])}")
    wanted.append(("after all that /usr is byte for byte as it was", same_usr))
    failed = sum(not ring.run(stage, name, function) for name, function in wanted)
    stage.destroy()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
