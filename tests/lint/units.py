# SPDX-License-Identifier: LGPL-2.1-or-later
"""How much of the system each unit is exposed to, as systemd counts it: a gate, not a proof (the probes inside the units
are in the whole machine's tests)."""
import os
import re
import subprocess

# The most that systemd-analyze may say; version 252 weighs like this. A service without a row fails.
EXPOSURE = {
    'suture-helper.service': 0.5,
    'suture-fetch@.service': 1.2,
    'suture-health@.service': 1.2,
    'suture-activate@.service': 3.7,
    'suture-reconsider.service': 3.7,
    'suture-boot.service': 3.7,
    'suture-boot-complete.service': 1.0,
    'suture-check.service': 1.2,
    'suture-watch.service': 1.2,
    'suture-metrics.service': 1.2,
    'suture-local@.service': 1.0,
    'suture-deb@.service': 1.2,
    'suture-lists.service': 3.1,
}


def exposure(path):
    said = subprocess.run(['systemd-analyze', 'security', '--offline=yes', '--no-pager', path], capture_output=True,
                          text=True, check=False, env={**os.environ, 'LC_ALL': 'C'}).stdout
    found = re.search(r'exposure level for .*: ([0-9.]+) ', said)
    return float(found[1]) if found else None


def findings(root):
    folder = os.path.join(root, 'data', 'units')
    for name in sorted(os.listdir(folder)):
        if not name.endswith('.service'):
            continue
        score, most = exposure(os.path.join(folder, name)), EXPOSURE.get(name)
        if most is None:
            yield f'data/units/{name}', 1, f'has no limit in tests/lint/units.py (systemd says {score})'
        elif score is None or score > most:
            yield f'data/units/{name}', 1, f'is exposed {score}; {most} is the most'
