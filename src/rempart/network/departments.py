"""French departments that people state in messages: a number ("j'habite dans le 69"), a postal code, the word département.

Precision first: what could be a date, an hour, a price, an age, an arrondissement or part of a longer number is not taken, and
neither is a question or a denial. `own`: the writer says it of themself, in the first person; `named`: a department is named, and of whom
is open (another person, a forwarded message, a place to go). A statement is kept as said, with its message; it is not checked.
Not covered: names of departments and towns; numbers 01 to 20 without a verb of living, since lines of buses and the arrondissements
of Paris bear them too.
Source: INSEE, Code officiel géographique; postal codes as La Poste gives them. Tier: unexercised on real exports; invented lines only.
"""

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import pyarrow as pa

from rempart.engine.queries import Engine, Query
from rempart.network import examples

Kind = Literal["own", "named"]
Basis = Literal["number", "postal_code", "word"]

# What can hold a statement at all; everything else is never brought into this process. Kept to what both engines read alike.
CANDIDATES = """
SELECT m.exhibit_sha256, m.row, m.account_id, m.text, m.forwarded_from IS NOT NULL AS forwarded
FROM messages m LEFT JOIN copies c ON c.exhibit_sha256 = m.exhibit_sha256 AND c.row = m.row
WHERE m.kind = 'message' AND m.account_id IS NOT NULL AND c.row IS NULL AND length(m.text) <= 4000
  AND regexp_matches(lower(m.text),
    '(dans le|du|en|le) (0[1-9]|[1-9][0-9]|2[ab]|97[1-46])|d[eé]partement|dept|dpt|code postal|[0-9]{5}')
ORDER BY m.exhibit_sha256, m.row
"""

_CODE = r"(0[1-9]|1\d|2[1-9ab]|[3-8]\d|9[0-5]|97[1-46])"
# After the number, what would make it a date, an hour, a price, an age, an ordinal, a bus stop or a longer number.
_ALONE = (
    r"(?![\w/°:]|[.,-]\d|\s*[%€$]|\s*(?:e|er|eme|ieme|h|heures?|min|minutes?|secondes?|ans?|mois|jours?|semaines?|euros?|balles"
    r"|km|m|cm|kg|pieces?|fois|\d|degres?|janv|fevr|mars|avril|mai|juin|juil|aout|sept|oct|nov|dec)\b)"
)
_I = r"(?:j ?(?:habite|vis|reside|viens|bosse|travaille|suis)|je (?:vis|reside|viens|bosse|travaille|suis)|chuis?|moi c est|on (?:habite|vit))"
_LIVE = r"(?:j ?(?:habite|vis|reside|viens)|je (?:vis|reside|viens)|on (?:habite|vit))"
_BETWEEN = r"(?:\s+(?:moi|aussi|actuellement|toujours|ici|maintenant|la|bas)){0,2}"
_OWN_NUMBER = re.compile(rf"\b{_I}{_BETWEEN}\s+(?:dans le|du)\s+{_CODE}{_ALONE}")
_LOW_NUMBER = re.compile(rf"\b{_LIVE}{_BETWEEN}\s+(?:dans le|du)\s+{_CODE}{_ALONE}")
_NAMED_NUMBER = re.compile(rf"\bdans le\s+{_CODE}{_ALONE}")
_WORD = re.compile(rf"\b(?:departement|dept|dpt)\s*(?:du|de la|le|:|n|no|numero|c est|est le|est)?\s*{_CODE}{_ALONE}")
_POSTAL = re.compile(
    r"\b(?:code postal|cp)\s*(?:est|c est|:|=)?\s*(?:le\s+)?((?:0[1-9]|[1-8]\d|9[0-5]|97[1-46](?=\d\d\b))\d{3}|97[1-46]\d\d)(?!\w)"
)
_LIVED_POSTAL = re.compile(rf"\b{_LIVE}(?:\s+(?:a|au|en|dans le))?(?:\s+[a-z-]{{2,30}}){{0,3}}\s*,?\s*(\d{{5}})(?!\w)")
_MINE = re.compile(rf"\b(?:mon|notre)\s+(?:departement|dept|dpt|code postal|cp)\b|\b{_I}\b")
_DENIED = re.compile(r"\b(?:pas|plus|jamais|ni)\b|\bn (?:habite|est|es|etait|suis|vis)\b")
_ASKED = re.compile(r"\?|\best ce que\b")
_CLAUSE = re.compile(r"[.!;\n]+(?!\d)|,(?!\s*\d)|(?<=\?)")
_PLAIN = str.maketrans({"'": " ", "’": " ", "ʼ": " ", "\u00a0": " ", "\u202f": " "})
_SURELY_DEPARTMENT = 20  # numbers up to this one are arrondissements and bus lines too


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A department stated. code: `69`, `2A`, `971`; basis: how it was said."""

    code: str
    kind: Kind
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class Departments:
    """statements: exhibit_sha256, row, account_id, code, kind, basis; in order of the messages.

    own: by code, accounts that said it of themselves; an account that stated two counts in both. accounts: how many stated any.
    """

    statements: pa.Table
    own: Mapping[str, int]
    accounts: int


@lru_cache(maxsize=1)
def load_departments() -> Mapping[str, str]:
    """Name of each department by its code, in order."""
    raw = tomllib.loads(resources.files("rempart.network").joinpath("departments.toml").read_text("utf-8"))
    return MappingProxyType({str(code): str(name) for code, name in raw["names"].items()})


def find_departments(tables: Path, *, engine: Engine, copies: pa.Table) -> Departments:
    """Departments stated in the messages; forwarded messages only name."""
    told = engine.query(CANDIDATES, {"messages": tables / "messages.parquet", "copies": copies})
    rows: list[tuple[str, int, str, str, Kind, Basis]] = []
    for batch in told.to_batches():
        for line in batch.to_pylist():
            for one in stated_departments(line["text"]):
                kind: Kind = "named" if line["forwarded"] else one.kind
                rows.append((line["exhibit_sha256"], line["row"], line["account_id"], one.code, kind, one.basis))
    names = ("exhibit_sha256", "row", "account_id", "code", "kind", "basis")
    kinds = {name: pa.int64() if name == "row" else pa.string() for name in names}
    table = pa.table({name: pa.array([row[place] for row in rows], kinds[name]) for place, name in enumerate(names)})
    pairs = {(row[2], row[3]) for row in rows if row[4] == "own"}
    counts = Counter(code for _, code in pairs)
    return Departments(
        statements=table, own=MappingProxyType(dict(sorted(counts.items()))), accounts=len({who for who, _ in pairs})
    )


def stated_departments(text: str) -> tuple[Statement, ...]:
    """The departments that a text states, each once, in order; own before named where both are said of one."""
    found: dict[str, Statement] = {}
    for clause in _CLAUSE.split(_fold(text)):
        for one in _in_clause(clause):
            known = found.get(one.code)
            if known is None or (known.kind == "named" and one.kind == "own"):
                found[one.code] = one
    return tuple(found.values())


def _in_clause(clause: str) -> list[Statement]:
    if _ASKED.search(clause) or _DENIED.search(clause):
        return []
    told: list[Statement] = []
    mine = _MINE.search(clause) is not None
    for match in _LIVED_POSTAL.finditer(clause):
        _add(told, _of_postal(match[1]), "own", "postal_code")
    for match in _POSTAL.finditer(clause):
        _add(told, _of_postal(match[1]), "own" if mine else "named", "postal_code")
    for match in _WORD.finditer(clause):
        _add(told, match[1], "own" if mine else "named", "word")
    for match in _OWN_NUMBER.finditer(clause):
        if not _is_low(match[1]) or _LOW_NUMBER.match(clause, match.start()):
            _add(told, match[1], "own", "number")
    for match in _NAMED_NUMBER.finditer(clause):
        if not _is_low(match[1]):
            _add(told, match[1], "named", "number")
    return told


def _add(told: list[Statement], code: str | None, kind: Kind, basis: Basis) -> None:
    if code and code.upper() in load_departments() and code.upper() not in {one.code for one in told}:
        told.append(Statement(code=code.upper(), kind=kind, basis=basis))


def _is_low(code: str) -> bool:
    return code.isdigit() and int(code) <= _SURELY_DEPARTMENT


def _of_postal(code: str) -> str | None:
    """The department of a postal code; None for special ones (98…, 99…)."""
    if code.startswith("20"):
        return "2A" if code[2] in "01" else "2B"
    return code[:3] if code.startswith("97") else code[:2]


def _fold(text: str) -> str:
    """Small letters without accents, apostrophes as blanks; everything else stays, since the signs around a number matter."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    return "".join(char for char in plain if not unicodedata.combining(char))


def _example() -> Mapping[str, pa.Table]:
    copies = pa.table({"exhibit_sha256": [examples.SECOND] * 2, "row": [3, 4]})
    return {"messages": examples.tables()["messages"], "copies": copies}


QUERIES = (Query(name="candidates", sql=CANDIDATES, example=_example),)
