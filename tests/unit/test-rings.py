#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""That tests/run can't be green by mistake. Usage: test-rings.py SUPPORT [unittest options]"""

import contextlib
import io
import json
import os
import shutil
import sys
import tempfile
import unittest


class Rings(unittest.TestCase):
    def setUp(self):
        self.top = tempfile.mkdtemp(prefix="suture-test-")
        self.addCleanup(shutil.rmtree, self.top)
        self.count = rings.Count({"bus/known": "has no bus here"})

    def counted(self):
        return self.count.passed, self.count.failed, self.count.skipped

    def quietly(self, function, *arguments):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            function(*arguments)
        return said.getvalue()

    def script(self, text):
        return self.quietly(rings.script_ring, self.count, "machine", ["/bin/sh", "-c", text])

    def meson(self, *tests):
        os.makedirs(f"{self.top}/meson-logs", exist_ok=True)
        with open(f"{self.top}/meson-logs/testlog.json", "w", encoding="utf-8") as file:
            file.write("".join(json.dumps({"name": "suture:bus / known", "stdout": "", **test}) + "\n" for test in tests))
        return self.quietly(rings.meson_results, self.count, "bus", self.top)

    def test_skips(self):
        self.assertIn("has no bus here", self.quietly(self.count.add, "skipped", "bus/known"))
        self.assertEqual(self.counted(), (0, 0, 1))
        self.quietly(self.count.add, "skipped", "bus/other")
        self.assertEqual(self.counted(), (0, 1, 1))

    def test_stale_skips(self):
        self.quietly(self.count.stale, ["lint"])
        self.assertEqual(self.counted(), (0, 0, 0))
        self.quietly(self.count.stale, ["lint", "bus"])
        self.assertEqual(self.counted(), (0, 1, 0))

    def test_skips_of_some_machines(self):
        """A row that says where: needed or not, it is no failure; any other skip still is one."""
        self.count = rings.Count({"bus/known": "where there is no bus", "bus/whereabouts": "whereas this one always"})
        self.quietly(self.count.stale, ["bus"])
        self.assertEqual(self.counted(), (0, 1, 0))
        self.count = rings.Count({"bus/known": "where there is no bus"})
        self.assertIn("where there is no bus", self.quietly(self.count.add, "skipped", "bus/known", "none here"))
        self.quietly(self.count.add, "skipped", "bus/other")
        self.quietly(self.count.stale, ["bus"])
        self.assertEqual(self.counted(), (0, 1, 1))

    def test_a_skip_needs_a_reason(self):
        with open(f"{self.top}/skips", "w", encoding="utf-8") as file:
            file.write("# a comment\nbus/known  has no bus here\n")
        self.assertEqual(rings.allowed_skips(f"{self.top}/skips"), {"bus/known": "has no bus here"})
        with open(f"{self.top}/skips", "a", encoding="utf-8") as file:
            file.write("bus/other\n")
        with self.assertRaises(SystemExit):
            rings.allowed_skips(f"{self.top}/skips")

    def test_scripts(self):
        for text, wanted in (("echo ok one; echo ok two", (2, 0, 0)), ("echo ok one; echo FAILED two: why; exit 1", (1, 1, 0)),
                             ("echo ok one; exit 1", (1, 1, 0)), ("echo ok one; echo FAILED two", (1, 1, 0)),
                             ("true", (0, 1, 0)), ("echo skipped one: because", (0, 1, 0)), ("kill -9 $$", (0, 1, 0))):
            self.count = rings.Count({})
            self.script(text)
            self.assertEqual(self.counted(), wanted, text)

    def test_a_script_that_hangs_has_failed(self):
        said = self.quietly(rings.script_ring, self.count, "machine", ["/bin/sh", "-c", "echo ok one; sleep 100"], 1)
        self.assertEqual(self.counted(), (1, 1, 0), said)

    def test_groups(self):
        self.assertEqual(list(rings.groups(["build", "machine", "lint", "bus", "kernel", "try"])),
                         [["build"], ["machine", "kernel"], ["lint"], ["bus"], ["try"]])
        self.assertEqual(sorted(sum(rings.groups(list(rings.RINGS)), [])), sorted(rings.RINGS))

    def test_programs(self):
        for tests, wanted in (
                ([{"result": "OK", "stdout": "1..2\nok 1 one\nok 2 two\n"}], (2, 0, 0)),
                ([{"result": "OK"}], (1, 0, 0)),
                ([{"result": "FAIL", "stdout": "1..2\nok 1 one\nnot ok 2 two\n"}], (1, 1, 0)),
                ([{"result": "ERROR", "stdout": "1..2\nok 1 one\n"}], (1, 1, 0)),
                ([{"result": "TIMEOUT"}], (0, 1, 0)),
                ([{"result": "SKIP"}], (0, 0, 1)),
                ([{"result": "OK", "stdout": "1..1\nok 1 one # SKIP why\n"}], (0, 1, 0)),
                ([], (0, 1, 0))):
            self.count = rings.Count({"bus/known": "has no bus here"})
            self.meson(*tests)
            self.assertEqual(self.counted(), wanted, tests)


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    import rings
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=2)
