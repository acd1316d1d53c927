"""Text from outside (names, messages, logs) made fit for a terminal, which obeys some characters."""

from __future__ import annotations


def plain(text: str) -> str:
    """Without characters that a terminal would obey."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def plain_lines(text: str) -> str:
    """The same for text of several lines, which stay lines; tabs become spaces."""
    return "\n".join(plain(line.expandtabs()) for line in text.split("\n"))
