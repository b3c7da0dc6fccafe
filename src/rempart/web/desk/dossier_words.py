"""The enums of a dossier in words, in the language of the reader."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.utils.translation import pgettext_lazy as _of

from rempart.web.cases.lifecycle import Stage
from rempart.web.desk.histories import ACTIONS

Words = Mapping[str, str | Promise]

STAGES: Words = {
    Stage.OPEN: _of("state of a dossier", "open"),
    Stage.CONSOLIDATION: _of("state of a dossier", "being put together"),
    Stage.REVIEW: _of("state of a dossier", "exculpatory review"),
    Stage.READY: _of("state of a dossier", "ready"),
    Stage.HANDED_OVER: _of("state of a dossier", "handed over"),
    Stage.ACKNOWLEDGED: _of("state of a dossier", "acknowledged"),
    Stage.MORE_ASKED: _of("state of a dossier", "more was asked for"),
    Stage.INVESTIGATION: _of("state of a dossier", "under investigation"),
    Stage.OUTCOME: _of("state of a dossier", "outcome known"),
    Stage.CLOSED: _of("state of a dossier", "closed"),
    Stage.ARCHIVED: _of("state of a dossier", "archived"),
}
STEPS: Words = {
    "consolidate": gettext_lazy("Go on putting it together"),
    "begin_review": gettext_lazy("Begin the exculpatory review"),
    "make_ready": gettext_lazy("Say that it is ready"),
    "hand_over": gettext_lazy("Say that it was handed over"),
    "acknowledge": gettext_lazy("Note the receipt of the authority"),
    "more_asked": gettext_lazy("Note that more was asked for"),
    "investigate": gettext_lazy("Note that an investigation was opened"),
    "record_outcome": gettext_lazy("Note the outcome"),
    "close": gettext_lazy("Close the dossier"),
    "reopen": gettext_lazy("Open it again"),
}
ROLES: Words = {
    "person_of_interest": gettext_lazy("person of interest"),
    "child": gettext_lazy("child"),
    "reporter": gettext_lazy("person who reported"),
    "witness": gettext_lazy("witness"),
    "professional": gettext_lazy("professional"),
}
IDENTITIES: Words = {
    "name": gettext_lazy("name"),
    "nickname": gettext_lazy("nickname"),
    "phone": gettext_lazy("telephone"),
    "email": gettext_lazy("e-mail"),
    "account": gettext_lazy("account"),
    "address": gettext_lazy("address"),
    "birth_date": gettext_lazy("date of birth"),
    "other": gettext_lazy("other"),
}
JUDGEMENTS: Words = {
    "positive": gettext_lazy("it is this person"),
    "negative": gettext_lazy("it is not this person"),
    "unsure": gettext_lazy("it cannot be said"),
}
PAIRS: Words = {
    "positive": gettext_lazy("one person's: accept"),
    "negative": gettext_lazy("not one person's: refuse"),
    "unsure": gettext_lazy("cannot be said"),
}
PAIRS_TOLD: Words = {
    "positive": gettext_lazy("presumed to be one person's"),
    "negative": gettext_lazy("held not to be one person's"),
    "unsure": gettext_lazy("left open"),
}
ANALYSES: Words = {
    "waiting": gettext_lazy("waits for the worker"),
    "running": gettext_lazy("is running"),
    "done": gettext_lazy("is done"),
    "failed": gettext_lazy("failed"),
}
CHECKS: Words = {
    "intact": gettext_lazy("the sealed bytes are those that were kept"),
    "missing": gettext_lazy("nothing lies under its address: take it from the backup"),
    "changed": gettext_lazy("its sealed bytes have changed: take it from the backup"),
}
DONE: Words = {
    **ACTIONS,
    "dossier_opened": _of("done", "dossier opened"),
    "dossier_renamed": _of("done", "title changed"),
    "report_attached": _of("done", "report put in"),
    "report_detached": _of("done", "report taken out"),
    "note_written": _of("done", "note written"),
    "task_added": _of("done", "task added"),
    "task_done": _of("done", "task done"),
    "person_added": _of("done", "person added"),
    "identity_added": _of("done", "identity added"),
    "identity_judged": _of("done", "identity judged"),
    "account_added": _of("done", "account added"),
    "pair_judged": _of("done", "two accounts judged"),
    "moment_added": _of("done", "line of the timeline added"),
    "exhibit_added": _of("done", "exhibit added"),
    "exhibit_checked": _of("done", "exhibit looked at again"),
    "check_answered": _of("done", "point of the review answered"),
    "taken_back": _of("done", "entry taken back"),
    "restricted": _of("done", "restricted to its members"),
    "restriction_lifted": _of("done", "restriction lifted"),
    "member_added": _of("done", "colleague added"),
    "member_ended": _of("done", "colleague taken off"),
    "analysis_asked": _of("done", "analysis asked for"),
    "analysis_again": _of("done", "analysis asked for again"),
    "analysis_done": _of("done", "analysis done"),
    "analysis_failed": _of("done", "analysis failed"),
    "conversation_searched": _of("done", "messages searched"),
    "exported": _of("done", "exhibits handed over"),
    "step_consolidate": _of("done", "put together further"),
    "step_begin_review": _of("done", "exculpatory review begun"),
    "step_make_ready": _of("done", "said to be ready"),
    "step_hand_over": _of("done", "handed over"),
    "step_acknowledge": _of("done", "receipt of the authority noted"),
    "step_more_asked": _of("done", "more was asked for"),
    "step_investigate": _of("done", "investigation noted"),
    "step_record_outcome": _of("done", "outcome noted"),
    "step_close": _of("done", "closed"),
    "step_reopen": _of("done", "opened again"),
}
