"""Which files of an analysed exhibit are on a list of known files, as the lists state it; no file is ever shown."""

from django.http import HttpRequest
from django.urls import reverse

from rempart.web.desk.analysis_frame import AnalysisLook, analysis_page
from rempart.web.desk.dossier_frame import Context
from rempart.web.desk.network_filters import number_in
from rempart.web.desk.rows import Pages
from rempart.web.desk.shown_dossier import fact_options, people_options
from rempart.web.desk.shown_known import files_of, known_sentence, lists_of, totals_of_known
from rempart.web.desk.words import FACT_STATES, choices

PAGE = 50


@analysis_page("known_files")
def files(request: HttpRequest, told: AnalysisLook) -> Context:
    """The lists that were looked up, and a page of the files that they name."""
    section = told.opened.known()
    if section is None:
        return {"is_before": True}
    last = max(1, -(-len(section.told.files) // PAGE))
    number = min(max(number_in(request.GET, "page") or 1, 1), last)
    return {
        "sentence": known_sentence(section),
        "lists": lists_of(section),
        "files": files_of(section, first=(number - 1) * PAGE, most=PAGE),
        "files_total": section.told.files_total,
        "totals": totals_of_known(section),
        "not_examined": section.told.not_examined,
        "told_lang": told.opened.outline().language,
        "pages": pages_of(number, last, total=section.told.files_total),
        "finding_url": reverse("finding_fact", args=[told.row.pk]) if told.look.pen.may_state else "",
        "fact_states": choices(FACT_STATES, without=frozenset({"reported", "unknown"})),
        "fact_people": people_options(told.look.read),
        "fact_groups": fact_options(),
    }


def pages_of(number: int, last: int, *, total: int, query: str = "") -> Pages:
    """Before and next. query: what stands in the address beside the number of the page."""
    beside = f"{query}&" if query else ""
    return Pages(
        number=number,
        last=last,
        total=total,
        previous_url=f"?{beside}page={number - 1}" if number > 1 else "",
        next_url=f"?{beside}page={number + 1}" if number < last else "",
    )
