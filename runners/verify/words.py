"""What verification found, in words: the request that it is about first, and not too long."""

from __future__ import annotations

from scenarios.exchange import Exchange

MESSAGE_CHARACTERS = 400


def message(exchange: Exchange, problem: str) -> str:
    """``problem`` behind the request that it is about."""
    request, about = exchange.request, f" ({exchange.about})" if exchange.about else ""
    return capped(f"{request.method} {request.target[:100]}{about}: {problem}")


def name(exchange: Exchange) -> str:
    """What ``exchange`` is, or the request where it does not say."""
    return exchange.about or f"{exchange.request.method} {exchange.request.target}"


def no_answer(error: OSError, timeout_s: float) -> str:
    """Why no answer came."""
    if isinstance(error, TimeoutError):
        return f"none within {timeout_s:g} s"
    return str(error) or type(error).__name__


def capped(text: str) -> str:
    """``text``, cut where it is longer than a message should be."""
    return text if len(text) <= MESSAGE_CHARACTERS else f"{text[: MESSAGE_CHARACTERS - 3]}..."
