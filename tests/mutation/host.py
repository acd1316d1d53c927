"""Serves mutants: runs in a framework's environment, with it imported, and forks a server for each of them.

A script. A line of JSON gives the text of modules, the name of the app in the last of them, and variables of
the environment; a line of JSON says the port. The word ``stop`` in JSON ends that server by SIGTERM, an empty
line kills it. Whoever is served finds what it would find in a launch, but for the command line.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from importlib import import_module, reload
from types import ModuleType
from typing import Any

BACKLOG = 1024
KEEP_ALIVE_S = 75
DIE_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of Linux."""
STOP_S, LOOK_S = 10.0, 0.005
"""How long a server may take to end by SIGTERM, and how often is looked."""
PRELOADED = ("apps.contract", "apps.pydantic_models", "jwt", "psycopg", "psycopg_pool")
FRESH = "apps.contract_tasks"
"""Imported with these, and reads the environment when it is."""
SERVERS = {"starlette": ("uvicorn", "uvicorn.lifespan.on", "websockets"), "flask": ("gunicorn.app.base",)}
"""By framework: what its server is made of."""


def run_uvicorn(load: Callable[[], object], listening: socket.socket) -> None:
    """As the variant ``uvicorn-pure``."""
    uvicorn: Any = sys.modules["uvicorn"]
    config = uvicorn.Config(
        load(),
        interface="asgi3",
        loop="asyncio",
        http="h11",
        ws="websockets-sansio",
        timeout_keep_alive=KEEP_ALIVE_S,
        access_log=False,
        log_level="critical",
        proxy_headers=False,
    )
    uvicorn.Server(config).run(sockets=[listening])


def run_gunicorn(load: Callable[[], object], listening: socket.socket) -> None:
    """As the variant ``gunicorn-gthread``."""
    base: Any = sys.modules["gunicorn.app.base"]

    class Application(base.BaseApplication):  # type: ignore[misc] # the library is in another environment
        def load_config(self) -> None:
            settings = {
                "bind": f"fd://{listening.fileno()}",
                "worker_class": "gthread",
                "threads": 8,
                "keepalive": KEEP_ALIVE_S,
                "http_parser": "python",
                "control_socket_disable": True,
                "loglevel": "critical",
                "worker_tmp_dir": "/dev/shm",  # noqa: S108 - as a launch has it
            }
            for name, value in settings.items():
                self.cfg.set(name, value)

        def load(self) -> object:
            return load()  # in a worker, as in a launch: pools are opened behind the fork

    Application().run()


RUNS = {"starlette": run_uvicorn, "flask": run_gunicorn}


def load_app(modules: dict[str, str], attribute: str) -> object:
    """Make the modules of their text; what the last calls ``attribute``."""
    module = ModuleType("none")
    for name, text in modules.items():
        module = ModuleType(name)
        package, _, last = name.rpartition(".")
        parent = import_module(package)
        module.__file__ = f"{parent.__path__[0]}/{last}.py"  # beside which some find their files
        sys.modules[name] = module
        setattr(parent, last, module)
        exec(compile(text, module.__file__, "exec"), vars(module))  # noqa: S102 - what this is for
    return getattr(module, attribute)


def fork(
    framework: str, modules: dict[str, str], attribute: str, variables: dict[str, str]
) -> tuple[int, int]:
    """A server's process and port; it listens already, and dies with us."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # accepted ones inherit it
    listening.setblocking(False)  # noqa: FBT003 - the library's
    listening.set_inheritable(True)
    port, pid = listening.getsockname()[1], os.fork()
    if pid:
        listening.close()
        return pid, port
    try:
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
        os.setsid()
        quiet = os.open(os.devnull, os.O_RDWR)
        os.dup2(quiet, 0)
        os.dup2(quiet, 1)
        os.environ.update(variables)
        reload(sys.modules[FRESH])
        RUNS[framework](lambda: load_app(modules, attribute), listening)
    except BaseException as error:  # noqa: BLE001 - whatever a mutant does, it is a server that does not serve
        print(f"{type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201 - to whoever looks
    finally:
        os._exit(1)


def stopped(pid: int) -> bool:
    """Have a server end by SIGTERM; whether it has, in time."""
    os.kill(pid, signal.SIGTERM)
    deadline_s = time.monotonic() + STOP_S
    while time.monotonic() < deadline_s:
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return True
        time.sleep(LOOK_S)
    return False


def end(pid: int) -> None:
    """Kill a server with all its processes."""
    for kill in (os.killpg, os.kill):  # it may not have its own group yet
        try:
            kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        else:
            break
    os.waitpid(pid, 0)


def main() -> None:
    """Serve one mutant after the other, until the input ends."""
    framework = sys.argv[1]
    for name in (framework, *SERVERS[framework], *PRELOADED):
        import_module(name)
    pid = 0
    for line in sys.stdin:
        asked = json.loads(line) if line.strip() else None
        if asked == "stop":
            pid = 0 if stopped(pid) else pid
            print("null", flush=True)  # noqa: T201 - it has ended
            continue
        if pid:
            end(pid)
            pid = 0
        if asked:
            pid, port = fork(framework, *asked)
            print(json.dumps(port), flush=True)  # noqa: T201 - the answer
        else:
            print("null", flush=True)  # noqa: T201 - it is gone
    if pid:
        end(pid)


if __name__ == "__main__":
    main()
