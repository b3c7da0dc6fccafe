"""CASE/UCO JSON-LD: accounts, files with their digest, and relationships with their counts; `case_validate` accepts it.

Ids are version-5 UUIDs of ours below a made-up namespace, so that the same network gives the same bytes. A digest is named only where
the bytes were read. A list's statement is told as text: it is the list's, not ours.
Source: CASE 1.5 / UCO 1.5 ontologies; case-utils 0.18 (hashMethod as xsd:string). Tier: source-verified; checked with case_validate.
"""

import uuid
from collections.abc import Iterator, Mapping
from typing import BinaryIO

import msgspec

from rempart.network.build import Network
from rempart.network.exports.plain import NOTICE, Link, Node, links_of, nodes_of

_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://rempart.example/network")
CONTEXT: Mapping[str, str] = {
    "kb": "http://example.org/kb/",
    "uco-core": "https://ontology.unifiedcyberontology.org/uco/core/",
    "uco-observable": "https://ontology.unifiedcyberontology.org/uco/observable/",
    "uco-types": "https://ontology.unifiedcyberontology.org/uco/types/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_WORDS: Mapping[str, str] = {
    "shared": "Sent_File",
    "reply": "Answered",
    "forward": "Forwarded_Message_Of_Bearer_Of_Name",
    "mention": "Mentioned",
    "member": "Wrote_In_Group",
}
_SHA256 = "sha256:"


def write_case(network: Network, file: BinaryIO) -> None:
    """The network as one JSON-LD document, written piece by piece; `file` is open for writing bytes."""
    file.write(b'{"@context":' + msgspec.json.encode(CONTEXT) + b',"@graph":[')
    for number, thing in enumerate(_things(network)):
        file.write((b",\n" if number else b"\n") + msgspec.json.encode(thing))
    file.write(b"\n]}\n")


def _things(network: Network) -> Iterator[dict[str, object]]:
    for node in nodes_of(network):
        yield _file(node) if node.kind == "file" else _account(node)
    for link in links_of(network):
        yield _relationship(link)


def _account(node: Node) -> dict[str, object]:
    """An account, or a group: to UCO both are accounts of a service."""
    kind = "DigitalAccount" if node.kind == "account" else "ObservableObject"
    facet: dict[str, object] = {
        "@id": _id("facet", node.id),
        "@type": "uco-observable:AccountFacet",
        "uco-observable:accountIdentifier": node.id,
        "uco-observable:accountType": {"@type": "xsd:string", "@value": f"{node.platform} {node.kind}"},
    }
    told: dict[str, object] = {
        "@id": _id("node", node.id),
        "@type": f"uco-observable:{kind}",
        "uco-core:name": node.label,
        "uco-core:description": NOTICE,
    }
    if node.kind == "account":
        told["uco-core:hasFacet"] = [facet]
    return told


def _file(node: Node) -> dict[str, object]:
    told: dict[str, object] = {
        "@id": _id("node", node.id),
        "@type": "uco-observable:File",
        "uco-core:description": f"Hash lists: {node.listed}. {NOTICE}",
    }
    if not node.label.startswith(_SHA256):
        facet: dict[str, object] = {
            "@id": _id("facet", node.id),
            "@type": "uco-observable:FileFacet",
            "uco-observable:fileName": node.label,
        }
    else:
        digest: dict[str, object] = {
            "@id": _id("hash", node.id),
            "@type": "uco-types:Hash",
            "uco-types:hashMethod": {"@type": "xsd:string", "@value": "SHA256"},
            "uco-types:hashValue": {"@type": "xsd:hexBinary", "@value": node.label.removeprefix(_SHA256)},
        }
        facet = {
            "@id": _id("facet", node.id),
            "@type": "uco-observable:ContentDataFacet",
            "uco-observable:hash": [digest],
        }
    return told | {"uco-core:hasFacet": [facet]}


def _relationship(link: Link) -> dict[str, object]:
    return {
        "@id": _id("link", f"{link.kind}|{link.source}|{link.target}"),
        "@type": "uco-observable:ObservableRelationship",
        "uco-core:source": {"@id": _id("node", link.source)},
        "uco-core:target": {"@id": _id("node", link.target)},
        "uco-core:kindOfRelationship": _WORDS[link.kind],
        "uco-core:isDirectional": {"@type": "xsd:boolean", "@value": True},
        "uco-core:description": f"{link.weight} times. {NOTICE}",
    }


def _id(kind: str, name: str) -> str:
    return f"kb:{kind}-{uuid.uuid5(_SPACE, f'{kind}|{name}')}"
