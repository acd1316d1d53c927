"""The PostgreSQL of PyPI's embedded binaries: initialised and run in the foreground under the supervisor."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from results.model import ServiceFacts
from runners.errors import LaunchError, ServiceError
from runners.machine.memory_folders import LockedFolder
from runners.machine.patience import Patience
from runners.processes import accounting, ports
from runners.processes.tree import ProcessTree, User, tail
from runners.services.postgres import binaries, storage
from runners.services.postgres.databases import LOOK_S, Databases
from runners.services.postgres.lease import DatabaseLease
from runners.services.postgres.statement_log import PREFIX, StatementLog
from runners.services.service import Root

READY_S, INITIALISED_S = 20.0, 60.0
ROLE = "hotlap"
"""Whom apps connect as: owner of their databases, and nothing more."""
ADMIN = "postgres"
ACCESS = f"""\
local all {ADMIN} trust
host all {ROLE} {ports.LOOPBACK}/32 trust
"""
"""Who may connect: the administrator through a socket that only its owner reaches, apps as apps do."""
SETTINGS = {
    "autovacuum": "off",
    "fsync": "on",
    "synchronous_commit": "on",
    "shared_buffers": "128MB",
    "huge_pages": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "512MB",
    "checkpoint_timeout": "1h",
    "jit": "off",
    "timezone": "UTC",
    "dynamic_shared_memory_type": "mmap",  # within its folder: nothing is left where it is killed
}
"""What it is started with, beside what depends on the run; all else is as shipped."""
SEGMENT_LINE, IPC_RMID = 6, 0
"""Line of ``postmaster.pid`` with key and number of its shared memory; sys/ipc.h."""
TOLD = (*SETTINGS, "max_connections", "full_page_writes", "data_checksums", "default_transaction_isolation")
"""Settings that the record tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """How the server is started for a session."""

    schema: Sequence[str]
    """Statements that make the template."""
    max_connections: int
    cpus: tuple[int, ...]
    own_cpus: bool
    """Whether nobody else of the run is on them."""


class EmbeddedPostgres:
    """A running server of ours; ``stop`` ends it and removes its files."""

    def __init__(
        self, placed: Placed, files: LockedFolder, storage_kind: str, tree: ProcessTree, port: int
    ) -> None:
        self._tree, self._files, self._placed = tree, files, placed
        self._folder = folder = files.path
        self._databases = Databases(
            admin=f"host={folder} port={port} user={ADMIN}",
            owner=lambda name: f"postgresql://{ROLE}@{ports.LOOPBACK}:{port}/{name}",
            role=ROLE,
        )
        self._log = StatementLog(self._databases, _log(folder))
        self._storage = storage_kind
        self._facts: ServiceFacts | None = None

    @classmethod
    def start(cls, placed: Placed) -> Self:
        """Start it with its template made; raises ServiceError, with nothing left behind."""
        installed, run_as = binaries.installed(), binaries.user()
        files, kind = storage.make_folder()
        folder = files.path
        try:
            if run_as:
                os.chown(folder, run_as.uid, run_as.gid)
            programs = binaries.usable(installed, run_as, folder) / "bin"
            _initialise(programs, folder, run_as)
            tree, port = _start_tree(programs, folder, run_as, placed)
        except BaseException:
            files.remove()
            raise
        server = cls(placed, files, kind, tree, port)
        try:
            server._prepare()
        except BaseException:
            server.stop()
            raise
        return server

    @property
    def root(self) -> Root:
        """Its process tree."""
        return Root(self._tree.pid, self._tree.cgroup)

    @property
    def facts(self) -> ServiceFacts:
        """Version, settings and place."""
        assert self._facts is not None  # noqa: S101 - made at its start
        return self._facts

    @property
    def databases(self) -> Databases:
        """Its databases."""
        return self._databases

    def trouble(self) -> str:
        """How it ended; empty while it runs."""
        status = self._tree.exit_status()
        return (
            "" if status is None else f"exit status {status}, last in its log: {tail(_log(self._folder), 1)}"
        )

    def lease(self, launch: str, connections: int) -> DatabaseLease:
        """A clone of the template of its own."""
        if trouble := self.trouble():
            raise ServiceError(f"no database for {launch}: it ended ({trouble})", remedy="see its log")
        return DatabaseLease(
            databases=self._databases,
            name=self._databases.clone(),
            connections=connections,
            log=self._log,
        )

    def stop(self) -> None:
        """End it at once and remove its files; may be called twice."""
        self._databases.close()
        self._tree.stop()
        _free_shared_memory(self._folder)
        self._files.remove()

    def _prepare(self) -> None:
        patience = Patience(READY_S, look_s=1.0)
        while (problem := self._not_ready()) is not None:
            if (trouble := self.trouble()) or patience.left_s() <= 0:
                raise ServiceError(
                    f"no database: PostgreSQL did not start: {trouble or problem}",
                    remedy="read the end of its log below",
                    log_tail=tail(_log(self._folder), 20),
                )
            time.sleep(LOOK_S)
        self._databases.ask(f"CREATE ROLE {ROLE} LOGIN")
        self._databases.make_template(self._placed.schema)
        told = {name: str(self._databases.ask(f"SHOW {name}")[0][0]) for name in TOLD}
        version = str(self._databases.ask("SHOW server_version")[0][0])
        self._facts = ServiceFacts(
            name="database",
            title=f"PostgreSQL {version}",
            settings=told,
            storage=self._storage,
            cpus=self._placed.cpus,
            own_cpus=self._placed.own_cpus,
        )

    def _not_ready(self) -> str | None:
        try:
            self._databases.ask("SELECT 1")
        except ServiceError as error:
            return error.message
        return None


def _initialise(programs: Path, folder: Path, run_as: User | None) -> None:
    """Make the cluster, and say who may connect."""
    argv = [str(programs / "initdb"), "-D", str(folder / "data"), "-U", ADMIN, "--auth=trust"]
    argv += ["--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"]
    identity = {} if run_as is None else {"user": run_as.uid, "group": run_as.gid, "extra_groups": []}
    try:
        made = subprocess.run(  # type: ignore[call-overload] # one of two forms of the same call
            argv,
            capture_output=True,
            check=False,
            cwd=folder,
            env=_environment(),
            timeout=INITIALISED_S,
            text=True,
            **identity,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ServiceError(f"no database: initdb: {error}", remedy=binaries.REMEDY) from error
    if made.returncode:
        raise ServiceError(
            f"no database: initdb ended with {made.returncode}: {made.stderr.strip()[-300:]}",
            remedy="is there room, and is the package whole? else name a server by HOTLAP_DATABASE_URL",
        )
    (folder / "data" / "pg_hba.conf").write_text(ACCESS, encoding="utf-8")


def _start_tree(programs: Path, folder: Path, run_as: User | None, placed: Placed) -> tuple[ProcessTree, int]:
    port = ports.free_port()
    settings = {
        **SETTINGS,
        "listen_addresses": ports.LOOPBACK,
        "unix_socket_directories": str(folder),
        "max_connections": str(placed.max_connections),
        "log_line_prefix": PREFIX,
    }
    argv = [str(programs / "postgres"), "-D", str(folder / "data"), "-p", str(port)]
    argv += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with _log(folder).open("ab") as output:
        try:
            tree = ProcessTree(
                argv,
                environment=_environment(),
                cwd=folder,
                output=output,
                cpus=placed.cpus,
                cgroup_home=accounting.cgroup_home(),
                user=run_as,
                farewell=signal.SIGQUIT,  # ends it at once, and its shared memory with it
            )
        except LaunchError as error:
            raise ServiceError(f"no database: {error.message}", remedy=error.remedy) from error
    return tree, port


def _free_shared_memory(folder: Path) -> None:
    """Free the segment of a server that was killed, and so could not do it: the last thing its lock names."""
    with suppress(OSError, IndexError, ValueError):
        lines = (folder / "data" / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        segment = int(lines[SEGMENT_LINE].split()[1])
        ctypes.CDLL(None).shmctl(segment, IPC_RMID, None)


def _environment() -> Mapping[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "TZ": "UTC"}


def _log(folder: Path) -> Path:
    return folder / "server.log"
