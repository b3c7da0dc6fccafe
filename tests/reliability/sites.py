"""Sites for accidents: made once in a process of their own, then copied."""

import subprocess
import sys
from datetime import date
from pathlib import Path

from rempart.evidence.keys import Purpose, Recipient, Recipients, new_identity, recipient_of, save_recipients
from rempart.web.config import Site, SiteConfig
from rempart.web.setup import make_folders

ROOT = Path(__file__).parents[2]
_PREPARE = """
import sys; from pathlib import Path
from rempart.web.config import Face, Site; from rempart.web.setup import django_as, prepare_tables
site = Site.at(Path(sys.argv[1])); django_as(site, Face.OWNER); prepare_tables(site)
"""


def make_site(folder: Path, config: SiteConfig | None = None) -> Site:
    """A site with tables and one key to seal to, whose private half is thrown away."""
    site = make_folders(folder, config or SiteConfig())
    key = recipient_of(new_identity())
    entry = Recipient(name="intake-2026-11", purpose=Purpose.INTAKE, key=key, created_date=date(2026, 11, 1))
    save_recipients(site.recipients, Recipients(entries=(entry,)))
    subprocess.run([sys.executable, "-c", _PREPARE, str(folder)], check=True, cwd=ROOT)
    return site
