"""Asks the locked servers what they make of a command line: it is run to where they would begin to serve."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runners.environments.provision import Provisioned

SCRIPT = """
import contextlib, io, json, sys


def name_of(made):
    return f"{made.__module__}.{made.__qualname__}"


def uvicorn(argv):
    import uvicorn.main

    module, picked = sys.modules["uvicorn.main"], {}

    class Asked:
        started = True

        def __init__(self, config, **_more):
            self.config = config

        def run(self):
            config = self.config
            config.load()
            picked.update(
                target=config.app,
                address=[f"{config.host}:{config.port}"],
                workers=config.workers,
                interface=config.interface,
                loop=name_of(config.get_loop_factory()),
                http=name_of(config.http_protocol_class),
                ws=name_of(config.ws_protocol_class),
                backlog=config.backlog,
                keep_alive_s=config.timeout_keep_alive,
                most_connections=config.limit_concurrency,
                access_log=config.access_log,
                proxy_headers=config.proxy_headers,
            )

    module.Server = module.Multiprocess = Asked
    module.Config.bind_socket = lambda _config: None
    module.main(argv, standalone_mode=False)
    return picked


def granian(argv):
    import granian.cli

    picked = {}

    class Asked(granian.cli.Server):
        def _serve(self, *_more):
            http1 = self.http1_settings
            picked.update(
                target=self.target,
                address=[f"{self.bind_addr}:{self.bind_port}"],
                workers=self.workers,
                interface=self.interface.value,
                loop=self.loop.value,
                task=self.task_impl.value,
                runtime=self.runtime_mode.value,
                runtime_threads=self.runtime_threads,
                threads=self.blocking_threads,
                http=self.http.value,
                ws=self.websockets,
                keep_alive=http1.keep_alive,
                keep_alive_s=http1.header_read_timeout / 1000,
                backlog=self.backlog,
                most_connections=self.backpressure,
                access_log=self.log_access,
            )

    granian.cli.Server = Asked
    granian.cli.cli(argv, standalone_mode=False)
    return picked


def gunicorn(argv):
    from gunicorn.app.wsgiapp import WSGIApplication
    from gunicorn.util import load_class

    sys.argv = ["gunicorn", *argv]
    app = WSGIApplication()
    config = app.cfg
    worker = load_class(config.settings["worker_class"].get())
    return dict(
        target=app.app_uri,
        address=config.bind,
        workers=config.workers,
        worker=name_of(worker),
        loop=config.asgi_loop,
        http=config.http_parser,
        threads=config.threads,
        backlog=config.backlog,
        keep_alive_s=config.keepalive,
        most_connections=config.worker_connections,
        access_log=bool(config.accesslog),
        control_socket=not config.control_socket_disable,
        of_uvicorn=getattr(worker, "CONFIG_KWARGS", None),
    )


def ask(argv):
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            return globals()[argv[1]](argv[2:])
    except (Exception, SystemExit) as error:
        return {"refused": f"{type(error).__name__} {getattr(error, 'message', error)} {said.getvalue()}"}


print(json.dumps({name: ask(argv) for name, argv in json.load(sys.stdin).items()}))
"""


def ask(
    commands: Mapping[str, tuple[str, ...]], environment: Provisioned, folder: Path
) -> dict[str, dict[str, Any]]:
    """What each server would serve with, in its own words, or why it refused (``refused``), by name."""
    done = subprocess.run(
        [environment.python, "-c", SCRIPT],
        input=json.dumps(commands),
        cwd=folder,
        env={"PYTHONPATH": str(environment.stage), "PYTHONSAFEPATH": "1", "HOTLAP_GROUPS": "json"},
        capture_output=True,
        text=True,
        check=True,
    )
    answers: dict[str, dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return answers
