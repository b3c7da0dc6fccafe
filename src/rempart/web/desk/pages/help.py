"""Help: one page, in parts that other pages lead to where a newcomer stops."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from rempart.priority.weights import load_weights
from rempart.web.cases.care import policy
from rempart.web.cases.deadlines import hours_by_level
from rempart.web.desk.declaring import page
from rempart.web.desk.rows import LEVELS
from rempart.web.desk.words import level_label
from rempart.web.people.roles import Permission
from rempart.web.public.languages import language


@page(Permission.USE_DESK)
def overview(request: HttpRequest) -> HttpResponse:
    """How the desk works, with the gates, the levels and the deadlines as they are set here."""
    weights, lang = load_weights(), language()
    context = {
        "levels": [(level, level_label(level), hours) for level, hours in zip(LEVELS, hours_by_level(), strict=True)],
        "gates": [(gate.code, gate.title.text(lang), gate.level) for gate in weights.gates],
        "blocks": [(block.code, block.title.text(lang), block.cap) for block in weights.blocks],
        "version": weights.version,
        "break_minutes": policy().break_after_s // 60,
    }
    return render(request, "desk/help.html", context)
