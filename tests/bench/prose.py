"""Invented words, in the forms that a post has: paragraphs, headings, lists, a quotation, links, code."""

from __future__ import annotations

import copy
from itertools import accumulate
from random import Random

__all__ = ["LINK", "Prose"]

#: Stands in a body where the address of another post of the site goes: each generator spells it in its own way.
LINK = "@@another-post@@"
WORDS = 6_000
#: So many of the words are used for names, tags and addresses only from here on: before them are "the", "of", "and".
SELDOM = 120
COMMON = """
the of and a to in is you that it he was for on are as with his they I at be this have from or one had by word but not
what all were we when your can said there use an each which she do how their if will up other about out many then them
these so some her would make like him into time has look two more write go see number no way could people my than
first water been call who its now find long down day did get come made may part
"""
SYLLABLES = [consonant + vowel for consonant in "bcdfglmnprstv" for vowel in "aeiou"]
ENDINGS = ("", "", "n", "s", "r", "t", "ing", "ed")
#: Code by language, with places for four words.
CODE = {
    "python": """\
def {a}({b}, {c}=None):
    '''Return the {d}.'''
    total = 0
    for i, item in enumerate({b}):
        if item is None and {c} != 42:
            continue  # skip {d}
        total += item.{a} * 3.14
    return {{"{d}": total, "n": len({b})}}
""",
    "javascript": """\
const {a} = async ({b}) => {{
  const res = await fetch(`/api/${{{b}}}`);
  if (!res.ok) throw new Error("{d}");
  // parse {c}
  return (await res.json()).map(x => x.{c} + 1);
}};
""",
    "bash": """\
#!/bin/sh
set -eu
for {a} in *.{b}; do
  echo "${a}" | sed 's/{c}/{d}/g' > "$HOME/{d}.txt"
done
""",
}


class Prose:
    """Writes words by the `chance` that it is given; a few of them come often, as in every language."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.vocabulary = _vocabulary(chance)
        self._weights = list(accumulate(1 / (place + 3) for place in range(len(self.vocabulary))))

    def again(self, chance: Random) -> Prose:
        """The same language, written by another chance."""
        other = copy.copy(self)
        other.chance = chance
        return other

    def words(self, number: int) -> list[str]:
        """So many words."""
        return self.chance.choices(self.vocabulary, cum_weights=self._weights, k=number)

    def seldom(self) -> str:
        """A word that is no "the" or "of"."""
        return self.chance.choice(self.vocabulary[SELDOM:])

    def title(self, number: int) -> str:
        """A title or heading of so many words."""
        return " ".join(self.words(number)).capitalize()

    def body(self) -> str:
        """A post of about 620 words in Markdown, a third of them with code; `LINK` stands in it once."""
        chance = self.chance
        parts = [self._paragraph(), self._paragraph()]
        for section in range(chance.randint(2, 3)):
            parts += [f"## {self.title(4)}", self._paragraph(), self._paragraph()]
            if section == 0:
                parts.append(self._list(numbered=chance.random() < 0.5))
            if section == 1:
                parts += [f"### {self.title(3)}", self._linking(), f"> {self._sentence()}"]
        if chance.random() < 1 / 3:
            parts.insert(len(parts) // 2, self._code())
        return "\n\n".join([*parts, self._paragraph()]) + "\n"

    def _sentence(self) -> str:
        chance = self.chance
        words = self.words(chance.randint(7, 20))
        words[0] = words[0].capitalize()
        place = chance.randrange(len(words))
        mark = chance.choices(("*", "**", "`", ""), weights=(12, 10, 8, 70))[0]
        words[place] = f"{mark}{words[place]}{mark}"
        if chance.random() < 0.3:
            words[len(words) // 2] += ","
        return " ".join(words) + chance.choice("....?!")

    def _paragraph(self) -> str:
        return " ".join(self._sentence() for _ in range(self.chance.randint(3, 6)))

    def _list(self, *, numbered: bool) -> str:
        items = range(1, self.chance.randint(3, 6) + 1)
        return "\n".join(f"{f'{item}.' if numbered else '-'} {self._sentence()}" for item in items)

    def _linking(self) -> str:
        elsewhere = f"[{' '.join(self.words(2))}](https://{self.seldom()}.example/{self.seldom()})"
        return f"{self._sentence()} See {elsewhere} and [{' '.join(self.words(3))}]({LINK}). {self._sentence()}"

    def _code(self) -> str:
        language, text = self.chance.choice(list(CODE.items()))
        return f"```{language}\n{text.format(**{name: self.seldom() for name in 'abcd'})}```"


def _vocabulary(chance: Random) -> list[str]:
    words = dict.fromkeys(COMMON.split())
    while len(words) < WORDS:
        syllables = chance.choices(SYLLABLES, k=chance.choice((2, 2, 3, 3, 4)))
        words["".join(syllables) + chance.choice(ENDINGS)] = None
    return list(words)
