"""Pictures of the parts of a page, for docs/themes.md: `PYTHONPATH=plugins python tests/pictures_of_parts.py`."""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

from msgspec import structs
from pelican import Pelican
from pelican.settings import read_settings
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, sync_playwright

from blog import ROOT
from browser import ARGUMENTS
from conversation.threads import Conversation, Counts, Gave, Join, Number, Part, Stale
from talk import ENV, conversation, people, said, sidebar

#: Part, and what of the page is shown of it.
PARTS = {
    "sidebar": ".conversation",
    "heading": ".conversation-heading",
    "counts": ".conversation-counts",
    "parts": ".conversation-parts",
    "thread": ".conversation-thread",
    "comment": ".conversation-comment",
    "author": ".conversation-comment .p-author",
    "face": ".conversation-face",
    "when": ".conversation-comment .conversation-when",
    "folded": ".conversation-comment .conversation-fold",
    "mentions": ".conversation-margin .conversation-part",
    "mention": ".conversation-mention",
    "facepile": ".conversation-pile",
    "stale": ".conversation-stale",
    "join": ".conversation-join",
    "webmention_form": ".conversation-join .conversation-fold",
    "gave": ".conversation-gave",
}
#: Parts on whole pages of the sample blog: page, and what of it is shown.
ON_PAGES = {
    "conversations/index.html": {
        "conversations_body": ".conversations",
        "remark": ".conversations-remark",
        "most_talked": ".conversations-list",
    },
    "index.html": {"latest": "#latest .conversations-list", "summary": "#summary .conversations-list"},
    "giving-receiving/index.html": {
        "ledger_help": ".giving-offer",
        **{
            f"ledger_{part}": f"section[aria-labelledby=giving-{heading}]"
            for part, heading in (
                ("given", "year"),
                ("channels", "channels"),
                ("months", "by-months"),
                ("talk", "by-talk"),
                ("answering", "by-answering"),
                ("both", "by-both"),
                ("milestones", "by-milestones"),
                ("days", "by-days"),
                ("props", "to"),
                ("counted", "counted"),
            )
        },
    },
}
COLOURS, MARGIN = 48, 3
#: Faces that the site keeps, by file name: the ground, and who stands before it.
FACES = {
    "noor.png": ("#e8c9a0", "#2f5d62", "#8d5a3b"),
    "mei.png": ("#cfe0d8", "#8a2f4f", "#e3b48d"),
    "wren.png": ("#d9d3ea", "#3c5a2a", "#c98e66"),
}
#: No picture is higher than this; in a manual the beginning of a long part is enough.
HIGHEST = 640


def portrait(ground: str, coat: str, skin: str) -> Image.Image:
    """A head and shoulders, as small as the site keeps faces."""
    face = Image.new("RGB", (192, 192), ground)
    pen = ImageDraw.Draw(face)
    pen.ellipse((26, 128, 166, 300), fill=coat)
    pen.ellipse((60, 40, 132, 140), fill=skin)
    return face.resize((96, 96), Image.Resampling.LANCZOS)


def lively() -> Conversation:
    """A conversation that has everything, in two parts."""
    answer = said("Ada Marlow", "<p>You are the whole month. May I quote you?</p>", own=True)
    names = (
        "Chidi Eze",
        "Mei Lin",
        "Sora Kim",
        "Delphine Roy",
        "Anselm",
        "Lucas Ferreira",
        "Wren",
        "Zofia Mazur",
        "Rune",
    )
    faces = {"Mei Lin": "mei.png", "Wren": "wren.png"}
    initials = ("CE", "ML", "SK", "DR", "A", "LF", "W", "ZM", "R")
    likes = tuple(
        structs.replace(one, name=name, initials=letters, picture=faces.get(name, ""))
        for one, name, letters in zip(people(9, "like"), names, initials, strict=True)
    )
    numbers = (Number("comments", 3, 2), Number("mentions", 2, 2), Number("likes", 12, 9))
    talk = conversation(
        counts=Counts(comments=3, mentions=2, likes=12),
        numbers=numbers,
        comments=(
            said(
                "Noor Haddad",
                "<p>I had the same week: the graph went down and I stopped writing.</p>",
                answer,
                picture="noor.png",
            ),
            said("Luz Ortega", "<p>It was the baker.</p>", warning="how the story ends", dated=False),
        ),
        mentions=(
            said(
                "Quiet Weekly",
                "<p>An inventory of small gifts.</p>",
                kind="mention",
                title="No. 18",
                place="quiet.example",
            ),
            said("Bo", kind="rsvp", rsvp="yes"),
        ),
        likes=likes,
        join=(Join("on Mastodon", "https://social.example/1"), Join("by mail", "mailto:ada@kindnesses.example")),
        gave=(Gave("https://noor.example/", "Thank-you notes", "noor.example"),),
        stale=(Stale("Disqus", datetime(2026, 11, 19, tzinfo=UTC)),),
    )
    return structs.replace(talk, parts=(talk.here, Part(number=1, path="a"), Part(number=2, path="b")))


def pages() -> dict[str, str]:
    """The pages on which the parts are seen, by the part that each is made for; "" for all others."""
    talk, context = lively(), {"conversation_endpoint": "https://webmention.example/", "SITEURL": "."}
    further = structs.replace(talk.here, number=2, comments=talk.comments[:1], mentions=(), likes=())
    post = SimpleNamespace(title="You get what you give", url="a.html", lang="en")
    return {
        "": sidebar(talk, **context),
        "quiet": sidebar(conversation(join=talk.join)),
        "further_body": ENV.get_template("conversation/further_body.html").render(
            conversation=talk, conversation_part=further, content=post, SITEURL="."
        ),
    }


def take(browser: Browser, folder: Path, html: str, selectors: dict[str, str]) -> None:
    """Writes a picture of each selector's first element on a page with this HTML."""
    sheets = ("plugins/conversation/static/conversation.css", "themes/commons/static/css/commons.css")
    links = "".join(f'<link rel="stylesheet" href="{(ROOT / sheet).as_uri()}">' for sheet in sheets)
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "page.html"
        for name, colours in FACES.items():
            portrait(*colours).save(file.with_name(name))
        body = f'<body style="padding: 1.5rem"><main style="width: 34rem">{html}</main></body>'
        file.write_text(f'<!doctype html><html lang="en"><meta charset="utf-8">{links}{body}</html>', encoding="utf-8")
        page = browser.new_page(viewport={"width": 620, "height": 900}, color_scheme="light")
        page.goto(file.as_uri())
        page.evaluate("document.querySelectorAll('.conversation-join details').forEach(one => one.open = true)")
        for name, selector in selectors.items():
            shoot(page, selector, folder / f"{name}.png")
        page.close()


def shoot(page: Page, selector: str, file: Path) -> None:
    """Writes a picture of the first element that a selector finds."""
    around = page.locator(selector).first.bounding_box()
    assert around
    edges = {"x": max(around["x"] - MARGIN, 0), "y": max(around["y"] - MARGIN, 0)}
    size = {"width": around["width"] + 2 * MARGIN, "height": min(around["height"] + 2 * MARGIN, HIGHEST)}
    picture = Image.open(io.BytesIO(page.screenshot(full_page=True, clip={**edges, **size})))
    picture.convert("RGB").quantize(COLOURS).save(file, optimize=True)


def take_from_site(browser: Browser, folder: Path) -> None:
    """Pictures of the parts on whole pages: the sample blog, with the parts for any page on its first one."""
    with tempfile.TemporaryDirectory() as place:
        site = Path(place)
        for name in ("content", "themes"):
            shutil.copytree(ROOT / name, site / name)
        shutil.copy(ROOT / "pelicanconf.py", site)
        (site / "plugins").symlink_to(ROOT / "plugins")
        first = site / "themes" / "commons" / "templates" / "index.html"
        parts = "".join(
            f'<div id="{part}" style="width: 20rem">{{% include "conversation/{part}.html" %}}</div>'
            for part in ("latest", "summary")
        )
        sheet = '<link rel="stylesheet" href="{{ SITEURL }}/{{ THEME_STATIC_DIR }}/conversations.css">'
        first.write_text(
            first.read_text("utf-8").replace('<div class="h-feed">', f'{sheet}{parts}<div class="h-feed">'), "utf-8"
        )
        Pelican(read_settings(str(site / "pelicanconf.py"))).run()
        page = browser.new_page(viewport={"width": 720, "height": 900}, color_scheme="light")
        for path, selectors in ON_PAGES.items():
            page.goto((site / "output" / path).as_uri())
            for name, selector in selectors.items():
                shoot(page, selector, folder / f"{name}.png")
        page.close()


def main() -> None:
    """Writes docs/pictures/parts/*.png."""
    folder = ROOT / "docs" / "pictures" / "parts"
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        shown = {"": PARTS, "quiet": {"quiet": ".conversation-head"}, "further_body": {"further_body": "main"}}
        for name, html in pages().items():
            take(browser, folder, html, shown[name])
        take_from_site(browser, folder)
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
