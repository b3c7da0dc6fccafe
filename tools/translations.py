"""Collects the texts to translate, keeps the French catalogue in step, and compiles it.

python tools/translations.py           write rempart.po (new texts are empty) and rempart.mo
python tools/translations.py --check   refuse a text without translation, or a stale .mo
"""

import ast
import io
import pkgutil
import sys
import tempfile
from collections.abc import Collection, Iterator
from importlib import import_module
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings

import rempart
from rempart.conversations import reasons
from rempart.detection.signals import SIGNALS
from rempart.errors import NO_REASON, RempartError
from rempart.identities.sentences import TEXTS
from rempart.matching.listing import REASONS
from rempart.network.place import MIN_DAYS
from rempart.web.config import Face, SiteConfig
from rempart.web.setup import django_as, make_folders

Text = str | tuple[str, str]  # a text, or a singular and its plural
ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "rempart"
FOLDER = SOURCE / "locale" / "fr" / "LC_MESSAGES"
KEYWORDS = {"text": None, "_": None, "t": None, "count": (1, 2)}
# Only where texts are written for people: elsewhere `text(…)` and `count(…)` are other functions.
FACES = ("analysis/**.py", "cli/**.py", "matching/known.py", "wording.py")
METHODS = [("**/templates/*.j2", "jinja2.ext:babel_extract"), *((faces, "python") for faces in FACES)]
OPTIONS = {"**/templates/*.j2": {"encoding": "utf-8", "trimmed": "false"}}
# Why a system refuses, in the words of Linux; on other systems the rare rest stays English.
REFUSALS = ("Operation not permitted", "No such file or directory", "Input/output error", "Permission denied",
            "Device or resource busy", "File exists", "Not a directory", "Is a directory", "Invalid argument",
            "Too many open files", "Too many open files in system", "File too large", "No space left on device",
            "Read-only file system", "File name too long", "Directory not empty", "Too many levels of symbolic links",
            "Connection timed out", "Stale file handle", "Disk quota exceeded")  # fmt: skip
HEAD = [
    ("Project-Id-Version", "Rempart"),
    ("Language", "fr"),
    ("MIME-Version", "1.0"),
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Content-Transfer-Encoding", "8bit"),
    ("Plural-Forms", "nplurals=2; plural=(n > 1);"),
]


class Plain(Catalog):
    """A catalogue whose head tells no day, tool or person, so that the same texts give the same bytes."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return HEAD


def collect() -> Catalog:
    """Every text of the sources, with where it stands."""
    catalog = Catalog(locale="fr", domain="rempart", project="Rempart", charset="utf-8")
    found = extract_from_dir(
        str(SOURCE), METHODS, OPTIONS, KEYWORDS, comment_tags=(), strip_comment_tags=False, callback=None
    )
    for file, _, message, _, _ in sorted(found, key=lambda item: (item[0], item[1])):
        catalog.add(message, locations=[(f"src/rempart/{file}", 1)])
    for text in (*data_texts(), *plain_texts(), *hidden_texts(), *error_texts()):
        catalog.add(text, locations=[("data", 1)])
    return catalog


def data_texts() -> list[Text]:
    """Texts that reach the screen through records: conditions of signals, reasons, what was not read or not examined."""
    texts: list[Text] = [signal.strong_when for signal in SIGNALS if signal.strong_when]
    texts += REASONS.values()
    texts += TEXTS
    texts += (*reasons.REASONS, *reasons.PLACES)
    texts += gap_texts()
    texts.append(f"fewer than {MIN_DAYS} days of activity whose hour is known")
    return texts


def gap_texts() -> Iterator[Text]:
    """What was not examined, and why, wherever the library says so; a reason that is composed is not seen here."""
    for _, call in calls({"NotExamined"}):
        words = {word.arg: constant(word.value) for word in call.keywords}
        if words.get("one") and words.get("many"):
            yield words["one"] or "", words["many"] or ""
        if words.get("reason"):
            yield words["reason"] or ""


def plain_texts() -> list[Text]:
    """Column heads that the terminal's tables name in a loop."""
    return ["Exhibit", "Read as", "Messages", "Accounts", "Media", "Unread", "Person of interest", "Level",
            "Alerts and messages to check", "Next enquiry"]  # fmt: skip


def hidden_texts() -> Iterator[str]:
    """Texts asked for inside an f-string, which babel does not see before Python 3.12."""
    for folder in (SOURCE / "analysis", SOURCE / "cli"):
        yield from inside_fstrings(folder, names=("_", "text"))


def inside_fstrings(folder: Path, *, names: Collection[str]) -> Iterator[str]:
    """Constant first arguments of calls of these names inside f-strings below the folder."""
    for path in sorted(folder.rglob("*.py")):
        inside = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.JoinedStr))
        for call in (part for node in inside for part in ast.walk(node) if isinstance(part, ast.Call)):
            text = constant(call.args[0]) if call.args and name_of(call.func) in names else None
            if text:
                yield text


def import_all() -> None:
    """Imports every module, so that every class is known."""
    for module in pkgutil.walk_packages(rempart.__path__, "rempart."):
        import_module(module.name)


def error_classes() -> dict[str, type[RempartError]]:
    """Every class of error by its name."""
    if settings.configured:  # by a test; else the modules of the site are imported with a site's settings
        import_all()
    else:
        with tempfile.TemporaryDirectory() as folder:
            django_as(make_folders(Path(folder), SiteConfig()), Face.OWNER)
            import_all()
    found, waiting = {}, [RempartError]
    while waiting:
        kind = waiting.pop()
        found[kind.__name__] = kind
        waiting += kind.__subclasses__()
    return {name: kind for name, kind in found.items() if kind.__module__.startswith("rempart.")}


def calls(names: Collection[str]) -> Iterator[tuple[Path, ast.Call]]:
    """Every call of these names in the sources, and where it stands."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and name_of(node.func) in names:
                yield path, node


def name_of(callee: ast.expr) -> str:
    """The name that is called, without the module before it."""
    return callee.id if isinstance(callee, ast.Name) else callee.attr if isinstance(callee, ast.Attribute) else ""


def constant(node: ast.expr | None) -> str | None:
    """The text of a constant; None for what is composed."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def error_texts() -> list[str]:
    """Sentences of the errors, the frames around them, what the readers look for, and why a system refuses."""
    classes = error_classes()
    texts = [constant(call.args[0]) for _, call in calls(classes) if call.args]
    texts += [kind.frame for kind in classes.values()]
    texts += [
        constant(word.value)
        for _, call in calls({"Reader", "ListForm"})
        for word in call.keywords
        if word.arg == "looked_for"
    ]
    texts += [NO_REASON, *REFUSALS]
    return sorted({text for text in texts if text})


def merged() -> Catalog:
    """The catalogue on disk brought up to date with the sources; old texts go."""
    fresh = collect()
    path = FOLDER / "rempart.po"
    if path.exists():
        with path.open("rb") as file:
            known = read_po(file, locale="fr", domain="rempart")
        known.update(fresh, no_fuzzy_matching=True)
        known.obsolete.clear()
        return known
    return fresh


def po_bytes(catalog: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=120, omit_header=False, no_location=True, sort_output=True)
    return buffer.getvalue()


def mo_bytes(catalog: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def missing(catalog: Catalog) -> list[str]:
    return [
        str(message.id)
        for message in catalog
        if message.id and not (all(message.string) if isinstance(message.string, tuple) else message.string)
    ]


def main() -> int:
    catalog = merged()
    FOLDER.mkdir(parents=True, exist_ok=True)
    if "--check" in sys.argv:
        gaps = missing(catalog)
        for text in gaps:
            print(f"no French for: {text}")
        with (FOLDER / "rempart.po").open("rb") as file:
            on_disk = read_po(file, locale="fr", domain="rempart")
        stale = {m.id for m in collect() if m.id} != {m.id for m in on_disk if m.id}
        compiled = (FOLDER / "rempart.mo").read_bytes() != mo_bytes(clean(on_disk))
        if stale or compiled:
            print("The catalogue is not in step with the sources: run `make translations`.")
        return 1 if gaps or stale or compiled else 0
    (FOLDER / "rempart.po").write_bytes(po_bytes(clean(catalog)))
    with (FOLDER / "rempart.po").open("rb") as file:
        (FOLDER / "rempart.mo").write_bytes(mo_bytes(clean(read_po(file, locale="fr", domain="rempart"))))
    gaps = missing(catalog)
    print(f"{len(catalog)} texts, {len(gaps)} without French.")
    return 0


def clean(catalog: Catalog) -> Catalog:
    """The same texts under a plain head, without guessed flags."""
    plain = Plain(locale="fr", domain="rempart", charset="utf-8", fuzzy=False)
    plain.header_comment = "# French texts of Rempart; tools/translations.py keeps them in step with the sources."
    for message in catalog:
        if message.id:
            added = plain.add(message.id, message.string, context=message.context)
            added.flags.discard("python-format")  # a percent sign is just that here
    return plain


if __name__ == "__main__":
    sys.exit(main())
