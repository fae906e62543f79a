"""A token is nowhere but in requests: whatever a service answers, and however loudly a task is asked to talk."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import importlib
import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from blog import SITE, Blog
from conformance import Case
from conversation.errors import ConversationError, SettingsError
from conversation.http import Client
from conversation.sources import Ask, Service, Source, registry
from loopback import Answer, Request, Server, serve
from making import post
from stores import NOW

FILES = sorted(path.stem for path in Path(__file__).parent.glob("cases_*.py"))
CASES: dict[str, Case] = {
    case.service: case for file in FILES for case in reversed(importlib.import_module(file).CASES)
}
#: Options of services that no case describes.
OPTIONS = {"account": "@ada@social.example", "domain": "e.example", "url": "{base}/feed", "forum": "f", "site": "s"}


def loadable() -> Iterator[str]:
    """The services that talk to a network and whose modules are there."""
    for name in registry.names():
        with contextlib.suppress(SettingsError, ImportError):
            if not registry.service(name).local:
                yield name


NAMES = sorted(loadable())


def echo(request: Request) -> bytes:
    """Everything that came with a request: a careless server shows it to whoever asks."""
    return f"{request.method} {request.path}?{request.query}\n{request.headers}\n".encode() + request.body


def refuse(request: Request) -> Answer:
    """401, and the words in which it was asked for."""
    return 401, {"WWW-Authenticate": f"Bearer realm={request.headers.get('Authorization')}"}, echo(request)


def babble(_: Request) -> Answer:
    """Something that is not what the service documents, and that is kept in the cache."""
    headers = {"Content-Type": "application/json", "ETag": '"1"', "Vary": "Authorization", "Cache-Control": "max-age=9"}
    return 200, headers, b'{"type": "feed", "data": 7, "children": "x", "items": [null], "comments": 0}'


def parrot(request: Request) -> Answer:
    """All that it was sent, as if that were an answer."""
    return 200, {"Content-Type": "text/plain"}, echo(request)


def break_down(request: Request) -> Answer:
    """An error without a second try, with all that it was sent."""
    return 501, {"X-Request": str(request.query)}, echo(request)


def token_of(name: str) -> str:
    return f"s3cr3t0f{''.join(char for char in name if char.isalnum())}"


def forms(name: str) -> tuple[bytes, ...]:
    """A token as it is, and as HTTP's Basic authorization has it."""
    token = token_of(name).encode()
    return token, base64.b64encode(token)


def filled(name: str, base: str) -> dict[str, str]:
    """The options of a service, with "{base}" filled in; its base_url among them."""
    case = CASES.get(name)
    if case is not None:
        options = dict(case.options) | {"base_url": case.base}
    else:
        wanted = [option.name for option in registry.service(name).options if option.name in OPTIONS]
        options = {option: OPTIONS[option] for option in wanted} | {"base_url": "{base}"}
    return {option: value.replace("{base}", base) for option, value in options.items() if value}


def copies_of(name: str, base: str) -> tuple[str, ...]:
    return tuple(url.replace("{base}", base) for url in CASES[name].syndication) if name in CASES else ()


@dataclasses.dataclass
class Left:
    """What is left of a whole day of tasks: their words, the files, the command lines; and what was asked of whom."""

    words: str
    files: Mapping[str, bytes]
    commands: bytes
    requests: Mapping[str, list[Request]]


@pytest.fixture(scope="module", params=[refuse, babble, parrot, break_down], ids=lambda answer: answer.__name__)
def left(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Left:
    """All tasks on a blog with every service there is, all of which answer so."""
    folder = tmp_path_factory.mktemp("tokens")
    commands: set[bytes] = set()

    def answer(asked: Request) -> Answer:
        commands.update(command_lines())
        told: Answer = request.param(asked)
        return told

    with contextlib.ExitStack() as stack:
        servers = {name: stack.enter_context(serve(answer)) for name in NAMES}
        blog = a_blog(folder, servers)
        environ = {registry_variable(name): token_of(name) for name in NAMES}
        done = [
            blog.pelican("--debug", env=environ),
            blog.run("build", "--verbose", "--fresh", env=environ),
            blog.run("pull", "--full", env=environ),
            blog.run("doctor", env=environ),
            blog.run("doctor", "--json", env=environ),
            blog.run("status", env=environ),
            blog.run("status", "--json", env=environ),
            blog.run("export", "all.json", env=environ),
        ]
        requests = {name: list(server.requests) for name, server in servers.items()}
    assert [one.returncode for one in done] == [0, 0, 0, 1, 1, 0, 0, 0], [one.stderr[-500:] for one in done]
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return Left("".join(one.stdout + one.stderr for one in done), files, b"\n".join(sorted(commands)), requests)


def a_blog(folder: Path, servers: Mapping[str, Server]) -> Blog:
    """A blog with a post that has copies at every service."""
    sources = [{"source": name, "name": f"my {name}", **filled(name, server.url)} for name, server in servers.items()]
    blog = Blog(folder, CONVERSATION_SOURCES=sources, CONVERSATION_BUDGET=0, CONVERSATION_PULL="always")
    copies = [url for name, server in servers.items() for url in copies_of(name, server.url)]
    return blog.write("a.md", syndication=", ".join(copies))


def registry_variable(name: str) -> str:
    return Source(name, f"my {name}").variable


def command_lines() -> Iterator[bytes]:
    """The command lines of all processes, as `ps` shows them to everybody on the machine."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            yield path.read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_a_token_is_in_no_word_no_file_and_no_command_line(name: str, left: Left) -> None:
    """Log, errors, store, cache, pages, ledger and export may be shown to anybody: the token is in none of them."""
    assert left.requests[name], "It was not asked at all: this test says nothing about it."
    if registry.service(name).token:
        sent = b"".join(map(echo, left.requests[name]))
        assert any(form in sent for form in forms(name)), "It was asked without its token."
    for form in forms(name):
        assert form not in left.words.encode()
        assert not [path for path, data in left.files.items() if form in data]
        assert form not in left.commands
    for part in ("conversation.sqlite", "output/giving-receiving/ledger.json", "all.json"):
        assert part in left.files


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("answer", [refuse, babble, parrot, break_down])
def test_a_token_is_in_no_exception(name: str, answer: Callable[[Request], Answer]) -> None:
    """Not in its words, not in its causes, and not in what is reported instead of one."""
    service = registry.service(name)
    with serve(answer) as server, Client(deadline=5, retries=0) as client:
        options = filled(name, server.url)
        base = options.pop("base_url", "").rstrip("/")
        source = Source(name, f"my {name}", options, base_url=base, token=token_of(name))
        ask = Ask((post(syndication=copies_of(name, server.url)),), {}, full=True, now=NOW, sites=(SITE,))
        said = "".join(told(service, source, ask, client))
    assert repr(source) in said
    assert not [form for form in forms(name) if form in said.encode()]


def told(service: Service, source: Source, ask: Ask, client: Client) -> Iterator[str]:
    """Everything that a source says, raised or yielded."""
    yield repr(source)
    parts = [service.pull(source, ask, client)]
    parts += [service.account(source, ask, client)] if service.account else []
    for part in parts:
        try:
            for batch in part:
                yield repr(batch)
        except ConversationError as error:
            yield "".join(traceback.format_exception(error)) + repr(error)
    try:
        for finding in service.check(source, client) if service.check else ():
            yield repr(finding)
    except ConversationError as error:
        yield "".join(traceback.format_exception(error)) + repr(error)
