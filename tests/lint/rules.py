# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the source tree must hold to. A rule is a function of the tree that yields (path, line, sentence)."""
import fnmatch
import re

RULES = {}

# helper/README.md: what each stage may include beside itself.
CHAIN = ('feed', 'verify', 'base')
STAGES = {
    'base': (),
    'verify': ('base',),
    'feed': ('verify', 'base'),
    'download': CHAIN,
    'rebuild': CHAIN,
    'history': CHAIN,
    'engine': ('download', 'rebuild', 'history', *CHAIN),
    'bus': ('engine', 'download', 'rebuild', 'history', *CHAIN),
    'health': ('verify', 'base'),
    'restart': CHAIN,
    'activate': ('restart', *CHAIN),
}
PUBLISHER = ('rebuild', *CHAIN)
UI = ('client', 'base')

# One owner for each dangerous thing: (what, pattern in code with its strings, who may, below where it is looked for).
EVERYWHERE = ('helper', 'publisher', 'ui', 'tests')
OWNERS = (
    ('libcurl', r'#include <curl/', ('helper/download/transfer.c', 'tests/support/tuf-client.c'), EVERYWHERE),
    ('polkit', r'#include <polkit|org\.freedesktop\.PolicyKit1', ('helper/bus/authority.c', 'ui/ctl/agent.c'),
     ('helper', 'publisher', 'ui')),
    ('SQLite', r'#include <sqlite3\.h>', ('helper/history/*',), ('helper', 'publisher', 'ui')),
    ('mount(2)', r'#include <sys/mount\.h>|(?<![\w>.])(mount|umount2?|move_mount|fsopen|fsmount|open_tree|mount_setattr)\s*\(',
     ('helper/activate/*',), ('helper', 'publisher', 'ui')),
    ('systemd', r'org\.freedesktop\.systemd1', ('helper/restart/*', 'helper/activate/*', 'helper/engine/unit-states.c', 'ui/ctl/restart.c'),
     ('helper', 'publisher', 'ui')),
    ('the journal', r'#include <systemd/', ('helper/engine/crashes.c',), ('helper', 'publisher', 'ui')),
    ('the D-Bus proxy', r'_proxy_new|g_dbus_proxy_|object_manager_client_new', ('ui/client/*',), ('ui', 'publisher')),
    ('libsecret', r'#include <libsecret/', ('ui/client/*',), ('helper', 'publisher', 'ui')),
)

LINES_MAX, FUNCTION_MAX = 600, 80


def rule(function):
    RULES[function.__name__] = function
    return function


def numbered(text):
    return enumerate(text.split('\n'), 1)


def matches(text, pattern):
    """(line number, match) of each match."""
    for match in re.finditer(pattern, text, re.M):
        yield text.count('\n', 0, match.start()) + 1, match


@rule
def spdx(tree):
    """The licence stands in the first line (the second of a script)."""
    for file in tree.files:
        if file.is_code or file.is_script or file.path.endswith(('.py', '.service', '.socket', '.timer', '.css')):
            if 'SPDX-License-Identifier: ' not in '\n'.join(file.lines[1 if file.is_script else 0:][:1]):
                yield file.path, 1, 'the first line names no licence (SPDX-License-Identifier)'


@rule
def guard(tree):
    """Headers are read once."""
    for file in tree.files:
        if file.path.endswith('.h') and '#pragma once' not in file.lines[:3]:
            yield file.path, 1, 'a header without #pragma once in its first lines'


def allowed_folders(path):
    parts = path.split('/')
    if parts[0] == 'helper' and len(parts) == 3 and parts[1] in STAGES:
        return (parts[1], *STAGES[parts[1]])
    if parts[0] == 'publisher':
        return PUBLISHER + (('local',) if len(parts) == 3 else ())
    if parts[0] == 'ui' and len(parts) == 3:
        return (parts[1], *UI)
    return None


@rule
def includes(tree):
    """Includes point down only, and say which stage they reach into."""
    for file in tree.code('helper', 'publisher', 'ui'):
        allowed = allowed_folders(file.path)
        if allowed is None:
            yield file.path, 1, 'code outside the folders of helper/README.md'
            continue
        for line, match in matches(file.without_comments, r'^#include "(?:([^/"]+)/)?([^"]+)"'):
            folder, name = match[1], match[2]
            if folder is None:
                # the publisher is one folder; generated code has no folder
                if not file.below('publisher') and not name.startswith('suture-'):
                    yield file.path, line, f'"{name}" does not say its folder'
            elif folder not in allowed:
                yield file.path, line, f'{file.path.split("/")[-2]}/ may not reach into {folder}/'
            elif name.endswith('-private.h') and folder != file.path.split('/')[-2]:
                yield file.path, line, f'{folder}/{name} is private to its folder'


@rule
def owners(tree):
    """Each dangerous thing has one owner."""
    for what, pattern, owner, where in OWNERS:
        for file in tree.code(*where):
            if not any(fnmatch.fnmatch(file.path, glob) for glob in owner):
                for line, _ in matches(file.without_comments, pattern):
                    yield file.path, line, f'{what} belongs to {", ".join(owner)}'


@rule
def environment(tree):
    """Nothing privileged listens to its environment."""
    for file in tree.code('helper'):
        for line, match in matches(file.bare, r'\b(g_|secure_)?getenv\b|\bg_(get_environ|environ_getenv)\b|\benviron\b'):
            yield file.path, line, f'{match[0]} in a privileged program'


@rule
def jumps(tree):
    for file in tree.code():
        for line, _ in matches(file.bare, r'\bgoto\b'):
            yield file.path, line, 'goto'


@rule
def file_length(tree):
    for file in tree.files:
        if (file.is_code or file.is_script or file.path.endswith('.py')) and len(file.lines) - 1 > LINES_MAX:
            yield file.path, LINES_MAX, f'{len(file.lines) - 1} lines; {LINES_MAX} are the most'


def functions(file):
    """(name, first line, lines without rows of tables) of each function in GNU style."""
    lines = file.bare.split('\n')
    start = None
    for number, line in enumerate(lines):
        before = next((text for text in reversed(lines[:number]) if text.strip()), '')
        if line.startswith('{') and before.rstrip().endswith(')'):
            start = number
        elif line.startswith('}') and start is not None:
            head = '\n'.join(lines[max(0, start - 12):start])
            names = re.findall(r'^(\w+) \(', head, re.M)
            body = [t for t in lines[start:number + 1] if not re.fullmatch(r'\s*(\{.*\},?\s*)+(\};)?', t)]
            yield (names[-1] if names else '?'), start + 1, len(body)
            start = None


@rule
def function_length(tree):
    """Tables and class_init aside."""
    for file in tree.code():
        for name, line, length in functions(file):
            if length > FUNCTION_MAX and not name.endswith('_class_init'):
                yield file.path, line, f'{name} has {length} lines; {FUNCTION_MAX} are the most'


@rule
def documented(tree):
    """Each public function stands in a paragraph that has a comment; the first may lean on the header's own."""
    for file in tree.code('helper', 'publisher', 'ui'):
        if not file.path.endswith('.h'):
            continue
        line, described = 1, False
        for paragraph in re.split(r'\n[ \t]*\n', file.text):
            plain = re.sub(r'/\*.*?\*/', '', paragraph, flags=re.S)
            names = re.findall(r'^(?!typedef|static|#|G_DE)[A-Za-z][\w \t*]*?\b(suture_\w+) \(', plain, re.M)
            names = [n for n in names if not n.endswith(('_quark', '_get_type', '_new', '_free', '_ref', '_unref'))]
            if names and '/*' not in paragraph and not described:
                yield file.path, line, f'{names[0]} is not documented'
            described = described and not names
            if plain.replace('#pragma once', '').strip() == '' and 'SPDX' not in paragraph:
                described = True
            line += paragraph.count('\n') + 2


@rule
def translated(tree):
    """po/POTFILES lists what has words to translate, and nothing that is gone."""
    potfiles = tree.get('po/POTFILES')
    listed = {l.strip() for l in potfiles.lines if l.strip() and not l.startswith('#')} if potfiles else set()
    for file in tree.files:
        if file.below('ui', 'data'):
            words = (re.search(r'(?<!\w)(N?C?_|ngettext|g_dngettext) ?\("', file.without_comments) if file.is_code else
                     re.search(r'translatable="(yes|true)"', file.text) if file.path.endswith('.ui') else
                     file.path.endswith(('.desktop.in', '.metainfo.xml.in', '.policy')))
            if words and file.path not in listed:
                yield file.path, 1, 'has words to translate and is not in po/POTFILES'
    for path in sorted(listed):
        if tree.get(path) is None:
            yield 'po/POTFILES', 1, f'lists {path}, which is not there'


@rule
def manuals(tree):
    """The manual page that a unit names is there."""
    for file in tree.files:
        if file.below('data/units'):
            for line, match in matches(file.text, r'\bman:(suture[\w-]*)\((\d)\)'):
                if tree.get(f'data/man/{match[1]}.{match[2]}') is None:
                    yield file.path, line, f'names {match[0]}, which is not in data/man'


# What must hold against a network, a mirror, a thief of online keys, an improvement that breaks something, and a wrong clock: each is a test named after its number.
THREATS = (*range(1, 18), 35, 41)
NAMED = re.compile(r'\b(?:ADD|g_test_add\w*) \("([^"]*)"|^def test_([sS]\d\d\w*)|\bcheck\(f?"((?:S\d\d[ /])+[^"]*)"', re.M)


@rule
def threats(tree):
    """Each numbered statement has a test of its name."""
    if tree.get('tests/unit/test-trust.c') is None:
        return
    names = [''.join(match.groups('')) for file in tree.files if file.below('tests/unit', 'tests/bus', 'tests/machine')
             for match in NAMED.finditer(file.text)]
    for number in THREATS:
        if not any(re.search(rf'(?<![A-Za-z0-9])[sS]{number:02}(?!\d)', name) for name in names):
            yield 'tests/unit', 1, f'no test is named S{number:02}'


@rule
def unfinished(tree):
    """Nothing is left for later, and nothing names the machine that it was made on."""
    words = r'\b(?:TODO|FIXME|XXX)\b(?!\))|(?<![\w.])/(?:home|Users)/[a-z]'
    for file in tree.files:
        if not file.below('tests/lint') and file.path != 'LICENSE':
            for line, match in matches(file.text, words):
                yield file.path, line, f'"{match[0]}"'
