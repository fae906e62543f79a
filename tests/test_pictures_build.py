"""Pictures of people in real builds: whose are fetched, how often, and that a page asks nobody else for anything."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from blog import Blog, mention
from conversation.http import Client
from conversation.pictures import Errand, Refreshed, refresh
from conversation.pictures.refreshing import fetch
from conversation.settings import Settings
from conversation.store import Store
from faces import answer_picture, opened
from loopback import Answer, Raw, Request, Server, answer_json, bomb, endless, hang, serve
from stores import NOW

#: What stands in for the picture of everybody called Person.
INITIALS = ">P</span>"
IMAGE = re.compile(r'<img [^>]*src="([^"]*conversation/faces/[^"]*)"')
FOREIGN = re.compile(r'(?:src|srcset|href)="(?:https?:)?//(?!e\.example)[^"]*\.(?:png|jpg|webp|svg)')


#: What came of each picture, by the last part of its address.
Outcomes = dict[str, str]


@dataclasses.dataclass
class Town:
    """A receiver of mentions that is also where people have their pictures, and a blog that asks it."""

    blog: Blog
    server: Server
    entries: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    pictures: dict[str, Answer | Raw] = dataclasses.field(default_factory=dict)

    def says(self, number: int, photo: str | None = "", prop: str = "in-reply-to", **more: Any) -> None:  # noqa: ANN401
        """Person `number` does something and has a picture: at this path or address, or at one of their own."""
        path = f"/{number}.png" if photo == "" else photo or ""
        entry = mention(number, prop, **more)
        entry["author"]["photo"] = self.server.url + path if path.startswith("/") else path
        self.entries.append(entry)

    @property
    def asked(self) -> list[str]:
        """The pictures that were asked for, in order."""
        return sorted(request.path for request in self.server.requests if not request.path.startswith("/mentions"))

    def build(self) -> str:
        """Builds, and gives the page of the post."""
        self.server.requests.clear()
        self.blog.build()
        return self.blog.page("a.html")

    def shown(self) -> list[str]:
        """The pictures on the page, each a file that is there."""
        paths = [path.removeprefix("https://e.example/") for path in IMAGE.findall(self.blog.page("a.html"))]
        assert all((self.blog.output / path).is_file() for path in paths)
        return paths

    @property
    def files(self) -> list[str]:
        """The pictures in the output."""
        return sorted(path for path in self.blog.files() if path.startswith("conversation/"))

    def store(self) -> Store:
        """The blog's store."""
        return Store.open("sqlite:///conversation.sqlite", self.blog.folder)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    def handler(request: Request) -> Answer | Raw:
        if request.path == "/mentions":
            return answer_json({"type": "feed", "children": made.entries})
        return made.pictures.get(request.path, answer_picture())

    with serve(handler) as server:
        blog = Blog(tmp_path, CONVERSATION_SOURCES=[{"source": "jf2", "url": f"{server.url}/mentions"}])
        blog.configure(CONVERSATION_PULL="always", CONVERSATION_PRIVACY={"like": "full"}).write("a.md")
        made = Town(blog, server)
        yield made


def test_a_picture_is_fetched_once_and_served_by_the_site(town: Town) -> None:
    """A person's picture is asked for once for all that they say; readers get it from the site alone."""
    for number, photo in ((1, "/ann.png"), (2, "/ann.png"), (3, "/bob.png"), (4, None)):
        town.says(number, photo, **({"url": f"https://p1.example/{number}"} if number == 2 else {}))
    town.says(5, "/cat.png", "like-of")
    page = town.build()
    assert town.asked == ["/ann.png", "/bob.png", "/cat.png"]
    assert not FOREIGN.search(page)
    shown = town.shown()
    assert len(shown) >= 3
    assert set(shown) == set(town.files)
    assert len(town.files) == 1  # all three look alike
    assert opened((town.blog.output / shown[0]).read_bytes()).size == (96, 96)
    headers = [request.headers for request in town.server.requests if request.path == "/ann.png"]
    assert headers[0]["Accept"].startswith("image/webp")
    before = town.blog.files()
    town.build()
    assert town.asked == []
    assert {path: text for path, text in town.blog.files().items() if "conversation/" in path} == {
        path: text for path, text in before.items() if "conversation/" in path
    }


def test_a_picture_is_renewed_when_it_is_due(town: Town) -> None:
    """A new face replaces the old one after two months, and its file with it; a failed try leaves the old one alone."""
    town.says(1)
    town.build()
    (old,) = town.files
    photo = f"{town.server.url}/1.png"
    for answer, fresh in ((hang, False), ((404, {}, b""), False), (answer_picture("red"), True)):
        town.pictures["/1.png"] = answer
        with town.store() as store:
            (kept,) = store.pictures([photo])
            store.save_pictures([structs.replace(kept, tried=datetime.now(UTC) - timedelta(days=61))])
        town.blog.configure(CONVERSATION_DEADLINE=2)
        town.build()
        assert town.asked == ["/1.png"]
        assert (town.files != [old]) == fresh
        assert town.shown()[0] == town.files[0]
        town.build()
        assert town.asked == []


def test_what_nobody_has_any_more_goes(town: Town) -> None:
    """When somebody takes back what they said, their face leaves output and store with the next build."""
    town.says(1)
    town.says(2)
    town.pictures["/2.png"] = answer_picture("red")
    town.build()
    assert len(town.files) == 2
    town.entries.pop()
    town.build()
    (left,) = town.files
    assert town.shown() == [left] * len(town.shown())
    with town.store() as store:
        assert [one.url for one in store.whole().pictures] == [f"{town.server.url}/1.png"]


def test_without_pictures_none_is_fetched_shown_or_kept(town: Town) -> None:
    """Whoever switches pictures off has initials, an empty folder, and a store without faces."""
    town.says(1)
    town.build()
    assert town.files
    town.blog.configure(CONVERSATION_PICTURES=False)
    page = town.build()
    assert (town.asked, town.files, "<img" in page) == ([], [], False)
    assert INITIALS in page
    with town.store() as store:
        assert store.whole().pictures == ()


def test_a_build_without_network_shows_what_is_there(town: Town) -> None:
    """`--offline` asks nobody for a face, and a deleted output is made again from the store."""
    town.says(1)
    first = town.build()
    town.says(2)
    with town.store() as store:
        (kept,) = store.whole().pictures
        store.save_pictures([structs.replace(kept, tried=NOW - timedelta(days=1000))])
    for path in town.files:
        (town.blog.output / path).unlink()
    town.blog.configure(CONVERSATION_PULL="never")
    assert IMAGE.findall(town.build()) == IMAGE.findall(first)
    assert town.server.requests == []
    assert town.files


#: What a server may answer that is no picture, for good.
NO_PICTURES: dict[str, Answer | Raw] = {
    "missing": (404, {}, b"gone"),
    "forbidden": (403, {}, b""),
    "a page": (200, {"Content-Type": "text/html"}, b"<!doctype html><title>Log in</title>"),
    "SVG": (
        200,
        {"Content-Type": "image/svg+xml"},
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
    ),
    "large": (200, {}, bytes(3 << 20)),
    "bomb": bomb(16),
    "endless": endless(b"\xff" * 65536),
}
#: What it may answer on a bad day.
NO_ANSWERS: dict[str, Answer | Raw] = {
    "broken": (500, {}, b""),
    "busy": (429, {"Retry-After": "3600"}, b""),
    "a circle": (302, {"Location": "/1.png"}, b""),
    "a detour inside": (302, {"Location": "http://localhost/secret"}, b""),
    "cut off": (200, {"Content-Length": "99"}, b"\x89PNG"),
    "hanging": hang,
}


def test_where_no_picture_is_to_be_had_initials_stand_in(town: Town, capfd: pytest.CaptureFixture[str]) -> None:
    """Whatever strangers' servers answer, the build ends well, in one line, and does not ask again at once."""
    for number, answer in enumerate(NO_PICTURES.values(), 1):
        town.pictures[f"/{number}.png"] = answer
        town.says(number)
    page = town.build()
    assert len(town.asked) == len(NO_PICTURES)
    assert (page.count(INITIALS), "<img" in page, town.files) == (len(NO_PICTURES), False, [])
    told = [line for line in capfd.readouterr().out.splitlines() if "icture" in line]
    assert told == [f"Pictures of people: {len(NO_PICTURES)} not to be had (initials stand in)."]
    with town.store() as store:
        assert {one.outcome for one in store.whole().pictures} == {"none"}
    town.build()
    assert town.asked == []


def test_a_server_that_hangs_does_not_hold_a_build(town: Town) -> None:
    """A face is no reason to wait: the page is there, with initials, within the deadline."""
    town.pictures["/1.png"] = hang
    town.says(1)
    town.blog.configure(CONVERSATION_DEADLINE=1)
    assert INITIALS in town.build()
    assert (town.asked, town.files) == (["/1.png"], [])


def test_only_the_public_internet_is_asked_for_what_strangers_name(town: Town) -> None:
    """A picture's address cannot make the build call on this machine or its network, but for the sources' own."""
    with serve(lambda _: answer_picture()) as other:
        port = other.url.rpartition(":")[2]
        inside = ["http://127.0.0.1", "http://localhost", "http://[::1]", "http://2130706433", "http://0.0.0.0"]
        for number, host in enumerate(inside, 1):
            town.says(number, f"{host}:{port}/x.png")
        town.says(7, "http://169.254.169.254/latest/meta-data/")
        town.says(8, town.server.url.replace("127.0.0.1", "localhost") + "/8.png")
        town.says(9, "file:///etc/passwd")
        town.says(10)
        page = town.build()
        assert other.requests == []
        assert town.asked == ["/10.png"]
        assert len(IMAGE.findall(page)) >= 1
        assert not FOREIGN.search(page)


def test_whoever_is_not_shown_by_name_has_no_picture_fetched(town: Town) -> None:
    """Whom the blogger only counts, hides or holds back is left alone by the build, too."""
    town.says(1, prop="like-of")
    town.says(2)
    town.says(3)
    town.says(4, target="https://e.example/elsewhere.html")
    (town.blog.folder / "content" / "moderation.toml").write_text('[hide]\nauthors = ["https://p2.example/"]\n')
    town.blog.configure(CONVERSATION_PRIVACY={"like": "count"})
    town.build()
    assert town.asked == ["/3.png"]
    assert len(town.files) == 1


def test_the_blogger_has_a_face_too(town: Town) -> None:
    """The blogger's own answers stand beside their own picture, got the same way."""
    town.says(1)
    town.blog.configure(CONVERSATION_IDENTITIES=["https://p1.example/"])
    town.build()
    assert town.asked == ["/1.png"]
    assert town.shown()


def test_pictures_are_found_from_every_page(town: Town) -> None:
    """With RELATIVE_URLS a page in a folder finds the pictures that lie at the top of the site."""
    deep = "deep/down/{slug}.html"
    town.blog.configure(RELATIVE_URLS=True, ARTICLE_SAVE_AS=deep, ARTICLE_URL=deep)
    town.says(1, target="https://e.example/deep/down/a.html")
    town.blog.build()
    place = town.blog.output / "deep" / "down"
    found = IMAGE.findall((place / "a.html").read_text("utf-8"))
    assert found
    assert all((place / path).resolve().is_relative_to(town.blog.output.resolve()) for path in found)
    assert all((place / path).is_file() for path in found)


def test_pull_fetches_and_status_tells(town: Town) -> None:
    """Who pulls by a timer and builds without network has faces; a pull of one source leaves them alone."""
    town.says(1)
    town.blog.configure(CONVERSATION_PULL="never")
    assert "Pictures" not in town.blog.run("pull", "--source", "jf2").stdout
    told = town.blog.run("pull")
    assert (told.returncode, told.stdout.splitlines()[-1]) == (0, "Pictures of people: 1 fetched.")
    assert town.asked == ["/1.png"]
    assert "1 picture of people kept." in town.blog.run("status").stdout
    town.build()
    assert town.shown()
    town.blog.configure(CONVERSATION_PICTURES=False)
    assert "Pictures" not in town.blog.run("pull").stdout
    assert json.loads(town.blog.run("status", "--json").stdout)["pictures"] == 0


# --- Bounds ----------------------------------------------------------------------------------------------------------


def fetched(tmp_path: Path, urls: list[str], *, seconds: float = 5.0, budget: int = 200) -> tuple[Refreshed, Outcomes]:
    """What came of fetching these, and the outcome by path."""
    with Store.open("sqlite:///s.sqlite", tmp_path) as store, Client(retries=0, budget=budget) as client:
        told = fetch(store, client, urls, Errand(NOW, seconds), is_own=lambda _: True)
        return told, {one.url.rpartition("/")[2]: one.outcome for one in store.whole().pictures}


@pytest.mark.parametrize("answer", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_a_bad_day_is_told_from_a_picture_that_is_gone(tmp_path: Path, answer: Answer | Raw) -> None:
    """What says nothing about the picture is tried again soon; and no detour leads into the blogger's network."""
    with serve(lambda _: answer) as server:
        told, kept = fetched(tmp_path, [f"{server.url}/1.png"], seconds=1.0)
        assert (told, kept) == (Refreshed(0, 1, 0), {"1.png": "unreachable"})


def test_a_build_makes_no_more_requests_than_it_may(tmp_path: Path) -> None:
    """The budget ends the fetching, and what is left is due at once with the next build."""
    with serve(lambda _: answer_picture()) as server:
        told, kept = fetched(tmp_path, [f"{server.url}/{n}" for n in range(20)], budget=7)
        assert (told, len(kept), len(server.requests)) == (Refreshed(7, 0, 13), 7, 7)
        assert told.line == "Pictures of people: 7 fetched, 13 left for the next build."


def test_a_host_that_hangs_is_waited_for_once(tmp_path: Path) -> None:
    """A hundred faces on a server that is down cost no more time than a few, and a build never more than it has."""
    with serve(lambda _: hang) as server, serve(lambda _: answer_picture()) as other:
        urls = [f"{server.url}/{n}" for n in range(100)] + [f"{other.url}/ok"]
        told, kept = fetched(tmp_path, urls, seconds=2.0)
        assert len(server.requests) <= 8
        assert set(kept.values()) == {"unreachable", "image/webp"}
        assert (told, kept["ok"]) == (Refreshed(1, 100, 0), "image/webp")


def test_without_network_nobody_is_blamed(tmp_path: Path) -> None:
    """A build on a train says nothing about anybody's picture: all are due again at home."""
    with serve(lambda _: answer_picture()) as server:
        port = server.url.rpartition(":")[2]
    urls = [f"http://127.0.0.{n}:{port}/{n}" for n in range(1, 60)]  # nobody listens there any more
    assert fetched(tmp_path, urls) == (Refreshed(0, 0, 59), {})


@pytest.mark.parametrize(
    "url", ["https://faces.example/1.jpg", "http://a.test/1", "http://b.invalid", "http://localhost/"]
)
def test_names_that_lead_nowhere_are_not_asked(tmp_path: Path, url: str) -> None:
    """A blog of examples, as the one in this project, is built without a word about pictures, and without network."""
    with Store.open("sqlite:///s.sqlite", tmp_path) as store:
        assert refresh(Settings(root=tmp_path), store, [url], Errand(NOW)) == Refreshed()
        assert store.whole().pictures == ()


def test_without_time_nothing_is_begun(tmp_path: Path) -> None:
    """Where the sources took all the time there is, no face is asked for, and none counts as tried."""
    with serve(lambda _: answer_picture()) as server:
        for seconds in (0.0, -3.0):
            assert fetched(tmp_path, [f"{server.url}/1"], seconds=seconds) == (Refreshed(0, 0, 1), {})
        assert server.requests == []
