# SPDX-License-Identifier: LGPL-2.1-or-later
"""What data/org.suture.Helper1.xml says about errors and results: in the comment before each method, and, for all of them, in
the paragraph "Errors are"."""

import re


class Contract:
    def __init__(self, source):
        with open(f"{source}/helper/base/error.c", encoding="utf-8") as file:
            self.names = set(re.findall(r'SUTURE_ERROR_NAME_PREFIX "(\w+)"', file.read()))
        with open(f"{source}/data/org.suture.Helper1.xml", encoding="utf-8") as file:
            text = file.read()
        general = text[text.index("Any method can fail with"):text.index("Any other error")]
        self.general = self.names_in(general)
        comments = re.findall(r'<!--((?:(?!-->).)*)-->\s*<method name="(\w+)"/?>', text, re.DOTALL)
        self.methods = {method: comment.partition("Result:") for comment, method in comments}

    def names_in(self, text):
        return self.names & set(re.findall(r"\w+", text))

    def errors(self, method):
        """Short names of what the method itself may answer."""
        return self.general | self.names_in(self.methods[method][0])

    def results(self, method):
        """Short names of how its operation may end, besides ""; a list may name other methods, whose ends it has too."""
        text = self.methods[method][2]
        others = [name for name in re.findall(r"\w+", text) if name in self.methods and name != method]
        return self.names_in(text).union(*[self.results(name) for name in others])
