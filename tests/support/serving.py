# SPDX-License-Identifier: LGPL-2.1-or-later
"""Asks a web server for one of each kind of file of a feed, and holds the answers against what publishers are told to serve
(publisher/SERVING.md). Usage: serving.py URL FOLDER [--authority FILE] [--authorization TEXT]. FOLDER is what is served."""

import argparse
import os
import ssl
import sys
import urllib.error
import urllib.request

IMMUTABLE = "max-age=31536000, immutable, no-transform"


def ask(url, context, headers, method="GET"):
    request = urllib.request.Request(url, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, context=context, timeout=20) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, b""


def files(folder, whose):
    """(path, status, Cache-Control) of one of each kind."""
    found = []
    immutable = f"{whose}, {IMMUTABLE}"
    metadata = sorted(os.listdir(f"{folder}/metadata"))
    roots = [int(name.split(".")[0]) for name in metadata if name.endswith(".root.json")]
    for kind in (".root.json", ".snapshot.json", ".targets.json", "x86-64.json"):
        found.append((f"metadata/{next(name for name in metadata if name.endswith(kind))}", 200, immutable))
    for below in os.listdir(f"{folder}/targets"):
        names = os.listdir(f"{folder}/targets/{below}")
        if names:
            found.append((f"targets/{below}/{names[0]}", 200, immutable))
    return found + [("metadata/timestamp.json", 200, "no-cache, no-transform"),
                    (f"metadata/{max(roots) + 1}.root.json", 404, "no-store"),
                    ("metadata/.timestamp.json.new", 404, "no-store"),
                    ("targets/payloads/" + "0" * 64, 404, "no-store"), ("metadata/", 404, "no-store")]


def problems(url, folder, context, headers):
    for path, status, cache in files(folder, "private" if headers else "public"):
        got, fields, body = ask(f"{url}/{path}", context, headers)
        if (got, fields["Cache-Control"]) != (status, cache):
            yield f"{path}: {got} with Cache-Control {fields['Cache-Control']!r} where {status} with {cache!r} was expected"
        if got != 200:
            continue
        with open(f"{folder}/{path}", "rb") as file:
            if body != file.read():
                yield f"{path}: other bytes than those in the folder"
        if len(fields.get_all("Cache-Control")) != 1 or "Content-Encoding" in fields or "ETag" not in fields:
            yield f"{path}: {dict(fields)}"
        if path.endswith(".json") and fields["Content-Type"] != "application/json":
            yield f"{path}: is called {fields['Content-Type']}"
        again = ask(f"{url}/{path}", context, {**headers, "If-None-Match": fields["ETag"]})[0]
        if again != 304:
            yield f"{path}: {again} for who has it already"
        part, _, body = ask(f"{url}/{path}", context, {**headers, "Range": "bytes=1-2"})
        if (part, len(body)) != (206, 2):
            yield f"{path}: {part} for a part of it"
    if headers and ask(f"{url}/metadata/timestamp.json", context, {})[0] != 401:
        yield "who says nothing is not refused"
    wrong = {"Authorization": headers["Authorization"].split()[0] + " bm9ib2R5Om5v"} if headers else {}
    if headers and ask(f"{url}/metadata/timestamp.json", context, wrong)[0] != 401:
        yield "who says something wrong is not refused"
    if ask(f"{url}/metadata/timestamp.json", context, headers, "PUT")[0] not in (403, 405):
        yield "a PUT is not refused"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("folder")
    parser.add_argument("--authority")
    parser.add_argument("--authorization")
    options = parser.parse_args()
    context = ssl.create_default_context(cafile=options.authority) if options.authority else None
    if context:
        context.check_hostname = False  # it is asked by its address
    found = list(problems(options.url, options.folder, context,
                          {"Authorization": options.authorization} if options.authorization else {}))
    for problem in found:
        print(problem)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
