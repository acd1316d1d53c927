"""Apps that are right at first sight, each refused by the check that is meant for it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from runners.environments.lock import SHARED
from runners.selection.frameworks import APPS
from tests.support.command_line import call

pytestmark = pytest.mark.servers

STARLETTE = (APPS / "starlette_app.py").read_text(encoding="utf-8")
DECODED = "claims = jwt.decode(token, contract.JWT_SECRET, algorithms=[contract.JWT_ALGORITHM])"
PAGES = """

pages = {}
make_page = list_items


async def kept_page(request: Request) -> Response:
    if request.url.query not in pages:
        pages[request.url.query] = (await make_page(request)).body
    return Response(pages[request.url.query], media_type="application/json")
"""
CLAIMS = """claims = kept.get(token) or jwt.decode(
                token, contract.JWT_SECRET, algorithms=[contract.JWT_ALGORITHM]
            )
            kept[token] = claims"""
USERS = """if token in kept and kept[token]["exp"] > time.time():
            return AuthCredentials(["authenticated"]), Bearer(kept[token])
        try:"""


def mutant(*changes: tuple[str, str]) -> str:
    """Starlette's app with these changes, each in one place."""
    text = STARLETTE.replace("import json\n", "import json\nimport os\nimport time\n", 1)
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def keeping_pages(condition: str) -> str:
    """Pages are made once for each query, on this condition."""
    made = "    return JSONResponse(models.Items.dump_python(items))\n"
    handler = f"kept_page if {condition} else list_items"
    return mutant((made, made + PAGES), ('Route("/items", list_items)', f'Route("/items", {handler})'))


ON_THE_LOOP = """    ROUTES |= starlette_threads.ROUTES


async def message_on_the_loop(request: Request) -> Response:
    return starlette_threads.message(request)


ROUTES["json-sync"] = [Route("/json-sync", message_on_the_loop)]
"""
AWAITING = """    ROUTES |= starlette_threads.ROUTES


ROUTES["delay-threadpool"] = [Route("/delay-threadpool/{ms}", delay)]
"""
REMEMBERING = ("class Bearer(BaseUser):", "kept = {}\n\n\nclass Bearer(BaseUser):")
MADE_ONCE = "not made on every call"
MUTANTS = {
    "keeps-pages": ("items", MADE_ONCE, keeping_pages("True")),
    "tells-verifying": ("items", MADE_ONCE, keeping_pages('"HOTLAP_VERIFY" not in os.environ')),
    "keeps-tokens": (
        "auth",
        "the same token after it expired): wanted status 401, got 200",
        mutant(REMEMBERING, (DECODED, CLAIMS)),
    ),
    "keeps-users": (
        "auth",
        "the same token after it was revoked): wanted status 401, got 200",
        mutant(
            REMEMBERING,
            ("        return Auth", "        kept[token] = claims\n        return Auth"),
            ("        try:\n            claims", f"        {USERS}\n            claims"),
        ),
    ),
    "blocks": (
        "delay",
        "does the handler block the event loop while it waits?",
        mutant(("await asyncio.sleep(delay.ms / 1000)", "time.sleep(delay.ms / 1000)")),
    ),
    "waits-in-no-thread": (
        "delay-threadpool",
        "does the handler wait in a thread?",
        mutant(("    ROUTES |= starlette_threads.ROUTES\n", AWAITING)),
    ),
    "is-no-plain-function": (
        "json-sync",
        "wanted status 200, got 500",
        mutant(("    ROUTES |= starlette_threads.ROUTES\n", ON_THE_LOOP)),
    ),
}
"""By name: the scenario in which it is refused, what is said, and its text."""


@pytest.fixture
def apps(tmp_path: Path) -> Path:
    """A folder of Starlette's app and its mutants."""
    folder = tmp_path / "apps"
    (folder / "locks").mkdir(parents=True)
    shutil.copy(APPS / "locks" / SHARED, folder / "locks" / SHARED)
    for name, text in {
        "starlette": STARLETTE,
        **{name: text for name, (*_, text) in MUTANTS.items()},
    }.items():
        (folder / f"{name}_app.py").write_text(text, encoding="utf-8")
        shutil.copy(APPS / "locks" / "starlette.txt", folder / "locks" / f"{name}.txt")
    return folder


def test_mutants_are_refused_and_the_app_that_they_are_made_of_is_not(
    apps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    asked = ("--apps", str(apps), "--server", "uvicorn-pure", "--json")
    scenarios = [
        word
        for name in ("items", "auth", "delay", "delay-threadpool", "json-sync")
        for word in ("--scenario", name)
    ]
    assert call(monkeypatch, "verify", *asked, *scenarios) == 3
    said = {
        (failure["stack"].partition("--")[0], failure["cell"]["scenario"]): failure["message"]
        for failure in json.loads(capsys.readouterr().out)["failures"]
    }
    assert said.keys() == {(name, scenario) for name, (scenario, *_) in MUTANTS.items()}
    for name, (scenario, words, _) in MUTANTS.items():
        assert words in said[name, scenario]
