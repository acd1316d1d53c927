"""Automatic mutants: operators of mutmut, applied to each place of two apps' handlers and of their models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import ndiff

import libcst as cst
from mutmut.mutation.mutators import mutation_operators

from tests.mutation.texts import MODELS, app_module, source

REFUSALS = ("params", "items", "orders", "form")
ORDERS = ("orders", "orders-raw")
HANDLERS: dict[str, dict[str, tuple[str, ...]]] = {
    app_module("starlette"): {
        "plaintext": ("plaintext",),
        "message": ("json",),
        "user_items": ("params",),
        "create_order": ("orders",),
        "create_order_raw": ("orders-raw",),
        "list_items": ("items",),
        "Bearer": ("auth",),
        "BearerBackend": ("auth",),
        "unauthorized": ("auth",),
        "me": ("auth",),
        "contact": ("form",),
        "delay": ("delay",),
        "chunks_of": ("stream",),
        "stream": ("stream",),
        "events_of": ("sse",),
        "events": ("sse",),
        "Echo": ("websocket",),
        "invalid": REFUSALS,
        "malformed": ("orders",),
    },
    app_module("flask"): {
        "plaintext": ("plaintext",),
        "message": ("json",),
        "user_items": ("params",),
        "create_order": ("orders",),
        "create_order_raw": ("orders-raw",),
        "list_items": ("items",),
        "unauthorized": ("auth",),
        "token_required": ("auth",),
        "me": ("auth",),
        "contact": ("form",),
        "delay": ("delay",),
        "stream": ("stream",),
        "events_of": ("sse",),
        "events": ("sse",),
        "invalid": REFUSALS,
        "malformed": ("orders",),
    },
    MODELS: {
        "UserItems": ("params",),
        "UserItemsIn": ("params",),
        "Address": ("orders",),
        "AddressIn": ("orders",),
        "Customer": ("orders",),
        "CustomerIn": ("orders",),
        "Line": ("orders",),
        "LineIn": ("orders",),
        "Options": ("orders",),
        "OptionsIn": ("orders",),
        "Order": ("orders",),
        "PricedOrder": ("orders",),
        "Page": ("items",),
        "Warehouse": ("items",),
        "Item": ("items",),
        "Items": ("items",),
        "Contact": ("form",),
        "Delay": ("delay",),
        "DelayIn": ("delay",),
        "Stream": ("stream",),
        "Events": ("sse",),
        "problems": REFUSALS,
    },
}
"""By module: what is mutated of it, and the scenarios that ask for it."""


@dataclass(frozen=True, slots=True)
class Automatic:
    """One mutant."""

    module: str
    name: str
    """Of the function, type or value that is changed."""
    change: str
    """Lines that are gone (``-``) and that came (``+``), without their indentation."""
    text: str
    """Of the whole module."""

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Which ask for it."""
        return HANDLERS[self.module][self.name]

    @property
    def key(self) -> tuple[str, str, str]:
        """Which mutant it is."""
        return self.module.rpartition(".")[2], self.name, self.change


def automatic(module: str) -> list[Automatic]:
    """Every mutant of ``module``, in its order."""
    tree = cst.parse_module(source(module))
    mutants = {
        mutant.text: mutant
        for statement in tree.body
        if (name := _name(statement)) in HANDLERS[module]
        for mutant in _mutants(tree, statement, module, name)
    }
    return list(mutants.values())


def missing(module: str) -> set[str]:
    """What is to be mutated and is not there any more."""
    return HANDLERS[module].keys() - {_name(part) for part in cst.parse_module(source(module)).body}


def _mutants(tree: cst.Module, statement: cst.CSTNode, module: str, name: str) -> Iterator[Automatic]:
    collector, whole, part = _Collector(), tree.code, tree.code_for_node(statement)
    statement.visit(collector)
    for old, new in collector.changes:
        replaced = statement.deep_replace(old, new)
        assert isinstance(replaced, cst.CSTNode)
        text = tree.code_for_node(replaced)
        if text != part and _compiles(text):
            yield Automatic(module, name, _change(part, text), whole.replace(part, text))


class _Collector(cst.CSTVisitor):
    """Takes what the operators make of each node, but of docstrings and annotations."""

    def __init__(self) -> None:
        super().__init__()
        self.changes: list[tuple[cst.CSTNode, cst.CSTNode]] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.Annotation) and not isinstance(node.annotation, cst.Subscript):
            return False
        self.changes += [
            (node, changed)
            for kind, operator in mutation_operators
            if isinstance(node, kind)
            for changed in operator(node)
        ]
        return True


def _name(statement: cst.CSTNode) -> str:
    """What a statement of a module defines; empty: nothing."""
    if isinstance(statement, cst.FunctionDef | cst.ClassDef):
        return statement.name.value
    if isinstance(statement, cst.SimpleStatementLine) and isinstance(statement.body[0], cst.Assign):
        target = statement.body[0].targets[0].target
        return target.value if isinstance(target, cst.Name) else ""
    return ""


def _compiles(text: str) -> bool:
    try:
        compile(text, "mutant", "exec")
    except (SyntaxError, ValueError):
        return False
    return True


def _change(old: str, new: str) -> str:
    lines = ndiff(old.splitlines(), new.splitlines())
    return "\n".join(f"{line[0]} {line[2:].strip()}" for line in lines if line[0] in "-+")
