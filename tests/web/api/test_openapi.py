"""The description of the API: in step with the code, with docs/, and with what is really sent and answered."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from rempart.intake.report import Report
from rempart.web.api.refusals import refusals
from rempart.web.api.schemas import ReportIn
from tests.web.api.calling import Caller, make_partner
from tests.web.api.test_reports import FULL

pytestmark = pytest.mark.usefixtures("public")
DOCS = Path(__file__).parents[3] / "docs"


@pytest.fixture
def described() -> Any:
    """What the site serves, to anybody."""
    answer = Caller(token=None).call("get", "/p/openapi.json")
    assert answer.status == 200
    return answer.data


def shape(described: Any, name: str) -> dict[str, Any]:
    """One shape with all that it refers to."""
    return {"$ref": f"#/components/schemas/{name}", "components": described["components"]}


def test_the_page_in_docs_is_the_one_that_is_served(described: Any) -> None:
    """`make docs` writes it."""
    assert json.loads((DOCS / "openapi.json").read_text("utf-8")) == described


def test_it_describes_three_addresses_and_loads_nothing_foreign(described: Any) -> None:
    """No page with scripts of others; every operation asks for a token."""
    operations = [operation for path in described["paths"].values() for operation in path.values()]

    assert set(described["paths"]) == {"/p/reports", "/p/reports/{id}", "/p/exports"}
    assert all(operation["security"] == [{"PartnerToken": []}] for operation in operations)
    assert "http" not in json.dumps(described).replace('"type": "http"', "")


def test_a_partner_may_give_what_a_report_holds_and_nothing_that_is_ours(described: Any) -> None:
    """Files, the person who typed and the version are ours; exports stand for files."""
    ours = {"version", "attachments", "received_by", "received_through", "said_unknown"}

    assert set(ReportIn.model_fields) == (set(Report.__struct_fields__) - ours) | {"exports"}


def test_what_is_sent_and_answered_is_as_described(described: Any) -> None:
    """Against the schema: a full report, its receipt, its status, a refusal."""
    make_partner()
    caller = Caller()
    kept, refused = caller.report(FULL), caller.report({"kind": "nothing"})
    status = caller.call("get", f"/p/reports/{kept.data['id']}")

    for name, data in (
        ("ReportIn", FULL),
        ("ReceiptOut", kept.data),
        ("StatusOut", status.data),
        ("ErrorOut", refused.data),
    ):
        jsonschema.validate(data, shape(described, name))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**FULL, "verdict": 1}, shape(described, "ReportIn"))


def test_every_refusal_is_described_in_the_guide() -> None:
    """Code and status of each, in docs/api.md, and no other."""
    rows = re.findall(r"^\| (\d{3}) \| `([a-z_]+)` \|", (DOCS / "api.md").read_text("utf-8"), re.MULTILINE)

    assert {(int(status), code) for status, code in rows} == {
        (refusal.status, code) for code, refusal in refusals().items()
    }


def test_every_refusal_has_its_french() -> None:
    """Two languages, one meaning, the same fields."""
    for code, refusal in refusals().items():
        assert refusal.en != refusal.fr or code == "refused_file", code
        assert set(re.findall(r"\{\w+\}", refusal.en)) == set(re.findall(r"\{\w+\}", refusal.fr)), code
        assert not re.search(r"(?<=\w) [:;?!]|(?<=[a-zé)])[;?!](?=\s|$)|[A-Za-zé]'[A-Za-zé]", refusal.fr), code
