"""An exhibit seen as parts: one file, the files of a folder, the members of an archive; read-only, opened by content.

Nothing is extracted: a member is a stream, its name only a stored text. Archives pass `evidence.gate` first.
"""

import os
import re
import stat
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, Literal

from rempart.errors import BadInput, reason_of
from rempart.evidence import gate
from rempart.evidence.digest import Digest, digest_stream

HEAD_BYTES = 1 << 16
_PROBE_BYTES = 1 << 12  # a binary file shows itself here; 23,000 photos are then not read to 64 KiB
_MARKED = 4  # archives inside archives whose marks are kept at once, 10 MiB each
_DOCUMENT_MARKS = frozenset({"[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF", "AndroidManifest.xml"})
_KEY = re.compile(r'"((?:[^"\\]|\\.){1,80})"\s*:')


class NotReadable(BadInput):
    """The path leads to nothing that can be read."""


class Head:
    """The first 64 KiB of a part, as the readers look at it to recognise their format; never its name."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    @cached_property
    def text(self) -> str:
        """The bytes as text: by byte order mark, else UTF-8, else Windows-1252; without the mark."""
        for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8")):
            if self.raw.startswith(mark):
                return self.raw[len(mark) :].decode(encoding, "ignore")
        try:
            return self.raw.decode("utf-8")
        except UnicodeDecodeError as error:
            cut_inside_letter = error.start >= len(self.raw) - 4 and error.reason == "unexpected end of data"
            return self.raw.decode("utf-8", "ignore") if cut_inside_letter else self.raw.decode("cp1252", "replace")

    @cached_property
    def json_kind(self) -> Literal["object", "array", ""]:
        """Whether the text begins like a JSON object or array; "" for neither."""
        first = self.text.lstrip()[:1]
        return "object" if first == "{" else "array" if first == "[" else ""

    @cached_property
    def json_keys(self) -> frozenset[str]:
        """Every field name met in the head, at any depth; empty when it is not JSON."""
        return frozenset(_KEY.findall(self.text)) if self.json_kind else frozenset()

    @cached_property
    def is_binary(self) -> bool:
        """True for bytes that no text format holds (a NUL without a UTF-16 mark)."""
        return b"\0" in self.raw and self.raw[:2] not in (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of an exhibit: `name` is its path inside, "" when the exhibit is that file; `size_bytes` as stored.

    Bytes of the path that are not UTF-8 stand as `\\xNN`. `closed`: why the archive that this part is was not opened.
    `damages`: what readings so far found damaged; a damaged member of an archive reads as if it were cut there.
    """

    name: str
    size_bytes: int
    opener: Callable[[], BinaryIO] = field(repr=False, compare=False)
    closed: str | None = None
    damages: list[str] = field(default_factory=list, repr=False, compare=False)

    def open(self) -> BinaryIO:
        """A new read-only stream at the first byte; the caller closes it."""
        return self.opener()

    def head(self) -> Head:
        """The first 64 KiB, less of a file that is binary."""
        with self.open() as file:
            raw = file.read(_PROBE_BYTES)
            if not Head(raw).is_binary:
                raw += file.read(HEAD_BYTES - len(raw))
            return Head(raw)

    @property
    def folder(self) -> str:
        """Path of the folder that holds the part, "" at the top."""
        return self.name.rpartition("/")[0]

    @property
    def base(self) -> str:
        """Name without folders."""
        return self.name.rpartition("/")[2]


class Bundle:
    """All parts of one exhibit, in natural order of their names (messages2 before messages10).

    opened: archives whose members are parts; they are found by name, as a message may name them, and are not parts.
    """

    def __init__(self, parts: Sequence[Part], *, opened: Sequence[Part] = ()) -> None:
        self.parts = tuple(sorted(parts, key=lambda part: natural(part.name)))
        known = (*self.parts, *opened)
        self._named = {part.name: part for part in reversed(known)}
        self._bases: dict[str, Part] = {part.base: part for part in reversed(known)}

    def named(self, name: str) -> Part | None:
        """The part of exactly this path."""
        return self._named.get(name)

    def beside(self, part: Part, relative: str) -> Part | None:
        """The part that `relative` means when written inside `part`: a path from its folder, or from the top."""
        untrusted = relative.removeprefix("./")
        inside = f"{part.folder}/{untrusted}" if part.folder else untrusted
        return self._named.get(inside) or self._named.get(untrusted)

    def with_base(self, base: str) -> Part | None:
        """The first part of this file name in any folder."""
        return self._bases.get(base)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """What a person hands over: one file, one archive or one folder, under its SHA-256.

    A folder's SHA-256 is that of its manifest: one line `<sha256>  <size>  <path>` per file, sorted by the bytes of
    the path; `\\`, line feed and carriage return in a path are written `\\\\`, `\\n`, `\\r`. Links are left out.
    """

    name: str
    kind: Literal["file", "archive", "folder"]
    sha256: str
    size_bytes: int
    bundle: Bundle


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key that reads runs of digits as numbers; a name comes before the same name with a number behind it."""
    pieces = re.split(r"([0-9]{1,18}|\.)", text)  # messages.html, messages2.html, messages10.html
    return tuple(
        (-1, 0, "") if piece == "." else (0, int(piece), "") if piece.isdecimal() and piece.isascii() else (1, 0, piece)
        for piece in pieces
    )


def open_exhibit(path: Path, *, progress: Callable[[int], None] | None = None) -> Exhibit:
    """The file, archive or folder at `path`, hashed, its parts ready to be read; no file stays open.

    progress: called with the bytes hashed so far. An archive is recognised from its bytes. An archive inside a
    folder or an archive is opened too, one level deep; one that the gate refuses stays closed, as a part of its own.
    Raises: NotReadable; gate.RefusedArchive when the file itself is an archive that breaks a limit.
    """
    try:
        if path.is_dir():
            return _open_folder(path, progress)
        if path.is_file():
            return _open_file(path, progress)
    except OSError as error:
        raise NotReadable(
            "{name} cannot be read: {reason}. Nothing was changed.", name=path.name, reason=reason_of(error)
        ) from error
    raise NotReadable("{name} is neither a file nor a folder. Check the path and try again.", name=path.name)


def _open_file(path: Path, progress: Callable[[int], None] | None) -> Exhibit:
    with path.open("rb") as file:
        digest = digest_stream(file, progress=progress)
        archive = gate.is_archive(file)
    whole = Part(name="", size_bytes=digest.size_bytes, opener=_opener(path))
    gathered = _Gathering()
    if archive:
        gathered.add_archive(whole)
    else:
        gathered.parts.append(whole)
    is_one_file = gathered.parts == [whole]
    return Exhibit(
        name=path.name,
        kind="file" if is_one_file else "archive",
        sha256=digest.sha256,
        size_bytes=digest.size_bytes,
        bundle=gathered.bundle(),
    )


def _open_folder(path: Path, progress: Callable[[int], None] | None) -> Exhibit:
    gathered = _Gathering()
    manifest: list[tuple[bytes, Digest]] = []
    done = 0
    for name in sorted(_files_in(path)):
        file_path = path / os.fsdecode(name)
        with file_path.open("rb") as file:
            digest = digest_stream(file)
            archive = gate.is_archive(file)
        done += digest.size_bytes
        if progress:
            progress(done)
        manifest.append((name, digest))
        shown = gathered.unique(name.decode("utf-8", "backslashreplace"))
        part = Part(name=shown, size_bytes=digest.size_bytes, opener=_opener(file_path))
        if archive:
            gathered.add_inner(part)
        else:
            gathered.parts.append(part)
    if not manifest:
        raise NotReadable("The folder {name} holds no file.", name=path.name)
    return Exhibit(
        name=path.name or "folder",
        kind="folder",
        sha256=Digest.of(b"".join(_manifest_line(name, digest) for name, digest in manifest)).sha256,
        size_bytes=done,
        bundle=gathered.bundle(),
    )


def _files_in(folder: Path) -> Iterator[bytes]:
    """Paths of all regular files below, from the folder, with `/`; links are passed over. Raises: OSError."""

    def refuse(error: OSError) -> None:
        raise error

    for place, _, files in os.walk(folder, onerror=refuse):
        for file in files:
            path = Path(place, file)
            if stat.S_ISREG(path.lstat().st_mode):
                yield os.fsencode(path.relative_to(folder).as_posix())


def _manifest_line(name: bytes, digest: Digest) -> bytes:
    """One line of the manifest; backslash and line ends in names are escaped, so that no name can imitate a line."""
    escaped = name.replace(b"\\", b"\\\\").replace(b"\n", b"\\n").replace(b"\r", b"\\r")
    return f"{digest.sha256}  {digest.size_bytes}  ".encode() + escaped + b"\n"


def _opener(path: Path) -> Callable[[], BinaryIO]:
    return lambda: path.open("rb")


class _Gathering:
    """The parts of an exhibit while they are gathered; the limits of the gate hold over all its archives."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self._opened: list[Part] = []
        self._names: set[str] = set()
        self._entries = gate.LIMITS.entries
        self._bytes = gate.LIMITS.total_bytes
        self._marked: deque[gate.Marks] = deque()

    def bundle(self) -> Bundle:
        return Bundle(self.parts, opened=self._opened)

    def unique(self, name: str) -> str:
        """The name, with `!` behind it as often as it takes to be the only one."""
        while name in self._names:
            name += "!"
        self._names.add(name)
        return name

    def add_inner(self, outer: Part) -> None:
        """The members of an archive that came with other files; the archive itself, closed, when it is refused."""
        try:
            self.add_archive(outer)
        except gate.RefusedArchive as error:
            self.parts.append(replace(outer, closed=str(error)))

    def add_archive(self, outer: Part) -> None:
        """The members of `outer`; archives among them are opened, one level deep. Raises: gate.RefusedArchive."""
        allowed = max(gate.LIMITS.total_ratio * outer.size_bytes, gate.LIMITS.total_ratio_from_bytes)
        kept, self._bytes = self._bytes, min(self._bytes, allowed)
        before = self._bytes
        try:
            self._add_members(outer, depth=0)
        finally:
            self._bytes = kept - (before - self._bytes)

    def _add_members(self, outer: Part, *, depth: int) -> None:
        replaced = (
            outer.size_bytes if depth else 0
        )  # an inner archive was counted as a member; its members take its place
        limits = replace(gate.LIMITS, entries=max(self._entries, 0), total_bytes=max(self._bytes + replaced, 0))
        inner: list[Part] = []
        with outer.open() as file:
            archive = gate.open_archive(file, limits=limits)
            if _is_document(archive):
                self.parts.append(outer)
                return
            self._entries -= len(archive.members)
            self._bytes -= sum(member.size_bytes for member in archive.members) - replaced
            self._opened.append(outer)
            for member in archive.members:
                if not member.is_folder:
                    is_inner = _begins_like_archive(archive, member)
                    part = self._member_part(outer, member, marks=gate.Marks() if is_inner else None)
                    (inner if is_inner else self.parts).append(part)
        for part in inner:
            self._add_nested(part, depth=depth + 1)

    def _member_part(self, outer: Part, member: gate.Member, *, marks: gate.Marks | None) -> Part:
        """`marks`, for an archive in an archive: its members are found without inflating it from the start each time."""
        damages: list[str] = []

        def opener() -> BinaryIO:
            if marks is not None:
                self._keep(marks)
            return gate.open_member(outer.open(), member, marks=marks, on_damage=note)

        def note(damage: gate.DamagedMember) -> None:
            if str(damage) not in damages:
                damages.append(str(damage))

        name = self.unique(f"{outer.name}!/{member.name}" if outer.name else member.name)
        return Part(name=name, size_bytes=member.size_bytes, opener=opener, damages=damages)

    def _keep(self, marks: gate.Marks) -> None:
        if marks not in self._marked:
            self._marked.append(marks)
        if len(self._marked) > _MARKED:
            self._marked.popleft().clear()

    def _add_nested(self, part: Part, *, depth: int) -> None:
        if depth > gate.LIMITS.nesting:
            self.parts.append(replace(part, closed="An archive inside an archive inside an archive is not opened."))
            return
        try:
            self._add_members(part, depth=depth)
        except gate.RefusedArchive as error:
            self.parts.append(replace(part, closed=str(error)))


def _begins_like_archive(archive: gate.Archive, member: gate.Member) -> bool:
    with archive.open(member) as file:
        try:
            return gate.is_archive(file)
        except gate.DamagedMember:
            return False  # told again, with its bytes, to whoever reads the part


def _is_document(archive: gate.Archive) -> bool:
    """True for ZIP files that are one document or program (OOXML, ODF, EPUB, JAR, APK): they stay one closed file."""
    return any(member.name in _DOCUMENT_MARKS for member in archive.members)
