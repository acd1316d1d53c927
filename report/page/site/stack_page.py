"""The page of a stack: what it does in every scenario, what was seen of it, how it was started, its app."""

from __future__ import annotations

from collections.abc import Sequence

from report import fmt
from report.analysis.contenders import Contender, Group, is_floor
from report.page.context import Context
from report.page.label import label_warnings
from report.page.model import Fact, Page
from report.page.site import stack_layers, stack_measured, stack_started, stack_trust
from report.page.site.layout import Layout, Stack, Texts, places_from

Standing = tuple[Group, Contender]
"""A stack within one of the groups that it is compared in."""


def make_stack_page(context: Context, layout: Layout, stack: Stack, texts: Texts) -> Page:
    """Everything that is known of one stack."""
    source = texts.sources.get(stack.cell.framework)
    sections = (
        stack_measured.section(context, layout, stack),
        stack_layers.section(context, stack),
        stack_trust.lifecycles(context, stack),
        stack_trust.section(context, stack),
        stack_started.section(context, stack),
        stack_started.versions(context, stack),
        stack_started.source(stack, source) if source else None,
    )
    return Page(
        name=f"{stack.name}, run {context.run.plan.name}",
        kind="Stack",
        verdict=sentence(context, stack),
        hotlap=context.run.plan.environment.harness.get("hotlap", ""),
        made_from="the record and the app's files" if source else "the record",
        facts=_facts(context, stack),
        warnings=label_warnings(context.run),
        sections=tuple(section for section in sections if section is not None),
        places=places_from(layout, stack),
    )


def standings(context: Context, stack: Stack) -> list[Standing]:
    """The stack in every group of frameworks that it is ranked in."""
    return [
        (group, contender)
        for group in context.groups
        for contender in group.contenders
        if contender.cell.stack == stack.slug and contender.tier is not None
    ]


def sentence(context: Context, stack: Stack) -> str:
    """Where it stands among the frameworks on its server."""
    if not any(summary.cell.stack == stack.slug for summary in context.summaries):
        return f"{stack.name}: nothing of it was timed in this run."
    if is_floor(stack.cell):
        return f"{stack.name} is a floor: what frameworks on this server are measured against."
    ranked = standings(context, stack)
    if not ranked:
        return f"{stack.name}: it is ranked nowhere in this run."
    comparisons = "the one comparison" if len(ranked) == 1 else f"{len(ranked)} comparisons"
    return f"{stack.name}: of {comparisons} with frameworks on its server it is {_counts(ranked)}."


def _counts(ranked: Sequence[Standing]) -> str:
    """``fastest in 1 and behind in 2``."""
    first = [group for group, contender in ranked if contender.tier == 1]
    alone = sum(sum(other.tier == 1 for other in group.contenders) == 1 for group in first)
    counts = {
        "fastest in": alone,
        "level with the fastest in": len(first) - alone,
        "behind in": len(ranked) - len(first),
    }
    return fmt.listed(f"{words} {count}" for words, count in counts.items() if count)


def _facts(context: Context, stack: Stack) -> tuple[Fact, ...]:
    summaries = [summary for summary in context.summaries if summary.cell.stack == stack.slug]
    measured = sum(1 for summary in summaries if summary.n_trials)
    launches = sum(launch.stack == stack.slug for launch in context.run.launches)
    return (
        Fact(name="Framework", text=context.title(stack.cell.framework)),
        Fact(name="Server", text=stack.variant),
        Fact(name="Measured", text=f"{measured} of {fmt.counted(len(summaries), 'cell')}"),
        Fact(name="Launches", text=f"{launches:,}"),
        Fact(name="Run", text=context.run.plan.name),
    )
