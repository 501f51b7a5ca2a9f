#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""data/manifest.schema.json says what manifest-parse.c says: the example is right, and nothing in it can be left out,
added, or of another type. Usage: test-manifest-schema.py DATA_FOLDER"""

import copy
import json
import sys

import jsonschema

OPTIONAL = {("vulnerabilities", 0, "title"), ("vulnerabilities", 0, "credit"), ("title", "de")}
OPEN = {("title",), ("description",)}  # any language


def load(name):
    with open(f"{sys.argv[1]}/{name}", encoding="utf-8") as file:
        return json.load(file)


def nodes(value, path=()):
    yield path, value
    if isinstance(value, dict):
        for key, below in value.items():
            yield from nodes(below, path + (key,))
    if isinstance(value, list):
        for index, below in enumerate(value):
            yield from nodes(below, path + (index,))


def holder(document, path):
    for key in path[:-1]:
        document = document[key]
    return document


def mutations(example):
    for path, value in nodes(example):
        if isinstance(value, dict) and path not in OPEN:
            changed = copy.deepcopy(example)
            (holder(changed, path)[path[-1]] if path else changed)["surprise"] = 1
            yield f"{path} with another member", changed
        if path and isinstance(path[-1], str) and path not in OPTIONAL:
            changed = copy.deepcopy(example)
            del holder(changed, path)[path[-1]]
            yield f"no {path}", changed
        if path:
            changed = copy.deepcopy(example)
            holder(changed, path)[path[-1]] = 0.5
            yield f"{path} as a fraction", changed


def main():
    schema = load("manifest.schema.json")
    example = load("manifest.example.json")
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    errors = [error.message for error in validator.iter_errors(example)]
    n = 0
    for what, changed in mutations(example):
        n += 1
        if validator.is_valid(changed):
            errors.append(f"{what}: accepted")
    later = copy.deepcopy(example)
    later["payloads"].append({"encoding": "relink", "map": [1]})
    if not validator.is_valid(later):
        errors.append("an encoding of later is refused")
    for error in errors:
        print(error, file=sys.stderr)
    print(f"{n} changed manifests")
    return 1 if errors or n < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
