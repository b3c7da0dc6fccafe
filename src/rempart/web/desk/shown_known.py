"""What a page shows of known files: what lists say of them, in the words of the lists, and the messages that carry them.

“Listed by X as Y on date Z” is a statement of X. A file that no list knows is not harmless, and one of known software is not safe.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rempart.analysis.known_document import KnownFile
from rempart.analysis.sections import KnownSection, Spots
from rempart.errors import RempartError
from rempart.web.cases.analyses import State, open_analysis
from rempart.web.cases.models import Analysis
from rempart.web.public.languages import language
from rempart.wording import wording

MOST_SAID = 5  # statements of one file on the page


@dataclass(frozen=True, slots=True, kw_only=True)
class ListShown:
    """A list that was looked up."""

    name: str
    versions: str
    is_known_good: bool
    files: str
    alike: str
    messages: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileShown:
    """A file that lists name. said: their statements; places: of its messages, as a form sends them."""

    id: str
    sha256: str
    said: tuple[str, ...]
    more_said: int
    accounts: str
    first_at: str
    spots: tuple[tuple[int, int], ...]
    more: int
    places: str


def lists_of(section: KnownSection) -> tuple[ListShown, ...]:
    """The lists, in the order in which they were looked up."""
    lang = wording(language())
    return tuple(
        ListShown(
            name=one.name,
            versions=", ".join(one.versions),
            is_known_good=one.known_good,
            files=lang.number(one.files),
            alike=lang.number(one.alike),
            messages=lang.number(one.messages),
        )
        for one in section.told.lists
    )


def files_of(section: KnownSection, *, first: int, most: int) -> tuple[FileShown, ...]:
    """Some of the files, those that most accounts sent first."""
    pairs = list(zip(section.told.files, section.spots, strict=True))
    return tuple(_file(file, spots) for file, spots in pairs[first : first + most])


def totals_of_known(section: KnownSection) -> tuple[tuple[str, str], ...]:
    """What was compared: pairs (term, value)."""
    lang, told = wording(language()), section.told
    return (
        (_("Media in the messages"), lang.number(told.media)),
        (_("With a digest that can be compared"), lang.number(told.compared)),
        (_("Different pictures and films compared by likeness"), lang.number(told.likened)),
        (_("Different files that a list names"), lang.number(told.files_total)),
        (_("Different files of known software, set aside"), lang.number(told.set_aside)),
    )


def known_sentence(section: KnownSection) -> str:
    """What lists say of the files of an analysis, in one sentence."""
    told = section.told
    if not told.asked:
        return _("No list of known files was looked up.")
    if not told.files_total:
        return _("None of its files is on a list that was looked up; this does not say what they are.")
    count = wording(language()).number(told.files_total)
    return ngettext(
        "%(count)s different file is named by a list.",
        "%(count)s different files are named by a list.",
        told.files_total,
    ) % {"count": count}


def known_of(rows: Iterable[Analysis]) -> dict[UUID, str]:
    """What lists say of the files of each exhibit, by its latest finished analysis; rows: the latest first."""
    found: dict[str, tuple[UUID, str]] = {}
    for row in rows:
        if row.state == State.DONE and row.exhibit not in found:
            try:
                section = open_analysis(row).known()
            except RempartError:
                continue  # its own page says why
            found[row.exhibit] = (row.pk, known_sentence(section) if section is not None else "")
    return dict(found.values())


def _file(file: KnownFile, spots: Spots) -> FileShown:
    lang = wording(language())
    return FileShown(
        id=file.id,
        sha256=file.sha256 or "",
        said=tuple(one.sentence for one in file.listed[:MOST_SAID]),
        more_said=max(0, len(file.listed) - MOST_SAID),
        accounts=lang.number(file.accounts),
        first_at=file.first_at.strftime("%Y-%m-%d %H:%M UTC") if file.first_at else "",
        spots=tuple((at, at + 1) for at in spots.first[:MOST_SAID]),
        more=max(0, spots.total - MOST_SAID),
        places=" ".join(map(str, spots.first)),
    )
