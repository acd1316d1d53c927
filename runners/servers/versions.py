"""Whether an installed release is new enough for something, as a requirement says it."""

from __future__ import annotations

from collections.abc import Mapping

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

Versions = Mapping[str, str]
"""Version by normalised name of package, with its source where it is no release: ``2.0 (path, commit …)``."""


def unmet(requirement: str, versions: Versions) -> str:
    """``requirement`` and what is there of it, in words, where it is not met; else empty.

    What is installed from a commit, a path or an archive is taken to be new enough.
    """
    need = Requirement(requirement)
    there = versions.get(canonicalize_name(need.name), "none")
    try:
        met = need.specifier.contains(Version(there), prereleases=True)
    except InvalidVersion:
        met = there != "none"
    return "" if met else f"{need}, and there is {there}"


def stated(package: str, versions: Versions) -> Version | None:
    """The version that ``package`` states of itself, whatever its source; None where there is none."""
    try:
        return Version(versions[canonicalize_name(package)].partition(" ")[0])
    except (KeyError, InvalidVersion):
        return None


def is_of(requirement: str, versions: Versions) -> bool | None:
    """Whether the version that is stated meets ``requirement``; None where none is stated."""
    need = Requirement(requirement)
    version = stated(need.name, versions)
    return None if version is None else need.specifier.contains(version, prereleases=True)
