"""The closed vocabulary of priority: what can be stated at all, and how words are compared with what is forbidden.

A weights file may change points, never add a code: a new factor needs a change here, and its review.
Invariant: no code of this module is, or contains, a forbidden input.
Source: reference, Prioritisation C2 and C3.
"""

import unicodedata
from collections.abc import Iterable
from typing import Literal

State = Literal["established", "reported", "contradicted", "unknown"]
Level = Literal["P0", "P1", "P2", "P3"]
RankLevel = Literal["P0", "P1", "P2", "P3", "unranked"]  # unranked: no person has stated anything that counts
Language = Literal["fr", "en"]

STATES: tuple[State, ...] = ("established", "reported", "contradicted", "unknown")
LEVELS: tuple[Level, ...] = ("P0", "P1", "P2", "P3")  # the most urgent first
BLOCK_CODES = ("A", "B", "C", "D", "E")
GATE_CODES = ("G1", "G2", "G3", "G4", "G5")
FACTOR_CODES = (
    "lives_with_child",
    "access_through_relations",
    "works_with_children",
    "produces_or_directs",
    "grooming_of_minor",
    "incites_or_travels",
    "distributes_or_administers",
    "consumption_only",
    "prior_conviction",
    "prior_reports",
    "changed_identity",
    "breach_of_ban",
    "other_judicial_record",
    "victim_identifiable",
    "victim_under_6",
    "victim_under_13",
    "victim_under_15",
    "several_victims",
    "vulnerable_victim",
    "volume",
    "network_role",
)
EXPLOITABILITY_CODES = ("perishable_data", "jurisdiction", "identity_confidence", "evidence_sealed", "duplicates")
FORBIDDEN_CODES = (
    "sex",
    "nationality",
    "origin",
    "orientation",
    "age_of_suspect",
    "neighbourhood",
    "income",
    "group_membership",
    "religion",
    "health",
)


def fold_words(text: str) -> str:
    """The words of a text in lower case, without accents, one blank around each: ` revenus du suspect `."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    kept = "".join(char if char.isalnum() else " " for char in plain.casefold())
    return f" {' '.join(kept.split())} "


def holds_word(text: str, words: Iterable[str]) -> bool:
    """Whether the text holds one of the words or phrases whole, in the singular or with a plural -s."""
    folded = fold_words(text)
    return any(f" {word}{ending} " in folded for word in words for ending in ("", "s"))
