# SPDX-License-Identifier: LGPL-2.1-or-later
"""The whole-machine ring: every case of this folder against the installed packages on one booted machine.
`run.py WORD…` runs the cases whose names contain one of the words. After each case the machine is brought back to where
cases begin: the good feed is served, nothing is active, nothing is broken."""

import os
import signal
import sys
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, f"{os.path.dirname(HERE)}/support")

import stage as stages  # noqa: E402
import cases  # noqa: E402
import test_automatic  # noqa: E402,F401
import test_access  # noqa: E402,F401
import test_sign_in  # noqa: E402,F401
import test_programs  # noqa: E402,F401
import test_system  # noqa: E402,F401
import test_faults  # noqa: E402,F401
import test_input  # noqa: E402,F401
import test_serving  # noqa: E402,F401
import test_state  # noqa: E402,F401
import test_packages  # noqa: E402,F401
import test_feeds  # noqa: E402,F401
import test_publisher  # noqa: E402,F401


def prepare():
    stage = stages.Stage()
    stage.boot()
    stage.publish()
    stage.desktop.login()
    stage.install_packages()
    stage.configure()
    stage.ctl("check")
    return stage


def bring_back(stage):
    stage.outside.behave("")
    stage.publisher.serve(stage.outside)
    cases.settle(stage)
    for name in cases.active(stage):
        stage.ctl(f"remove {name}")
    stage.ctl("check", check=False)
    for fix in stage.fixes:
        cases.same(cases.state(stage, fix), "available", f"{fix.id} after the case")
    cases.same(stage.merged(), [], "merged after the case")


def run(stage, name, function):
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


def main():
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    wanted = [item for item in cases.CASES if not sys.argv[1:] or any(word in item[0] for word in sys.argv[1:])]
    try:
        stage = prepare()
    except Exception as error:  # noqa: B902
        traceback.print_exc()
        print(f"FAILED the machine: {error}")
        sys.exit(1)
    failed = sum(not run(stage, name, function) for name, function in wanted)
    stage.destroy()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
