"""Stated ages: who said which age of whom, and whether it indicates a minor.

A statement is kept as said, with its message; it is not checked. `years` None: the school tells a minor, no number.
School years are those of the French system (Code de l'éducation, art. D311-10) and of England, the United States,
Canada and Australia, where an age is meant when the year is typical for that age; tier source-verified.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal

import msgspec

About = Literal["self", "other"]
ADULT_YEARS = 18

PHRASES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "age/self": {
            "fr": """
                j|je ai [bientot|presque|que|deja|juste|seulement|tout|juste] #5-99 ans
                je vais avoir #5-99 ans
                je suis ag* de #5-99 ans
                < [moi|oui|ben|bah] #5-99 ans
                moi .. #5-99 ans
                j ai eu #5-99 ans
                mes #5-99 ans
                < [moi|ben|bah] #8-17 et toi
                j|je ai [que|bientot] #8-17 et toi|vous
                j ai #8-17 ans
                # ans [et|bientot] demi
            """,
            "en": """
                i am [only|just|almost|nearly|turning|like] #5-99 [years|year|y] !level|rank|lvl|minutes|away|percent|points|down|up
                i am [only|just] #5-99 year|years old
                i turn|turned #5-99
                i will be #5-99 [in|next|soon]
                < #8-17 you|u|and|hbu|wbu
                < #8-17 how|what about you
                < #8-17 [0end] and|you
                my #5-99 th birthday
                #8-17 m|f
                #5-99 years old here
                i just turned #5-99
            """,
        },
        "age/other": {
            "fr": """
                tu as|a [que|deja|bientot|seulement] #5-99 ans
                a #8-17 ans tu|t
                tu es .. #8-17 ans
                tes #8-17 ans
                toi #8-17 ans
                fille|garcon de #8-17 ans
            """,
            "en": """
                you are [only|just|like] #5-99 !late|minutes|away|percent|points
                you turn|turned #5-99
                your #8-17 th birthday
                for a #8-17 year old
                at #8-17 you
            """,
        },
        "age/school-self": {
            "fr": """
                je suis|rentre|entre|passe en cm1|cm2|ce1|ce2|cp|sixieme|cinquieme|quatrieme|troisieme|seconde|premiere|terminale
                < [moi|non|oui] en cm1|cm2|sixieme|cinquieme|quatrieme|troisieme
                je suis au|a college|lycee|primaire !prof|profs|bosse|travaille
                je suis en primaire
                je suis collegien|collegienne|lyceen|lyceenne|ecolier|ecoliere|mineur|mineure
                je passe le|mon brevet|bac
                je suis|entre en secondaire #1-5
                ma|notre classe de cm1|cm2|sixieme|cinquieme|quatrieme|troisieme|seconde
            """,
            "en": """
                i am in year #3-11
                i am in grade #2-11
                i am in #2-11 th grade
                < [im|in] year #3-11
                < [im|in] grade #2-11
                #2-11 th grade
                i am in|at middle|primary|elementary|high|junior school
                i am a freshman|sophomore|minor
                i am underage|still a kid
                i just started secondary|high|middle
            """,
        },
        "age/school-other": {
            "fr": """
                tu es en cm1|cm2|sixieme|cinquieme|quatrieme|troisieme|seconde
                tu es au|a college|lycee|primaire
                tu es mineur|mineure
                pour ton age
                filles|garcons|jeunes de ton age
            """,
            "en": """
                you are in year #3-11
                you are in grade #2-11
                you are a minor|kid|child
                you are underage
                for your age
                girls|boys|kids your age
            """,
        },
    }
)


class Age(msgspec.Struct, frozen=True, kw_only=True):
    """A stated age: about the speaker or the addressee; years None when only a school or a word tells it."""

    about: About
    years: int | None
    minor: bool


def stated_age(owner: str, words: Sequence[str]) -> Age | None:
    """The age that the matched words state; None when the number is no age of a person."""
    about: About = "other" if owner.endswith("other") else "self"
    if owner.startswith("age/school"):
        return Age(about=about, years=None, minor=True)
    years = next((int(word) for word in words if word.isdecimal() and len(word) < 3), None)
    if years is None or not 5 <= years <= 99:
        return None
    return Age(about=about, years=years, minor=years < ADULT_YEARS)


def bare_age(words: Sequence[str]) -> Age | None:
    """The age in an answer that is little more than a number (“13”, “14 et toi”); ask only after an age question."""
    if not words or len(words) > 6:
        return None
    return next(
        (
            Age(about="self", years=int(word), minor=int(word) < ADULT_YEARS)
            for word in words[:4]
            if word.isdecimal() and len(word) == 2 and 8 <= int(word) <= 60
        ),
        None,
    )
