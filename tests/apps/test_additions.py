"""What the price list adds is at work in real servers, where no header of an answer shows it."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import pytest

from runners.cli import main
from runners.selection.frameworks import discover

ADDITIONS = {name: framework for name, framework in discover().items() if name.endswith("-additions")}
SERVERS = {"asgi": "uvicorn-standard", "wsgi": "gunicorn-gthread"}
UNSEEN = "--scenario 'price-opentelemetry*' --scenario 'price-sentry*' --scenario price-prometheus"


def test_the_five_frameworks_have_an_app_of_additions() -> None:
    assert ADDITIONS.keys() == {
        f"{name}-additions" for name in ("starlette", "fastapi", "litestar", "flask", "django")
    }


@pytest.mark.servers
@pytest.mark.parametrize("name", ADDITIONS)
def test_additions_work(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (interface,) = ADDITIONS[name].targets
    line = f"verify --framework {name} --server {SERVERS[interface]} {UNSEEN} --scenario price-sessions"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["hotlap", *shlex.split(f"{line} --scenario price-rate-limit --json")])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr().out
    assert not ended.value.code, said
    assert json.loads(said)
