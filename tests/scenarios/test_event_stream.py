import pytest

from scenarios import event_stream


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_events_are_read_with_any_end_of_line(end: bytes) -> None:
    body = end.join(
        [b": a comment", b"id: 1", b"event: x", b"data: one", b"data:two", b"", b"data:  3", b"", b""]
    )
    assert event_stream.parse(body) == ["one\ntwo", " 3"]
    assert list(event_stream.ends(body)) == [body.index(b"data:  3"), len(body)]


def test_an_event_without_data_is_none() -> None:
    assert event_stream.parse(b": ping\n\ndata\n\n") == [""]


@pytest.mark.parametrize("body", [b"", b"data: 1", b"data: 1\n", b"data: 1\n\ndata: 2\n"])
def test_a_stream_cut_short_is_an_error(body: bytes) -> None:
    with pytest.raises(ValueError, match="not ended"):
        event_stream.parse(body)
