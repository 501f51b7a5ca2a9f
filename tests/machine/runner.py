# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs cases one after another on one booted machine, and says of each whether it was as it should be. Words on the command line
choose the cases whose names contain one of them. After each the machine is brought back to where cases begin."""

import signal
import sys
import time
import traceback

import cases


def run(stage, name, function, bring_back):
    start = time.monotonic()
    try:
        function(stage)
        bring_back(stage)
    except Exception as error:  # noqa: B902; whatever it is, the next case still runs
        print(f"FAILED {name}: {str(error) or type(error).__name__}", flush=True)
        if not isinstance(error, cases.Wrong):
            traceback.print_exc()
        print(stage.machine.run("journalctl --no-pager -b -p notice -n 25", check=False).stdout, flush=True)
        try:
            bring_back(stage)
        except Exception as again:  # noqa: B902
            print(f"  the machine could not be brought back: {again}", flush=True)
        return False
    print(f"ok {name} ({time.monotonic() - start:.1f} s)", flush=True)
    return True


def main(prepare, bring_back):
    """prepare() makes the stage; bring_back(stage) is called after each case."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    wanted = [item for item in cases.CASES if not sys.argv[1:] or any(word in item[0] for word in sys.argv[1:])]
    try:
        stage = prepare()
    except Exception as error:  # noqa: B902
        traceback.print_exc()
        print(f"FAILED the machine: {error}")
        sys.exit(1)
    failed = sum(not run(stage, name, function, bring_back) for name, function in wanted)
    stage.destroy()
    sys.exit(1 if failed else 0)
