"""Mutants that take and send files otherwise than asked."""

from __future__ import annotations

from tests.mutation.mutant import Kind, Mutant, broken

FILES = "starlette_files"
READ, FLASK_READ = "await file.read()", "file.read()"
NAME = 'file.filename or ""'
TOLD = f"contract_files.uploaded({NAME}, {READ})"
FLASK_TOLD = f"contract_files.uploaded({NAME}, {FLASK_READ})"
ASCII = '(file.filename or "").encode("ascii", "ignore").decode()'
KNOWN = """kept = {}


def known(told):
    return {**told, "sha256": kept.setdefault(told["size"], told["sha256"])}"""

UPLOAD = (
    Mutant(
        name="the size is that of the whole form",
        kind=Kind.UPLOAD,
        scenario="upload",
        refused="$.size: wanted int",
        starlette=broken(
            ("upload", TOLD, f'{{**{TOLD}, "size": int(request.headers["content-length"])}}'), companion=FILES
        ),
        flask=broken(("upload", FLASK_TOLD, f'{{**{FLASK_TOLD}, "size": request.content_length}}')),
    ),
    Mutant(
        name="only the first 64 KB are read",
        kind=Kind.UPLOAD,
        scenario="upload",
        refused="$.size: wanted int 1000000, got int 65536",
        starlette=broken(("upload", READ, "await file.read(65_536)"), companion=FILES),
        flask=broken(("upload", FLASK_READ, "file.read(65_536)")),
    ),
    Mutant(
        name="files of one size have one digest",
        kind=Kind.UPLOAD,
        scenario="upload",
        refused="$.sha256: wanted str",
        starlette=broken(("upload", TOLD, f"known({TOLD})"), first=KNOWN, companion=FILES),
        flask=broken(("upload", FLASK_TOLD, f"known({FLASK_TOLD})"), first=KNOWN),
    ),
    Mutant(
        name="names lose what is not ASCII",
        kind=Kind.UPLOAD,
        scenario="upload",
        refused="(a name in other scripts): $.name: wanted str",
        starlette=broken(("upload", NAME, ASCII), companion=FILES),
        flask=broken(("upload", NAME, ASCII)),
    ),
    Mutant(
        name="a form without a file is accepted",
        kind=Kind.UPLOAD,
        scenario="upload",
        refused="(no file): wanted status 400 or 422, got 200",
        starlette=broken(("upload", "status_code=422", "status_code=200"), companion=FILES),
        flask=broken(("upload", "NO_FILE, 422", "NO_FILE")),
    ),
    Mutant(
        name="a file under any name is taken",
        kind=Kind.UPLOAD,
        scenario="upload",
        refused="(the file under another name): wanted status 400 or 422, got 200",
        starlette=broken(
            (
                "upload",
                'form.get("file")',
                "next((part for part in form.values() if isinstance(part, UploadFile)), None)",
            ),
            companion=FILES,
        ),
        flask=broken(("upload", 'request.files.get("file")', "next(iter(request.files.values()), None)")),
    ),
)

MOUNTED = 'Mount("/static", StaticFiles(directory=contract_files.STATIC_FOLDER))'
OWN = 'Route("/static/{path:path}", served)'
SHIPPED, BARE = "Flask(__name__)", "Flask(__name__, static_folder=None)"
ADDED = '    application.add_url_rule("/static/<path:path>", view_func=served)\n    for group'
CONTENT = "(contract_files.STATIC_FOLDER / contract_files.STATIC_NAME).read_bytes()"
IS_FILE = "path == contract_files.STATIC_NAME"


def _served(condition: str, answer: str, imported: str = "") -> str:
    """A handler of Starlette that gives ``answer`` where ``condition``, else 404."""
    return (
        f"{imported}\n\n\nasync def served(request):\n"
        '    path = request.path_params["path"]\n'
        f"    return {answer} if {condition} else Response(status_code=404)"
    )


def _flask_served(condition: str, answer: str, imported: str = "") -> str:
    """The same as a view of Flask."""
    otherwise = 'Response("", status=404)'
    return f"{imported}\n\n\ndef served(path):\n    return {answer} if {condition} else {otherwise}"


def _static(name: str, refused: str, starlette: str, flask: str, scenario: str = "static") -> Mutant:
    """One whose file is served by a handler of its own."""
    return Mutant(
        name=name,
        kind=Kind.STATIC,
        scenario=scenario,
        refused=refused,
        starlette=broken(("ROUTES", MOUNTED, OWN), first=starlette, companion=FILES),
        flask=broken(("create_app", SHIPPED, BARE), ("create_app", "    for group", ADDED), first=flask),
    )


ANY = "(contract_files.STATIC_FOLDER / path).is_file()"
PATH = "contract_files.STATIC_FOLDER / path"
RESPONSE = "from starlette.responses import FileResponse"
SEND = "from flask import send_file"
OCTETS, FLASK_OCTETS = 'media_type="application/octet-stream"', 'mimetype="application/octet-stream"'
PROMISES = 'headers={"Accept-Ranges": "bytes", "ETag": \'"1"\'}'

STATIC = (
    _static(
        "files outside the folder are given away",
        "gives away a file from outside its folder",
        _served(ANY, f"FileResponse({PATH}, {OCTETS})", RESPONSE),
        _flask_served(ANY, f"send_file({PATH}, {FLASK_OCTETS})", SEND),
    ),
    _static(
        "a file without an ETag",
        "wanted an ETag, got none",
        _served(IS_FILE, f"Response({CONTENT}, {OCTETS})"),
        _flask_served(IS_FILE, f"Response({CONTENT}, {FLASK_OCTETS})"),
    ),
    _static(
        "another file of the same size",
        "wanted the 50000 bytes of the file, got 50000 others",
        _served(IS_FILE, f"Response({CONTENT}[::-1], {OCTETS})"),
        _flask_served(IS_FILE, f"Response({CONTENT}[::-1], {FLASK_OCTETS})"),
    ),
    _static(
        "ranges are promised and not given",
        "(a range): says Accept-Ranges bytes, and has none",
        _served(IS_FILE, f"Response({CONTENT}, {OCTETS}, {PROMISES})"),
        _flask_served(IS_FILE, f"Response({CONTENT}, {FLASK_OCTETS}, {PROMISES})"),
    ),
    _static(
        "a file is sent again to who has it",
        "wanted status 304, got 200",
        _served(IS_FILE, f"FileResponse({PATH}, {OCTETS})", RESPONSE),
        _flask_served(IS_FILE, f"send_file({PATH}, {FLASK_OCTETS}, conditional=False)", SEND),
        scenario="static-304",
    ),
    _static(
        "whoever knows any ETag has the file",
        "(another ETag): wanted status 200, got 304",
        _served(
            IS_FILE,
            f'Response({CONTENT}, {OCTETS}, headers={{"ETag": \'"1"\'}}) if not known(request) '
            "else Response(status_code=304)",
            "from email.utils import parsedate_to_datetime\n\n\n"
            "def known(request):\n"
            '    since = request.headers.get("if-modified-since")\n'
            "    changed = contract_files.STATIC_MODIFIED_UNIX_S\n"
            "    fresh = since and parsedate_to_datetime(since).timestamp() >= changed\n"
            '    return fresh or "if-none-match" in request.headers',
        ),
        _flask_served(
            IS_FILE,
            f'Response({CONTENT}, {FLASK_OCTETS}, headers={{"ETag": \'"1"\'}}) if not known() '
            'else Response("", status=304)',
            "from email.utils import parsedate_to_datetime\n\n\n"
            "def known():\n"
            '    since = request.headers.get("If-Modified-Since")\n'
            "    changed = contract_files.STATIC_MODIFIED_UNIX_S\n"
            "    fresh = since and parsedate_to_datetime(since).timestamp() >= changed\n"
            '    return fresh or "If-None-Match" in request.headers',
        ),
        scenario="static-304",
    ),
)

MUTANTS = (*UPLOAD, *STATIC)
