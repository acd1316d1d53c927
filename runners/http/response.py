"""The full parser: any HTTP/1.1 response, in whatever pieces it arrives, by httptools."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

import httptools

from scenarios.exchange import Answer

MAX_BYTES = 1 << 26
"""An answer larger than this is taken for one that never ends."""
HEAD_END = b"\r\n\r\n"


class ProtocolError(Exception):
    """What arrived is not one HTTP/1.1 response."""


class ResponseParser:
    """Takes the bytes of one final response, after any number of interim ones (1xx).

    Feed it what arrives until ``complete``; at the end of the stream call ``eof``. More bytes than the
    response has are a ProtocolError: nobody asked for them.
    """

    def __init__(self, method: str = "GET") -> None:
        self.complete = False
        self.keep_alive = False
        self.interim = False
        """An interim response came first, so ``raw`` does not begin with the final head."""
        self.framed = True
        """The head says where the answer ends; False: the end of the stream did."""
        self.pieces = 0
        """Chunks of the body that the chunked coding shows, without the empty last one."""
        self.status = 0
        self.headers: list[tuple[str, str]] = []
        self._in_piece = False
        self._headless = method == "HEAD"
        self._headers_complete = False
        self._pieces: list[bytes] = []
        self._raw: list[bytes] = []
        self._bytes = 0
        self._parser: httptools.HttpResponseParser | None = httptools.HttpResponseParser(self)

    @property
    def raw(self) -> bytes:
        """Everything that was fed."""
        return b"".join(self._raw)

    @property
    def body(self) -> bytes:
        """The body, without its chunking."""
        return b"".join(self._pieces)

    @property
    def begun(self) -> bool:
        """Whether a byte has arrived."""
        return self._bytes > 0

    @property
    def chunked(self) -> bool:
        """Whether the body is coded in chunks."""
        return any(name == "transfer-encoding" for name, _ in self.headers)

    def answer(self, elapsed_s: float = 0.0, arrivals_s: Iterable[float] = ()) -> Answer:
        """The complete response."""
        return Answer(
            status=self.status,
            headers=tuple(self.headers),
            body=self.body,
            elapsed_s=elapsed_s,
            pieces=self.pieces,
            arrivals_s=tuple(arrivals_s),
        )

    def feed(self, data: bytes) -> bool:
        """Take what arrived; True once complete. Raises ProtocolError."""
        if self._parser is None:
            raise ProtocolError(f"bytes behind the end of an answer: {data[:80]!r}")
        self._raw.append(data)
        self._bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._parser = None
            raise ProtocolError(f"not HTTP/1.1 ({error!r}): {self.raw[:160]!r}") from error
        if self._bytes > MAX_BYTES:
            raise ProtocolError(f"an answer of more than {MAX_BYTES} bytes")
        if self.complete:
            self._parser = None  # breaks the cycle: nothing is left for the garbage collector
            self._refuse_extra()
        return self.complete

    def eof(self) -> bool:
        """Take the end of the stream; True where it completes the answer, whose body has no stated length."""
        self._parser = None
        names = {name for name, _ in self.headers}
        stated = names & {"content-length", "transfer-encoding"}
        if self._headers_complete and not self.complete and not stated:
            self.complete, self.framed = True, False
        return self.complete

    def _refuse_extra(self) -> None:
        """Find what httptools passes over: blank lines around a response, a body after HEAD."""
        end = HEAD_END + (b"" if self.chunked else self.body)
        raw = self.raw
        if not raw.startswith(b"HTTP/") or not raw.endswith(end) or raw[: -len(end)].endswith(b"\n"):
            raise ProtocolError(f"bytes around an answer that do not belong to it: {raw[-80:]!r}")

    # What httptools reports, piece by piece.

    def on_message_begin(self) -> None:
        """Refuse a second response behind the first, which httptools hands over as ProtocolError."""
        if self.complete:
            raise ProtocolError("an answer behind the end of an answer")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header of the head; trailers are dropped."""
        if not self._headers_complete:
            self.headers.append((name.decode("latin-1").lower(), value.decode("latin-1").strip()))

    def on_headers_complete(self) -> None:
        """Note the status; the answer to HEAD ends here."""
        if self._parser is not None and not self.complete:
            self.status = self._parser.get_status_code()
            self._headers_complete = True
            if self._headless and self.status >= HTTPStatus.OK:
                self._finish()

    def on_body(self, piece: bytes) -> None:
        """Keep a piece of the body."""
        if not self.complete:
            self._pieces.append(piece)
            self._in_piece = True

    def on_chunk_complete(self) -> None:
        """Count a chunk, but not the empty one behind the last."""
        self.pieces += self._in_piece
        self._in_piece = False

    def on_message_complete(self) -> None:
        """The final response is complete; an interim one is forgotten."""
        if self.status >= HTTPStatus.OK:
            self._finish()
        else:
            self.interim, self._headers_complete = True, False
            self.headers.clear()

    def _finish(self) -> None:
        if self._parser is not None and not self.complete:
            self.keep_alive = self._parser.should_keep_alive()
            self.complete = True
