"""Launching a server: its own environment, ready by a right answer, alone on its port, gone at the end."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

from runners.errors import LaunchError
from runners.launching.readiness import Ready, StartingServer, how_it_ended
from runners.launching.scratch import Scratch, make_scratch
from runners.launching.server_log import ServerLog, log_of, log_path
from runners.processes import accounting, ports
from runners.processes.tree import ProcessTree
from runners.servers.recipe import Serve, Variant
from runners.servers.versions import Versions
from runners.services.services import Leases

READY_DEADLINE_S = 20.0
"""From the fork of a server to its first right answer."""

NO_LEASES = Leases()
"""Of a server that talks to nothing."""


class LocalServer:
    """A running server that has answered rightly; ``stop``, or the end of its ``with``, kills its tree."""

    def __init__(
        self,
        tree: ProcessTree,
        *,
        serve: Serve,
        argv: tuple[str, ...],
        first_answer_s: float,
        log: ServerLog,
        leases: Leases,
        scratch: Scratch,
    ) -> None:
        self._tree = tree
        self._log = log
        self._scratch = scratch
        self.host, self.port = serve.host, serve.port
        self.argv = argv
        """Command line without machine paths."""
        self.first_answer_s = first_answer_s
        """From just before the server was forked to its first right answer."""
        self.leases = leases
        """What it has of services."""
        self.pid = tree.pid
        """Root of the server's tree; the supervisor stands above it."""
        self.cgroup = tree.cgroup
        """Directory of the cgroup that holds the tree and nothing else, or None."""
        self.tasks = scratch.tasks
        """Folder in which its processes note their tasks."""

    def pids(self) -> frozenset[int]:
        """The server's processes."""
        return frozenset(accounting.tree_pids(self.pid))

    def pss_bytes(self) -> int | None:
        """Memory of the tree, shared pages divided among those that share them; None: not readable."""
        return accounting.pss_bytes(self.pids())

    def log_tail(self, lines: int = 20) -> str:
        """Last lines of the server's output, machine paths shortened."""
        return self._log.tail(lines)

    def alive(self) -> bool:
        """Whether the server's root process runs."""
        return self._tree.exit_status() is None

    def ended(self) -> str:
        """How the root process ended, in words; empty while it runs."""
        status = self._tree.exit_status()
        return "" if status is None else how_it_ended(status)

    def stop(self) -> None:
        """SIGKILL the tree, wait until nothing of it is left, remove its scratch; may be called twice."""
        self._tree.stop()
        self._scratch.remove()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def launch(
    *,
    python: Path,
    stage: Path,
    variant: Variant,
    serve: Serve,
    groups: Sequence[str],
    cpus: Sequence[int],
    hash_seed: str,
    folder: Path,
    ready: Ready,
    under: Sequence[str] = (),
    deadline_s: float | None = None,
    versions: Versions = MappingProxyType({}),
    leases: Leases = NO_LEASES,
    is_aborted: Callable[[], bool] = lambda: False,
) -> LocalServer:
    """Start ``variant`` on ``serve`` (port 0: a free one); returns once ``ready`` has had a right answer.

    ``versions`` are those of the environment, which decide what the command line may say.
    ``leases`` tell the app by its environment where the services are that it talks to.
    ``under`` is a command that takes the server's command line as its arguments, such as a counter's.
    ``folder`` gets ``server.log`` and the empty working directory ``cwd``, both emptied first. Raises
    LaunchError, with nothing left running, when the port is taken, the server dies, hangs or answers
    wrongly, when somebody else listens on its port too, and when ``is_aborted`` says so.
    """
    serve = _with_free_port(serve)
    argv = variant.argv(serve, versions)
    scratch = make_scratch(folder)
    environment = environment_of(variant, stage=stage, groups=groups, hash_seed=hash_seed, scratch=scratch)
    environment.update(leases.environment)
    if serve.host != ports.LOOPBACK:
        environment["HOTLAP_HOST"] = serve.host
    log = log_of(python, stage, folder)
    within_s = READY_DEADLINE_S if deadline_s is None else deadline_s
    with ExitStack() as undo:
        undo.push(scratch)
        tree = start_tree([*under, str(python), *argv], environment, folder, cpus)
        undo.callback(tree.stop)
        starting = StartingServer(tree, variant.name, serve, log, within_s, is_aborted)
        first_answer_s = starting.wait_ready(ready)
        undo.pop_all()
    return LocalServer(
        tree,
        serve=serve,
        argv=("python", *argv),
        first_answer_s=first_answer_s,
        log=log,
        leases=leases,
        scratch=scratch,
    )


def environment_of(
    variant: Variant, *, stage: Path, groups: Sequence[str], hash_seed: str, scratch: Scratch
) -> dict[str, str]:
    """Every variable that a server sees; nothing else of ours reaches it."""
    variables = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.environ.get("HOME", "/"),
        "LANG": "C.UTF-8",
        "PYTHONSAFEPATH": "1",
        "PYTHONPATH": str(stage),
        "PYTHONHASHSEED": hash_seed,
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOTLAP_GROUPS": ",".join(groups),
    }
    return {**variables, **scratch.variables(), **variant.environment}


def _with_free_port(serve: Serve) -> Serve:
    """``serve`` with a port chosen where it has none; raises LaunchError where its own is taken."""
    if (
        not serve.port
    ):  # not looked at again: a child of another thread holds the first look's socket until exec
        return replace(serve, port=ports.free_port(serve.host))
    if not ports.can_bind(serve.host, serve.port):
        raise LaunchError(
            f"port {serve.port} of {serve.host} is taken by {ports.owner(ports.listeners(serve.port))}",
            remedy="end that process, or let hotlap choose the port",
        )
    return serve


def start_tree(
    argv: Sequence[str],
    environment: dict[str, str],
    folder: Path,
    cpus: Sequence[int],
    *,
    pass_fds: Sequence[int] = (),
) -> ProcessTree:
    """Start ``argv`` in an empty working directory of ``folder``, its output in the log there.

    Raises LaunchError where it cannot be started, or the folder not be written.
    """
    cwd = folder / "cwd"
    shutil.rmtree(cwd, ignore_errors=True)
    try:
        cwd.mkdir(parents=True)
        output = log_path(folder).open("wb")
    except OSError as error:
        raise LaunchError(
            f"the folder of its log cannot be written: {error.strerror}",
            remedy="check --results and the disk",
        ) from error
    with output:
        return ProcessTree(
            argv,
            environment=environment,
            cwd=cwd,
            output=output,
            cpus=cpus,
            cgroup_home=accounting.cgroup_home(),
            pass_fds=pass_fds,
        )
