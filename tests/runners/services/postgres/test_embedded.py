"""The embedded server: real, started under the supervisor, nothing left behind."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from apps import contract_orm
from runners.errors import ServiceError
from runners.machine.memory_folders import LockedFolder
from runners.processes.accounting import tree_cpu_ns, tree_pids
from runners.services.postgres import embedded, storage
from runners.services.postgres.embedded import EmbeddedPostgres, Placed
from runners.services.postgres.external import ExternalPostgres
from runners.services.postgres.lease import DatabaseLease
from scenarios import database

SCHEMA = (
    "CREATE TABLE things (id integer PRIMARY KEY, name text)",
    "INSERT INTO things SELECT id, 'thing ' || id FROM generate_series(1, 100) AS id",
)
CPUS = tuple(sorted(os.sched_getaffinity(0)))[:1]
PLACED = Placed(schema=SCHEMA, max_connections=40, cpus=CPUS, own_cpus=False)

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    running = EmbeddedPostgres.start(PLACED)
    yield running
    running.stop()


@pytest.fixture
def lease(server: EmbeddedPostgres) -> Iterator[DatabaseLease]:
    own = server.lease("a launch", 16)
    yield own
    own.release()


def shared_memory(folder: Path) -> str:
    """Number of the segment that a server says it has."""
    return (folder / "data" / "postmaster.pid").read_text().splitlines()[6].split()[1]


def segments() -> set[str]:
    """Numbers of all segments of the machine."""
    return {line.split()[1] for line in Path("/proc/sysvipc/shm").read_text().splitlines()}


def connected(lease: DatabaseLease) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(lease.environment["HOTLAP_DATABASE_URL"], autocommit=True)


def test_a_lease_is_a_database_like_the_template_and_nobody_elses(
    server: EmbeddedPostgres, lease: DatabaseLease
) -> None:
    assert lease.environment["HOTLAP_DATABASE_CONNECTIONS"] == "16"
    assert lease.rows("SELECT count(*), max(name) FROM things") == [(100, "thing 99")]
    assert lease.rows("SELECT reltuples FROM pg_class WHERE relname = 'things'") == [(100.0,)]
    other = server.lease("another launch", 16)
    with connected(lease) as connection:
        connection.execute("DELETE FROM things")
    assert lease.rows("SELECT count(*) FROM things") == [(0,)]
    assert other.rows("SELECT count(*) FROM things") == [(100,)]
    other.release()


def test_statements_are_noted_while_they_are_watched_of_this_database_alone(
    server: EmbeddedPostgres, lease: DatabaseLease
) -> None:
    other = server.lease("another launch", 16)
    with connected(lease) as own, connected(other) as others:
        own.execute("SELECT 1 AS before")
        with lease.watched() as noted, other.watched() as noted_there:
            assert noted
            assert noted_there
            with own.transaction():
                own.execute("SELECT name FROM things WHERE id = %s", (1,))
            others.execute("SELECT 2")
            assert noted() == ("BEGIN", "SELECT name FROM things WHERE id = $1", "COMMIT")
            assert noted_there() == ("SELECT 2",)
            assert (noted.sessions(), noted_there.sessions()) == (1, 1)
            with connected(lease) as more:
                more.execute("SELECT 3")
            assert noted.sessions() == 2
        with lease.watched() as noted:
            assert noted
            assert noted() == ()
        assert server.databases.ask("SHOW log_statement") == [("none",)]
    other.release()


def test_an_app_owns_its_database_and_nothing_more(lease: DatabaseLease) -> None:
    with connected(lease) as connection:
        connection.execute("UPDATE things SET name = 'changed' WHERE id = 1")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE DATABASE more")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SET log_statement = 'none'")


def test_a_database_is_dropped_though_somebody_stays_connected(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runners.services.postgres.databases.LEAVE_S", 0.05)
    own = server.lease("a launch", 16)
    with connected(own) as connection:
        own.release()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    assert server.databases.connections(own.name) == 0


def test_the_record_tells_version_settings_and_place(server: EmbeddedPostgres) -> None:
    facts = server.facts
    assert facts.title.startswith("PostgreSQL 18")
    assert (facts.storage, facts.cpus, facts.own_cpus) == (facts.storage or "none", CPUS, False)
    wanted = {"autovacuum": "off", "fsync": "on", "max_connections": "40"}
    assert wanted.items() <= facts.settings.items()


def test_it_runs_on_its_cpus_as_somebody_who_is_not_root(server: EmbeddedPostgres) -> None:
    pids = tree_pids(server.root.pid)
    assert len(pids) > 1
    for pid in pids:
        assert os.sched_getaffinity(pid) == set(CPUS)
        assert Path(f"/proc/{pid}").stat().st_uid != 0
    assert (tree_cpu_ns(*server.root) or 0) > 0


@pytest.mark.faults("too-few-connections")
def test_a_server_of_somebody_else_gives_databases_too(server: EmbeddedPostgres) -> None:
    server.databases.ask(f"ALTER ROLE {embedded.ROLE} CREATEDB")
    address = server.databases.owner("postgres")
    with pytest.raises(ServiceError, match="allows 40 connections, and this run needs 212") as raised:
        ExternalPostgres.start(address, SCHEMA, least_connections=212)
    assert "max_connections" in raised.value.remedy
    other = ExternalPostgres.start(address, SCHEMA, least_connections=36)
    assert not other.trouble()
    assert (other.root, other.facts.settings["max_connections"]) == (None, "40")
    lease = other.lease("a launch", 8)
    with connected(lease) as connection:
        connection.execute("DELETE FROM things WHERE id = 1")
    assert lease.rows("SELECT count(*) FROM things") == [(99,)]
    with lease.watched() as noted:
        assert noted is None
    lease.release()
    other.stop()
    assert server.databases.ask("SELECT datname FROM pg_database WHERE datname LIKE 'hotlap_%_%'") == [
        ("hotlap_template",)
    ]
    server.databases.ask(f"ALTER ROLE {embedded.ROLE} NOCREATEDB")


@pytest.mark.faults("wrong-address")
@pytest.mark.parametrize("address", ["mysql://there/", "postgresql:///nowhere", "a word"])
def test_a_wrong_address_is_named(address: str) -> None:
    with pytest.raises(ServiceError, match="is no address of a PostgreSQL server"):
        ExternalPostgres.start(address, SCHEMA, least_connections=1)


@pytest.mark.faults("wrong-address")
def test_nobody_at_the_address_is_named_without_its_password() -> None:
    with pytest.raises(ServiceError, match="the database: ") as raised:
        ExternalPostgres.start("postgresql://me:secret@127.0.0.1:1/postgres", SCHEMA, least_connections=1)
    assert "secret" not in raised.value.message


@pytest.mark.faults("service-dies")
def test_one_that_is_killed_says_so_and_leaves_nothing() -> None:
    server = EmbeddedPostgres.start(PLACED)
    lease, pids = server.lease("a launch", 16), tree_pids(server.root.pid)
    os.kill(server.root.pid, 9)
    deadline = time.monotonic() + 20
    while not server.trouble():
        assert time.monotonic() < deadline
        time.sleep(0.005)
    assert "137" in server.trouble()
    with pytest.raises(ServiceError, match="ended"):
        server.lease("another launch", 16)
    with pytest.raises(ServiceError):
        lease.rows("SELECT 1")
    lease.release()
    folder, segment = server._folder, shared_memory(server._folder)
    assert segment in segments()
    server.stop()
    server.stop()
    assert not folder.exists()
    assert segment not in segments()
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_nothing_is_left_of_one_that_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(embedded.SETTINGS, "shared_buffers", "a lot")
    made: list[tuple[LockedFolder, str]] = []
    make_folder = storage.make_folder

    def noting() -> tuple[LockedFolder, str]:
        made.append(make_folder())
        return made[-1]

    monkeypatch.setattr(storage, "make_folder", noting)
    with pytest.raises(ServiceError, match="did not start") as raised:
        EmbeddedPostgres.start(PLACED)
    assert "shared_buffers" in raised.value.log_tail
    assert [files.path.exists() for files, _ in made] == [False]


PAGE = """SELECT json_build_object('id', posts.id, 'title', title, 'views', views, 'author',
    json_build_object('id', authors.id, 'name', authors.name, 'country', country), 'tags', coalesce(
    (SELECT json_agg(json_build_object('id', id, 'name', name) ORDER BY id) FROM post_tags
    JOIN tags ON id = tag_id WHERE post_id = posts.id), '[]')) FROM posts
    JOIN authors ON authors.id = author_id ORDER BY posts.id"""
PURCHASE = """WITH made AS (INSERT INTO purchases (account_id, total_cents) VALUES (7, 23) RETURNING id)
    INSERT INTO purchase_lines (purchase_id, sku, quantity, unit_cents)
    SELECT id, sku, quantity, 10 + quantity
    FROM made, (VALUES ('A7-1', 1), ('A7-2', 1)) AS lines (sku, quantity)"""


def test_rows_of_the_contract_are_those_that_are_to_be_answered_and_what_is_wrong_is_told(
    lease: DatabaseLease,
) -> None:
    with connected(lease) as own:
        for statement in database.SCHEMA:
            own.execute(statement)
        posts = [row for (row,) in own.execute(PAGE)]
        assert posts == [contract_orm.post_row(number) for number in range(1, contract_orm.POSTS + 1)]
        effects = database.PURCHASES
        own.execute(PURCHASE)
        assert lease.rows(effects.count) == [(1,)]
        assert lease.rows(effects.wrong) == [(1,)]  # 22 cents and not 23
        own.execute("UPDATE purchases SET total_cents = 22")
        assert lease.rows(effects.wrong) == [(0,)]
        for fault in FAULTS:
            with own.transaction(force_rollback=True):
                own.execute(fault)
                assert own.execute(effects.wrong).fetchone() == (1,), fault


FAULTS = (
    "DELETE FROM purchase_lines WHERE sku = 'A7-2'",
    "DELETE FROM purchase_lines",
    "UPDATE purchase_lines SET sku = 'A7-1'",
    "UPDATE purchases SET account_id = 8",
    "UPDATE purchase_lines SET quantity = 2 WHERE sku = 'A7-1'",
)
