"""A trivial responder: nginx with one right answer for each shape of calibration, on a CPU of its own."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from runners.errors import LaunchError, PlanError
from runners.http.client import send
from runners.processes.ports import free_port
from runners.processes.tree import ProcessTree, tail
from scenarios.answers import GREETINGS, TEXT
from scenarios.exchange import Request
from scenarios.shapes import ANSWERS, KB, POST, text

HOST = "127.0.0.1"
UP_S = 10.0
TARGETS = {
    "plaintext": "/plaintext",
    "json": "/json",
    POST: f"/{POST}",
    **{name: f"/{name}" for name in ANSWERS},
}
"""Shapes that it answers, by growing size, and where."""

_CONFIGURATION = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 32768; }}
http {{
    access_log off;
    sendfile on;
    open_file_cache max=10;
    keepalive_timeout 60s;
    keepalive_requests 1000000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    split_clients "$connection-$connection_requests" $greeting {{ {greetings} }}
    server {{
        listen {host}:{port} backlog=2048;
        location = /plaintext {{ default_type "text/plain; charset=utf-8"; return 200 "$greeting"; }}
        location = /json {{ default_type application/json; return 200 '{{"message": "$greeting"}}'; }}
        location = /{post} {{ default_type "{text}"; return 200 "{posted}"; }}
        location / {{ root {folder}/answers; default_type "{text}"; }}
    }}
}}
"""


@contextmanager
def responder(folder: Path, cpus: Sequence[int]) -> Iterator[int]:
    """Port of the responder, which is up; raises PlanError without nginx, LaunchError where it fails."""
    program = program_named("nginx", package="nginx-light")
    port = free_port()
    (folder / "answers").mkdir()
    for name, size in ANSWERS.items():
        (folder / "answers" / name).write_bytes(text(size))
    (folder / "nginx.conf").write_text(
        _CONFIGURATION.format(
            folder=folder,
            host=HOST,
            port=port,
            text=TEXT,
            post=POST,
            posted=text(KB).decode(),
            greetings=_rotating(GREETINGS),
        )
    )
    log = folder / "nginx.log"
    argv = [program, "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]
    with (
        log.open("wb") as output,
        ProcessTree(argv, environment={}, cwd=folder, output=output, cpus=cpus) as tree,
    ):
        wait_until_answering(tree, port, log, "nginx")
        yield port


def _rotating(greetings: Sequence[str]) -> str:
    """Shares of requests that get each of ``greetings``, alike: the contract rotates what is answered."""
    *first, last = greetings
    shares = [f'{100 // len(greetings)}% "{greeting}";' for greeting in first]
    return " ".join([*shares, f'* "{last}";'])


def program_named(name: str, *, package: str) -> str:
    """Path of a program; raises PlanError, naming the package that has it."""
    path = shutil.which(name) or shutil.which(name, path="/usr/local/sbin:/usr/sbin:/sbin")
    if path is None:
        raise PlanError(f"{name} is not installed", remedy=f"install it (Debian: apt install {package})")
    return path


def wait_until_answering(tree: ProcessTree, port: int, log: Path, name: str) -> None:
    """Return once ``name`` answers on ``port``; raises LaunchError where it does not in time."""
    deadline_s = time.monotonic() + UP_S
    while True:
        try:
            send(HOST, port, Request(target=TARGETS["plaintext"]))
        except OSError as error:
            if tree.exit_status() is not None or time.monotonic() > deadline_s:
                raise LaunchError(f"{name} did not answer ({error})", log_tail=tail(log, 20)) from error
            time.sleep(0.01)
        else:
            return
