"""Leaves: one act each, without a word about anybody.

A leaf names its object by a commitment, HMAC-SHA-256 of the object's identifier under a salt kept beside the object.
Whoever holds the salt can show which leaf speaks of the object; when the salt is destroyed nobody can, and the tree
still verifies (GDPR, article 17).
Invariant: one leaf has one byte form, JSON with sorted keys and without blanks.
Source: Regulation (EU) 2016/679, article 17; RFC 2104 (HMAC).
"""

import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from rempart.errors import BadInput

VERSION = 1
_CODE = re.compile(r"[a-z0-9][a-z0-9_.:/-]{0,63}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_INSTANT = "%Y-%m-%dT%H:%M:%SZ"


class BadLeaf(BadInput):
    """A leaf has a field that a ledger must not hold, or its bytes are not those of a leaf."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One act. actor, action, motive: codes, never names or free text. object, blob: 64 hex digits.

    seq: the place in the ledger, from 0. at: aware; written to the second, in UTC. object: from `commit`. motive: why
    somebody looked, None where nobody is asked. blob: SHA-256 of the sealed bytes, None where there are none.
    """

    seq: int
    at: datetime
    actor: str
    action: str
    object: str
    motive: str | None = None
    blob: str | None = None


def commit(object_id: bytes, *, salt: bytes) -> str:
    """The commitment to an object: 64 hex digits that say nothing without the salt (16 random bytes or more)."""
    return hmac.new(salt, object_id, hashlib.sha256).hexdigest()


def encode(leaf: Leaf) -> bytes:
    """The bytes of the leaf. Raises: BadLeaf when a field is not of its form."""
    _check(leaf)
    fields = {
        "v": VERSION,
        "seq": leaf.seq,
        "at": leaf.at.astimezone(UTC).strftime(_INSTANT),
        "actor": leaf.actor,
        "action": leaf.action,
        "object": leaf.object,
        "motive": leaf.motive,
        "blob": leaf.blob,
    }
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def decode(untrusted_leaf: bytes) -> Leaf:
    """The leaf of its bytes. Raises: BadLeaf for anything that `encode` would not have written."""
    try:
        fields = json.loads(untrusted_leaf)
        if fields.pop("v") != VERSION:
            raise _bad_leaf()
        leaf = Leaf(**{**fields, "at": datetime.strptime(fields["at"], _INSTANT).replace(tzinfo=UTC)})
        same = encode(leaf) == untrusted_leaf
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _bad_leaf() from error
    if not same:
        raise _bad_leaf()
    return leaf


def _check(leaf: Leaf) -> None:
    codes = [leaf.actor, leaf.action, *([] if leaf.motive is None else [leaf.motive])]
    digests = [leaf.object, *([] if leaf.blob is None else [leaf.blob])]
    if not (
        type(leaf.seq) is int
        and 0 <= leaf.seq < 1 << 63
        and leaf.at.tzinfo
        and all(_CODE.fullmatch(code) for code in codes)
        and all(_DIGEST.fullmatch(digest) for digest in digests)
    ):
        raise _bad_leaf()


def _bad_leaf() -> BadLeaf:
    return BadLeaf(
        "This is not an act that the ledger can hold: its fields are codes, digests, a number and an instant."
    )
