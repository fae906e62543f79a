"""Which post an address means: every spelling reaches its post, look-alikes stay apart, and the rule is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from conversation.posts import Post
from conversation.spellings import STEPS, TRACKING, TRACKING_FAMILIES, differences, read, without_tracking
from conversation.urls import RULES, Match, Matcher
from making import post

steady = settings(deadline=None, derandomize=True)

SITE = "https://kindnesses.example"
FORMER = "http://ada-marlow.example/blog"
ROOT = Path(__file__).parents[1]


def kind(name: str, **more: Any) -> Post:  # noqa: ANN401 - any field of Post
    """A post of the sample site."""
    return Post(**({"url": f"{SITE}/{name}", "title": name, "path": f"{name}.md"} | more))


POSTS = (
    kind("x.html", aliases=("/2019/old.html", "older/", "https://elsewhere.example/@ada/x", "/?p=12")),
    kind("folder/"),
    kind("bare"),
    kind("Coop%C3%A9ration.html"),
    kind("x-de.html", lang="de", original=f"{SITE}/x.html"),
    kind("drafts/idea.html", status="draft"),
    kind("pages/quiet.html", status="hidden", content="page"),
    kind("item?id=1"),
    kind("item?id=2"),
    kind("two.html"),
    kind("two/"),
)


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    """The sample site with one former address."""
    return Matcher(POSTS, (SITE + "/", FORMER))


@pytest.mark.parametrize(
    ("target", "path", "rule"),
    [
        ("https://kindnesses.example/x.html", "x.html", "exact"),
        (" https://kindnesses.example/x.html\n", "x.html", "exact"),
        ("http://kindnesses.example/x.html", "x.html", "scheme"),
        ("HTTPS://kindnesses.example/x.html", "x.html", "scheme"),
        ("//kindnesses.example/x.html", "x.html", "scheme"),
        ("/x.html", "x.html", "relative"),
        ("https://ada@kindnesses.example/x.html", "x.html", "credentials"),
        ("https://Kindnesses.Example/x.html", "x.html", "host-case"),
        ("https://kindnesses.example./x.html", "x.html", "host-dot"),
        ("https://www.kindnesses.example/x.html", "x.html", "www"),
        ("https://kindnesses.example:443/x.html", "x.html", "port"),
        ("http://kindnesses.example:80/x.html", "x.html", "scheme+port"),
        ("https://kindnesses.example:/x.html", "x.html", "port"),
        ("https://kindnesses.example/%78.html", "x.html", "percent-encoding"),
        ("https://kindnesses.example/Coop%c3%a9ration.html", "Coop%C3%A9ration.html", "percent-encoding"),
        ("https://kindnesses.example/Coopération.html", "Coop%C3%A9ration.html", "percent-encoding"),
        ("https://kindnesses.example/Coope%CC%81ration.html", "Coop%C3%A9ration.html", "unicode-form"),
        ("https://kindnesses.example/a/../x.html", "x.html", "dot-segments"),
        ("https://kindnesses.example/./x.html", "x.html", "dot-segments"),
        ("https://kindnesses.example//x.html", "x.html", "double-slash"),
        ("https://kindnesses.example/folder/index.html", "folder/", "index.html"),
        ("https://kindnesses.example/folder/index.html/", "folder/", "index.html"),
        ("https://kindnesses.example/folder//index.html", "folder/", "double-slash+index.html"),
        ("https://kindnesses.example/folder", "folder/", "trailing-slash"),
        ("https://kindnesses.example/x.html/", "x.html", "trailing-slash"),
        ("https://kindnesses.example/x", "x.html", "extension"),
        ("https://kindnesses.example/bare.html", "bare", "extension"),
        ("https://kindnesses.example/folder.htm", "folder/", "trailing-slash+extension"),
        ("https://kindnesses.example/X.HTML", "x.html", "letter-case"),
        ("https://kindnesses.example/coop%C3%89ration.html", "Coop%C3%A9ration.html", "letter-case"),
        ("https://kindnesses.example/X", "x.html", "extension+letter-case"),
        ("https://kindnesses.example/x.html?utm_source=a&fbclid=b", "x.html", "tracking-parameters"),
        ("https://kindnesses.example/x.html?utm_source=a&amp;utm_medium=b", "x.html", "tracking-parameters"),
        ("https://kindnesses.example/x.html?ck_subscriber_id=12", "x.html", "tracking-parameters"),
        ("https://kindnesses.example/x.html?", "x.html", "tracking-parameters"),
        ("https://kindnesses.example/x.html#top", "x.html", "fragment"),
        ("https://kindnesses.example/item?id=2", "item?id=2", "exact"),
        ("http://kindnesses.example/item?id=2&utm_source=a", "item?id=2", "scheme+tracking-parameters"),
        ("http://ada-marlow.example/blog/x.html", "x.html", "former-address"),
        ("https://ada-marlow.example/blog//x.html", "x.html", "former-address+scheme+double-slash"),
        ("http://www.ada-marlow.example/blog/x", "x.html", "former-address+www+extension"),
        ("https://kindnesses.example/2019/old.html", "x.html", "alias"),
        ("https://kindnesses.example/older", "x.html", "alias+trailing-slash"),
        ("https://elsewhere.example/@ada/x?ref=a", "x.html", "alias+tracking-parameters"),
        ("https://kindnesses.example/?p=12", "x.html", "alias"),
        ("http://ada-marlow.example/blog/2019/old.html", "x.html", "former-address+alias"),
        ("http://kindnesses.example/x.html/#top", "x.html", "scheme+trailing-slash+fragment"),
        ("https://kindnesses.example/x-de.html", "x-de.html", "exact"),
        ("https://kindnesses.example/drafts/idea.html", "drafts/idea.html", "exact"),
        ("https://kindnesses.example/pages/quiet.html#a", "pages/quiet.html", "fragment"),
        ("https://kindnesses.example/two.html", "two.html", "exact"),
        ("http://kindnesses.example/two", "two/", "scheme+trailing-slash"),
    ],
)
def test_a_spelling_reaches_its_post_and_tells_the_rule(matcher: Matcher, target: str, path: str, rule: str) -> None:
    """Each difference that users meet is overlooked, alone and in company, and named."""
    match = matcher.match(target)
    assert match.post is not None
    assert (match.post.url, match.rule, match.on_site) == (f"{SITE}/{path}", rule, True)


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("https://kindnesses.example", "home page"),
        ("http://www.kindnesses.example/index.html?utm_source=a#b", "home page"),
        ("http://ada-marlow.example/blog/", "home page"),
        ("https://kindnesses.example/tag/kindness.html", "list page (/tag/kindness.html)"),
        ("https://kindnesses.example/category/a/", "list page (/category/a/)"),
        ("http://ada-marlow.example/blog/index2.html", "list page (/blog/index2.html)"),
        ("https://kindnesses.example/archives.html", "list page (/archives.html)"),
        ("https://kindnesses.example/2019/05/", "list page (/2019/05/)"),
        ("https://kindnesses.example/none.html", "no such page (/none.html)"),
        ("https://kindnesses.example/?p=3", "no such page (/?p=3)"),
        ("https://kindnesses.example/xx.html", "no such page (/xx.html)"),
        ("https://kindnesses.example/\x1b[31m", "no such page (/%1B[31m)"),
        ("https://kindnesses.example/TWO.HTM", "several pages (/TWO.HTM): more than one post"),
        ("https://kindnesses.example/x.html?p=3", "no such page (/x.html?p=3): it would be a post without"),
        ("https://kindnesses.example/item?id=3", "no such page (/item?id=3)"),
        ("https://kindnesses.example/item", "no such page (/item)"),
    ],
)
def test_pages_that_are_no_posts_are_told_apart(matcher: Matcher, target: str, reason: str) -> None:
    """`status` can say what people answered to instead of a post, so that nothing is lost silently."""
    match = matcher.match(target)
    assert (match.post, match.rule, match.on_site) == (None, "", True)
    assert match.reason.startswith(reason)


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("https://other.example/x.html", "another site (other.example)"),
        ("https://kindnesses.example.evil.example/x.html", "another site (kindnesses.example.evil.example)"),
        ("https://kindnesses.example@evil.example/x.html", "another site (evil.example)"),
        ("https://kindnesses.example:8000/x.html", "another site (kindnesses.example)"),
        ("http://ada-marlow.example/blogger/x.html", "another site (ada-marlow.example, outside /blog)"),
        ("http://ada-marlow.example/x.html", "another site (ada-marlow.example, outside /blog)"),
        ("", "not an address"),
        ("x.html", "not an address"),
        ("http://[", "not an address"),
        ("bttp://kindnesses.example/x.html", "not an address"),
        ("https:kindnesses.example/x.html", "not an address"),
        ("mailto:ada@kindnesses.example", "not an address"),
        ("https://kindnesses.example/" + "a" * 9000, "not an address"),
    ],
)
def test_what_is_not_the_sites_is_told_apart(matcher: Matcher, target: str, reason: str) -> None:
    """Another host, a neighbour of the former blog and mere text never reach a post."""
    assert matcher.match(target) == Match(None, "", "", reason, on_site=False)


def test_the_fragment_is_kept(matcher: Matcher) -> None:
    """A reply to a footnote stays with it, whether a post is found or not."""
    assert matcher.match(f"{SITE}/x.html#fn:1").fragment == "fn:1"
    assert matcher.match(f"{SITE}/none.html#fn:1").fragment == "fn:1"


def test_reasons_are_sentences_for_people(matcher: Matcher) -> None:
    """`explain` says why in words."""
    assert matcher.match(f"{SITE}/x.html").reason == "This is the address of the post."
    assert matcher.match("http://ada-marlow.example/blog/older").reason == (
        'This is the alias "older/" of the post, at a former address of the site, apart from a slash at the end.'
    )


def test_a_site_with_a_path_owns_nothing_beside_it() -> None:
    """Under https://e.example/blog/ there is no https://e.example/blogger; aliases start at the site or the host."""
    a = post("a/", url="https://e.example/blog/a/", aliases=("/b", "/blog/c"))
    matcher = Matcher([a], ["https://e.example/blog/", "https://e.example"])
    assert matcher.match("https://e.example/blogger/a/").reason == "no such page (/blogger/a/)"
    assert matcher.match("https://e.example/blog").reason == "home page"
    assert matcher.match("https://e.example/a").rule == "former-address+trailing-slash"
    assert matcher.match("/blog/a").rule == "relative+trailing-slash"
    assert matcher.match("/a/").rule == "former-address+relative"
    assert [matcher.match(f"https://e.example/blog/{name}").rule for name in ("b", "c", "blog/c")] == ["alias"] * 3
    neighbour = Matcher([a], ["https://e.example/blog"])
    assert neighbour.match("/a/").rule == "relative"
    assert neighbour.match("https://e.example/blogger/a/").reason == "another site (e.example, outside /blog)"


def test_a_post_in_the_former_folder_is_found_there() -> None:
    """When the blog moved from /blog to the root, a post that is really under /blog/ now is not taken for another."""
    matcher = Matcher([kind("blog/a"), kind("a")], [SITE, f"{SITE}/blog"])
    assert matcher.match(f"{SITE}/blog/a").post == kind("blog/a")
    assert matcher.match(f"{SITE}/blog/blog/a").post == kind("blog/a")


def test_a_site_without_an_address_matches_by_path() -> None:
    """Where no address of the site is known, posts are still found by their paths."""
    matcher = Matcher([post("a.html", url="/a.html")], [])
    assert matcher.match("/a.html").rule == "exact"
    assert matcher.match("/a").rule == "relative+extension"
    assert matcher.match("https://e.example/a.html").reason == "another site (e.example)"


def test_an_own_address_goes_before_an_alias() -> None:
    """An alias cannot take another post's conversation, and the blogger hears of it."""
    matcher = Matcher([kind("a"), kind("b", aliases=("/a", "/c", "javascript:x")), kind("d", aliases=("c",))], [SITE])
    assert matcher.match(f"{SITE}/a").post == kind("a")
    assert [str(problem) for problem in matcher.conflicts] == [
        'b.md: alias "/a" is the address of "a.md" too, which keeps it; remove one of them',
        'b.md: alias "javascript:x" is neither a path nor an http address',
        'd.md: alias "c" is an alias of "b.md" too, which keeps it; remove one of them',
    ]


def test_a_published_post_goes_before_a_draft() -> None:
    """A draft with the same address or alias as a published post does not take its conversation."""
    draft = kind("a", status="draft", path="0.md", aliases=("/old",))
    public = kind("a/", path="9.md", aliases=("/old",))
    matcher = Matcher([draft, public], [SITE])
    assert matcher.match(f"{SITE}/old").post == public
    assert matcher.match(f"http://{SITE.removeprefix('https://')}/a").post == public
    assert matcher.match(f"{SITE}/a").post == draft
    assert [problem.where for problem in matcher.conflicts] == ["0.md", "0.md"]


def test_a_post_without_an_address_is_told() -> None:
    """A site whose posts have no absolute address hears what to set."""
    assert str(Matcher([post("a", url="a.html")], []).conflicts[0]) == 'a.md: "a.html" is not an address; set SITEURL'


# --- Any variant of any post -----------------------------------------------------------------------------------------


class Address(NamedTuple):
    """An address in the parts that the variants change."""

    scheme: str
    host: str
    path: str
    query: str = ""
    fragment: str = ""

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}{self.path}{self.query}{self.fragment}"


Variant = Callable[[Address], Address]

UNICODE_SITE, PUNYCODE_SITE = "bücher.example", "xn--bcher-kva.example"


def doubled(address: Address) -> Address:
    """One slash more where there was one."""
    return address._replace(path=address.path.replace("/", "//", 1))


def escaped(address: Address) -> Address:
    """Every letter as an escape, in lower case."""
    return address._replace(
        path="".join(f"%{ord(c):02x}" if c.isalpha() and c.isascii() else c for c in unescaped(address).path)
    )


def unescaped(address: Address) -> Address:
    """No escapes at all: people copy addresses out of the address bar."""
    return address._replace(path=unquote(address.path))


def slashed(address: Address) -> Address:
    """A slash at the end, or none where there was one."""
    path = address.path
    return address._replace(path=path.rstrip("/") if path.endswith("/") and path.strip("/") else f"{path}/")


VARIANTS: dict[str, Variant] = {
    "scheme": lambda a: a._replace(scheme="http" if a.scheme == "https" else "https"),
    "upper scheme": lambda a: a._replace(scheme=a.scheme.upper()),
    "host-case": lambda a: a._replace(host=a.host.upper()),
    "www": lambda a: a._replace(host=a.host if a.host.lower().startswith("www.") else f"www.{a.host}"),
    "port": lambda a: a._replace(host=a.host if a.host.endswith(":443") else f"{a.host}:443"),
    "punycode": lambda a: a._replace(host=a.host.lower().replace(UNICODE_SITE, PUNYCODE_SITE)),
    "trailing-slash": slashed,
    "index.html": lambda a: a._replace(path=f"{a.path.rstrip('/')}/index.html") if a.path.endswith("/") else a,
    "double-slash": doubled,
    "escapes": escaped,
    "no escapes": unescaped,
    "dots": lambda a: a._replace(path=f"/away/..{a.path}"),
    "fragment": lambda a: a._replace(fragment="#fn:1"),
    "tracking": lambda a: a._replace(query=f"{a.query or '?'}&utm_source=feed&fbclid=1"),
    "subscriber": lambda a: a._replace(query=f"{a.query or '?'}&__s=abc"),
}

slugs = st.text(st.sampled_from("abcxyzABC019-éüß日"), min_size=1, max_size=6).filter(
    lambda slug: slug.strip("-") == slug
)
shapes = st.sampled_from(["{}.html", "{}/", "{}", "2019/{}.html", "blog/{}/"])
post_paths = st.lists(
    st.tuples(slugs, shapes).map(lambda pair: pair[1].format(pair[0])),
    min_size=1,
    max_size=6,
    unique_by=lambda path: path.removesuffix(".html").rstrip("/").casefold(),
)
compositions = st.lists(st.sampled_from(sorted(VARIANTS)), max_size=5, unique=True)
origins = st.sampled_from(["present", "former", "alias", "alias at the former site"])


def blog(paths: list[str]) -> list[Post]:
    """A blog at an international address, as Pelican writes its URLs; each post has one alias."""
    return [
        post(path, url=f"https://{UNICODE_SITE}/{quote(path)}", aliases=(f"/former-{number}/",))
        for number, path in enumerate(paths)
    ]


@steady
@given(paths=post_paths, number=st.integers(0, 5), names=compositions, origin=origins)
@example(
    paths=["é/"], number=0, names=["index.html", "double-slash", "escapes", "tracking", "fragment"], origin="former"
)
def test_every_variant_of_an_address_reaches_its_post(
    paths: list[str], number: int, names: list[str], origin: str
) -> None:
    """Scheme, port, slashes, index.html, escapes, IDN, fragment, tracking, former site, alias: in any composition."""
    number %= len(paths)
    posts = blog(paths)
    path = f"former-{number}/" if origin.startswith("alias") else quote(paths[number])
    address = Address("https", UNICODE_SITE, f"/{path}")
    if "former" in origin.removeprefix("former-"):
        address = Address("http", "ada-marlow.example", f"/blog/{path}")
    for name in names:
        address = VARIANTS[name](address)
    match = Matcher(posts, (f"https://{UNICODE_SITE}", FORMER)).match(str(address))
    assert match.post == posts[number], str(address)
    assert set(match.rule.split("+")) <= set(RULES)
    assert ("alias" in match.rule.split("+")) == origin.startswith("alias")


@steady
@given(paths=post_paths, number=st.integers(0, 5), names=compositions, more=st.sampled_from(["x", "-2", "é", "/x"]))
def test_a_longer_path_is_another_page(paths: list[str], number: int, names: list[str], more: str) -> None:
    """`/slug-2/` is not `/slug/`, however it is spelled."""
    number %= len(paths)
    stem = paths[number].removesuffix(".html").rstrip("/")
    address = Address("https", UNICODE_SITE, f"/{quote(stem + more, safe='/%')}")
    for name in names:
        address = VARIANTS[name](address)
    assert Matcher(blog(paths), (f"https://{UNICODE_SITE}",)).match(str(address)).post != blog(paths)[number]


@steady
@given(
    paths=post_paths, name=st.sampled_from(["id", "p", "q", "lang", "source", "page", "utm", "refresh"]), value=slugs
)
def test_a_meaningful_query_stays(paths: list[str], name: str, value: str) -> None:
    """A parameter that may choose a page is never set aside, with tracking beside it or without."""
    posts = blog(paths)
    matcher = Matcher(posts, (f"https://{UNICODE_SITE}",))
    for query in (f"?{name}={value}", f"?utm_source=x&{name}={value}&ref=y"):
        assert matcher.match(f"{posts[0].url}{query}").post is None


@steady
@given(
    paths=post_paths,
    order=st.randoms(use_true_random=False),
    target=st.sampled_from(["", "x", "/", "/index.html", "?ref=a"]),
)
def test_matching_does_not_depend_on_the_order_of_posts(paths: list[str], order: object, target: str) -> None:
    """The same posts give the same matches and the same conflicts however Pelican lists them."""
    posts = [*blog(paths), *(post(f"copy of {p.path}", url=f"{p.url}/", aliases=("/former-0",)) for p in blog(paths))]
    shuffled = list(posts)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = Matcher(posts, [f"https://{UNICODE_SITE}"]), Matcher(shuffled, [f"https://{UNICODE_SITE}"])
    targets = [f"{p.url}{target}" for p in posts] + [f"https://{UNICODE_SITE}/former-0/"]
    assert [one.match(t) for t in targets] == [other.match(t) for t in targets]
    assert one.conflicts == other.conflicts


@steady
@given(
    st.text(max_size=60)
    | st.lists(
        st.sampled_from(
            ["https://", "kindnesses.example", "/", "//", "..", "%", "%C3", "?", "&", "#", "[", "@", ":", "\ud800"]
        )
    )
    .map("".join)
    .map(lambda text: text[:100])
)
def test_no_target_makes_matching_fail(target: str) -> None:
    """Whatever text comes as target or as an alias, matching answers, twice the same, and says why."""
    matcher = Matcher([*POSTS, kind("odd", aliases=(target,))], (SITE, FORMER, target))
    match = matcher.match(target)
    assert match == matcher.match(target)
    assert match.reason
    assert (match.post is None) == (not match.rule)


@steady
@given(one=st.sampled_from([str(VARIANTS[v](Address("https", UNICODE_SITE, "/é/a/"))) for v in VARIANTS]))
def test_differences_name_only_what_is_needed(one: str) -> None:
    """Two spellings differ by the steps without which they would not be equal; the same spelling by none."""
    base, form = read(f"https://{UNICODE_SITE}/é/a/"), read(one)
    assert base is not None
    assert form is not None
    assume(form != base)
    assert 0 < len(differences(form, base)) <= 2
    assert differences(form, form) == []


def test_tracking_parameters_leave_the_others_in_their_order() -> None:
    """What is left of a query is spelled as it was."""
    assert without_tracking("?b=2&utm_source=x&a=1&&UTM_Medium=y") == "?b=2&a=1"
    assert without_tracking("?fbclid=1") == ""
    assert without_tracking("") == ""


def test_every_step_is_a_rule_and_every_rule_is_documented() -> None:
    """The manual names each rule and each tracking parameter that the code knows."""
    manual = (ROOT / "docs/matching.md").read_text("utf-8")
    assert {name for steps in STEPS.values() for name, _ in steps} <= set(RULES)
    for name, what in RULES.items():
        assert f"| `{name}` | {what} |" in manual
    for name in (*TRACKING, *(f"{family}*" for family in TRACKING_FAMILIES)):
        assert f"`{name}`" in manual
