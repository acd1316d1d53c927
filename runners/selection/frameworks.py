"""The frameworks under test: what each file of ``apps/`` declares of itself, read without importing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from results.model import Interface
from runners.errors import PlanError
from runners.selection import pep723
from runners.servers.versions import Versions, unmet

APPS = Path(__file__).resolve().parents[2] / "apps"
"""The apps that ship with hotlap."""

APP_SUFFIX = "_app.py"
KEYS = {
    *("title", "notes", "serialiser", "validator", "floor", "built-on", "quick", "counted", "sentinel"),
    *("implements", "needs", "targets", "not-applicable", "boundaries", "schema", "docs", "expected-rps"),
    *("documentation", "default", "pool", "frozen"),
}
"""What ``[tool.hotlap]`` may hold."""
BOUNDARY = "::"
"""Between file and qualified name of a boundary function."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """One implementation of the contract, as its file declares it."""

    name: str
    """File name without ``_app.py``, ``_`` written ``-``: ``litestar-pydantic``."""
    title: str
    path: Path
    module: str
    """Dotted name on the stage, such as ``apps.fastapi_app``."""
    requires_python: str
    dependencies: tuple[str, ...]
    """Requirements of the app itself; the packages of all servers come on top."""
    targets: Mapping[Interface, Mapping[str, str]]
    """Interface -> target -> name in the module."""
    implements: frozenset[str]
    """Scenario families: mostly ``Scenario.group``, or ``Scenario.target`` where there is no group."""
    needs: Mapping[str, str] = field(default_factory=dict)
    """Scenario family -> requirement without which it is not applicable, such as ``fastapi>=0.135``."""
    not_applicable: Mapping[str, str] = field(default_factory=dict)
    """Scenario family -> reason; ``*`` stands for all that is not implemented.

    Behind `` on `` stands a glob over the server variants on which alone it is so: ``sse on gunicorn-asgi*``.
    """
    notes: str = ""
    serialiser: str = ""
    validator: str = ""
    floor: bool = False
    """A bare interface app, which frameworks are measured against."""
    default: bool = True
    """False: only measured when it is named."""
    frozen: bool = False
    """Its lock, once there, is left as it is by all that refreshes locks."""
    built_on: str = ""
    """Framework that it stands on; empty for the floor of its server and interface."""
    quick: tuple[str, ...] = ()
    """Server variants of the quick matrix; empty: it is not part of that."""
    counted: tuple[str, ...] = ()
    """Cells of its own that a gate counts unless told otherwise: globs over ``server--scenario``."""
    sentinel: tuple[str, ...] = ()
    """Cells of its own that a gate loads unless told otherwise: globs over ``server--scenario``."""
    expected_rps: Mapping[str, float] = field(default_factory=dict)
    """Scenario family -> answers a second expected of one worker, where it is far slower than others."""
    schema: str = ""
    """Path of the OpenAPI document that it makes of itself; empty: it makes none."""
    docs: tuple[str, ...] = ()
    """Paths of the pages that it makes of that document."""
    documentation: str = ""
    """Address of what its app is written after."""
    pool: bool = False
    """Whether it asks the database over a pool of connections, which holds no more than it is told to."""
    boundaries: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Layer -> functions whose share of samples is told, as ``file.py::Class.function``."""

    @property
    def lock(self) -> Path:
        """Where its lock lies, whether or not there is one."""
        return self.path.parent / "locks" / f"{self.name}.txt"

    def absence(self, family: str, variant: str = "") -> tuple[str, str] | None:
        """(``not-applicable`` or ``not-implemented``, reason) where it lacks ``family``, else None.

        What it lacks on one server ``variant`` alone is told where that is given.
        """
        for key, reason in self.not_applicable.items():
            own, on, variants = key.partition(" on ")
            if own == family and (not on or fnmatchcase(variant, variants)):
                return "not-applicable", reason
        if family in self.implements:
            return None
        if "*" in self.not_applicable:
            return "not-applicable", self.not_applicable["*"]
        return "not-implemented", f"{self.path.name} does not implement {family}"

    @property
    def limits(self) -> tuple[str, ...]:
        """Globs over the server variants on which alone it lacks something."""
        return tuple(variants for key in self.not_applicable if (variants := key.partition(" on ")[2]))

    def unmet(self, family: str, versions: Versions) -> str:
        """What ``family`` needs and an environment of such ``versions`` lacks, in words; empty: nothing."""
        if family not in self.needs:
            return ""
        lacking = unmet(self.needs[family], versions)
        return f"{family} needs {lacking}" if lacking else ""


def discover(apps_dir: Path = APPS) -> dict[str, Framework]:
    """Every framework of ``apps_dir`` by name, in order of name.

    Raises:
        PlanError: the folder is missing or has no app, or a block is wrong; it names the file.

    """
    frameworks: dict[str, Framework] = {}
    for framework in map(read, sorted(apps_dir.glob(f"*{APP_SUFFIX}"))):
        twin = frameworks.setdefault(framework.name, framework)
        if twin is not framework:
            raise PlanError(
                f"{twin.path.name} and {framework.path.name} both declare a framework {framework.name!r}",
                remedy="Rename one of them: a framework is named by its file, with `-` and `_` alike.",
            )
    if not frameworks:
        raise PlanError(f"there is no *{APP_SUFFIX} in {apps_dir}", remedy="Name a folder of app files.")
    return dict(sorted(frameworks.items()))


def read(path: Path) -> Framework:
    """What the app file ``path`` declares of itself.

    Raises:
        PlanError: the block is missing or wrong.

    """
    block = _Block(path, pep723.read(path))
    tool = block.table(block.metadata, "tool", "hotlap")
    block.refuse(set(tool) - KEYS, "unknown keys in [tool.hotlap]")
    framework = Framework(
        name=path.name.removesuffix(APP_SUFFIX).replace("_", "-"),
        title=block.string(tool, "title"),
        path=path.resolve(),
        module=f"apps.{path.stem}",
        requires_python=block.requires_python(),
        dependencies=block.dependencies(),
        targets=block.targets(tool),
        implements=frozenset(block.strings(tool, "implements")),
        needs=block.needs(tool),
        not_applicable=block.mapping(tool.get("not-applicable", {}), "not-applicable"),
        notes=block.string(tool, "notes", default=""),
        serialiser=block.string(tool, "serialiser", default=""),
        validator=block.string(tool, "validator", default=""),
        floor=tool.get("floor", False) is True,
        default=tool.get("default", True) is True,
        frozen=tool.get("frozen", False) is True,
        built_on=block.string(tool, "built-on", default=""),
        quick=block.strings(tool, "quick", default=()),
        counted=block.strings(tool, "counted", default=()),
        sentinel=block.strings(tool, "sentinel", default=()),
        expected_rps=block.rates(tool),
        schema=block.string(tool, "schema", default=""),
        docs=block.strings(tool, "docs", default=()),
        documentation=block.string(tool, "documentation", default=""),
        pool=tool.get("pool", False) is True,
        boundaries=block.boundaries(tool.get("boundaries", {})),
    )
    block.refuse(framework.implements & set(framework.not_applicable), "both implemented and not applicable")
    return framework


@dataclass(frozen=True, slots=True)
class _Block:
    """Typed access to one file's metadata; every complaint names the file."""

    path: Path
    metadata: dict[str, Any]

    def wrong(self, what: str) -> PlanError:
        return PlanError(
            f"{self.path.name}: {what}", remedy="Correct the PEP 723 block at the head of the file."
        )

    def refuse(self, names: set[str] | frozenset[str], what: str) -> None:
        if names:
            raise self.wrong(f"{what}: {', '.join(sorted(names))}")

    def table(self, parent: dict[str, Any], *keys: str) -> dict[str, Any]:
        for key in keys:
            child = parent.get(key)
            if not isinstance(child, dict):
                raise self.wrong(f"[{'.'.join(keys)}] is missing")
            parent = child
        return parent

    def string(self, parent: dict[str, Any], key: str, default: str | None = None) -> str:
        value = parent.get(key, default)
        if not isinstance(value, str):
            raise self.wrong(f"{key} must be a string")
        return value

    def strings(
        self, parent: dict[str, Any], key: str, default: tuple[str, ...] | None = None
    ) -> tuple[str, ...]:
        value = parent.get(key, default)
        if not isinstance(value, list | tuple) or not all(isinstance(entry, str) for entry in value):
            raise self.wrong(f"{key} must be a list of strings")
        return tuple(value)

    def mapping(self, value: object, where: str) -> dict[str, str]:
        if not isinstance(value, dict) or not all(isinstance(entry, str) for entry in value.values()):
            raise self.wrong(f"[tool.hotlap.{where}] must map names to strings")
        return value

    def requires_python(self) -> str:
        text = self.string(self.metadata, "requires-python")
        try:
            return str(SpecifierSet(text))
        except InvalidSpecifier as error:
            raise self.wrong(f"requires-python: {error}") from error

    def dependencies(self) -> tuple[str, ...]:
        requirements = self.strings(self.metadata, "dependencies")
        for text in requirements:
            try:
                Requirement(text)
            except InvalidRequirement as error:
                raise self.wrong(f"dependency {text!r}: {error}") from error
        return requirements

    def needs(self, tool: dict[str, Any]) -> dict[str, str]:
        needs = self.mapping(tool.get("needs", {}), "needs")
        self.refuse(set(needs) - set(self.strings(tool, "implements")), "needs of what is not implemented")
        for text in needs.values():
            try:
                Requirement(text)
            except InvalidRequirement as error:
                raise self.wrong(f"needs {text!r}: {error}") from error
        return needs

    def rates(self, tool: dict[str, Any]) -> dict[str, float]:
        rates = tool.get("expected-rps", {})
        if not isinstance(rates, dict) or not all(isinstance(rate, int | float) for rate in rates.values()):
            raise self.wrong("[tool.hotlap.expected-rps] must map families to numbers")
        self.refuse(set(rates) - set(self.strings(tool, "implements")), "rates of what is not implemented")
        self.refuse({family for family, rate in rates.items() if not rate > 0}, "rates that are not above 0")
        return {family: float(rate) for family, rate in rates.items()}

    def boundaries(self, value: object) -> dict[str, tuple[str, ...]]:
        if not isinstance(value, dict):
            raise self.wrong("[tool.hotlap.boundaries] must map layers to lists of functions")
        functions = {layer: self.strings(value, layer) for layer in value}
        self.refuse(
            {text for texts in functions.values() for text in texts if text.count(BOUNDARY) != 1},
            f"boundaries that are not written file.py{BOUNDARY}Class.function",
        )
        return functions

    def targets(self, tool: dict[str, Any]) -> dict[Interface, dict[str, str]]:
        table = self.table(tool, "targets")
        self.refuse(set(table) - set(Interface), f"targets of interfaces other than {', '.join(Interface)}")
        targets = {Interface(name): self.mapping(table[name], f"targets.{name}") for name in table}
        self.refuse({i for i, named in targets.items() if "default" not in named}, "no default target for")
        if not targets:
            raise self.wrong("[tool.hotlap.targets] names no interface")
        for named in targets.values():
            self.refuse({n for n in named.values() if not n.isidentifier()}, "targets that are no names")
        return targets
