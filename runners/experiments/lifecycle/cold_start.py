"""L1: from the start of a server to its first right answer, what importing the app takes, and memory then."""

from __future__ import annotations

import json
import subprocess

from runners.experiments.lifecycle.memory import memory_of
from runners.experiments.lifecycle.probe import Observation, Probe, Subject
from runners.launching.scratch import make_scratch
from runners.launching.server import environment_of

GROUPS = ("json",)
IMPORT_S = 60.0
"""How long importing an app may take."""
SCRIPT = """
import importlib, json, os, sys, time

os.sched_setaffinity(0, json.loads(sys.argv[3]))
begun = time.perf_counter()
getattr(importlib.import_module(sys.argv[1]), sys.argv[2])
print(json.dumps({"import_s": time.perf_counter() - begun, "modules": len(sys.modules)}))
"""


def observe(subject: Subject) -> Observation:
    """Import the app in a fresh interpreter without a server, then launch the stack."""
    observation = Observation(values=import_app(subject))
    with subject.start(GROUPS) as server:
        memory = memory_of(server)
        observation.values["first_answer_s"] = server.first_answer_s
        observation.values["processes"] = len(memory.by_pid)
    observation.measure("pss_bytes", memory.total, "the kernel does not show it")
    observation.measure("worker_pss_bytes", memory.of_workers, "no process of its own was told apart")
    return observation


def import_app(subject: Subject) -> dict[str, float]:
    """Seconds that import of the app, and of what it imports, takes in a process of its own; modules then.

    Bytecode is there already, and so are the files in the page cache after the first time.
    """
    module, _, attribute = subject.target.partition(":")
    cpus = json.dumps(subject.setup.server_cpus)
    argv = [str(subject.environment.python), "-c", SCRIPT, module, attribute, cpus]
    subject.folder.mkdir(parents=True, exist_ok=True)
    try:
        with make_scratch(subject.folder) as scratch:
            environment = environment_of(
                subject.variant,
                stage=subject.environment.stage,
                groups=GROUPS,
                hash_seed=subject.hash_seed,
                scratch=scratch,
            )
            done = subprocess.run(
                argv,
                env=environment,
                cwd=subject.folder,
                capture_output=True,
                text=True,
                timeout=IMPORT_S,
                check=False,
            )
        values: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    except subprocess.TimeoutExpired as error:
        raise subject.error(f"importing {module} takes over {IMPORT_S:g} s") from error
    except (IndexError, ValueError) as error:
        failure = subject.error(f"{module} cannot be imported (exit status {done.returncode})")
        failure.log_tail = done.stderr[-2000:].replace(str(subject.environment.stage), "<stage>")
        raise failure from error
    return values


PROBE = Probe(
    name="cold-start",
    number="L1",
    observe=observe,
    repeats=10,
    seconds=1.5,
)
