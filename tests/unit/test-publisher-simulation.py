#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""suture-publish simulate against what can be calculated by hand. Usage: test-publisher-simulation.py PROGRAM [unittest
options]"""

import json
import os
import sys
import unittest

from publishing import ROLE, Case, example

MACHINES = 40000
FLEET = f"[Fleet]\nMachines={MACHINES}\n"
ONE = "[Base demo 1.0]\nShare=1\n"


class Simulation(Case):
    def setUp(self):
        super().setUp()
        self.run_ok(*super().make(*self.debs()))
        self.payloads = {payload.get("base", -1): payload["size"] for payload in self.manifest()["payloads"]}

    def fleet(self, text):
        path = f"{self.top}/fleet"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def simulate(self, text, *words):
        return json.loads(self.run_ok("simulate", self.depot, "demo-a", "--fleet", self.fleet(text), "--json", *words))

    def hours(self, told):
        return {int(percent): seconds / 3600 for percent, seconds in told["protected_after"].items()}

    def metadata(self):
        """Bytes of timestamp; and of what the first check after a publication fetches besides."""
        folder = f"{self.depot}/repository/metadata"
        sizes = {name.split(".")[-2]: os.path.getsize(f"{folder}/{name}") for name in sorted(os.listdir(folder))}
        return sizes["timestamp"], sizes["snapshot"] + sizes.get(ROLE, 0) + os.path.getsize(f"{self.place()}/manifest.json")

    def test_at_once(self):
        """Without a rollout a machine installs at its next check: as many in each hour, until all have checked once."""
        told = self.simulate(f"{FLEET}CheckHours=10\nJitterMinutes=0\n{ONE}", "--days", "3")
        hours = self.hours(told)
        self.assertAlmostEqual(hours[50], 5, delta=0.15)
        self.assertAlmostEqual(hours[90], 9, delta=0.1)
        self.assertAlmostEqual(hours[99], 9.9, delta=0.05)
        self.assertEqual((told["downloads"], told["broken"], told["protected"]), (MACHINES, 0, MACHINES))
        self.assertEqual(told["payload_bytes"], MACHINES * self.payloads[0])
        # 72 hours hold 7 or 8 checks of every machine: 7.2 on average, of two requests; three more, and one, by each once
        self.assertAlmostEqual(told["requests"], MACHINES * (2 * 7.2 + 3 + 1), delta=MACHINES * 0.02)
        timestamp, news = self.metadata()
        self.assertAlmostEqual(told["metadata_bytes"], MACHINES * (7.2 * timestamp + news), delta=MACHINES * timestamp * 0.02)
        # the same number in each minute of the first 10 hours, 6 requests each; the largest of 600 such numbers is more
        mean = MACHINES / 36000 * 6
        self.assertGreater(told["peak_requests"], mean)
        self.assertLess(told["peak_requests"], mean * 1.75)
        self.assertLess(told["peak_requests_at"], 36000)

    def test_rollout(self):
        """Turns are spread evenly; who has one installs half an interval later on average."""
        for rollout in (24, 100):
            with self.subTest(rollout=rollout):
                told = self.simulate(f"{FLEET}CheckHours=1\nJitterMinutes=0\n{ONE}", "--rollout-hours", str(rollout))
                hours = self.hours(told)
                self.assertEqual(told["rollout_hours"], rollout)
                for percent, part in ((50, 0.5), (90, 0.9), (99, 0.99)):
                    self.assertAlmostEqual(hours[percent], rollout * part + 0.5, delta=0.02 * rollout)
                self.assertLessEqual(hours[99], rollout + 1)
                self.assertEqual(told["protected"], MACHINES)

    def test_link(self):
        """The last bytes of a payload come when the link has carried all before."""
        seconds = self.payloads[0] * 8 / 1000
        self.assertGreater(seconds, 120)
        told = self.simulate(f"[Fleet]\nMachines=1\nCheckHours=0.1\nJitterMinutes=0\nLinkMbit=0.001\n{ONE}")
        self.assertGreaterEqual(told["protected_after"]["50"], int(seconds))
        self.assertLessEqual(told["protected_after"]["50"], seconds + 360)
        self.assertAlmostEqual(told["peak_bits"], 1000, delta=1)

    def test_failures(self):
        """A download that breaks off begins anew at the next check: 1 / (1 - p) of them, half a payload wasted each."""
        told = self.simulate(f"{FLEET}CheckHours=1\nJitterMinutes=0\nFailures=0.5\n{ONE}")
        self.assertEqual(told["downloads"], MACHINES)
        self.assertAlmostEqual(told["broken"], MACHINES, delta=MACHINES * 0.03)
        self.assertAlmostEqual(told["payload_bytes"], MACHINES * 1.5 * self.payloads[0],
                               delta=MACHINES * 0.03 * self.payloads[0])
        # the first check protects half of them, the next half of the others, and so on: 90 % after 3.4 intervals
        self.assertAlmostEqual(self.hours(told)[50], 1, delta=0.05)
        self.assertAlmostEqual(self.hours(told)[90], 3.4, delta=0.1)

    def test_not_automatic(self):
        told = self.simulate(f"{FLEET}Automatic=0.8\n{ONE}")
        self.assertAlmostEqual(told["protected"], MACHINES * 0.8, delta=MACHINES * 0.01)
        self.assertIsNone(told["protected_after"]["90"])
        told = self.simulate(f"{FLEET}Automatic=0\nManualHours=24\nCheckHours=0.5\nJitterMinutes=0\n{ONE}", "--days", "20")
        # half of them after ln 2 of the mean, and a quarter of an hour until the next check
        self.assertAlmostEqual(self.hours(told)[50], 24 * 0.693 + 0.25, delta=0.5)
        self.assertIn("90 % protected: not within 7 days",
                      self.run_ok("simulate", self.depot, "demo-a", "--fleet", self.fleet(f"{FLEET}Automatic=0.8\n{ONE}")))

    def test_online(self):
        """What is switched off at the publication comes when it is switched on, all within the jitter."""
        told = self.simulate(f"{FLEET}Online=8-18\nJitterMinutes=60\n{ONE}", "--at", "20")
        hours = self.hours(told)
        self.assertAlmostEqual(hours[50], 12 + 5 / 60 + 0.5, delta=0.05)
        self.assertLess(hours[99], 13.1)
        self.assertAlmostEqual(told["peak_requests"], MACHINES * 6 / 3600, delta=MACHINES / 3600 * 1.5)
        self.assertGreater(told["peak_requests_at"], 12 * 3600)
        night = self.hours(self.simulate(f"{FLEET}Online=22-6\nCheckHours=1\nJitterMinutes=0\n{ONE}", "--at", "23"))
        self.assertLess(night[99], 1.01)

    def test_bases(self):
        """Each fetches its own payload."""
        told = self.simulate(f"{FLEET}[Base demo 1.0]\nShare=0.25\n[Base *]\nShare=0.75\nAutomatic=0.5\n")
        expected = MACHINES * (0.25 * self.payloads[0] + 0.375 * self.payloads[-1])
        self.assertAlmostEqual(told["payload_bytes"], expected, delta=expected * 0.02)
        self.assertAlmostEqual(told["downloads"], MACHINES * 0.625, delta=MACHINES * 0.01)

    def test_example(self):
        """The one of the README can be copied."""
        told = self.simulate(example("[Fleet]").replace("libssl3 3.0.20", "demo 1.0").replace("1000000", "1000"), "--rollout-hours", "48")
        self.assertGreater(told["downloads"], 800)

    def test_deterministic(self):
        text = f"{FLEET}Failures=0.1\nOnline=8-20\n{ONE}"
        first = self.simulate(text, "--rollout-hours", "48")
        self.assertEqual(first, self.simulate(text, "--rollout-hours", "48"))
        self.assertEqual(first, self.simulate(text, "--rollout-hours", "48", "--seed", "1"))
        other = self.simulate(text, "--rollout-hours", "48", "--seed", "2")
        self.assertNotEqual(first, other)
        self.assertAlmostEqual(first["protected_after"]["50"], other["protected_after"]["50"], delta=3600)

    def test_published(self):
        """A published one, with its own rollout, which it has before, too; and nothing changes."""
        self.run_ok("rollout", self.depot, "demo-a", "--hours", "48")
        self.assertEqual(self.simulate(f"{FLEET}{ONE}")["rollout_hours"], 48)
        self.run_ok("publish", self.depot)
        before = self.served()
        told = self.simulate(f"{FLEET}{ONE}")
        self.assertEqual(told["rollout_hours"], 48)
        self.assertGreater(told["protected_after"]["50"], 20 * 3600)
        self.assertEqual(self.served(), before)

    def test_refused(self):
        rows = [("", "there is no group [Fleet]"), (FLEET, "the shares of all [Base LABEL] are 0 together"),
                (f"{FLEET}[Base demo 1.0]\nShare=0.5\n", "are 0.5 together"),
                (f"{FLEET}[Base demo 1.0]\n", "Share of [Base demo 1.0] has to be a number"),
                (f"{FLEET}[Base other]\nShare=1\n", 'no base of that name; its first is "demo 1.0"'),
                (f"{FLEET}Speed=1\n{ONE}", "[Fleet] has the unknown key Speed"),
                (f"{FLEET}{ONE}Machines=1\n", "[Base demo 1.0] has the unknown key Machines"),
                (f"{FLEET}{ONE}[More]\nx=1\n", "[More] is neither"),
                (f"{FLEET}Failures=1\n{ONE}", "Failures of [Fleet] has to be a number from 0 to 0.99"),
                (f"{FLEET}LinkMbit=nan\n{ONE}", "LinkMbit of [Fleet]"), (f"{FLEET}LinkMbit=0\n{ONE}", "LinkMbit of [Fleet]"),
                (f"{FLEET}CheckHours=inf\n{ONE}", "CheckHours of"), (f"{FLEET}Online=8-8\n{ONE}", "Online of [Fleet]"),
                (f"{FLEET}Online=8-25\n{ONE}", "Online of [Fleet]"), (f"{FLEET}Online=always\n{ONE}", "Online of [Fleet]"),
                (f"[Fleet]\nMachines=0\n{ONE}", "Machines of [Fleet]"),
                (f"[Fleet]\nMachines=100000000\nCheckHours=0.1\n{ONE}", "take fewer machines or days")]
        for text, complaint in rows:
            with self.subTest(text=text):
                self.run_refused(complaint, "simulate", self.depot, "demo-a", "--fleet", self.fleet(text))
        good = self.fleet(f"{FLEET}{ONE}")
        for words, complaint in [(["demo-b", "--fleet", good], "has no improvement demo-b"),
                                 (["demo-a"], "--fleet FILE is needed"),
                                 (["demo-a", "--fleet", f"{self.top}/none"], f"{self.top}/none: "),
                                 (["demo-a", "--fleet", good, "--rollout-hours", "721"], "--rollout-hours can be"),
                                 (["demo-a", "--fleet", good, "--days", "0"], "--days can be"),
                                 (["demo-a", "--fleet", good, "--at", "24"], "--at has to be")]:
            with self.subTest(words=words):
                self.run_refused(complaint, "simulate", self.depot, *words)


if __name__ == "__main__":
    Case.program = sys.argv.pop(1)
    unittest.main()
