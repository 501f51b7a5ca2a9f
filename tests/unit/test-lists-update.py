#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The command of suture-lists.service, with an archive that nobody answers for: it has to fail, since the stamp behind it
keeps everybody from looking again for an hour. And the time that it has. Usage: test-lists-update.py UNIT LOCAL_C
[unittest options]; LOCAL_C is helper/engine/local.c"""

import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

UNIT = LOCAL = None


class ListsUpdate(unittest.TestCase):
    def test_no_server(self):
        lines = pathlib.Path(UNIT).read_text(encoding="utf-8").splitlines()
        start = [line.removeprefix("ExecStart=") for line in lines if line.startswith("ExecStart=")]
        with tempfile.TemporaryDirectory() as folder:
            top = pathlib.Path(folder)
            for name in ("lists/partial", "cache/archives/partial"):
                (top / name).mkdir(parents=True)
            (top / "status").touch()
            # port 9, discard: nobody listens there
            (top / "sources.list").write_text("deb http://127.0.0.1:9/ x main\n", encoding="utf-8")
            settings = {
                "Dir::State::Lists": top / "lists",
                "Dir::Cache": top / "cache",
                "Dir::Etc::SourceList": top / "sources.list",
                "Dir::Etc::SourceParts": "/dev/null",
                "Dir::State::status": top / "status",
                "APT::Sandbox::User": "root",
                "Acquire::Retries": 0,
            }
            options = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
            done = subprocess.run(shlex.split(start[0]) + options, capture_output=True, text=True, check=False)
        self.assertIn("Failed to fetch", done.stderr)
        self.assertNotEqual(done.returncode, 0, done.stderr)

    def test_time(self):
        """suture-local starts behind it, and is silent until then: the helper must not have given up."""
        unit, local = (pathlib.Path(path).read_text(encoding="utf-8") for path in (UNIT, LOCAL))
        ours = int(re.search(r"^TimeoutStartSec=(\d+)min$", unit, re.M)[1])
        patience = int(re.search(r"^#define SILENT_SECONDS \((\d+) \* 60\)", local, re.M)[1])
        self.assertLess(ours, patience)


if __name__ == "__main__":
    UNIT, LOCAL = sys.argv.pop(1), sys.argv.pop(1)
    unittest.main()
