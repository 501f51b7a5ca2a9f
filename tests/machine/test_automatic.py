# SPDX-License-Identifier: LGPL-2.1-or-later
"""The timer's turn. It has to be the first case: what a person has removed is not installed automatically again, and
cases remove what they install."""

from cases import ANNOUNCE, case, contents, same


@case("the timer's check installs what is ready")
def automatic(stage):
    stage.machine.run(ANNOUNCE)
    stage.machine.run("systemctl start suture-check.service")
    for fix in stage.fixes:
        same(contents(stage, fix), "fixed", f"{fix.id} after the check")
    # The next one comes too soon: nothing happens, and the unit has not failed.
    stage.machine.run("systemctl start suture-check.service")
