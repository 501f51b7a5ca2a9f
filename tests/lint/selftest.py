#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Shows that each rule of lint.py finds what it is there for, and nothing else: bad/RULE/SAMPLE is a small tree with one
fault, bad/none is one without. Programs are compiled badly on the spot."""
import json
import os
import subprocess
import sys
import tempfile

import lint
import programs
import rules
import units

BAD = os.path.join(lint.HERE, 'bad')
BAD_UNIT = '[Service]\nExecStart=/bin/true\n'
PROGRAM = '#include <string.h>\nint main (int n, char **a) { char b[64]; strcpy (b, a[0]); return b[n] + EXTRA; }\n'
GOOD_FLAGS = ['-fPIE', '-pie', '-fstack-protector-strong', '-Wl,-z,relro,-z,now,-z,noexecstack', '-DEXTRA=0',
              *(['-fcf-protection=full'] if programs.X86 else [])]
BAD_BUILDS = {
    'PIE': ['-no-pie', '-fno-pie'],
    'RELRO': ['-Wl,-z,norelro'],
    'stack protector': ['-fno-stack-protector'],
    'executable stack': ['-Wl,-z,execstack'],
    'folder of its own': ['-Wl,-rpath,/opt/lib'],
    **({'CET': ['-fcf-protection=none']} if programs.X86 else {}),
}
COMMAND = ['cc', '-O2', '-D_FORTIFY_SOURCE=2', *programs.FLAGS, *programs.GCC_FLAGS, '-c', 'x.c']


def check_samples():
    for name in rules.RULES:
        samples = os.path.join(BAD, name)
        if not os.path.isdir(samples) or not os.listdir(samples):
            yield f'{name}: there is no bad sample in bad/{name}'
            continue
        for sample in sorted(os.listdir(samples)):
            found = {f[0] for f in lint.source_findings(os.path.join(samples, sample))}
            if found != {name}:
                yield f'bad/{name}/{sample}: found {sorted(found)}, expected only {name}'
    for finding in lint.source_findings(os.path.join(BAD, 'none')):
        yield f'bad/none has no fault, but: {finding}'


def check_programs():
    with tempfile.TemporaryDirectory() as folder:
        source, program = os.path.join(folder, 'x.c'), os.path.join(folder, 'x')
        with open(source, 'w', encoding='utf-8') as file:
            file.write(PROGRAM)

        def build(*flags):
            subprocess.run(['cc', source, '-o', program, *GOOD_FLAGS, *flags], check=True, capture_output=True)
            return program
        good = list(programs.findings(build()))
        if good:
            yield f'a hardened program: {good}'
        for what, flags in BAD_BUILDS.items():
            found = list(programs.findings(build(*flags)))
            if not any(what in sentence for sentence in found):
                yield f'a program without or with {what}: {found}'
        if not any('is not static' in s for s in programs.findings(build(), 'suture-detach')):
            yield 'a dynamic suture-detach was not found'
        build('-Wl,--no-as-needed', '-lz')
        programs.FORBIDDEN['x'] = ('libz',)
        if 'links libz.so.1' not in programs.findings(program):
            yield 'a forbidden library was not found'


def check_flags():
    with tempfile.TemporaryDirectory() as folder:
        def found(command):
            with open(os.path.join(folder, 'compile_commands.json'), 'w', encoding='utf-8') as file:
                json.dump([{'file': 'x.c', 'command': ' '.join(command)}], file)
            return [sentence for _, _, sentence in programs.flag_findings(folder)]
        if found(COMMAND):
            yield f'hardened commands: {found(COMMAND)}'
        for flag in ('-D_FORTIFY_SOURCE=2', *programs.FLAGS, *programs.GCC_FLAGS):
            without = found([word for word in COMMAND if word != flag])
            if without != [f'is compiled without {flag}']:
                yield f'a command without {flag}: {without}'


def check_units():
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(os.path.join(folder, 'data', 'units'))
        for name in ('suture-fetch@.service', 'suture-unheard-of.service'):
            with open(os.path.join(folder, 'data', 'units', name), 'w', encoding='utf-8') as file:
                file.write(BAD_UNIT)
        found = [sentence for _, _, sentence in units.findings(folder)]
        if len(found) != 2 or 'is exposed 9' not in found[0] or 'has no limit' not in found[1]:
            yield f'units without a sandbox: {found}'


def main():
    wrong = [*check_samples(), *check_programs(), *check_flags(), *check_units()]
    print('\n'.join(wrong) if wrong else f'{len(rules.RULES)} rules, all of them find their samples')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
