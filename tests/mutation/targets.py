"""Mutants of applications of another shape: many routes, middleware, endpoints that fail."""

from __future__ import annotations

from tests.mutation.mutant import Kind, Mutant, broken

STARLETTE, FLASK = "starlette_targets", "flask_targets"
ANSWER, LAYERS, FAILURE = (
    "targets.part_answer(part, route)",
    "range(1, layers + 1)",
    "contract_errors.internal_error()",
)
REGISTERED = "application.register_error_handler(InternalServerError, internal_error)"

MUTANTS = (
    Mutant(
        name="a route answers as its neighbour",
        kind=Kind.TARGETS,
        scenario="routing-dynamic",
        refused="(route 1 of 200): $.route: wanted int 1, got int 0",
        starlette=broken(("static", "route_answer(index)", "route_answer(index - index % 2)")),
        flask=broken(("static", "route_answer(index)", "route_answer(index - index % 2)")),
    ),
    Mutant(
        name="a route answers as the first of its part",
        kind=Kind.TARGETS,
        scenario="include-first",
        refused="(route 9 of part 0): $.route: wanted int 9, got int 0",
        starlette=broken(("part_route", ANSWER, "targets.part_answer(part, 0)"), companion=STARLETTE),
        flask=broken(("part_route", ANSWER, "targets.part_answer(part, 0)"), companion=FLASK),
    ),
    Mutant(
        name="one middleware is left out",
        kind=Kind.TARGETS,
        scenario="middleware",
        refused="wanted headers",
        starlette=broken(("create_layered", LAYERS, "range(2, layers + 1)"), companion=STARLETTE),
        flask=broken(("create_layered", LAYERS, "range(2, layers + 1)"), companion=FLASK),
    ),
    Mutant(
        name="a stack trace is given away",
        kind=Kind.TARGETS,
        scenario="errors",
        refused="a stack trace in the answer",
        starlette=broken(
            ("internal_error", FAILURE, '{"detail": traceback.format_exception(_error)}'),
            first="import traceback",
            companion=STARLETTE,
        ),
        flask=broken(
            ("internal_error", FAILURE, '{"detail": traceback.format_exception(_error.original_exception)}'),
            first="import traceback",
            companion=FLASK,
        ),
    ),
    Mutant(
        name="no method is named that is allowed",
        kind=Kind.TARGETS,
        scenario="errors",
        refused="Allow",
        starlette=broken(
            ("create_errors", "internal_error}", "internal_error, 405: refusal}"),
            first="async def refusal(_request, _error):\n    return JSONResponse({}, status_code=405)",
            companion=STARLETTE,
        ),
        flask=broken(
            (
                "create_errors",
                REGISTERED,
                f"{REGISTERED}\n    application.register_error_handler(405, lambda _error: ({{}}, 405))",
            ),
            companion=FLASK,
        ),
    ),
    Mutant(
        name="an exception is answered as a success",
        kind=Kind.TARGETS,
        scenario="errors",
        refused="wanted status 500, got 200",
        starlette=broken(("internal_error", "status_code=500", "status_code=200"), companion=STARLETTE),
        flask=broken(("internal_error", "500", "200"), companion=FLASK),
    ),
)
