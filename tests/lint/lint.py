#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""lint.py [--root FOLDER] [--build FOLDER] [--only source|programs|units]

Holds the tree, the built programs and the units to the rules of CONTRIBUTING.md. Prints FILE:LINE: RULE: sentence for each
finding; the exit status says whether there was one. selftest.py shows that each rule finds something.
"""
import argparse
import os
import sys

import programs
import rules
import tree
import units

HERE = os.path.dirname(os.path.abspath(__file__))


def source_findings(root):
    files = tree.Tree(root)
    for name, rule in rules.RULES.items():
        for path, line, sentence in rule(files):
            yield name, path, line, sentence


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--root', default=os.path.join(HERE, '..', '..'))
    parser.add_argument('--build')
    parser.add_argument('--only', choices=['source', 'programs', 'units'])
    options = parser.parse_args()
    found = []
    if options.only in (None, 'source'):
        found += source_findings(os.path.realpath(options.root))
    if options.only in (None, 'units'):
        found += [('exposure', *f) for f in units.findings(options.root)]
    if options.only == 'programs' or (options.only is None and options.build):
        found += [('programs', *f) for f in programs.built_findings(options.build)]
    for name, path, line, sentence in found:
        print(f'{path}:{line}: {name}: {sentence}')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
