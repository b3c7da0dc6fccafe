"""Why a place was not read, in the language of the reader; tables and documents keep the English sentence.

A reason that is taken from an export (the words that stand in place of a medium) is none of these, and stays as it is.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache

from rempart.errors import RempartError
from rempart.evidence.gate import DamagedMember, RefusedArchive
from rempart.wording import Wording

_WORDS = frozenset({"field", "reader", "what"})  # slots that hold a name or a word; every other one holds a number
_SLOT = re.compile(r"\{(\w+)(:,)?\}")
_WHOLE, _COMMAS = "-?[0-9]{1,20}", "[0-9]{1,3}(?:,[0-9]{3}){0,6}"  # 64 bits; without commas and with them

# The readers', in the order in which they are tried: a general one stands behind those that it would also take.
REASONS: tuple[str, ...] = (
    "no reader recognises this file",
    "no message names this file; it is not opened",
    "{gap} bytes were passed over by the reader {reader}; this is a fault of Rempart",
    "An archive inside an archive inside an archive is not opened.",
    "bytes not opened: the profile refuses media bytes",
    # JSON
    "a field name is not followed by a value",
    "a number is too long to be one",
    "bytes follow the end of the document",
    "one value is larger than 64 MiB",
    "the file ends in the middle of a letter",
    "the file ends in the middle of a value",
    "the file is damaged here: this is not JSON",
    "values are nested too deeply",
    "values are nested too deeply in this line",
    "values are nested too deeply in this message",
    "a field that is not part of the conversation",
    "an entry of the index is no title",
    "an entry of the list is not a message",
    "an entry of the list of messages is not a message",
    "the description of the channel has no column",
    "the file says that it holds {declared} messages, and {met} were met",
    "`{field}` holds no conversation",
    # tables
    "a quote is opened and never closed",
    "the file ends in the middle of a line",
    "the file ends in the middle of a record",
    "the order of day and month cannot be told from the column; its dates are kept as written",
    "the record has {cells} cells, a message has {width}",
    "the record has {cells} cells, the header has {width}",
    "the table lacks the columns",
    "this line has neither a text nor an author",
    "this line is not one JSON object, or longer than 1 MiB",
    # lines
    "1 line begins like a message, but not in the layout of this file; kept as text, not as a message",
    "{count} lines begin like a message, but not in the layout of this file; kept as text, not as a message",
    "a message of more than 4 MiB; what follows is not read as text",
    "stands before the first message: no sender and no date can be told",
    "the file does not end with the line feed of its writer: the end of its last message may be missing",
    "the file ends in the fields of a message",
    "the file ends in the line that begins a message",
    "the file ends in the middle of a message",
    "the file ends without the line feed of its writer",
    "the line is not a message of data.json",
    "the lines belong to no message",
    "the lines belong to no message: none begins before them",
    "the lines run on behind a message of 4 MiB",
    "the order of day and month cannot be told from the file; its dates are kept as written",
    # pages and what stands beside them
    "a list of an account export that holds no conversation",
    "a page of signal-export; hand over chat.md or data.json of the same folder, which tell the same messages",
    "a page of signal-export; its messages are read from the file beside it",
    "data.json beside it holds the same messages and tells more; they are not read twice",
    "no message begins in more than 4 MiB of the page",
    "one message is larger than 4 MiB",
    "text stands outside of every message of the page",
    "the list ends before its closing tag: what followed is missing",
    "the list of members cannot be read: it is cut, damaged or larger than 4 MiB",
    "the page ends before its closing tag: what followed is missing",
    "the page ends in the middle of a message",
    # media that are missing
    "Signal Desktop had not loaded the file",
    "the page links to no file",
    "the short form of sigtop names no file",
    "{what} not exported",
)
PLACES: tuple[str, ...] = ("line {number}", "record {number}")
# What the errors say inside their frame; the catalogue has them from there.
ARCHIVES: Mapping[type[RempartError], tuple[str, ...]] = {
    DamagedMember: (
        "bytes follow the end of its compressed data",
        "it holds fewer bytes than the archive declares",
        "it holds more bytes than the archive declares",
        "its check sum (CRC-32) is not the one declared",
        "its compressed data is cut",
        "its compressed data makes no sense",
    ),
    RefusedArchive: (
        "bytes follow its end; the file is damaged, or two files in one",
        "bytes stand before its first entry; two files in one, or a program that unpacks itself",
        "entry {number} declares more than {most} times its compressed size",
        "entry {number} gives other sizes at its place than in the directory",
        "entry {number} gives the same extra field twice",
        "entry {number} gives two sizes, its ZIP64 field contradicts it",
        "entry {number} has a name that leads out of the archive",
        "entry {number} has no name, or one longer than {most:,} bytes",
        "entry {number} has the name of a folder and holds bytes",
        "entry {number} has the name of an entry before it",
        "entry {number} has two names, one in the directory and one at its place",
        "entry {number} is a link or a device, not a file",
        "entry {number} is encrypted; unpack it with the program that made it and give the folder",
        "entry {number} is not where the directory says; the file is damaged; if you trust it, unpack it "
        "with the program that made it and give the folder",
        "entry {number} is packed by method {method}, only 0 and 8 are read; unpack it with the program that "
        "made it and give the folder",
        "entry {number} is packed otherwise than the directory says",
        "entry {number} is stored as it is and yet gives two sizes",
        "entry {number} lacks the ZIP64 sizes that it points to",
        "entry {number} lies in another volume of a split archive; join the volumes and try again",
        "entry {number} of its directory is cut",
        "entry {number} reaches into the directory or beyond the file",
        "entry {number} shares bytes with another entry",
        "it declares more than {most} times its compressed size",
        "it declares {count:,} entries, more than {most:,}; split it and try again",
        "it declares {size:,} bytes in all, more than {most:,}",
        "it does not begin like a ZIP file; it is damaged, or a program that unpacks itself",
        "it has two ends that contradict each other",
        "it is one volume of a split archive; join the volumes and try again",
        "it lists no entry and yet holds bytes",
        "its ZIP64 end contradicts its end",
        "its ZIP64 end is not where its locator says",
        "its directory holds fewer entries than it says; the file is damaged; if you trust it, unpack it "
        "with the program that made it and give the folder",
        "its directory holds more than it says; the file is damaged; if you trust it, unpack it with the "
        "program that made it and give the folder",
        "its directory is not where its end says; the file is damaged, or made to mislead; if you trust it, "
        "unpack it with the program that made it and give the folder",
        "its directory takes {size:,} bytes, more than {most:,}",
        "its end contradicts itself on the number of entries",
        "its end is missing, the file was cut; ask for it again",
    ),
}


def tell_reason(reason: str, words: Wording) -> str:
    """The reason in the language of the words; one that nobody translated comes back as it is."""
    if words.lang == "en":
        return reason
    return _told(reason, REASONS, words) or _archive_told(reason, words) or reason


def tell_place(place: str, words: Wording) -> str:
    """`line 12` and `record 7` in the language of the words; a path inside a document, a name or an id comes back as it is."""
    return place if words.lang == "en" else _told(place, PLACES, words) or place


def _told(text: str, templates: Iterable[str], words: Wording) -> str:
    """The text by the first template that it matches; "" for none."""
    if text in templates and "{" not in text:
        return words.text(text)
    matches = ((template, _pattern(template).fullmatch(text)) for template in templates if "{" in template)
    return next((words.text(template, **found.groupdict()) for template, found in matches if found), "")


def _archive_told(reason: str, words: Wording) -> str:
    """The sentence of the error that wrote the reason, its numbers in the way of the language; "" for none."""
    for kind, templates in ARCHIVES.items():
        for template in templates:
            found = _pattern((kind.frame or "{told}").replace("{told}", template)).fullmatch(reason)
            if found:
                numbers = {name: int(digits.replace(",", "")) for name, digits in found.groupdict().items()}
                return words.error(kind(template, **numbers))
    return ""


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """What the texts look like that the template makes."""
    pieces: list[str] = []
    done = 0
    for slot in _SLOT.finditer(template):
        shape = ".+" if slot[1] in _WORDS else _COMMAS if slot[2] else _WHOLE
        pieces += (re.escape(template[done : slot.start()]), f"(?P<{slot[1]}>{shape})")
        done = slot.end()
    return re.compile("".join((*pieces, re.escape(template[done:]))))
