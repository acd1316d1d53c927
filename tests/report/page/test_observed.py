from __future__ import annotations

from dataclasses import replace

from report.page.context import make_context
from report.page.sections.parts.observed import part
from results.model import PROTOCOL, Finding
from tests.support.synthetic import make_run


def test_odd_bytes_are_told_by_server_and_odd_inputs_by_framework() -> None:
    told = [
        Finding(framework="asgi", server=server, scenario=PROTOCOL, probe="HEAD", answer=answer)
        for server, answer in (("uvicorn-pure", "200"), ("granian-asgi", "405"))
    ]
    asked = Finding(
        framework="starlette", server="uvicorn-pure", scenario="json", probe="GET /?a", answer="404"
    )
    run = replace(make_run(scenarios=("json",), troubles=False, blocks=2), findings=(*told, asked))
    shown = part(make_context(run))
    assert shown is not None
    tables = {table.anchor: table for table in shown.tables}
    servers, frameworks = tables["findings-protocol"], tables["findings-json"]
    assert [column.label for column in servers.columns] == ["Sent", "granian-asgi", "uvicorn-pure"]
    assert servers.summary == "protocol: 1 odd input, 2 servers"
    assert [entry.text for entry in servers.rows[0].entries] == ["HEAD", "405", "200"]
    assert [column.label for column in frameworks.columns] == ["Sent", "Starlette"]
