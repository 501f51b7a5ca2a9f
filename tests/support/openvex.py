# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the OpenVEX 0.2.0 specification requires of a document (OPENVEX-SPEC.md of openvex/spec, and its JSON schema): find() says what
is wrong with one."""

import re

CONTEXT = "https://openvex.dev/ns/v0.2.0"
IRI = re.compile(r"^[a-z][a-z0-9+.-]*:\S+$")
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")
PURL = re.compile(r"^pkg:[a-z][a-z0-9.+-]*/([a-z0-9._~%-]+/)*[A-Za-z0-9._~%-]+(@[A-Za-z0-9._~%:-]+)?(\?[a-z0-9._-]+=[^&\s]+(&[a-z0-9._-]+=[^&\s]+)*)?$")
JUSTIFICATIONS = ("component_not_present", "vulnerable_code_not_present", "vulnerable_code_not_in_execute_path",
                  "vulnerable_code_cannot_be_controlled_by_adversary", "inline_mitigations_already_exist")
TOP = {"@context": True, "@id": True, "author": True, "timestamp": True, "version": True, "statements": True, "role": False,
       "last_updated": False, "tooling": False}
STATEMENT = {"vulnerability": True, "status": True, "products": True, "@id": False, "version": False, "timestamp": False,
             "last_updated": False, "supplier": False, "status_notes": False, "justification": False, "impact_statement": False,
             "action_statement": False, "action_statement_timestamp": False}


def members(what, value, known):
    if not isinstance(value, dict):
        yield f"{what} is no object"
        return
    for name in value.keys() - known.keys():
        yield f"{what} has {name}, which is not known"
    for name, needed in known.items():
        if needed and name not in value:
            yield f"{what} has no {name}"


def component(what, value):
    yield from members(what, value, {"@id": False, "identifiers": False, "hashes": False, "subcomponents": False})
    if "@id" not in value and "identifiers" not in value:
        yield f"{what} says not what it is"
    if "@id" in value and not IRI.match(value["@id"]):
        yield f"{what}: @id {value['@id']} is no IRI"
    identifiers = value.get("identifiers", {})
    yield from members(f"{what}: identifiers", identifiers, {"purl": False, "cpe22": False, "cpe23": False})
    if "purl" in identifiers and not PURL.match(identifiers["purl"]):
        yield f"{what}: {identifiers['purl']} is no package URL"


def statement(what, value):
    yield from members(what, value, STATEMENT)
    vulnerability = value.get("vulnerability", {})
    yield from members(f"{what}: vulnerability", vulnerability, {"name": True, "@id": False, "description": False, "aliases": False})
    if not vulnerability.get("name"):
        yield f"{what}: the vulnerability has no name"
    if not value.get("products"):
        yield f"{what} is about no product"
    for number, product in enumerate(value.get("products", [])):
        yield from component(f"{what}: product {number}", product)
    status = value.get("status")
    if status not in ("not_affected", "affected", "fixed", "under_investigation"):
        yield f"{what}: status {status}"
    if status == "affected" and not value.get("action_statement"):
        yield f"{what} is affected, and says not what to do"
    if status == "not_affected" and ("justification" in value) == ("impact_statement" in value):
        yield f"{what} is not affected, and says not why, or twice"
    if value.get("justification", JUSTIFICATIONS[0]) not in JUSTIFICATIONS:
        yield f"{what}: justification {value['justification']}"


def find(document):
    """Sentences about what is wrong with it."""
    yield from members("the document", document, TOP)
    if document.get("@context") != CONTEXT:
        yield f"@context is {document.get('@context')}"
    if not IRI.match(document.get("@id", "")):
        yield f"@id {document.get('@id')} is no IRI"
    if not document.get("author"):
        yield "it has no author"
    if not TIME.match(document.get("timestamp", "")):
        yield f"timestamp {document.get('timestamp')}"
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        yield f"version {version!r}"
    statements = document.get("statements")
    if not isinstance(statements, list) or not statements:
        yield "it states nothing"
        return
    if any(one in statements[:i] for i, one in enumerate(statements)):
        yield "a statement stands there twice"
    for number, one in enumerate(statements):
        yield from statement(f"statement {number}", one)
