"""Pictures of people: what is made of what a stranger sends, which are due, and which files they are."""

from __future__ import annotations

import re
import struct
import zlib
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import structs
from PIL import Image

from conversation.acts import Person
from conversation.pictures import Album, NoPicture, album_of, shrink
from conversation.pictures.album import FOLDER
from conversation.pictures.refreshing import due
from conversation.pictures.shrinking import MAX_SCANS, SIDE
from conversation.sources import Batch
from conversation.store import Store
from faces import drawn, known, opened
from making import act
from stores import NOW, pull

FORMATS = ["PNG", "JPEG", "WEBP", "GIF"]
#: Red, green, blue, white: upper left, upper right, lower left, lower right.
CORNERS = [(255, 0, 0), (0, 128, 0), (0, 0, 255), (255, 255, 255)]


def quarters(width: int = 200, height: int = 200) -> Image.Image:
    """A picture whose four quarters differ."""
    image = Image.new("RGB", (width, height))
    for place, colour in enumerate(CORNERS):
        x, y = (place % 2) * width // 2, place // 2 * height // 2
        image.paste(colour, (x, y, x + width // 2, y + height // 2))
    return image


def corners(data: bytes) -> list[tuple[int, int, int]]:
    """The colours that a kept picture has in its quarters, each as the nearest of `CORNERS`."""
    image = opened(data).convert("RGB")
    found = []
    for place in range(4):
        seen = image.getpixel((SIDE // 4 + SIDE // 2 * (place % 2), SIDE // 4 + SIDE // 2 * (place // 2)))
        assert isinstance(seen, tuple)
        found.append(min(CORNERS, key=lambda one: sum(abs(a - b) for a, b in zip(one, seen, strict=True))))
    return found


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("size", [(16, 16), (96, 96), (400, 300), (300, 401), (1500, 1500)])
def test_every_usual_picture_becomes_a_small_square(kind: str, size: tuple[int, int]) -> None:
    """Whatever its format and size, a face ends as a WebP of one size and about two kilobytes, the right way up."""
    small = shrink(drawn(image=quarters(*size), format=kind))
    assert opened(small).size == (SIDE, SIDE)
    assert len(small) < 3000
    assert corners(small) == CORNERS


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "RGBA", "CMYK"])
def test_every_kind_of_colour_is_kept(mode: str) -> None:
    """Grey, palette, 16 bit and print colours come out as they look, and not black or white."""
    ramp = Image.linear_gradient("L").resize((64, 64))
    image = ramp.convert("I").point(lambda value: value * 256).convert("I;16") if mode == "I;16" else ramp.convert(mode)
    small = opened(shrink(drawn(image=image, format="JPEG" if mode == "CMYK" else "PNG")))
    top, bottom = (small.convert("L").getpixel((48, y)) for y in (2, SIDE - 3))
    assert isinstance(top, int)
    assert isinstance(bottom, int)
    assert top < 30
    assert bottom > 225


def test_a_picture_is_cut_from_its_middle() -> None:
    """A face in a wide or tall photograph stays where it is looked for."""
    for width, height in ((600, 200), (200, 600)):
        image = Image.new("RGB", (width, height), "black")
        image.paste("white", ((width - 200) // 2, (height - 200) // 2, (width + 200) // 2, (height + 200) // 2))
        small = opened(shrink(drawn(image=image))).convert("L")
        assert min(small.tobytes()) > 200
        assert min(small.crop((3, 3, SIDE - 3, SIDE - 3)).tobytes()) > 250


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(10))
def test_a_picture_is_turned_upright_and_tells_nothing_else(orientation: int, kind: str) -> None:
    """A telephone's photograph is not shown lying on its side, and where it was taken stays with who took it."""
    # What undoes what the camera meant; the two quarter turns undo each other.
    names = {2: "FLIP_LEFT_RIGHT", 3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM", 5: "TRANSPOSE", 6: "ROTATE_90",
             7: "TRANSVERSE", 8: "ROTATE_270"}  # fmt: skip
    name = names.get(orientation)
    lying = quarters().transpose(Image.Transpose[name]) if name else quarters()
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = orientation, "at home"
    small = shrink(drawn(image=lying, format=kind, exif=exif))
    assert corners(small) == CORNERS
    assert b"at home" not in small
    assert b"EXIF" not in small


def test_only_the_picture_itself_is_kept() -> None:
    """Comments, profiles and hidden words of the file never reach the site."""
    small = shrink(drawn(format="JPEG", comment=b"secret", icc_profile=b"secret" * 50, xmp=b"<x>secret</x>"))
    assert b"secret" not in small
    assert shrink(drawn(format="JPEG")) == small


def test_transparency_stays() -> None:
    """A logo without a ground shows the page behind it, and a picture without holes pays nothing for them."""
    logo = Image.new("RGBA", (200, 200))
    logo.paste((200, 0, 0, 255), (50, 50, 150, 150))
    small = opened(shrink(drawn(image=logo)))
    assert small.getpixel((2, 2))[3] == 0  # type: ignore[index] # of RGBA it is a tuple
    assert small.getpixel((48, 48))[3] == 255  # type: ignore[index]
    assert shrink(drawn((0, 90, 90, 255), mode="RGBA")) == shrink(drawn((0, 90, 90)))


def test_of_a_moving_picture_the_first_frame_is_kept() -> None:
    """Nothing on a page of words moves; and a flood of frames is not even read."""
    frames = [Image.new("RGB", (100, 100), (n, 0, 255 - n)) for n in range(1, 200)]
    first = opened(shrink(drawn("blue"))).convert("RGB").getpixel((48, 48))
    for kind in ("GIF", "WEBP", "PNG"):
        moving = drawn(image=frames[0], format=kind, save_all=True, append_images=frames[1:])
        seen = opened(shrink(moving)).convert("RGB").getpixel((48, 48))
        assert isinstance(first, tuple)
        assert isinstance(seen, tuple)
        assert all(abs(a - b) < 12 for a, b in zip(first, seen, strict=True))


def png(width: int, height: int, body: bytes = b"") -> bytes:
    """A PNG that says it is so large; `body` is what it unpacks."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b"")


def scans(number: int) -> bytes:
    """A progressive JPEG that is drawn so often."""
    data = drawn(image=quarters(), format="JPEG", progressive=True)
    last, end = data.rfind(b"\xff\xda"), data.rfind(b"\xff\xd9")
    return data[:end] + data[last:end] * (number - data.count(b"\xff\xda")) + data[end:]


def as_exif(number: int) -> bytes:
    """EXIF whose every field claims all of it: read naively, gigabytes."""
    size = 60_000
    fields = b"".join(struct.pack("<HHII", tag, 7, size - 8, 8) for tag in range(1, number + 1))
    return (b"Exif\0\0II*\0" + struct.pack("<IH", 8, number) + fields).ljust(size + 6, b"\0")


HOSTILE = {
    "nothing": b"",
    "a page": b"<!doctype html><title>Not found</title>",
    "SVG": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "SVG with a PNG's name": b"\x89PNG\r\n\x1a\n<svg/>",
    "TIFF": drawn(format="TIFF"),
    "BMP": drawn(format="BMP"),
    "ICO": drawn(format="ICO"),
    "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n(x) run\n",
    "PDF": drawn(format="PDF"),
    "cut off": drawn(image=quarters(), format="JPEG")[:-300],
    "cut off early": drawn()[:40],
    "bomb of 64 GB": png(2**18, 2**18),
    "bomb of 4 GB": png(65_000, 65_000),
    "bomb that Pillow warns of": png(12_000, 12_000),
    "bomb within the sides": png(8192, 8192),
    "bomb of nothing": png(4096, 4096, bytes(1000)),
    "GIF bomb": b"GIF89a" + struct.pack("<HH", 65535, 65535) + b"\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\2\2\x4c\1\0;",
    "GIF frame outside": b"GIF89a" + struct.pack("<HH", 20, 20) + b"\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\2\2\x4c\1\0;",
    "WebP bomb": b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\xff\xff\xff\x0f\0\0\0\0\0\0\0\0\0",
    "a dot": drawn(size=(1, 1)),
    "a line": drawn(size=(8192, 8)),
    "too long": drawn(size=(9000, 16)),
    "no width": png(0, 100),
    "drawn for ever": scans(MAX_SCANS + 1),
    "nothing to be seen": drawn((0, 0, 0, 0), mode="RGBA"),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_face_is_refused(data: bytes) -> None:
    """Bombs, other types, broken and absurd files end in one clear error, and Pillow's own settings stay alone."""
    before = Image.MAX_IMAGE_PIXELS
    with pytest.raises(NoPicture):
        shrink(data)
    assert before == Image.MAX_IMAGE_PIXELS


@pytest.mark.parametrize(
    "data", [scans(MAX_SCANS), drawn(format="JPEG", exif=as_exif(4000)), drawn(format="WEBP", exif=as_exif(4000)[6:])],
    ids=["many scans", "EXIF of a JPEG", "EXIF of a WebP"],
)  # fmt: skip
def test_what_is_odd_but_harmless_is_taken(data: bytes) -> None:
    """A picture is not refused for what can be left aside, and nothing that Pillow finds odd is printed."""
    assert opened(shrink(data)).size == (SIDE, SIDE)


@settings(max_examples=300)
@given(
    whole=st.sampled_from([drawn(image=quarters(40, 30), format=kind) for kind in FORMATS]),
    edits=st.lists(st.tuples(st.integers(0, 10_000), st.binary(min_size=1, max_size=6)), max_size=8),
    end=st.integers(0, 10_000),
)
@example(whole=b"", edits=[], end=0)
def test_damaged_pictures_are_read_or_refused(whole: bytes, edits: list[tuple[int, bytes]], end: int) -> None:
    """Any picture with any bytes changed is a small picture or a clear refusal, the same each time."""
    data = bytearray(whole)
    for place, fresh in edits:
        start = place % max(1, len(data))
        data[start : start + len(fresh)] = fresh
    data = data[: max(20, end)]
    try:
        small = shrink(bytes(data))
    except NoPicture:
        return
    assert opened(small).size == (SIDE, SIDE)
    assert shrink(bytes(data)) == small


@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\0\0\0\0WEBP"]),
)
def test_any_bytes_are_refused_clearly(data: bytes, magic: bytes) -> None:
    """Nothing but the one error comes of bytes that only pretend to be a picture."""
    with pytest.raises(NoPicture):
        shrink(magic + data)


# --- Which are due ---------------------------------------------------------------------------------------------------


def face(number: int) -> str:
    return f"https://faces.example/{number}.jpg"


@pytest.mark.parametrize(
    ("outcome", "days"), [("image/webp", 60), ("none", 14), ("unreachable", 3)], ids=["taken", "none", "unreachable"]
)
def test_a_picture_is_looked_at_again_after_a_fixed_time(store: Store, outcome: str, days: int) -> None:
    """Nobody's server is asked at every build, and one that was down sooner than for a picture that is gone."""
    store.save_pictures([known(face(1), outcome)])
    period = timedelta(days=days)
    assert due(store, [face(1)], NOW + period - timedelta(seconds=1)) == []
    assert due(store, [face(1)], NOW + period) == [face(1)]
    assert due(store, [face(1)], NOW - period) == []


def test_who_is_asked_for_first(store: Store) -> None:
    """Faces never seen come before old ones, then whoever said most, then whoever spoke last; always in one order."""
    authors = {1: 1, 2: 3, 3: 3, 4: 1, 5: 9}
    told = [
        act(10 * who + n, author=Person(f"P{who}", f"https://p{who}.example/", face(who)))
        for who, times in authors.items()
        for n in range(times)
    ]
    pull(store, Batch(acts=tuple(one for one in told if "P4" not in one.author.name)))
    pull(store, Batch(acts=tuple(told)), NOW + timedelta(hours=1))
    store.save_pictures([known(face(5), "none")])
    expected = [face(2), face(3), face(4), face(1), face(5)]
    for wanted in (map(face, range(1, 6)), map(face, range(5, 0, -1))):
        assert due(store, [*wanted, "", "data:image/png;base64,AA==", "javascript:1"], NOW + timedelta(90)) == expected


# --- The store -------------------------------------------------------------------------------------------------------


def test_the_store_keeps_pictures_and_drops_those_of_nobody(store: Store) -> None:
    """What was fetched is not fetched again, and who is gone leaves no face behind."""
    store.save_pictures([known(face(1), image=b"one"), known(face(2), "none", b""), known(face(3), image=b"three")])
    store.save_pictures([known(face(3), "unreachable", b"three", tried=NOW + timedelta(1))])
    assert store.picture_number() == 2
    assert store.pictures([face(3), face(9), face(1)]) == [
        known(face(1), image=b"one"),
        known(face(3), "unreachable", b"three", tried=NOW + timedelta(1)),
    ]
    store.keep_pictures([face(2), face(3)])
    assert [one.url for one in store.whole().pictures] == [face(2), face(3)]


@pytest.mark.parametrize(
    "url", ["", "https://x.example/" + "a" * 2000, "https://x.example/\0", "https://x.example/\ud800"]
)
def test_an_address_that_cannot_be_kept_is_left_out(store: Store, url: str) -> None:
    """A picture is never kept under an address that is not quite its own."""
    store.save_pictures([known(url), known(face(1))])
    assert [one.url for one in store.whole().pictures] == [face(1)]


def test_of_two_stores_the_later_picture_stays(store: Store, tmp_path: Path) -> None:
    """Merging takes what is newer, and nothing of people of whom no act is known."""
    people = [act(n, author=Person(f"P{n}", f"https://p{n}.example/", face(n))) for n in (1, 2, 3)]
    pull(store, Batch(acts=tuple(people)))
    store.save_pictures([known(face(1), image=b"old"), known(face(2), image=b"new", tried=NOW + timedelta(1))])
    with Store.open("sqlite:///other.sqlite", tmp_path) as other:
        pull(other, Batch(acts=tuple(people)))
        other.save_pictures([known(face(n), image=b"theirs", tried=NOW + timedelta(hours=1)) for n in (1, 2, 3)])
        whole = other.whole()
    store.merge(structs.replace(whole, pictures=(*whole.pictures, known(face(7)))))
    kept = {one.url: one.image for one in store.whole().pictures}
    assert kept == {face(1): b"theirs", face(2): b"new", face(3): b"theirs"}


# --- The files -------------------------------------------------------------------------------------------------------


def test_people_with_the_same_picture_share_a_file(store: Store) -> None:
    """A picture is written once, named by its content; who has none has no path."""
    store.save_pictures([known(face(n), image=b"same") for n in (1, 2)] + [known(face(3), "none", b"")])
    album = album_of(store, [face(n) for n in range(1, 5)])
    ((name, image),) = album.files.items()
    assert re.fullmatch(r"[0-9a-f]{16}\.webp", name)
    assert image == b"same"
    assert album.paths == {face(1): f"{FOLDER}/{name}", face(2): f"{FOLDER}/{name}"}
    assert album_of(store, [face(2)]).files == album.files


def test_the_folder_holds_what_is_shown_and_nothing_else_is_touched(tmp_path: Path) -> None:
    """Files that nobody has any more go, damaged ones are mended, others' files stay, and nothing is written twice."""
    folder, (one, two) = tmp_path / FOLDER, ("0" * 16 + ".webp", "1" * 16 + ".webp")
    for path in (folder / "mine.webp", folder / ("2" * 16 + ".webp.txt"), folder.parent / two, tmp_path / two):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"mine")
    Album({}, {one: b"1", two: b"2"}).write(tmp_path)
    before = (folder / one).stat().st_mtime_ns
    (folder / two).write_bytes(b"damaged")
    Album({}, {one: b"1", two: b"2"}).write(tmp_path)
    assert (folder / two).read_bytes() == b"2"
    assert (folder / one).stat().st_mtime_ns == before
    Album({}, {two: b"2"}).write(tmp_path)
    assert sorted(path.name for path in folder.iterdir()) == [two, "2" * 16 + ".webp.txt", "mine.webp"]
    Album().write(tmp_path)
    left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert left == [two, f"conversation/{two}", f"{FOLDER}/{'2' * 16}.webp.txt", f"{FOLDER}/mine.webp"]


def test_no_picture_leaves_no_folder(tmp_path: Path) -> None:
    """A site without pictures of people has no place for them either."""
    Album().write(tmp_path)
    Album({}, {"0" * 16 + ".webp": b"1"}).write(tmp_path)
    Album().write(tmp_path)
    assert list(tmp_path.iterdir()) == []
