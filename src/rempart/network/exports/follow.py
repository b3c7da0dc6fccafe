"""FollowTheMoney JSON lines, for Aleph and OpenAleph: accounts, groups, files by digest, and links with their counts.

Schemata: UserAccount; Organization for a group (a Thing that people belong to; `summary` says what it is); Document for a file (no bytes);
UnknownLink for sendings, flows and memberships, its `role` saying which. Ids are SHA-1 of ours, as the format asks for plain ones.
Source: followthemoney 4.11, schemata UserAccount, Organization, Document, UnknownLink. Tier: source-verified; checked with the library.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import BinaryIO

import msgspec

from rempart.network.build import Network
from rempart.network.exports.plain import NOTICE, Link, Node, links_of, nodes_of

_ROLES: Mapping[str, str] = {
    "shared": "sent the file {count} times",
    "reply": "answered {count} times",
    "forward": "forwarded {count} messages of the bearer of that name",
    "mention": "mentioned {count} times",
    "member": "wrote {count} messages in the group",
}


def write_ftm(network: Network, file: BinaryIO) -> None:
    """One entity a line; `file` is open for writing bytes."""
    for entity in _entities(network):
        file.write(msgspec.json.encode(entity, order="sorted") + b"\n")


def _entities(network: Network) -> Iterator[dict[str, object]]:
    for node in nodes_of(network):
        yield _thing(node)
    for link in links_of(network):
        yield _link(link)


def _thing(node: Node) -> dict[str, object]:
    told = {"name": [node.label], "notes": [NOTICE]}
    if node.kind == "account":
        return _entity("UserAccount", node.id, told | {"username": [node.id], "service": [node.platform]})
    if node.kind == "group":
        return _entity("Organization", node.id, told | {"summary": ["A group or channel of a messaging service"]})
    listing = {"summary": [f"Hash lists: {node.listed}"]}
    return _entity("Document", node.id, told | {"fileName": [node.label]} | listing)


def _link(link: Link) -> dict[str, object]:
    times = _ROLES[link.kind].format(count=link.weight)
    ends = {"subject": [_id(link.source)], "object": [_id(link.target)]}
    return _entity("UnknownLink", f"{link.kind}|{link.source}|{link.target}", ends | {"role": [times]})


def _entity(schema: str, name: str, properties: Mapping[str, list[str]]) -> dict[str, object]:
    return {"id": _id(name), "schema": schema, "properties": dict(properties)}


def _id(name: str) -> str:
    return hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()
