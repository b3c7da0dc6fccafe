"""Collects the texts of the site's pages (templates and `gettext` calls below src/rempart/web) and compiles their French.

python tools/page_texts.py           write django.po (new texts are empty) and django.mo
python tools/page_texts.py --check   refuse a text without translation, or a stale .mo

Django's own makemessages needs the programs of GNU gettext; this needs babel, like `translations.py`, whose functions it shares.
"""

import ast
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation.template import templatize

sys.path.insert(0, str(Path(__file__).parent))
from translations import clean, inside_fstrings, missing, mo_bytes, po_bytes

WEB = Path(__file__).resolve().parent.parent / "src" / "rempart" / "web"
FOLDER = WEB / "locale" / "fr" / "LC_MESSAGES"
_IN_CONTEXT = ((1, "c"), 2)  # what the word belongs to, then the word
KEYWORDS = {"_": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2), "_of": _IN_CONTEXT,
            "pgettext": _IN_CONTEXT, "pgettext_lazy": _IN_CONTEXT}  # fmt: skip
_TEXT = r"""u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_ONE = re.compile(rf"\b(?:_|gettext)\({_TEXT}\)")
_MANY = re.compile(rf"\bngettext\({_TEXT}, {_TEXT},")


def template_texts(source: str) -> Iterator[str | tuple[str, str]]:
    """The texts of one template, in order; a pair for singular and plural."""
    code = templatize(source)
    found = [(match.start(), ast.literal_eval(match[1])) for match in _ONE.finditer(code)]
    found += [
        (match.start(), (ast.literal_eval(match[1]), ast.literal_eval(match[2]))) for match in _MANY.finditer(code)
    ]
    return (text for _, text in sorted(found, key=lambda item: item[0]))


def collect() -> Catalog:
    """Every text of the pages."""
    if not settings.configured:
        settings.configure()  # what reads templates asks for settings, and needs none
    catalog = Catalog(locale="fr", domain="django", charset="utf-8")
    for path in sorted(WEB.rglob("templates/**/*.html")):
        for text in template_texts(path.read_text("utf-8")):
            catalog.add(text)
    for _, _, message, _, context in extract_from_dir(str(WEB), [("**.py", "python")], {}, KEYWORDS, comment_tags=()):
        catalog.add(message, context=context)
    for text in inside_fstrings(WEB, names=("_", "gettext")):
        catalog.add(text)
    return catalog


def merged() -> Catalog:
    """The catalogue on disk brought up to date with the pages; old texts go."""
    fresh, path = collect(), FOLDER / "django.po"
    if not path.exists():
        return fresh
    with path.open("rb") as file:
        known = read_po(file, locale="fr", domain="django")
    known.update(fresh, no_fuzzy_matching=True)
    known.obsolete.clear()
    return known


def main() -> int:
    """Writes or checks both files."""
    catalog = clean(merged())
    gaps, text = missing(catalog), po_bytes(catalog)
    compiled = mo_bytes(clean(read_po(io.BytesIO(text), locale="fr", domain="django")))
    if "--check" in sys.argv:
        for gap in gaps:
            print(f"no French for: {gap}")
        stale = (FOLDER / "django.po").read_bytes() != text or (FOLDER / "django.mo").read_bytes() != compiled
        if stale:
            print("The catalogue of the pages is not in step with them: run `make translations`.")
        return 1 if gaps or stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "django.po").write_bytes(text)
    (FOLDER / "django.mo").write_bytes(compiled)
    print(f"{len(catalog)} texts of pages, {len(gaps)} without French.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
