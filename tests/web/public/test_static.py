"""Files that browsers load: small, ours or unchanged from their makers, and without a word to anybody else."""

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from rempart.web.public import apps

STATIC = Path(apps.__file__).parent / "static" / "public"
TEMPLATES = Path(apps.__file__).parent / "templates" / "public"
VENDORED = {  # as their makers published them: @picocss/pico 2.1.1, altcha 3.2.2 (dist/workers/pbkdf2.js)
    "vendor/pico/pico.classless.min.css": "61207a40ffc02a42d1e50143651c121beab70ed413c934c1ff84fa263ba436b0",
    "vendor/altcha/pbkdf2.js": "7862add9c9d3d847ded3da928edcf406b46478754b9883351111414825b9c86f",
}


def test_what_others_made_is_unchanged_and_has_its_licence() -> None:
    """Byte for byte as published, with the licence beside it."""
    for name, digest in VENDORED.items():
        assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == digest
        licence = next((STATIC / name).parent.glob("LICENSE*")).read_text("utf-8")
        assert licence.startswith("MIT License")
        assert "Copyright (c)" in licence


def test_nothing_else_was_put_there() -> None:
    """Every file that is served is known."""
    files = {path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.is_file()}

    assert files - VENDORED.keys() == {
        "rempart.css",
        "rempart.js",
        "vendor/pico/LICENSE.md",
        "vendor/altcha/LICENSE.txt",
    }


def test_our_own_files_are_small_and_name_no_other_site() -> None:
    """A few kilobytes, and no address in them."""
    for name in ("rempart.css", "rempart.js"):
        text = (STATIC / name).read_text("utf-8")
        assert len(text) < 16_000
        assert not re.search(
            r"https?:|//[a-z]+\.|@import|url\(|eval\(|innerHTML|document\.write|document\.cookie|localStorage", text
        )


def test_the_script_asks_this_site_only() -> None:
    """One request, without credentials, for the challenge that the page names."""
    text = (STATIC / "rempart.js").read_text("utf-8")

    assert re.findall(r"\bfetch\(([^,]+),", text) == ["form.dataset.challenge"]
    assert re.findall(r"new Worker\(([^)]+)\)", text) == ["form.dataset.worker"]


@pytest.mark.skipif(shutil.which("node") is None, reason="no node here")
def test_the_script_can_be_read_by_a_browser() -> None:
    """No slip of the pen."""
    node = shutil.which("node") or ""

    assert subprocess.run([node, "--check", str(STATIC / "rempart.js")], check=False).returncode == 0


def test_no_template_marks_anything_as_safe() -> None:
    """What people write is escaped everywhere, without exception."""
    for path in TEMPLATES.glob("*.html"):
        assert not re.search(r"\|\s*safe|autoescape|\{%\s*csrf|style=|\son[a-z]+=", path.read_text("utf-8")), path.name


def test_the_style_imitates_no_state() -> None:
    """None of the marks, fonts and colours of a government."""
    everything = "".join(path.read_text("utf-8") for path in (*TEMPLATES.glob("*.html"), STATIC / "rempart.css"))

    assert not re.search(r"marianne|dsfr|fr-[a-z]+__|république|#000091|#e1000f", everything, re.IGNORECASE)
