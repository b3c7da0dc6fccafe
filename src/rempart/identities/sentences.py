"""The sentences of reasons and rivals, in English; the faces say them in the language of the reader (`TEXTS` is for the catalogue).

Every sentence says what was seen, never who somebody is.
"""

from collections.abc import Mapping

from rempart.identities.rivals import Rival

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
    ("phone", "other"): "The export gives two different phone numbers.",
    ("email", "same"): "The export gives the same e-mail address for both accounts.",
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
TEXTS: tuple[str, ...] = (*REASONS.values(), *RIVALS.values())
