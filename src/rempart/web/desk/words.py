"""The enums of the desk in words, in the language of the reader. A value that this version does not know is shown as it is."""

from collections.abc import Mapping
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rempart.priority.answers import load_rules
from rempart.priority.weights import Wording, load_weights
from rempart.web.cases.events import Motive
from rempart.web.desk.rows import LEVELS, Level, Option
from rempart.web.public.languages import language

Words = Mapping[str, str | Promise]

URGENCIES: Mapping[int, str | Promise] = {
    4: gettext_lazy("danger now"),
    3: gettext_lazy("within days"),
    2: gettext_lazy("going on"),
    1: gettext_lazy("in the past"),
    0: gettext_lazy("not stated"),
}
DOORS: Words = {
    "form": gettext_lazy("public form"),
    "api": gettext_lazy("partner's programme"),
    "mail": gettext_lazy("e-mail"),
    "table": gettext_lazy("table of many reports"),
    "on_behalf": gettext_lazy("typed for somebody"),
}
LANES: Words = {
    "urgent": gettext_lazy("urgent"),
    "partner": gettext_lazy("partner"),
    "proven": gettext_lazy("with proof of work"),
    "plain": gettext_lazy("ordinary"),
    "flood": gettext_lazy("from a busy source"),
}
KINDS: Words = {
    "content": gettext_lazy("address on the net"),
    "account": gettext_lazy("account"),
    "conversation": gettext_lazy("conversation"),
    "situation": gettext_lazy("situation"),
}
REPORTERS: Words = {
    "child": gettext_lazy("child or teenager"),
    "parent": gettext_lazy("parent"),
    "witness": gettext_lazy("witness"),
    "professional": gettext_lazy("professional"),
    "volunteer": gettext_lazy("volunteer"),
    "platform": gettext_lazy("platform"),
    "unknown": gettext_lazy("does not say"),
}
AGES: Words = {
    "under_11": gettext_lazy("under 11"),
    "11_14": gettext_lazy("11 to 14"),
    "15_17": gettext_lazy("15 to 17"),
    "adult": gettext_lazy("adult"),
    "unknown": gettext_lazy("not known"),
}
CATEGORIES: Words = {
    "stranger_contact": gettext_lazy("contact by a stranger"),
    "secrecy_asked": gettext_lazy("secrecy asked"),
    "images_asked": gettext_lazy("images asked"),
    "images_spread": gettext_lazy("images spread"),
    "blackmail_money": gettext_lazy("blackmail for money"),
    "blackmail_images": gettext_lazy("blackmail for images"),
    "meeting": gettext_lazy("meeting"),
    "threat": gettext_lazy("threat"),
    "bullying": gettext_lazy("bullying"),
    "public_content": gettext_lazy("public content"),
    "at_home": gettext_lazy("at home"),
    "other": gettext_lazy("other"),
    "unknown": gettext_lazy("not known"),
}
ANSWERS: Words = {"yes": gettext_lazy("yes"), "no": gettext_lazy("no"), "unknown": gettext_lazy("not known")}
LANGUAGES: Words = {"fr": "Français", "en": "English"}
STATUSES: Words = {
    "to_triage": gettext_lazy("to be sorted"),
    "more_asked": gettext_lazy("more was asked for"),
    "to_capture": gettext_lazy("to be captured"),
    "capture_impossible": gettext_lazy("cannot be captured"),
    "to_qualify": gettext_lazy("to be qualified"),
    "second_reading": gettext_lazy("waits for a second reading"),
    "qualified": gettext_lazy("qualified"),
    "police_first": gettext_lazy("police first"),
    "referred": gettext_lazy("referred"),
    "followed_up": gettext_lazy("followed up"),
    "closed": gettext_lazy("closed"),
    "duplicate": gettext_lazy("duplicate"),
    "out_of_remit": gettext_lazy("out of remit"),
    "withdrawn": gettext_lazy("withdrawn"),
    "reopened": gettext_lazy("reopened"),
    "anonymised": gettext_lazy("anonymised"),
}
OUTCOMES: Words = {
    "baseline": gettext_lazy("illegal everywhere (baseline)"),
    "national": gettext_lazy("illegal under French law"),
    "not_illegal": gettext_lazy("not illegal"),
    "undetermined": gettext_lazy("undetermined"),
}
CLOSURES: Words = {
    "removed": gettext_lazy("the content was removed"),
    "unavailable": gettext_lazy("the content is unavailable"),
    "not_illegal": gettext_lazy("not illegal"),
    "insufficient": gettext_lazy("nothing could be determined"),
    "out_of_remit": gettext_lazy("out of remit"),
    "duplicate": gettext_lazy("duplicate of another report"),
    "no_follow_up": gettext_lazy("no follow-up is possible"),
    "withdrawn": gettext_lazy("withdrawn by its author"),
    "in_dossier": gettext_lazy("goes on in a dossier"),
}
FAILURES: Words = {
    "sealed_for_other_key": gettext_lazy("it is sealed for a key that does not lie here"),
    "damaged": gettext_lazy("its sealed bytes are damaged"),
    "other_version": gettext_lazy("a later version of Rempart wrote it"),
}
LINK_KINDS: Words = {
    "address": gettext_lazy("same address"),
    "account": gettext_lazy("same account"),
    "handle": gettext_lazy("same name of an account, service not told"),
    "email": gettext_lazy("same e-mail"),
    "phone": gettext_lazy("same telephone number"),
    "file": gettext_lazy("same file"),
    "text": gettext_lazy("nearly the same text"),
    "receipt": gettext_lazy("same receipt"),
    "other": gettext_lazy("something else, as the reason says"),
}
STATES: Words = {
    "established": gettext_lazy("established"),
    "reported": gettext_lazy("reported"),
    "contradicted": gettext_lazy("contradicted"),
    "unknown": gettext_lazy("unknown"),
}
FACT_STATES: Words = {
    "established": gettext_lazy("established: a person has checked it"),
    "reported": gettext_lazy("reported: somebody says so, nobody has checked it"),
    "contradicted": gettext_lazy("contradicted: it is not so"),
    "unknown": gettext_lazy("unknown: what was said before no longer counts"),
}
MOTIVES: Words = {
    Motive.TRIAGE: gettext_lazy("To sort it"),
    Motive.FOLLOW_UP: gettext_lazy("To go on working on it"),
    Motive.SECOND_READING: gettext_lazy("To read it a second time"),
    Motive.SUPERVISION: gettext_lazy("To supervise the work"),
    Motive.AUTHORITY: gettext_lazy("A judge or another authority asks for it"),
    Motive.REPORTER: gettext_lazy("The person who reported asks about it"),
    Motive.LINKED: gettext_lazy("It belongs with something I work on"),
}
# Why something is erased, as the journal keeps it: who asked early says one of the first three.
GROUNDS: Words = {
    "person_asks": gettext_lazy("The person concerned asks for it"),
    "no_basis": gettext_lazy("It should never have been kept"),
    "order": gettext_lazy("A court or an authority orders it"),
}
WHY: Words = {
    **MOTIVES,
    **GROUNDS,
    "term": gettext_lazy("The end of its term"),
    "two_people": gettext_lazy("Two people, before its term"),
}


def word(words: Words, value: str) -> str:
    """The word for a value of an enum."""
    return str(words.get(value, value))


def choices(words: Words, *, chosen: str = "", without: frozenset[str] = frozenset()) -> tuple[Option, ...]:
    """Every value as an option of a list, in the order of the table."""
    return tuple(
        Option(value=value, label=str(label), is_chosen=value == chosen)
        for value, label in words.items()
        if value not in without
    )


def level_of(number: int) -> Level:
    """The name of a level: 0 to 3, else unranked."""
    return LEVELS[number] if 0 <= number < len(LEVELS) else "unranked"


def level_label(level: Level) -> str:
    """What a level means, without its letter."""
    for row in load_weights().levels:
        if row.code == level:
            title = row.title.text(language())
            return title.partition(", ")[2] or title
    return _("not ranked yet")


def reason_title(code: str) -> str:
    """The gate, factor or floor of this code in words."""
    found = _titles().get(code)
    return found.text(language()) if found else code


def report_number(number: int) -> str:
    """As people say it: R-000123."""
    return f"R-{number:06d}"


def dossier_number(number: int) -> str:
    """As people say it: D-000012."""
    return f"D-{number:06d}"


@lru_cache(maxsize=1)
def _titles() -> dict[str, Wording]:
    weights = load_weights()
    return {
        **{gate.code: gate.title for gate in weights.gates},
        **{factor.code: factor.title for factor in weights.factors},
        **{floor.code: floor.title for floor in load_rules().floors},
    }
