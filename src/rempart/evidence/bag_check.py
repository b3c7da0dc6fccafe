"""A bag judged here, on our side: by its own program's rules, with keys and authorities that are known from elsewhere.

The program of the bag speaks French only; its sentences are told here in English too. Time stamps, which it leaves to
`openssl`, are judged when authorities are given. `verifier.py` as it lies in the bag is compared, never run.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rempart.errors import BadInput, RempartError
from rempart.evidence import bag_verifier
from rempart.evidence.ledger import files, notes, stamps
from rempart.evidence.ledger.faults import Code, Fault, fault
from rempart.evidence.ledger.notes import LOG_KEY, WITNESS_KEY, Vkey
from rempart.evidence.ledger.stamps import Authorities, WrongStamp
from rempart.wording import Lang

_MOST_READ_BYTES = 4 << 20
# (code, what the program says, in French, and the same in English; what stands in brackets is carried over)
_PHRASES = (
    ("not_plain", r"en trop : un lien, .*", "is too much: a link, an empty folder or a special file"),
    ("manifest_unreadable", r"manifeste absent ou illisible", "is missing or cannot be read as a manifest"),
    ("missing", r"manque ; (.+) l'annonce", "is missing; {0} lists it"),
    ("unlisted", r"en trop : aucun manifeste ne l'annonce", "is too much: no manifest lists it"),
    ("changed", r"a changé : son empreinte .*", "has changed: its digest is not that of the manifests"),
    (
        "manifest_changed",
        r"a changé : l'autre manifeste dit autre chose de (.+), et a raison",
        "has changed: the other manifest says otherwise of {0}, and is right",
    ),
    (
        "signature_wrong",
        r"la signature de (.+) manque ou est fausse",
        "the signature of {0} is missing or does not hold",
    ),
    ("proof_of_other", r"n'est pas la preuve de la feuille (.+)", "is not the proof of leaf {0}"),
    ("proof_of_other_head", r"porte un autre en-tête .*", "holds another checkpoint than the file checkpoint"),
    ("proof_wrong", r"ne mène pas .*", "does not lead from the leaf in custody.json to the root that was signed"),
    ("digest_wrong", r"n'a pas l'empreinte .*", "has not the SHA-256 that custody.json tells"),
    ("no_leaf", r"aucune feuille .*", "no leaf of the ledger names these sealed bytes"),
    ("unregistered", r"custody\.json n'en dit rien", "custody.json does not tell of it"),
    ("leaf_missing", r"déclaration sur la feuille (.+), .*", "a statement cites leaf {0}, which is not handed over"),
    ("other_object", r"la feuille (.+) ne parle pas .*", "leaf {0} does not speak of the object that is stated"),
    ("key_other", r"n'est pas la clé donnée .*", "is not the key that is known from elsewhere"),
    ("head_of_other", r"n'est pas l'en-tête du registre (.+)", "is not the checkpoint of the ledger {0}"),
    ("stamped_other", r"le registre horodaté .* feuille (.+)", "the ledger that was stamped does not hold leaf {0}"),
    ("unreadable", r"absent ou illisible \((.+)\)", "is missing or cannot be read ({0})"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BagFault:
    """One statement on a bag. place: a file of the bag."""

    code: str
    place: str
    french: str
    english: str
    entry: int | None = None

    def sentence(self, lang: Lang = "en") -> str:
        """The statement in words."""
        return f"{self.place}\u00a0: {self.french}" if lang == "fr" else f"{self.place}: {self.english}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BagVerification:
    """What was found in a bag."""

    findings: tuple[BagFault, ...]
    not_examined: tuple[BagFault | Fault, ...]


def verify_bag(folder: Path, *, vkeys: Sequence[Vkey] = (), authorities: Authorities | None = None) -> BagVerification:
    """The judgement of a bag. vkeys: of its ledger and of witnesses, known from elsewhere; authorities: of time stamps.

    A witness's key that signed nothing here is passed over. Raises: OSError when the folder cannot be read.
    """
    logs = [one for one in vkeys if one.kind == LOG_KEY]
    origin = _read(folder / "checkpoint").partition(b"\n")[0].decode("utf-8", "replace")
    trusted = next((one for one in logs if one.name == origin), logs[0] if logs else None)
    found = bag_verifier.verifier(folder, trusted.text if trusted else None)
    return BagVerification(
        findings=(
            *(_told(place, phrase) for place, phrase in found),
            *_cosignatures(folder, [one for one in vkeys if one.kind == WITNESS_KEY]),
            *(_stamps(folder, authorities) if authorities else ()),
        ),
        not_examined=tuple(_not_examined(folder, has_key=trusted is not None, has_authorities=authorities is not None)),
    )


def _told(place: str, phrase: str) -> BagFault:
    """The sentence of the program in both languages; control characters of names are told as Python writes them."""
    for code, pattern, english in _PHRASES:
        if match := re.fullmatch(pattern, phrase, re.DOTALL):
            return BagFault(code=code, place=place, french=phrase, english=english.format(*match.groups()))
    return BagFault(code="other", place=place, french=phrase, english=phrase)


def _cosignatures(folder: Path, keys: Sequence[Vkey]) -> Iterator[BagFault]:
    """A line of a witness known from elsewhere that does not hold."""
    try:
        note = notes.parse_note(_read(folder / "checkpoint"))
    except BadInput:
        return  # the program has said so
    for key in keys:
        for one in note.signatures:
            if (one.name, one.key_id) == (key.name, key.key_id) and not notes.holds(one, text=note.text, vkey=key):
                yield _told("checkpoint", f"la signature de {key.name!a} manque ou est fausse")


def _stamps(folder: Path, authorities: Authorities) -> Iterator[BagFault]:
    for answer in sorted((folder / stamps.FOLDER).glob(f"*.{stamps.ANSWER}")):
        digest = hashlib.sha256(_read(answer.with_suffix(".txt"))).digest()
        try:
            stamps.check(_read(answer), digest=digest, authorities=authorities)
        except WrongStamp as error:
            place = f"{stamps.FOLDER}/{answer.name}"
            french = "l'horodatage ne vaut pas : il porte sur autre chose, ou aucune autorité donnée ne l'a signé"
            yield BagFault(code="stamp_wrong", place=place, french=french, english=str(error))


def _not_examined(folder: Path, *, has_key: bool, has_authorities: bool) -> Iterator[BagFault | Fault]:
    if not has_key:
        yield fault(Code.NOT_JUDGED_KEY, "registre.vkey")
    if not has_authorities and any((folder / stamps.FOLDER).glob(f"*.{stamps.ANSWER}")):
        yield fault(Code.NOT_JUDGED_STAMPS, stamps.FOLDER)
    if _read(folder / "verifier.py") != Path(bag_verifier.__file__).read_bytes():
        yield BagFault(
            code="not_judged_program",
            place="verifier.py",
            french="n'est pas le programme de cette version de Rempart ; il n'a pas été lancé",
            english="is not the program of this version of Rempart; it was not run",
        )


def _read(path: Path) -> bytes:
    """A small file; nothing for one that cannot be read, of which the program has told."""
    try:
        return files.read_file(path, most_bytes=_MOST_READ_BYTES)
    except (OSError, RempartError):
        return b""
