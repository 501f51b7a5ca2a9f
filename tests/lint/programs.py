# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the built programs must hold to: hardening, and which libraries they may not know. Everything is read from the
programs themselves (readelf) and from how they were compiled, not from what the build files say."""
import json
import os
import platform
import re
import subprocess

# THREATS: who may not link what. A name is the beginning of a NEEDED library.
FORBIDDEN = {
    'suture-activate': ('libcurl', 'libpolkit', 'libsqlite3', 'libgtk', 'libsystemd'),
    'suture-helper': ('libcurl', 'libgtk'),
    'suture-health': ('libcurl', 'libpolkit', 'libsqlite3', 'libgtk', 'libsystemd'),
    'suture-fetch': ('libpolkit', 'libsqlite3', 'libgtk', 'libsystemd', 'libarchive'),
    'suture-notifier': ('libgtk', 'libadwaita', 'libcurl', 'libsqlite3'),
    'suturectl': ('libcurl', 'libsqlite3', 'libgtk'),
    'suture-panel': ('libcurl', 'libsqlite3'),
    'suture-publish': ('libcurl', 'libsqlite3', 'libpolkit', 'libgtk'),
}
STATIC = ('suture-detach',)
X86 = platform.machine() in ('x86_64', 'i686')
FLAGS = ('-fstack-protector-strong', *(('-fcf-protection=full',) if X86 else ()))
GCC_FLAGS = ('-fstack-clash-protection', '-ftrivial-auto-var-init=zero')


def readelf(path, *options):
    return subprocess.run(['readelf', '-W', *options, path], capture_output=True, text=True, check=True,
                          env={**os.environ, 'LC_ALL': 'C'}).stdout


def marks_branches(path):
    """Whether main begins with the mark that CET wants where an indirect branch may land. (The property in the program's
    notes says less: the linker drops it as long as the C library's own start files are without it, as Debian 12's are.)"""
    code = subprocess.run(['objdump', '-d', '--disassemble=main', path], capture_output=True, text=True, check=True).stdout
    first = re.search(r'<main>:\n.*\t(\w+)', code)
    return first is not None and first[1].startswith('endbr')


def findings(path, name=None):
    """Sentences about what is wrong with one program."""
    name = name or os.path.basename(path)
    header, segments, dynamic = readelf(path, '-h'), readelf(path, '-l'), readelf(path, '-d')
    symbols = readelf(path, '--dyn-syms', '-s')
    needed = re.findall(r'\(NEEDED\).*\[(.*)\]', dynamic)
    if not re.search(r'Type:\s+DYN', header) or not re.search(r'FLAGS_1.*\bPIE\b', dynamic):
        yield 'is not position-independent (PIE)'
    if 'GNU_RELRO' not in segments or not re.search(r'BIND_NOW|FLAGS_1.*\bNOW\b', dynamic):
        yield 'has no full RELRO'
    if re.search(r'GNU_STACK.*E\s+0x', segments):
        yield 'has an executable stack'
    if '__stack_chk_fail' not in symbols:
        yield 'has no stack protector'
    if X86 and not marks_branches(path):
        yield 'does not mark where branches may land (CET)'
    if re.search(r'\((RPATH|RUNPATH)\)', dynamic):
        yield 'looks for libraries in a folder of its own'
    if name in STATIC and (needed or 'INTERP' in segments):
        yield f'is not static: {", ".join(needed)}'
    for library in needed:
        if library.startswith(FORBIDDEN.get(name, ('\0',))):
            yield f'links {library}'


def built_findings(build):
    """(path, line, sentence) for a build folder."""
    targets = json.loads(subprocess.run(['meson', 'introspect', '--targets', build], capture_output=True, text=True,
                                        check=True).stdout)
    installed = [t for t in targets if t['type'] == 'executable' and t['installed']]
    for target in installed:
        for path in target['filename']:
            if os.path.exists(path):
                for sentence in findings(path):
                    yield os.path.relpath(path, build), 1, sentence
            else:
                yield os.path.relpath(path, build), 1, 'is not built'
    for missing in sorted({'suture-activate', 'suture-detach', 'suture-fetch', 'suture-helper'}
                          - {t['name'] for t in installed}):
        yield missing, 1, 'is not among the programs'
    yield from flag_findings(build)


def flag_findings(build):
    """What the programs don't show: how each file was compiled."""
    with open(os.path.join(build, 'compile_commands.json'), encoding='utf-8') as file:
        commands = json.load(file)
    for entry in commands:
        words = entry['command'].split()
        wanted = FLAGS + (GCC_FLAGS if 'clang' not in words[0] else ())
        plain = not any(w.startswith('-O') and w != '-O0' for w in words) or any('-fsanitize' in w for w in words)
        wanted += () if plain else ('-D_FORTIFY_SOURCE=2',)
        for flag in wanted:
            if not any(w.startswith(flag) for w in words) and entry['file'].endswith('.c'):
                yield entry['file'], 1, f'is compiled without {flag}'
