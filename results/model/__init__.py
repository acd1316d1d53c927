"""The recorded types: every fact of a run, frozen, with its unit in its name.

A field is added with a default and never changes its meaning; ``SCHEMA`` grows by a minor version then,
by a major one where an old reader would be misled. Nothing in it is computed from anything else in it.
Whoever uses a type imports it from here.
"""

from __future__ import annotations

from results.model.cell import Cell, NotApplicable, Pairing, Side, environment_name
from results.model.cost import IN_PROCESS, CostRecord, CostSamples, CostShares, Interval
from results.model.environment import Environment, FrameworkEnvironment, Machine
from results.model.failure import PROTOCOL, Failure, Finding
from results.model.launch import Launch, ServiceFacts
from results.model.lifecycle import LifecycleRecord
from results.model.plan import FIRST_LOOK, SCHEMA, UPSTREAM, Ceiling, Plan, Setup
from results.model.run import BlockEnd, BlockStart, Record, Run
from results.model.trial import LATE_SHARE, SERVED_SHARE, Trial, Turns
from results.model.values import (
    BOTH_SIDES,
    Arrivals,
    CodeLayer,
    CpuSource,
    ErrorKind,
    FailureStage,
    GateStage,
    InstructionCounter,
    Int64,
    Interface,
    Load,
    PlanKind,
    SharesBy,
    SideName,
)

__all__ = [
    "BOTH_SIDES",
    "FIRST_LOOK",
    "IN_PROCESS",
    "LATE_SHARE",
    "PROTOCOL",
    "SCHEMA",
    "SERVED_SHARE",
    "UPSTREAM",
    "Arrivals",
    "BlockEnd",
    "BlockStart",
    "Ceiling",
    "Cell",
    "CodeLayer",
    "CostRecord",
    "CostSamples",
    "CostShares",
    "CpuSource",
    "Environment",
    "ErrorKind",
    "Failure",
    "FailureStage",
    "Finding",
    "FrameworkEnvironment",
    "GateStage",
    "InstructionCounter",
    "Int64",
    "Interface",
    "Interval",
    "Launch",
    "LifecycleRecord",
    "Load",
    "Machine",
    "NotApplicable",
    "Pairing",
    "Plan",
    "PlanKind",
    "Record",
    "Run",
    "ServiceFacts",
    "Setup",
    "SharesBy",
    "Side",
    "SideName",
    "Trial",
    "Turns",
    "environment_name",
]
