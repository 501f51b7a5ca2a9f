# SPDX-License-Identifier: LGPL-2.1-or-later
"""Prometheus' text format (docs/instrumenting/exposition_formats.md of prometheus/docs), read strictly: read() gives the samples, and
raises ValueError with the line that is wrong."""

import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"'
SAMPLE = re.compile(rf"^({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (-?[0-9.]+(?:e[+-]?[0-9]+)?|NaN|[+-]Inf)$")
ESCAPES = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}


def unescape(text):
    return re.sub(r'\\[\\"n]', lambda found: ESCAPES[found[0]], text)


def read(text):
    """{(name, ((label, value), …)): number}. Each metric has a HELP and a TYPE before its samples, which stand together, and no
    series is there twice."""
    samples, order, helped, kinds = {}, [], set(), {}
    if not text.endswith("\n"):
        raise ValueError("the last line does not end")
    for line in text[:-1].split("\n"):
        words = line.split(" ", 3)
        if words[:2] in (["#", "HELP"], ["#", "TYPE"]) and len(words) == 4 and re.fullmatch(NAME, words[2]):
            known = helped if words[1] == "HELP" else kinds
            if words[2] in known or words[2] in order:
                raise ValueError(f"twice, or too late: {line}")
            if words[1] == "TYPE" and words[3] not in ("counter", "gauge", "histogram", "summary", "untyped"):
                raise ValueError(line)
            if words[1] == "HELP":
                helped.add(words[2])
            else:
                kinds[words[2]] = words[3]
            continue
        found = SAMPLE.match(line)
        if not found:
            raise ValueError(line)
        name = found[1]
        labels = tuple(sorted((label, unescape(value)) for label, value in re.findall(LABEL, found[2] or "")))
        if name not in helped or name not in kinds:
            raise ValueError(f"nothing is said of it: {line}")
        if order[-1:] != [name]:
            if name in order:
                raise ValueError(f"apart from the others of its name: {line}")
            order.append(name)
        if (name, labels) in samples or len(dict(labels)) != len(labels):
            raise ValueError(f"twice: {line}")
        samples[name, labels] = float(found[found.lastindex])
    return samples
