"""Documents that say the same in other words are equal; what differs is named."""

from __future__ import annotations

from typing import Any

from report.analysis.openapi import differences, operations, short

FIRST: dict[str, Any] = {
    "openapi": "3.1.0",
    "paths": {
        "/users/{user_id}": {
            "get": {
                "parameters": [
                    {"in": "path", "name": "user_id", "required": True, "schema": {"type": "integer"}},
                    {"in": "query", "name": "q", "schema": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
                ],
                "responses": {
                    "200": {
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/User"}}}
                    },
                    "422": {"description": "wrong"},
                },
            }
        }
    },
    "components": {
        "schemas": {
            "User": {
                "type": "object",
                "title": "User",
                "required": ["id"],
                "properties": {
                    "id": {"type": "integer", "minimum": 1},
                    "tags": {"type": "array", "items": {"type": "string"}},
                },
            }
        }
    },
}
SECOND: dict[str, Any] = {
    "openapi": "3.1.0",
    "paths": {
        "/users/{user_id}": {
            "parameters": [{"$ref": "#/components/parameters/id"}],
            "get": {
                "parameters": [{"in": "query", "name": "q", "schema": {"type": ["null", "string"]}}],
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {
                                "schema": {
                                    "properties": {
                                        "tags": {"items": {"type": "string"}, "type": "array"},
                                        "id": {"type": "integer"},
                                    },
                                    "required": ["id"],
                                    "type": "object",
                                }
                            }
                        }
                    },
                    "400": {"description": "wrong"},
                },
            },
        }
    },
    "components": {
        "parameters": {
            "id": {"in": "path", "name": "user_id", "required": True, "schema": {"type": "integer"}}
        }
    },
}
USER = {
    "GET /users/{user_id}": {
        "parameters": "path user_id*: integer, query q: null|string",
        "body": "none",
        "success": "200 application/json {id*: integer, tags: [string]}",
    }
}


def test_what_is_said_in_other_words_is_equal() -> None:
    assert operations(FIRST) == operations(SECOND) == USER
    assert not differences({"a": operations(FIRST), "b": operations(SECOND)})


def test_a_path_that_one_lacks_and_a_schema_that_differs_are_named() -> None:
    other = {
        "GET /users/{user_id}": {
            **USER["GET /users/{user_id}"],
            "success": "200 application/json {id: string}",
        },
        "GET /more": USER["GET /users/{user_id}"],
    }
    lines = differences({"a": USER, "b": other})
    assert lines == (
        "GET /more: not in the document of a",
        (
            "GET /users/{user_id}, success: a: 200 application/json {id*: integer, tags: [string]}; "
            "b: 200 application/json {id: string}"
        ),
    )


def test_a_schema_within_itself_ends() -> None:
    document = {"s": {"type": "object", "properties": {"next": {"$ref": "#/s"}}}}
    assert short(document, document["s"]).count("{") < 20


def test_a_body_is_told_by_media_type_and_an_empty_schema_is_anything() -> None:
    post = {
        "requestBody": {"content": {"application/json": {"schema": {}}}},
        "responses": {"201": {"description": "made"}},
    }
    said = operations({"paths": {"/orders": {"post": post}}})
    assert said == {"POST /orders": {"parameters": "none", "body": "application/json any", "success": "201"}}
