# SPDX-License-Identifier: LGPL-2.1-or-later
"""The whole-machine ring: every case of this folder against the installed packages on one booted machine.
`run.py WORD…` runs the cases whose names contain one of the words. After each case the machine is brought back to where
cases begin: the good feed is served, nothing is active, nothing is broken."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, f"{os.path.dirname(HERE)}/support")

import stage as stages  # noqa: E402
import cases  # noqa: E402
import runner  # noqa: E402
import test_automatic  # noqa: E402,F401
import test_access  # noqa: E402,F401
import test_sign_in  # noqa: E402,F401
import test_programs  # noqa: E402,F401
import test_system  # noqa: E402,F401
import test_faults  # noqa: E402,F401
import test_input  # noqa: E402,F401
import test_serving  # noqa: E402,F401
import test_state  # noqa: E402,F401
import test_boot  # noqa: E402,F401
import test_base  # noqa: E402,F401
import test_fleet  # noqa: E402,F401
import test_packages  # noqa: E402,F401
import test_feeds  # noqa: E402,F401
import test_publisher  # noqa: E402,F401
import test_waits  # noqa: E402,F401
import test_watch  # noqa: E402,F401


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


if __name__ == "__main__":
    runner.main(prepare, bring_back)
