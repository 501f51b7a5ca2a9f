#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The command of suture-lists.service, with an archive that nobody answers for: it has to fail, since the stamp behind it
keeps everybody from looking again for an hour. Usage: test-lists-update.py UNIT [unittest options]"""

import pathlib
import shlex
import subprocess
import sys
import tempfile
import unittest

UNIT = None


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


if __name__ == "__main__":
    UNIT = sys.argv.pop(1)
    unittest.main()
