"""Bytes on the wire: the response parser, WebSocket, and a client that asks one request at a time."""
