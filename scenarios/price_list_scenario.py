"""The price list: ``json`` with one thing added to it, and with nothing, which all others are compared with.

All are asked the same: by a page of another origin, for a client that takes gzip, is named, and carries a
trace. So every addition has what it looks at, and the difference of two entries is the addition alone.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

from apps.contract_additions import CLIENTS, NONE, addition_path, effects_path
from scenarios import answers
from scenarios import price_effects as effects
from scenarios.exchange import Check, Exchange, Following, Ring, Scenario
from scenarios.inputs import get
from scenarios.rotation import with_turned_greetings

NUMBER = 30
"""Place in the catalogue."""
PREFIX = "price-"
"""Before what is added, in names of scenarios and of targets."""


def _ring(addition: str, check: Check, flags: str) -> Ring:
    """One request of each client, in random order."""

    def ring(random: Random) -> tuple[Exchange, ...]:
        plain = get(addition_path(addition), check, turned=with_turned_greetings)
        clients = random.sample(range(CLIENTS), CLIENTS)
        return tuple(effects.asked(plain, random=random, client=client, flags=flags) for client in clients)

    return ring


def _probes(addition: str, check: Check, about: str) -> Ring:
    """Ask for what shows the effect."""
    return lambda random: (effects.asked(get(effects_path(addition), check, about), random=random),)


def _entry(
    addition: str,
    title: str,
    check: Check = lambda _answer: None,
    *,
    following: Following | None = None,
    flags: str = effects.SAMPLED,
) -> Scenario:
    """One entry of the list; ``check`` sees in each answer that the addition is there."""
    name = PREFIX + addition
    return Scenario(
        name=name,
        title=title,
        group=None,
        family=name,
        target=name,
        ring=_ring(addition, effects.both(answers.json_greeting({}), check), flags),
        following=following,
        varies=True,
        default=False,
    )


_sampled = _entry(
    "opentelemetry",
    "json with OpenTelemetry, every request sampled",
    following=effects.working("opentelemetry", effects.count_told),
)
_unsampled = replace(
    _entry(
        "opentelemetry",
        "json with OpenTelemetry, no request sampled",
        following=effects.working("opentelemetry", effects.count_told, flags=effects.UNSAMPLED, grows=False),
        flags=effects.UNSAMPLED,
    ),
    name=f"{PREFIX}opentelemetry-unsampled",
)
"""Of the same family, target and path: only the request differs."""

SCENARIOS = (
    _entry(NONE, "json, asked as the rest of the price list", effects.layers(0)),
    _entry("cors", "json with CORS, asked by another origin", effects.allowed),
    _entry("sessions", "json that begins a session", effects.begun, following=effects.session_kept()),
    replace(
        _entry("gzip", "json with compression, too short to be compressed", effects.uncoded),
        probes=_probes("gzip", effects.compressed, "a long answer"),
    ),
    _entry("middleware", "json behind a middleware in its fast form", effects.layers(1)),
    _entry("middleware-2", "json behind two middlewares in their fast form", effects.layers(2)),
    _entry("base-middleware", "json behind a BaseHTTPMiddleware", effects.layers(1)),
    _entry("base-middleware-2", "json behind two BaseHTTPMiddlewares", effects.layers(2)),
    _entry("hooks", "json between a hook before it and one behind it", effects.layers(1)),
    _entry(
        "access-log",
        "json with a structured access log",
        following=effects.working("access-log", effects.count_told),
    ),
    _sampled,
    _unsampled,
    _entry(
        "sentry",
        "json with Sentry as shipped, which reports errors",
        following=effects.working("sentry", effects.count_told, is_broken=True),
    ),
    _entry(
        "sentry-traces",
        "json with Sentry, every request traced",
        following=effects.working("sentry-traces", effects.count_told),
    ),
    _entry(
        "prometheus",
        "json with metrics for Prometheus",
        following=effects.working("prometheus", effects.requests_metered),
    ),
    replace(
        _entry("rate-limit", "json behind a rate limit"),
        probes=_probes("rate-limit", effects.refused, "a client that may ask nothing"),
    ),
)
