# SPDX-License-Identifier: LGPL-2.1-or-later
"""The source tree as the rules see it."""
import os
import re

SKIPPED = {'.git', '.cache', '.debhelper', '__pycache__', 'tmp'}
CODE = ('.c', '.h')
COMMENT_OR_TEXT = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def blank(text):
    """As many lines as before, and nothing in them."""
    return re.sub(r'[^\n]', ' ', text)


class File:
    def __init__(self, root, path):
        self.path = path
        with open(os.path.join(root, path), 'rb') as file:
            data = file.read()
        self.binary = b'\0' in data
        self.text = '' if self.binary else data.decode('utf-8', 'replace')
        self.lines = self.text.split('\n')
        self.is_script = self.text.startswith('#!')
        self.is_code = path.endswith(CODE)

    @property
    def without_comments(self):
        """C with comments blanked; strings stay."""
        return COMMENT_OR_TEXT.sub(lambda m: blank(m[0]) if m[0][0] == '/' else m[0], self.text)

    @property
    def bare(self):
        """C with comments and strings blanked; names of included files stay."""
        kept = re.sub(r'(?m)^#include "([^"]+)"', r'#include <\1>', self.text)
        return COMMENT_OR_TEXT.sub(lambda m: blank(m[0]), kept)

    def below(self, *folders):
        return any(self.path.startswith(folder + '/') for folder in folders)


class Tree:
    """All files below a root but what is built, cached, or bad on purpose."""

    def __init__(self, root):
        self.root = root
        self.files = [File(root, path) for path in sorted(self.walk())]

    def walk(self):
        for folder, folders, names in os.walk(self.root):
            here = os.path.relpath(folder, self.root)
            folders[:] = [f for f in folders if f not in SKIPPED and not self.is_built(folder, f)]
            for name in names:
                path = os.path.normpath(os.path.join(here, name))
                if name != '.git' and not os.path.islink(os.path.join(self.root, path)) and not name.endswith(('.png', '.deb', '.pyc')):
                    yield path

    def is_built(self, folder, name):
        full = os.path.join(folder, name)
        below = os.path.relpath(full, self.root)
        return (os.path.isdir(os.path.join(full, 'meson-private')) or below == 'tests/lint/bad'
                or (below == name and name.startswith('build'))
                or (os.path.basename(folder) == 'debian' and name.startswith('suture')))

    def code(self, *folders):
        return [f for f in self.files if f.is_code and (not folders or f.below(*folders))]

    def get(self, path):
        return next((f for f in self.files if f.path == path), None)
