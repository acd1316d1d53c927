from __future__ import annotations

import json

import pytest

from results.paths import paths_in, without_paths
from tests.support.recording import record_lines
from tests.support.synthetic import make_run


def cleaned(text: str) -> str:
    """``text`` after it stood in a line of JSON."""
    return str(json.loads(without_paths(json.dumps(text).encode())))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/home/ann/results", ".../results"),
        ("/home/ann", "~"),
        ("--results=/home/ann/runs/", "--results=.../runs"),
        (
            '  File "/home/ann/app/x.py", line 3\n/usr/lib/y.py:4: Warning',
            '  File ".../x.py", line 3\n.../y.py:4: Warning',
        ),
        ("/home/annä/größe.py is missing", ".../größe.py is missing"),
        ("GET /json: 404, not ./home/x, <run>/tmp/x or ~/opt/x", None),
        ("https://example.org/home/x", None),
        ("HISTFAAA/tmp/x+/opt/y==", None),
    ],
)
def test_of_a_path_its_last_name_stays(text: str, expected: str | None) -> None:
    assert cleaned(text) == (text if expected is None else expected)


def test_a_record_without_paths_stays_as_it_is() -> None:
    run = make_run(blocks=1, scenarios=("json",))
    record = b"".join(record_lines(run))
    assert without_paths(record) == record
    assert paths_in(record) == []


def test_a_torn_line_loses_its_paths_too() -> None:
    torn = b'{"type":"failure","message":"no /srv/ann/file\\xff and\\n/srv/ann/oth'
    assert without_paths(torn) == b'{"type":"failure","message":"no .../file\\xff and\\n.../oth'
    assert paths_in(torn) == ["/srv/ann/file", "/srv/ann/oth"]
