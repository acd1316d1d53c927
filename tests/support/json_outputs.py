"""Whether what a command printed with ``--json`` is what its type, and so its schema, says."""

from __future__ import annotations

import json
from dataclasses import asdict

import msgspec

from runners.cli.json_types import OUTPUTS


def must_conform(name: str, text: str) -> None:
    """Fail where ``text`` is of another shape than the type: too few fields, too many, or of other types."""
    data = json.loads(text)
    read: object = msgspec.convert(data, OUTPUTS[name], strict=True)
    assert json.loads(json.dumps(read, default=asdict)) == data
