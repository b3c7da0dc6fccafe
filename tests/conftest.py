"""What every test shares: English, whatever the machine speaks; properties without a clock on a busy machine."""

import os

from hypothesis import settings

os.environ["REMPART_LANG"] = "en"  # before rempart.cli is imported: it chooses its language then
settings.register_profile("rempart", deadline=None)
settings.load_profile("rempart")
