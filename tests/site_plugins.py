"""Plugins of a site's own (sites.py), by their files."""

from __future__ import annotations

__all__ = ["PLUGINS"]

#: One for each way in which plugins touch what is built.
PLUGINS = {
    # Gives articles an attribute and templates a filter and a variable.
    "plugins/adds.py": """\
from pelican import signals
WORD = "adds"
def prepare(generator):
    generator.env.filters["adds"] = lambda text: f"{WORD}({text})"
    generator.context["added"] = WORD
def finalized(generator):
    for article in generator.articles:
        article.summary_words = f"{WORD} {len(article._content.split())}"
def register():
    signals.generator_init.connect(prepare)
    signals.article_generator_finalized.connect(finalized)
""",
    # Changes each content as it is made, by a file of its own.
    "plugins/born.py": """\
from pelican import signals
def made(content):
    if content._content:
        with open("data.txt") as file:
            content._content += f"<p>{file.read()}</p>"
def register():
    signals.content_object_init.connect(made)
""",
    # Notes what is written and in the end makes a file of it, as sitemaps do; nobody else knows of that file.
    "plugins/trail.py": """\
import os
from pelican import signals
seen = []
def wrote(path, context):
    shown = context.get("article") or context.get("page")
    seen.append(f"{path} {getattr(shown, 'title', '')} {context['output_file']}")
def finalized(pelican):
    with open(os.path.join(pelican.output_path, "trail.txt"), "w", encoding="utf-8") as file:
        file.write("\\n".join(sorted(one.replace(pelican.output_path, "") for one in seen)))
def register():
    signals.content_written.connect(wrote)
    signals.finalized.connect(finalized)
""",
    # Edits each page after it was written; twice would be once too often.
    "plugins/stamp.py": """\
from pelican import signals
def wrote(path, context):
    with open(path, "r+", encoding="utf-8") as file:
        size = len(file.read())
        file.write(f"<!-- {size} -->")
def register():
    signals.content_written.connect(wrote)
""",
    # Writes a page by Pelican's writer, and beside each article a file by its own hand, which it announces.
    "plugins/tells.py": """\
import os
import blinker
from pelican import signals
from pelican.generators import Generator
class Teller(Generator):
    def generate_output(self, writer):
        writer.write_file("told/index.html", self.get_template("archives"), self.context,
                          articles=self.context["articles"], dates=self.context["dates"], url="told/")
        for article in self.context["articles"]:
            with open(os.path.join(self.output_path, f"told/{article.slug}.txt"), "w", encoding="utf-8") as file:
                file.write(article.title)
        paths = [f"told/{article.slug}.txt" for article in self.context["articles"]]
        blinker.signal("incremental_outputs").send(self, paths=paths)
def register():
    signals.get_generators.connect(generators)
def generators(pelican):
    return Teller
""",
}
