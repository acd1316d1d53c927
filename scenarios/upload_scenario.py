"""A file of 1 MB in a multipart form: its name, its size and the digest of what arrived."""

from __future__ import annotations

from hashlib import sha256
from random import Random

from scenarios import answers
from scenarios.exchange import Exchange, Oddity, Request, Scenario
from scenarios.inputs import get, words

NUMBER = 13
"""Place in the catalogue."""

FILE_BYTES = 1_000_000
UPLOAD_RING = 8
"""Entries: the load generator holds each file."""
UPLOAD_CONNECTIONS = (4,)
"""A server takes some hundred such files a second: with more connections, each would wait for long."""
BOUNDARY = "hotlap-5f1c0c7d2b6a4e39"


def _part(disposition: str, content: bytes, media: str = "") -> bytes:
    lines = [f"--{BOUNDARY}", f"Content-Disposition: form-data; {disposition}"]
    lines += [f"Content-Type: {media}"] if media else []
    return "\r\n".join([*lines, "", ""]).encode() + content + b"\r\n"


def _file(name: str, content: bytes, field: str = "file") -> bytes:
    return _part(f'name="{field}"; filename="{name}"', content, "application/octet-stream")


def _post(*parts: bytes, end: bytes = f"--{BOUNDARY}--\r\n".encode()) -> Request:
    headers = (("Content-Type", f"multipart/form-data; boundary={BOUNDARY}"),)
    return Request(method="POST", target="/upload", headers=headers, body=b"".join(parts) + end)


def _right(name: str, content: bytes, about: str = "", *, around: bytes = b"") -> Exchange:
    """A file, and between two other fields where there is something ``around`` it."""
    want = {"name": name, "size": len(content), "sha256": sha256(content).hexdigest()}
    other = _part('name="note"', around) if around else b""
    return Exchange(
        request=_post(other, _file(name, content), other), check=answers.json_answer(want), about=about
    )


def _name(random: Random) -> str:
    return f"{words(random, 2).replace(' ', '-')}-{random.randint(0, 9999)}.bin"


def ring(random: Random) -> tuple[Exchange, ...]:
    """Files of random bytes."""
    return tuple(_right(_name(random), random.randbytes(FILE_BYTES)) for _ in range(UPLOAD_RING))


def probes(random: Random) -> tuple[Exchange, ...]:
    """Small files, what looks like a boundary, names and fields around, and forms without a file."""
    content = random.randbytes(1000)
    like = b"\r\n--".join([b"", BOUNDARY[:-1].encode(), b"\r\n", b"--", b"-"])
    return (
        _right(_name(random), b"", "an empty file"),
        _right("a", b"\n", "one byte"),
        _right(_name(random), like, "what looks like the boundary"),
        _right("smörgås 東京.bin", content, "a name in other scripts"),
        _right(_name(random), content, "between other fields", around=b"a note"),
        *(
            Exchange(request=request, check=answers.refused(request, "file"), about=about)
            for about, request in (
                ("no file", _post(_part('name="note"', b"a note"))),
                ("the file under another name", _post(_file("a.bin", content, "attachment"))),
            )
        ),
        get("/upload/none", answers.not_found(), "unknown path"),
    )


def oddities(random: Random) -> tuple[Oddity, ...]:
    """What the contract leaves open: forms that are cut short, or no form, and a path in the name."""
    content, place = random.randbytes(100), ("name",)
    return (
        Oddity(request=_post(_file("a.bin", content), end=b""), about="a form without its end"),
        Oddity(
            request=_post(_file("a.bin", b"a line with --%b in it" % BOUNDARY.encode())),
            about="a boundary within a line of 43 bytes",
            place=("size",),
        ),
        Oddity(request=_post(_part('name="file"', b"text")), about="text in the place of the file"),
        Oddity(request=_post(_file("../a.bin", content)), about="a path as the name", place=place),
        Oddity(request=_post(_file("", content)), about="a file without a name", place=place),
    )


SCENARIOS = (
    Scenario(
        name="upload",
        title="a file of 1 MB in a multipart form",
        group="upload",
        ring=ring,
        probes=probes,
        oddities=oddities,
        connections=UPLOAD_CONNECTIONS,
    ),
)
