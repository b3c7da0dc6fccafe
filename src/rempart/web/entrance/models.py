"""What an account still has to do before it may see a page of the desk. Passwords and factors themselves are Django's and allauth's.

Invariant: an account without a row here has a password of its own and has kept no codes.
"""

from django.conf import settings
from django.db import models


class Entry(models.Model):
    """One account. is_password_once: it must be changed at the first entry. codes_kept_at: None until its owner says so."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.PROTECT)
    is_password_once = models.BooleanField(default=False)
    codes_kept_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "desk_entry"
