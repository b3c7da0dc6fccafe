"""Project VIC: VICS 2.0, 1.3 and 1.2 (also CAID), as JSON of any size.

Two shapes: a list (`…#Media`: `value[]` are media) and a case (`…#Cases`: `value[].Media[]`). Digests stand in MD5, SHA1, or
nested as [{HashName, HashValue}]; PhotoDNA is not compared. `Category` is a number whose meaning depends on the country of the
data model: it is carried with the model's version and variant, and 0 or null is never read as innocent or as unsorted.
Source: HashDBTool of IPED (sepinf-inc), tests of GLEAPP; reference/matching.md §1.4. Tier: source-verified.
Not covered: the packed files beside a case; relations between media.
"""

import re
from collections.abc import Iterator
from typing import Any

from rempart.conversations.forms.json_stream import Damage, JsonStream, Value
from rempart.conversations.parts import Head, Part
from rempart.matching.listing import NotRead
from rempart.matching.lists.form import Given, ListForm, RawRow, Yielded, flag_of, in_batches, in_part, text_of

_MODEL = re.compile(r'"(?:@odata\.context|odata\.metadata)"\s*:\s*"([^"]*ProjectVic[^"]*)"', re.IGNORECASE)
_PARTS = re.compile(r"DataModels/(?P<version>\d+\.\d+)\.xml(?:/(?P<variant>[^/#$]+))?.*#(?P<shape>Media|Cases)")
_NAMES = {"MD5": "md5", "SHA1": "sha1", "SHA-1": "sha1", "SHA256": "sha256", "SHA-256": "sha256", "PDQ": "pdq"}
_ROOT, _VALUES, _CASE, _MEDIA = (), ("value",), ("value", "[]"), ("value", "[]", "Media")


def _recognises(head: Head) -> bool:
    told = _MODEL.search(head.text[:4096])
    return bool(head.json_kind == "object" and told and _PARTS.search(told[1]))


def _read(given: Given) -> Iterator[Yielded]:
    for part in given.parts:
        yield from in_batches(_rows(part), place=in_part(part, "Media[{number}]"))


def _rows(part: Part) -> Iterator[RawRow | NotRead]:
    told = _MODEL.search(part.head().text[:4096])
    model = _PARTS.search(told[1]) if told else None
    if model is None:
        return
    variant = model["variant"] or ""
    scheme = f"Project VIC {model['version']}" + (f" {variant}" if variant else "")
    country = variant if re.fullmatch(r"[A-Z]{2}", variant) else None
    opened, element = _shape(in_cases=model["shape"] == "Cases")
    with part.open() as file:
        number = 0
        for event in JsonStream(file).walk(opened.__contains__):
            if isinstance(event, Damage):
                yield NotRead(place=in_part(part, f"Media[{number}]").format(), code=event.code)
            elif isinstance(event, Value) and event.path == element:
                if isinstance(event.value, dict):
                    yield _row(number, event.value, scheme=scheme, country=country)
                else:
                    yield NotRead(place=in_part(part, f"Media[{number}]").format(), code="damaged")
                number += 1


def _shape(*, in_cases: bool) -> tuple[frozenset[tuple[str, ...]], tuple[str, ...]]:
    """(which containers are walked into, where the media stand)."""
    if in_cases:
        return frozenset({_ROOT, _VALUES, _CASE, _MEDIA}), (*_MEDIA, "[]")
    return frozenset({_ROOT, _VALUES}), _CASE


def _row(number: int, medium: dict[str, Any], *, scheme: str, country: str | None) -> RawRow:
    told, nested = medium.get, _nested(medium)
    return RawRow(
        number=number,
        md5=text_of(told("MD5")) or nested.get("md5"),
        sha1=text_of(told("SHA1")) or nested.get("sha1"),
        sha256=text_of(told("SHA256")) or nested.get("sha256"),
        pdq=text_of(told("PDQ")) or nested.get("pdq"),
        item_id=text_of(told("MediaID")),
        media_kind=text_of(told("MimeType")),
        scheme=scheme,
        country=country,
        code=text_of(told("Category")),
        listed=text_of(told("DateUpdated")),
        series=text_of(told("Series")),
        victim_identified=flag_of(told("VictimIdentified")),
        offender_identified=flag_of(told("OffenderIdentified")),
        distributed=flag_of(told("IsDistributed")),
    )


def _nested(medium: dict[str, Any]) -> dict[str, str]:
    """Digests that stand as [{HashName, HashValue}], under whatever name the list is kept."""
    found: dict[str, str] = {}
    for values in medium.values():
        if type(values) is not list:
            continue
        for entry in values:
            if isinstance(entry, dict) and "HashName" in entry:
                kind = _NAMES.get(str(entry["HashName"]).upper())
                value = text_of(entry.get("HashValue"))
                if kind and value:
                    found.setdefault(kind, value)
    return found


FORM = ListForm(
    name="vics",
    looked_for="Project VIC (VICS 1.2, 1.3, 2.0): JSON that begins with the address of its data model",
    source="IPED HashDBTool, GLEAPP",
    recognises=_recognises,
    read=_read,
)
