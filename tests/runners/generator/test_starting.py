from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from runners.generator.client import Generator
from runners.generator.distributed_client import DistributedGenerator
from runners.generator.starting import generator_of
from tests.support.fake_run import SETUP


def test_one_generator_needs_no_master(tmp_path: Path) -> None:
    assert type(generator_of(SETUP, tmp_path)) is Generator
    assert type(generator_of(replace(SETUP, generators=2), tmp_path)) is DistributedGenerator
    assert type(generator_of(replace(SETUP, joined=1), tmp_path)) is DistributedGenerator
