"""The sentences of reasons and rivals, in English; the faces say them in the language of the reader (`TEXTS` is for the catalogue).

Every sentence says what was seen, never who somebody is.
"""

from collections.abc import Mapping

from rempart.identities.rivals import Rival
from rempart.identities.suggest import Weight
from rempart.wording import Wording

REASONS: Mapping[tuple[str, str], str] = {
    ("name", "same"): "The two accounts show the same name.",
    ("name", "close"): "The two names differ by one or two letters.",
    ("name", "consonants"): "The two names have the same consonants, as one name in two scripts has.",
    ("name", "earlier"): "A name that one account showed earlier is a name of the other.",
    ("name", "short"): "The two accounts show the same short name, which many people use.",
    ("name", "other"): "The two names differ.",
    ("handle", "same"): "The two accounts use the same handle.",
    ("handle", "letters"): "The two handles have the same letters and differ by digits or signs.",
    ("handle", "other"): "The two handles differ.",
    ("phone", "same"): "The export gives the same phone number for both accounts.",
    (
        "phone",
        "export_stated",
    ): "The export gives one account the phone number {value}; the other stated it as its own (row {rows} of the messages).",
    ("phone", "stated"): "Both stated the number {value} in messages as their own (rows {rows} of the messages).",
    (
        "phone",
        "unclear",
    ): "Both have or stated the number {value}; at least one did not say whose it is, or several state it (rows {rows} of the messages).",
    ("phone", "other"): "The export gives two different phone numbers.",
    ("email", "same"): "The export gives the same e-mail address for both accounts.",
    (
        "email",
        "export_stated",
    ): "The export gives one account the e-mail address {value}; the other stated it as its own (row {rows} of the messages).",
    (
        "email",
        "stated",
    ): "Both stated the e-mail address {value} in messages as their own (rows {rows} of the messages).",
    (
        "email",
        "unclear",
    ): "Both have or stated the e-mail address {value}; at least one did not say whose it is, or several state it (rows {rows} of the messages).",
    ("email", "other"): "The export gives two different e-mail addresses.",
    ("hour", "close"): "The two accounts write at the same hours of the day.",
    ("hour", "near"): "The two accounts write at neighbouring hours of the day.",
    ("hour", "other"): "The two accounts write at different hours of the day.",
}
RIVALS: Mapping[Rival, str] = {
    Rival.RECYCLED_NUMBER: "The number may have been given up by one person and given to another later.",
    Rival.FAMILY_PHONE: "People of one household may share the number.",
    Rival.SHARED_DEVICE: "Two people may use one device or one mailbox.",
    Rival.HOMONYM: "Two people may bear the same or a similar name.",
    Rival.IMITATION: "One account may imitate the other: same service, same time, same name.",
    Rival.HANDLE_REUSED: "The handle may be another person's on another service, or have been free again.",
    Rival.GIVEN_BY_ANOTHER: "One account may have passed on the number or address of somebody else in a message.",
}
_SHORT = 8  # hex digits of an exhibit, as in the names of accounts
TEXTS: tuple[str, ...] = (*REASONS.values(), *RIVALS.values())


def tell_reason(weight: Weight, words: Wording) -> str:
    """The sentence of a reason in the language of the words, with its value and the messages that state it, as first digits of the exhibit's SHA-256 and row."""
    rows = ", ".join(f"{exhibit[:_SHORT]}:{row}" for exhibit, row in weight.messages)
    return words.text(REASONS[weight.comparison, weight.level], value=weight.value or "", rows=rows)
