"""When each duty is due, who holds it now, and what it has to tell the people of the desk."""

from django.db import models


class Duty(models.Model):
    """One duty. running_until: a worker holds it until then; one that died before lets go of it then.

    done_at: when it last ended well; None: never. notice: a name of `work.notices.SENTENCES`, "" for nothing to tell; count: its number.
    """

    name = models.CharField(max_length=40, primary_key=True)
    due_at = models.DateTimeField()
    running_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    notice = models.CharField(max_length=40, default="")
    count = models.IntegerField(default=0)

    class Meta:
        db_table = "work_duty"
