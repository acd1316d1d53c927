"""What each command prints with ``--json``."""

from __future__ import annotations

from typing import Any, TypedDict, cast, get_type_hints

from report.analysis.metrics import timed_metrics
from report.views.json_types.cost import CostJson
from report.views.json_types.lifecycle import LifecycleJson
from report.views.json_types.page import PageJson, PagesJson
from report.views.json_types.run import MeasuredJson, RunCellJson, RunJson
from report.views.json_types.two_sides import CompareJson, GateJson
from runners.cli.json_types.cache import CacheJson
from runners.cli.json_types.calibrate import CalibrateJson
from runners.cli.json_types.claims import ClaimsJson
from runners.cli.json_types.history import HistoryJson
from runners.cli.json_types.listing import ListJson, PlanJson
from runners.cli.json_types.pages import ReportJson, SiteAddJson, SiteJson
from runners.cli.json_types.slo import SloJson
from runners.cli.json_types.verify import ProtocolJson, VerifyJson


def run_json() -> type:
    """``RunJson`` with the metrics that are declared now as fields of its cells."""
    metrics = dict.fromkeys(timed_metrics(), MeasuredJson)
    cell = _with_fields(RunCellJson, metrics)
    return _with_fields(RunJson, {"cells": list[cell]})  # type: ignore[valid-type] # made at run time


def pages_json() -> type:
    """``PagesJson`` with the metrics that are declared now."""
    page = _with_fields(PageJson, {"numbers": run_json() | None})
    return _with_fields(PagesJson, {"pages": list[page]})  # type: ignore[valid-type] # made at run time


def _with_fields(kind: type, fields: dict[str, Any]) -> type:
    """``kind``, a TypedDict, with further fields, or with others of the same names."""
    made: Any = TypedDict(kind.__name__, {**get_type_hints(kind, include_extras=True), **fields})  # type: ignore[misc] # the same
    made.__doc__, made.__module__ = kind.__doc__, kind.__module__
    return cast("type", made)


OUTPUTS: dict[str, type] = {
    "list": ListJson,
    "list-plan": PlanJson,
    "verify": VerifyJson,
    "verify-protocol": ProtocolJson,
    "run": run_json(),
    "run-slo": SloJson,
    "report": ReportJson,
    "report-format": pages_json(),
    "site": SiteJson,
    "site-add": SiteAddJson,
    "claims": ClaimsJson,
    "history": HistoryJson,
    "cost": CostJson,
    "lifecycle": LifecycleJson,
    "compare": CompareJson,
    "gate": GateJson,
    "calibrate": CalibrateJson,
    "cache": CacheJson,
}
"""What ``--json`` prints by command; behind ``-`` stands an option, as in ``run-slo`` for ``run --slo``."""
