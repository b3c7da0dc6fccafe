"""Addresses of dossiers, their exhibits and their analyses."""

from django.urls import path

from rempart.web.desk.pages import analysis, dossier, dossier_acts, dossiers, exhibits

_D = "dossiers/<int:number>/"
_A = "analyses/<uuid:analysis>/"

urlpatterns = [
    path("dossiers/", dossiers.dossiers, name="dossiers"),
    path("dossiers/new/", dossiers.open_new, name="dossier_open"),
    path(_D, dossier.dossier, name="dossier"),
    path(f"{_D}motive/", dossier.motive, name="dossier_motive"),
    path(f"{_D}reports/", dossier.reports, name="dossier_reports"),
    path(f"{_D}exhibits/", dossier.exhibits, name="dossier_exhibits"),
    path(f"{_D}people/", dossier.people, name="dossier_people"),
    path(f"{_D}timeline/", dossier.timeline, name="dossier_timeline"),
    path(f"{_D}work/", dossier.work, name="dossier_work"),
    path(f"{_D}review/", dossier.review, name="dossier_review"),
    path(f"{_D}members/", dossier.members, name="dossier_members"),
    path(f"{_D}history/", dossier.history, name="dossier_history"),
    path(f"{_D}title/", dossier_acts.rename, name="dossier_rename"),
    path(f"{_D}notes/", dossier_acts.write_note, name="dossier_note"),
    path(f"{_D}tasks/", dossier_acts.add_task, name="dossier_task"),
    path(f"{_D}tasks/<uuid:task>/done/", dossier_acts.finish_task, name="dossier_task_done"),
    path(f"{_D}people/new/", dossier_acts.add_person, name="dossier_person"),
    path(f"{_D}identities/", dossier_acts.add_identity, name="dossier_identity"),
    path(f"{_D}identities/<uuid:identity>/judge/", dossier_acts.judge_identity, name="dossier_judge"),
    path(f"{_D}accounts/", dossier_acts.add_account, name="dossier_account"),
    path(f"{_D}moments/", dossier_acts.add_moment, name="dossier_moment"),
    path(f"{_D}facts/", dossier_acts.state_fact, name="dossier_fact"),
    path(f"{_D}checks/", dossier_acts.answer_checks, name="dossier_check"),
    path(f"{_D}reports/attach/", dossier_acts.attach, name="dossier_attach"),
    path(f"{_D}reports/detach/", dossier_acts.detach, name="dossier_detach"),
    path(f"{_D}entries/<uuid:entry>/take-back/", dossier_acts.take_back, name="dossier_take_back"),
    path(f"{_D}steps/<slug:name>/", dossier_acts.step, name="dossier_step"),
    path(f"{_D}hold/", dossier_acts.hold, name="dossier_hold"),
    path(f"{_D}restrict/", dossier_acts.restrict, name="dossier_restrict"),
    path(f"{_D}members/add/", dossier_acts.add_member, name="dossier_member_add"),
    path(f"{_D}members/end/", dossier_acts.end_membership, name="dossier_member_end"),
    path(f"{_D}exhibits/add/", exhibits.add, name="dossier_exhibit_add"),
    path(f"{_D}exhibits/take-over/", exhibits.take_over, name="dossier_exhibit_take_over"),
    path(f"{_D}exhibits/<uuid:exhibit>/check/", exhibits.check, name="dossier_exhibit_check"),
    path(f"{_D}exhibits/<uuid:exhibit>/analyse/", exhibits.analyse, name="dossier_analyse"),
    path(f"{_D}export/", exhibits.export, name="dossier_export"),
    path(_A, analysis.analysis, name="analysis"),
    path(f"{_A}progress/", analysis.progress, name="analysis_progress"),
    path(f"{_A}again/", analysis.again, name="analysis_again"),
    path(f"{_A}facts/", analysis.fact, name="analysis_fact"),
    path(f"{_A}messages/", analysis.messages, name="conversation"),
    path(f"{_A}messages/rows/", analysis.rows, name="conversation_rows"),
    path(f"{_A}messages/search/", analysis.search, name="conversation_search"),
    path(f"{_A}messages/show/", analysis.show, name="conversation_show"),
]
