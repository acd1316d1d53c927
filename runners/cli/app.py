"""The command line whole: its commands, the defaults they take, and how errors leave it."""

from __future__ import annotations

import errno
import shlex
import sys
import traceback
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from runners.cli.cache import cache
from runners.cli.calibrate import calibrate_
from runners.cli.claims import claims
from runners.cli.compare import compare
from runners.cli.cost import cost
from runners.cli.gate import gate
from runners.cli.history import history
from runners.cli.lifecycle import lifecycle
from runners.cli.list import list_
from runners.cli.lock import lock
from runners.cli.report import report_
from runners.cli.run import run
from runners.cli.serve import serve
from runners.cli.shared import INTERRUPTED, NOT_MEASURED, complain
from runners.cli.site_command import site
from runners.cli.verify import verify
from runners.cli.worker import worker
from runners.errors import HotlapError, PlanError
from runners.processes.signals import ending_as_interrupt

COMMANDS: tuple[tuple[str, Callable[..., None], str], ...] = (
    ("list", list_, "hotlap list --framework fastapi --json"),
    ("verify", verify, "hotlap verify --framework flask"),
    ("run", run, "hotlap run --quick --framework fastapi --framework litestar --report"),
    ("report", report_, "hotlap report latest --output page"),
    ("site", site, "hotlap site latest --out site"),
    ("claims", claims, "hotlap claims latest"),
    ("history", history, "hotlap history"),
    ("cost", cost, "hotlap cost --framework starlette --server 'uvicorn*' --scenario json"),
    ("lifecycle", lifecycle, "hotlap lifecycle --framework fastapi --server granian-asgi --probe cold-start"),
    ("compare", compare, 'hotlap compare -f fastapi --base "fastapi==0.115.*" --head fastapi'),
    ("gate", gate, "hotlap gate --base-rev main --markdown gate.md"),
    ("calibrate", calibrate_, "hotlap calibrate --quick --connections 8"),
    ("serve", serve, "hotlap serve --framework fastapi --server granian-asgi --port 8000"),
    ("worker", worker, "hotlap worker --master 192.0.2.1:5557"),
    ("lock", lock, "hotlap lock --upgrade"),
    ("cache", cache, "hotlap cache --prune --days 30"),
)
"""(name, function, example of its use), in the order of the help."""

INTERNAL_ERROR = 70
"""Exit code of a fault of hotlap itself, as EX_SOFTWARE of sysexits.h."""

HELP_COLUMNS = 120
"""The help is as wide as the terminal, up to this."""
EXHAUSTED = (
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EROFS,
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOMEM,
    errno.EAGAIN,
)
"""Errors by which the system says that there is no more room, or no more of something, for us."""
OUT_OF = "make room on the disk, raise the limit (`ulimit -a`) or free memory; what was recorded is kept"

CONFIGURED = (
    "list",
    "verify",
    "run",
    "report",
    "site",
    "serve",
    "cost",
    "lifecycle",
    "compare",
    "claims",
    "history",
)
"""Commands that take their defaults from ``[tool.hotlap]``."""


def _interruptible(command: Callable[..., None]) -> Callable[..., None]:
    """``command``, which ends with a word and its exit code wherever it is interrupted."""

    @wraps(command)
    def called(*arguments: Any, **options: Any) -> None:  # noqa: ANN401 - passed on
        try:
            with ending_as_interrupt():
                command(*arguments, **options)
        except KeyboardInterrupt:
            complain(
                "interrupted; what was built and recorded until then is kept",
                "the same command again, or `hotlap run --resume latest` where it was recording",
            )
            raise typer.Exit(INTERRUPTED) from None

    return called


app = typer.Typer(
    name="hotlap",
    help="A fair track for Python web stacks: which framework, on which server, by how much, can we tell?",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # help in plain text: rich takes as long to import as all the rest
    context_settings={"max_content_width": HELP_COLUMNS},
)
for _name, _command, _example in COMMANDS:
    _summary = (_command.__doc__ or "").partition("\n")[0]
    app.command(_name, epilog=f"Example: {_example}", short_help=_summary)(_interruptible(_command))


def _tell_version(asked: bool) -> None:
    """Print the version, and that of the interpreter that runs hotlap, and leave."""
    if asked:
        from importlib.metadata import version

        typer.echo(f"hotlap {version('hotlap')}, Python {sys.version.split()[0]}")
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version and leave."),
]


@app.callback()
def root(context: typer.Context, *, version: Version = False) -> None:  # noqa: ARG001 - its callback took it
    """Take the defaults of every option from ``[tool.hotlap]`` of ./pyproject.toml."""
    from runners.cli.settings import defaults, gate_defaults, of_one_python, of_one_stack
    from runners.machine.memory_folders import sweep

    sweep()  # whatever the command: memory is short where a run was killed
    of_file = defaults(Path.cwd())
    of_one = of_one_python(of_file)
    context.default_map = dict.fromkeys(CONFIGURED, of_file) | {
        "serve": of_one_stack(of_one),
        "lifecycle": of_one,
        "compare": {key: value for key, value in of_file.items() if key != "duration"},  # of trials of runs
    }
    if context.invoked_subcommand == "gate":
        context.default_map["gate"] = gate_defaults(Path.cwd())


def main() -> NoReturn:
    """Entry point of ``hotlap``: errors of ours as a message, a remedy and an exit code, no traceback."""
    from results.store import RecordError

    try:
        app()
    except HotlapError as error:
        complain(error.message, error.remedy, error.log_tail)
        raise SystemExit(error.exit_code) from None
    except RecordError as error:
        complain(error.message, error.remedy)
        raise SystemExit(PlanError.exit_code) from None
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
    except OSError as error:
        if error.errno not in EXHAUSTED:
            _blame_hotlap()
        complain(f"the machine has run out of something: {error}", OUT_OF)
        raise SystemExit(NOT_MEASURED) from None
    except MemoryError:
        complain("the machine has run out of memory", OUT_OF)
        raise SystemExit(NOT_MEASURED) from None
    except Exception:  # noqa: BLE001 - whatever it is, its exit code must be none that means something else
        _blame_hotlap()
    raise SystemExit(0)


def _blame_hotlap() -> NoReturn:
    """Show the exception that is being handled as a fault of hotlap itself."""
    traceback.print_exc()
    complain(
        "this is a fault of hotlap itself, and no verdict on what was asked for",
        f"report it where hotlap's issues are, with the lines above and: {shlex.join(sys.argv)}",
    )
    raise SystemExit(INTERNAL_ERROR) from None
