"""GitHub, asked over real sockets: comments under posts by giscus and utterances, and what was given to others."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases_github import comment, connection, discussion, github, github_given, github_openly, under, user
from conformance import NOW, POST, SITE, Item, Told, iso, items
from conversation.acts import Act, Direction, Kind
from conversation.errors import Malformed, Missing, Refused, Unreachable
from conversation.http import Client
from conversation.posts import Post
from conversation.sources import Ask, Finding, Source
from conversation.sources.github import SERVICE
from conversation.sources.github_api import Place, account_of, place_of, web_of
from conversation.sources.github_parse import as_node, likes_of, parse_comments, parse_given
from conversation.sources.github_threads import finder
from loopback import Answer, Handler, Request, Server, answer_json, serve

TOKEN = "ghp_of-nobody"  # noqa: S105 - of a server on loopback
DISCUSSION = "https://github.com/ada/blog/discussions/7"
ISSUE = "https://github.com/ada/blog/issues/7"
FIRST, SECOND, THIRD = items(3)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)


def source(url: str = "", token: str = TOKEN, **options: str) -> Source:
    """The account ada."""
    return Source("github", "github", {"account": "ada"} | options, url, token)


def pull(
    server: Server,
    told: Told | None = None,
    *,
    copies: Sequence[str] = (),
    token: str = TOKEN,
    options: Mapping[str, str] | None = None,
    **ask: object,
) -> Told:
    """One pull from `server` into `told`; the post's discussions and issues are those named, else found ones."""
    told = told or Told()
    told.batches, told.error = [], None
    posts = (
        Post(url=POST, title="A post", syndication=tuple(copies)),
        Post(url=f"{SITE}/b.html", title="Tea - part 1"),
    )
    plain: dict[str, Any] = {"full": False, "now": NOW, "sites": (SITE,), **ask}
    with Client(retries=0) as client:
        assert SERVICE.account
        for part in (SERVICE.account, SERVICE.pull):
            if not told.error:
                made = Ask(posts, dict(told.cursor), copies=dict(told.copies), **plain)
                told.take(part(source(server.url, token, **(options or {})), made, client))
    return told


def pulled(handler: Handler, **options: object) -> tuple[Told, list[Request]]:
    """One pull from a server that answers by `handler`, and what it was asked."""
    with serve(handler) as server:
        return pull(server, **options), list(server.requests)  # type: ignore[arg-type]


def queries(requests: Sequence[Request], word: str) -> list[dict[str, Any]]:
    """The variables of the questions in which a word stands."""
    asked = [json.loads(request.body) for request in requests if request.method == "POST"]
    return [one["variables"] for one in asked if word in one["query"]]


# --- received ---------------------------------------------------------------------------------------------------------


def test_discussion_is_a_tree() -> None:
    """Comments on a discussion are replies to the post, and answers to them name the comment that they answer."""
    answer = comment(SECOND, author=user("dee"), lastEditedAt=iso(THIRD.when))
    told, requests = pulled(github([comment(FIRST, replies=connection([answer]))]), copies=[DISCUSSION])
    first, second = told.acts["DC_1"], told.acts["DC_2"]
    assert (first.direction, first.kind, first.target, first.channel) == (
        Direction.RECEIVED,
        Kind.REPLY,
        POST,
        "github",
    )
    assert (first.text, first.parent, first.published, first.updated) == ("word1x", "", FIRST.when, None)
    assert (second.parent, second.updated) == (first.url, THIRD.when)
    assert (second.author.name, second.author.handle) == ("Dee", "dee")
    assert second.author.url == "https://github.com/dee"
    assert queries(requests, "thread: discussion") == [{"owner": "ada", "name": "blog", "number": 7, "after": None}]
    assert requests[0].headers["Authorization"] == f"Bearer {TOKEN}"


def test_all_replies_to_a_comment_are_read() -> None:
    """More replies than come along with a comment are asked for, to the last page."""
    below = [comment(Item(number, f"reply {number}", NOW), url=f"{DISCUSSION}#{number}") for number in range(10, 17)]
    thread = [comment(FIRST, replies=connection(below, size=2), all_replies=below)]
    told, _ = pulled(github(thread), copies=[DISCUSSION])
    assert len(told.acts) == 8
    assert {act.parent for act in told.acts.values() if act.id != "DC_1"} == {told.acts["DC_1"].url}


@pytest.mark.parametrize(
    "hidden",
    [
        {"isMinimized": True},
        {"deletedAt": "2026-05-05T00:00:00Z"},
        {"author": user("github-actions", "Bot")},
        {"author": user("giscus[bot]")},
        {"author": user("utterances-bot")},
    ],
)
def test_what_is_hidden_or_no_persons_is_left_out(hidden: dict[str, object]) -> None:
    """Minimized and deleted comments and those of bots are not told; answers to them are."""
    told, _ = pulled(github([comment(FIRST, replies=connection([comment(SECOND)]), **hidden)]), copies=[DISCUSSION])
    assert set(told.acts) == {"DC_2"}


def test_comment_of_a_deleted_account_is_kept() -> None:
    """GitHub tells no author of who has left: the words stay, and are nobody's."""
    told, _ = pulled(github([comment(FIRST, author=None)]), copies=[DISCUSSION])
    assert told.acts["DC_1"].author.key == ""
    assert told.acts["DC_1"].text == "word1x"


def test_reactions_to_the_discussion_are_likes() -> None:
    """Reactions count as likes, but for a thumb down and confusion."""
    reactions = [("THUMBS_UP", 3), ("HEART", 2), ("THUMBS_DOWN", 9), ("CONFUSED", 4)]
    told, _ = pulled(github(reactions=reactions), copies=[DISCUSSION])
    assert [(count.target, count.kind, count.value) for count in told.numbers.values()] == [(POST, Kind.LIKE, 5)]


def test_issue_without_a_token() -> None:
    """Comments on issues are read without a token, page by page by the Link header, with the reactions as likes."""
    told, requests = pulled(github_openly(items(45)), copies=[ISSUE], token="")
    assert len(told.acts) == 45
    assert told.acts["IC_1"].author.url == "https://github.com/bea"
    assert [count.value for count in told.numbers.values()] == [3]
    assert [request.path for request in requests] == [
        "/repos/ada/blog/issues/7",
        *["/repos/ada/blog/issues/7/comments"] * 3,
    ]
    assert all("Authorization" not in request.headers for request in requests)
    assert "CONVERSATION_GITHUB_TOKEN" in told.problems[0].what


def test_discussion_without_a_token() -> None:
    """Discussions cannot be read without a token: that is told, and what is known of them stays."""
    with serve(github([comment(FIRST)])) as server:
        told = pull(server, copies=[DISCUSSION])
        pull(server, told, copies=[DISCUSSION], token="")
    assert len(told.acts) == 1
    assert any(problem.where == DISCUSSION for problem in told.problems)


def test_deleted_discussion_takes_its_comments_along() -> None:
    """Where the discussion is gone nothing is said in it any more; the other posts are asked about all the same."""
    with serve(github([comment(FIRST)])) as server:
        told = pull(server, copies=[DISCUSSION])
        assert told.acts
        server.handler = gone
        pull(server, told, copies=[DISCUSSION])
    assert told.acts == {}
    assert told.error is None


def gone(request: Request) -> Answer:
    """GitHub, when the discussion was deleted."""
    if "thread:" in json.loads(request.body)["query"]:
        message = "Could not resolve to a Discussion with the number of 7."
        return answer_json(
            {"data": {"repository": {"thread": None}}, "errors": [{"type": "NOT_FOUND", "message": message}]}
        )
    told = github()(request)
    assert isinstance(told, tuple)
    return told


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("NOT_FOUND", Missing),
        ("FORBIDDEN", Refused),
        ("INSUFFICIENT_SCOPES", Refused),
        ("RATE_LIMITED", Unreachable),
        ("OTHER", Malformed),
    ],
)
def test_errors_in_answers_of_status_200(kind: str, error: type[Exception]) -> None:
    """GraphQL tells its failures in answers that look well; each is raised as what it means, without the token."""
    told, _ = pulled(lambda _: answer_json({"data": None, "errors": [{"type": kind, "message": f"No, {TOKEN}"}]}))
    assert type(told.error) is error
    assert TOKEN not in str(told.error)


def test_refused_token_names_its_variable() -> None:
    """A wrong token is told with the variable that holds it and where to get another."""
    told, _ = pulled(lambda _: answer_json({"message": "Bad credentials"}, 401))
    assert isinstance(told.error, Refused)
    assert "CONVERSATION_GITHUB_TOKEN" in str(told.error)
    assert "github.com/settings/tokens" in str(told.error)


# --- which discussion is about which post -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mapping", "title"),
    [
        ("pathname", "a"),
        ("pathname", "old/a"),
        ("url", POST),
        ("url", "http://blog.example/a.html?utm_source=x"),
        ("title", "A post"),
        ("title", "A post - Small Kindnesses"),
        ("og:title", "a  Post"),
    ],
)
@pytest.mark.parametrize("options", ["discussions", "issues"])
def test_threads_are_found_by_their_titles(mapping: str, title: str, options: str) -> None:
    """What giscus and utterances name after a page is found for its post, without a word in front matter."""
    post = Post(url=POST, title="A post", aliases=("/old/a.html",))
    made = source(repository="ada/blog", **{options: mapping}, token=TOKEN if options == "discussions" else "")
    handler = (
        github(discussions=[discussion(title), discussion("other")])
        if options == "discussions"
        else github_openly([], issues=[{"html_url": ISSUE, "title": title, "updated_at": iso(NOW)}, None, 5])
    )
    with serve(handler) as server, Client(retries=0) as client:
        made = Source("github", "github", made.options, server.url, made.token)
        assert SERVICE.account
        batches = list(SERVICE.account(made, Ask((post,), {}, full=False, now=NOW, sites=(SITE,)), client))
    found = [(copy.post, copy.url) for batch in batches for copy in batch.copies]
    assert found == [(POST, DISCUSSION if options == "discussions" else ISSUE)]


def test_a_likeness_is_not_enough() -> None:
    """A title that only begins like a post's, or that two posts have, finds none."""
    posts = [
        Post(url=f"{SITE}/tea.html", title="Tea"),
        Post(url=f"{SITE}/b.html", title="Same"),
        Post(url=f"{SITE}/c.html", title="Same"),
    ]
    assert finder("pathname", posts, (SITE,))("tea-time") is None
    assert finder("title", posts, (SITE,))("Tea time") is None
    assert finder("title", posts, (SITE,))("Same") is None
    assert finder("number", posts, (SITE,))("") is None
    assert finder("pathname", posts, (SITE,))("/tea/") is posts[0]


def test_titles_with_what_stands_between_titles() -> None:
    """A post's own title may hold a dash, and the site's name may stand before or after it."""
    post = Post(url=POST, title="Tea - part 1")
    find = finder("title", [post], (SITE,))
    for title in ("Tea - part 1", "Tea - part 1 | Site", "Small Kindnesses – Tea - part 1"):
        assert find(title) is post
    assert find("part 1") is None


def test_paths_in_other_scripts() -> None:
    """Browsers escape a path, people do not: both spellings of a title find the post, and so does the home page."""
    posts = [Post(url=f"{SITE}/Coop%C3%A9ration.html"), Post(url=f"{SITE}/")]
    find = finder("pathname", posts, (SITE, "http://old.example/blog"))
    assert find("Coop%C3%A9ration") is posts[0]
    assert find("Coopération") is posts[0]
    assert find("blog/Coopération") is posts[0]
    assert find("index") is posts[1]


def test_later_pulls_list_changed_discussions_only() -> None:
    """Once all discussions are known, a pull reads one page of them; what was found stays known."""
    old = iso(NOW - timedelta(days=60))
    many = [discussion("a"), *({**discussion(f"x{n}", n), "updatedAt": old} for n in range(100, 170))]
    options = {"repository": "ada/blog", "discussions": "pathname"}
    with serve(github([comment(FIRST)], discussions=many)) as server:
        told = pull(server, options=options)
        assert told.copies == {POST: (DISCUSSION,)}
        assert len(told.acts) == 1
        assert "*copies" in [scope for batch in told.batches for scope in batch.complete]
        assert len(queries(server.requests, "list: discussions")) == 4
        server.requests.clear()
        pull(server, told, options=options, now=NOW + timedelta(days=3))
        assert len(queries(server.requests, "list: discussions")) == 2
        assert "*copies" not in [scope for batch in told.batches for scope in batch.complete]


@pytest.mark.parametrize(
    ("url", "place"),
    [
        (DISCUSSION, Place("ada", "blog", "discussions", "7")),
        (f"{DISCUSSION}#discussioncomment-5", Place("ada", "blog", "discussions", "7")),
        ("http://www.github.com/ada/blog/issues/7/", Place("ada", "blog", "issues", "7")),
        ("https://github.com/ada/blog/pull/7", Place("ada", "blog", "pull", "7")),
        ("https://github.com/ada/blog/issues", None),
        ("https://github.com/ada/blog", None),
        ("https://gitlab.com/ada/blog/issues/7", None),
        ("nonsense", None),
    ],
)
def test_addresses_of_discussions_and_issues(url: str, place: Place | None) -> None:
    """Front matter is read as people copy addresses, and other hosts are not GitHub's."""
    assert place_of(url, "https://github.com") == place


def test_enterprise_server() -> None:
    """A GitHub of one's own has its pages and its two APIs on one host."""
    home = source("https://git.example/api/v3")
    assert web_of(home) == "https://git.example"
    assert place_of("https://git.example/a/b/issues/1", web_of(home))
    assert web_of(source()) == "https://github.com"
    with serve(lambda request: answer_json({"data": {"user": {"a": request.path}}})) as server, Client() as client:
        assert SERVICE.account
        list(
            SERVICE.pull(
                source(f"{server.url}/api/v3"),
                Ask((Post(url=POST, syndication=(f"{server.url}/a/b/issues/1",)),), {}, full=False, now=NOW),
                client,
            )
        )
        assert [request.path for request in server.requests] == ["/api/graphql"]


# --- given ------------------------------------------------------------------------------------------------------------


def given_acts(**parts: Sequence[dict[str, Any]]) -> dict[str, Act]:
    """What is told of what the account wrote."""
    told, _ = pulled(github(**parts))  # type: ignore[arg-type]
    assert told.error is None
    assert not told.problems
    return told.acts


def test_comment_on_an_issue_is_a_reply() -> None:
    """A comment in another's repository is given to who opened the issue, with its words counted."""
    said = comment(FIRST, author=user("ada"), bodyHTML="<p>Two words", **under("issues", 5))
    act = given_acts(comments=[said])["given:DC_1"]
    assert (act.direction, act.kind, act.words) == (Direction.GIVEN, Kind.REPLY, 2)
    assert act.target == "https://github.com/bea/tea/issues/5"
    assert (act.title, act.to.handle, act.author.key) == ("A question", "cy", "")


def test_comment_in_a_discussion_is_given_to_whom_it_answers() -> None:
    """In a discussion a reply goes to who wrote the comment; one that was marked as the answer is an answer."""
    reply = comment(FIRST, author=user("ada"), **under("discussions") | {"replyTo": {"author": user("dee")}})
    answer = comment(SECOND, author=user("ada"), **under("discussions") | {"isAnswer": True})
    acts = given_acts(discussed=[reply, answer])
    assert (acts["given:DC_1"].kind, acts["given:DC_1"].to.handle) == (Kind.REPLY, "dee")
    assert (acts["given:DC_2"].kind, acts["given:DC_2"].to.handle) == (Kind.ANSWER, "cy")


def test_review_is_a_reply_with_all_its_words() -> None:
    """A review is given to who wrote the pull request; what it says between the lines of the code counts too."""
    inline = {"nodes": [{"bodyHTML": "<p>a better name</p>"}, {"bodyHTML": "<p>nice</p>"}]}
    review = comment(FIRST, author=user("ada"), bodyHTML="", comments=inline, state="APPROVED", **under("pull", 9))
    act = given_acts(reviews=[review])["given:DC_1"]
    assert (act.kind, act.words, act.to.handle) == (Kind.REPLY, 4, "cy")
    assert act.target == "https://github.com/bea/tea/pull/9"


@pytest.mark.parametrize(
    "more",
    [
        under("issues", owner="Ada"),
        under("issues", private=True),
        under("issues") | {"isMinimized": True},
        under("issues") | {"author": user("ada[bot]")},
    ],
    ids=["own repository", "private", "minimized", "bot"],
)
def test_what_is_no_gift(more: dict[str, Any]) -> None:
    """What stands in the own repositories, in private ones, or was hidden, is not counted as given."""
    assert given_acts(comments=[comment(FIRST, author=user("ada")) | more]) == {}


def test_pending_review_is_left_out() -> None:
    """A review that was not handed in yet is nobody's business."""
    review = comment(FIRST, author=user("ada"), comments={"nodes": []}, state="PENDING", **under("pull"))
    assert given_acts(reviews=[review]) == {}


def test_own_thread_elsewhere_is_given_to_nobody_by_name() -> None:
    """A comment under one's own issue in another's repository is a gift, but not one to oneself."""
    said = comment(FIRST, author=user("ada"), **under("issues", author="ada"))
    assert given_acts(comments=[said])["given:DC_1"].to.key == ""


def test_later_pulls_read_what_is_new() -> None:
    """After everything was listed once, a pull reads a page of each kind and a day of reviews."""
    said = [comment(item, author=user("ada"), **under("issues")) for item in items(70)]
    talked = [comment(item, author=user("ada"), id=f"D{item.number}", **under("discussions")) for item in items(70)]
    with serve(github(comments=said, discussed=talked)) as server:
        told = pull(server)
        assert len(told.acts) == 140
        assert [shot.followers for batch in told.batches for shot in batch.snapshots] == [12]
        assert len(queries(server.requests, "contributionsCollection")) == 2
        server.requests.clear()
        pull(server, told, now=NOW + timedelta(days=3))
        assert len(queries(server.requests, "issueComments")) == 1
        assert len(queries(server.requests, "contributionsCollection")) == 1
        assert len(told.acts) == 140


def test_deleted_gifts_vanish_within_a_month() -> None:
    """What was deleted at GitHub stays until everything is listed again, and goes then."""
    both, one = (github_given("issues")(items(number)) for number in (2, 1))
    with serve(both) as server:
        told = pull(server)
        server.handler = one
        pull(server, told, now=NOW + timedelta(days=29))
        assert len(told.acts) == 2
        pull(server, told, now=NOW + timedelta(days=31))
    assert set(told.acts) == {"given:DC_1"}


def test_later_answer_is_noticed() -> None:
    """A comment that is marked as the answer some weeks after it was written becomes one at the next pull."""
    recent = Item(1, "word1x", NOW - timedelta(days=5))
    talk = comment(recent, author=user("ada"), **under("discussions"))
    with serve(github(discussed=[talk])) as server:
        told = pull(server)
        server.handler = github(discussed=[talk | {"isAnswer": True}])
        pull(server, told, now=NOW + timedelta(days=20))
    assert told.acts["given:DC_1"].kind is Kind.ANSWER


def test_listing_that_was_cut_short_is_taken_up() -> None:
    """A long history that one pull cannot read goes on at the page where it ended, and not from its begin."""
    said = [comment(item, author=user("ada"), **under("issues")) for item in items(90)]
    handler = github(comments=said)
    asked = 0

    def failing(request: Request) -> Answer:
        nonlocal asked
        asked += 1
        told = answer_json({}, 500) if asked == 5 else handler(request)
        assert isinstance(told, tuple)
        return told

    with serve(failing) as server:
        told = pull(server)
        assert isinstance(told.error, Unreachable)
        assert len(told.acts) == 60
        server.requests.clear()
        pull(server, told)
        assert queries(server.requests, "issueComments")[0]["after"] == "at 60"
    assert len(told.acts) == 90
    assert "*given" not in [scope for batch in told.batches for scope in batch.complete]


@pytest.mark.parametrize("account", ["ada", "@ada", " ada ", "https://github.com/ada", "https://github.com/ada/"])
def test_account_may_be_an_address(account: str) -> None:
    """People write their name, or copy the address of their profile."""
    assert account_of(source(account=account)) == "ada"


def test_unknown_account_is_told() -> None:
    """A name that GitHub does not know is an error that names the option."""
    told, _ = pulled(lambda _: answer_json({"data": {"user": None, "viewer": {}}}))
    assert isinstance(told.error, Missing)
    assert "`account`" in str(told.error)


# --- doctor -----------------------------------------------------------------------------------------------------------


def findings(*known: str, token: str = TOKEN, **options: str) -> list[Finding]:
    """What `doctor` finds where these paths are there."""

    def answer(request: Request) -> Answer:
        limits = {"X_OAuth_Scopes": "public_repo", "X_RateLimit_Remaining": "4998"}
        there = request.path in {"/user", "/rate_limit", *known}
        return answer_json({"login": "ada"}, 200, **limits) if there else answer_json({}, 404)

    with serve(answer) as server, Client(retries=0) as client:
        assert SERVICE.check
        return list(SERVICE.check(source(server.url, token, **options), client))


def test_check_looks_at_everything() -> None:
    """The doctor says whose token it is, what it may, what is left, and whether account and repository are there."""
    found = findings("/users/ada", "/repos/ada/blog", repository="ada/blog")
    assert all(one.well for one in found)
    assert "ada's, scopes: public_repo" in found[0].what
    assert "4998" in found[1].what
    found = findings("/users/ada", repository="ada/blgo")
    assert [one.well for one in found] == [True, True, True, False]
    assert "owner/name" in found[3].advice


def test_check_without_a_token() -> None:
    """Without a token the doctor says what is not read, and calls it ill only where discussions are wanted."""
    assert findings("/users/ada", token="")[0].well
    found = findings("/users/ada", token="", repository="ada/blog", discussions="pathname")
    assert not found[0].well
    assert "CONVERSATION_GITHUB_TOKEN" in found[0].advice


# --- any JSON ---------------------------------------------------------------------------------------------------------


@given(st.lists(json_values, max_size=5), json_values)
def test_parsing_takes_any_json(entries: list[object], value: object) -> None:
    """Whatever stands in an answer, parsing gives acts and problems and never an exception."""
    for acts, problems in (
        parse_comments(entries, source="github", target=POST),
        parse_comments(map(as_node, entries), source="github", target=POST),
        parse_given(entries, source="github", me="ada"),
    ):
        assert len(acts) + len(problems) <= len(entries)
    assert likes_of(value) == 0


FIELDS = sorted({*comment(FIRST), *under("issues"), *under("discussions"), "state", "comments"})


@given(st.sampled_from(FIELDS), json_values, st.sampled_from(["issues", "discussions", "pull"]))
def test_one_odd_field_is_no_crash(field: str, value: object, kind: str) -> None:
    """A comment with one field of another type is taken, left out or a problem, and is sound where it is taken."""
    node = {**comment(FIRST, **under(kind)), field: value}
    acts, problems = parse_given([node], source="github", me="ada")
    assert len(acts) + len(problems) <= 1
    assert all(act.id and act.target for act in acts)
    acts, _ = parse_comments([node], source="github", target=POST)
    assert all(act.id and act.target == POST for act in acts)
