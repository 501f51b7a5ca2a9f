# SPDX-License-Identifier: LGPL-2.1-or-later
"""The ring of the local feed: a machine of its own, with an archive of its own beside it. `local.py WORD…` runs the cases whose
names contain one of the words. After each case the old packages are installed, the feed is on, and nothing of it is active."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, f"{os.path.dirname(HERE)}/support")

import runner  # noqa: E402
import local_stage  # noqa: E402
import test_local_feed  # noqa: E402,F401
import test_local_updates  # noqa: E402,F401
import test_local_lists  # noqa: E402,F401
import test_local_packages  # noqa: E402,F401
import test_local_faults  # noqa: E402,F401
import test_local_suture  # noqa: E402,F401

if __name__ == "__main__":
    runner.main(local_stage.prepare, local_stage.bring_back)
