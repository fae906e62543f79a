"""What strangers may send, one entry a trick: hostile.json for what can be read, below what is long or made of signs.

A new entry is tried in every field, on every page and in Chromium by its being there (test_hostile.py,
test_templates_hostile.py). What runs calls `alert` or asks a host under evil.example.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

__all__ = ["CASES"]

_LONG = 100_000

#: What breaks a page by its mere amount.
_MANY = {
    "nested tables": "<table><tr><td>" * 200 + "deep",
    "nested quotes": "<blockquote>" * 500 + "deep",
    "nested lists": "<ul><li>" * 300 + "deep",
    "nested bold": "<b><i>" * 3_000 + "deep",
    "attributes without an end": "<a href='https://evil.example/" + "x" * 3_000,
    "thousand links": "<a href='https://evil.example/spam'>buy</a> " * 1_500,
    "thousand paragraphs": "<p>x</p>" * 1_000,
    "thousand lines": "<br>" * 3_000 + "x" + "\n" * 3_000 + "y",
    "thousand lines of code": "<pre>x" + "\n \n" * 3_000 + "y</pre>",
    "picture of letters": "<pre>" + ("#" * 300 + "\n") * 40 + "</pre>",
    "long word": "x" * _LONG,
    "long name with spaces": "word " * (_LONG // 5),
    "long without letters": "." * _LONG,
}

#: Letters that are not what they seem.
_LETTERS = {
    "bidi overrides": "abc\u202egnp.exe\u202c \u2066\u2067\u2068def\u2069 \u061c\u200f\u200e \u202a\u202b\u202d",
    "bidi never closed": "\u202e" * 300 + "reversed",
    "zalgo": "Z" + "".join(chr(0x300 + number % 0x70) for number in range(300)) + "algo",
    "zalgo of other marks": ("ก" + "\u0e49" * 60 + "a" + "\u0489" * 60 + "x" + "\u20dd" * 60) * 3,
    "zero-width flood": "\u200b\u200c\u200d\u2060\ufeff" * 4_000,
    "zero-width between letters": "".join(letter + "\u200b" * 200 for letter in "hidden words"),
    "blank letters": "\u3164\u115f\u1160\uffa0\u2800\u00ad\u034f\u180e" * 30,
    "spaces of all sorts": "a".join(space * 500 for space in "\u00a0\u3000\u2003\u2028\u2029\u0085") + "b",
    "tag letters": "hi" + "".join(chr(0xE0000 + number) for number in range(0x20, 0x7F)) * 20,
    "private letters": "\ue000\uf8ff\U000f0000\U0010fffd \ufffe\uffff \ufdd0 \U0001fffe",
    "nul and controls": "".join(map(chr, [*range(32), *range(0x7F, 0xA0)])) + "end",
    "escape codes": "\x1b[2J\x1b[31mred\x07\x08\x08\x08 \x9b31m",
    "right to left": "نور حدّاد كتبت: «شكراً جزيلاً» (1) https://e.example/ עברית 123 ABC",
    "chinese without spaces": "漢字仮名交じり文" * 60 + "「括弧」、。",
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈🏴󠁧󠁢󠁥󠁮󠁧󠁿👍🏿1️⃣🇩🇪" * 40,
    "joined without an end": "👩" + "\u200d👩" * 500,
    "letters of mathematics": "𝓝𝓸𝓸𝓻 𝕳𝖆𝖉𝖉𝖆𝖉 Ⓝⓞⓞⓡ ﷽" * 20,
    "tall letters": "༼ꙮ༽ ⸻ 𒐫 ﷽ ꧅ ௵" * 10,
    "lone surrogate": "\ud83d and \udc4d",
    "nothing": "",
    "spaces only": " \n\t ",
}


def _read() -> Mapping[str, str]:
    groups = json.loads((Path(__file__).parent / "hostile.json").read_text("utf-8"))
    return {name: text for group in groups.values() for name, text in group.items()}


#: By name: what is sent in every field.
CASES: Mapping[str, str] = {**_read(), **_MANY, **_LETTERS}
