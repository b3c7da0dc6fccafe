"""Reads exhibits into the conversation tables, and gives account of every byte.

Recognition asks content only. What no reader knows, what is cut and what a reader forgot become unread rows:
nothing disappears silently. Memory stays flat: rows leave in batches of `store.BATCH_ROWS`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from rempart.conversations.collector import Collector, Progress
from rempart.conversations.outcome import PartReading, Reading
from rempart.conversations.parts import Exhibit
from rempart.conversations.reader import Reader
from rempart.conversations.store import TableWriter
from rempart.errors import BadInput

__all__ = ["PartReading", "Profile", "Reading", "UnknownFormat", "read_exhibit", "recognise"]
Profile = Literal["association", "hotline", "enquete"]


class UnknownFormat(BadInput):
    """No reader recognises any part of the exhibit; below the sentence stands what each looked for."""

    def __init__(self, template: str, /, *, looked_for: tuple[str, ...] = (), **fields: object) -> None:
        super().__init__(template, **fields)
        self.looked_for = looked_for

    def sentence(self, *, translate: Callable[[str], str] = str, fill: Callable[..., str] = str.format) -> str:
        """The sentence, and a line for each format."""
        lines = (f"  - {translate(text)}" for text in self.looked_for)
        return "\n".join((super().sentence(translate=translate, fill=fill), *lines))


def recognise(exhibit: Exhibit, readers: Sequence[Reader]) -> dict[str, Reader]:
    """Which reader takes which part, by part name; the first reader that recognises the content.

    Raises: UnknownFormat when none takes any, saying what was looked for.
    """
    taken: dict[str, Reader] = {}
    for part in exhibit.bundle.parts:
        head = part.head()
        if reader := next((reader for reader in readers if reader.recognises(head)), None):
            taken[part.name] = reader
    if not taken:
        looked_for = tuple(reader.looked_for for reader in readers)
        if not exhibit.size_bytes:
            raise UnknownFormat("{name} is empty. Looked for:", looked_for=looked_for, name=exhibit.name)
        raise UnknownFormat(
            "{name} is not a conversation export that Rempart knows. Looked for:",
            looked_for=looked_for,
            name=exhibit.name,
        )
    return taken


def read_exhibit(
    exhibit: Exhibit,
    *,
    writer: TableWriter,
    readers: Sequence[Reader] | Mapping[str, Reader],
    profile: Profile = "association",
    progress: Progress | None = None,
) -> Reading:
    """Reads every part of the exhibit into the tables of `writer`.

    readers: those to ask, or what `recognise` gave for this exhibit, so that 20,000 files are not looked at twice.
    profile: only `enquete` lets media bytes be read, to hash them; they are never decoded.
    progress: told the bytes of the parts passed so far.
    Raises: UnknownFormat; BadInput of the archive gate; NotWritten.
    """
    taken = readers if isinstance(readers, Mapping) else recognise(exhibit, readers)
    collector = Collector(exhibit, writer, hash_media=profile == "enquete")
    passed = 0
    for part in exhibit.bundle.parts:
        if reader := taken.get(part.name):
            collector.read(part, reader, tick=_behind(progress, passed))
        passed += part.size_bytes
    for part in exhibit.bundle.parts:
        if part.name not in taken:
            collector.set_aside(part)
    if progress:
        progress(passed)
    return collector.finish()


def _behind(progress: Progress | None, passed: int) -> Progress | None:
    """The progress of one part, told as that of the exhibit."""
    return (lambda at: progress(passed + at)) if progress else None
