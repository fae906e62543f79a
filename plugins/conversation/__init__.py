"""Gathers the replies, shares and mentions that each post drew anywhere, and shows them beside what its author gave.

A Pelican plugin: `register` connects it to Pelican's signals. It does nothing until one of its settings is given.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from blinker import signal
from pelican import signals
from pelican.generators import Generator

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pelican import Pelican

__all__ = ["RECEIVERS", "register"]


def register() -> None:
    """Connects the plugin to Pelican; called once by Pelican itself."""
    for heard, receiver in RECEIVERS:
        heard.connect(receiver)


def _is_active(settings: dict[str, object]) -> bool:
    """Whether any of the plugin's settings is given: installed is not yet wanted."""
    return any(name.startswith("CONVERSATION") for name in settings)


def _check(pelican: Pelican) -> None:
    """Says at once what is wrong with the settings, before any content is read; and has runs take turns."""
    if not _is_active(pelican.settings):
        return
    from .generator import clearly, in_turn, settings_of  # noqa: PLC0415 - an inert plugin costs nothing

    with clearly():
        _refuse_two_copies(pelican.settings)
        ours = settings_of(pelican.settings)
    # No signal ends a run that fails.
    vars(pelican)["run"] = in_turn(pelican.run, ours)


def _generators(pelican: Pelican) -> type[Generator] | None:
    """A run begins: whoever serves the site, or only looks at its posts, does not get here."""
    if not _is_active(pelican.settings):
        return None
    from .generator import ConversationGenerator, clearly  # noqa: PLC0415 - as above
    from .refreshing import begin  # noqa: PLC0415 - as above

    with clearly():
        begin(pelican)
    return ConversationGenerator


def _prepare(generator: Generator) -> None:
    if _is_active(generator.settings):
        from .generator import prepare  # noqa: PLC0415 - as above

        prepare(generator)


def _teach(generators: Iterable[Generator]) -> None:
    """Once more: another plugin may have given templates functions of its own for translations since.

    Whatever another plugin calls a generator need not be one of Pelican's, nor have templates.
    """
    ours = [one for one in generators if isinstance(one, Generator) and _is_active(one.settings)]
    if ours:
        from .generator import note, teach  # noqa: PLC0415 - as above

        for generator in ours:
            teach(generator)
        note(ours)


def _end(pelican: Pelican) -> None:
    """All is written."""
    if _is_active(pelican.settings):
        from .generator import clearly  # noqa: PLC0415 - as above
        from .refreshing import end  # noqa: PLC0415 - as above

        with clearly():
            end(pelican)


def _be_last(_: Generator, writer: object) -> None:  # noqa: ARG001 - as Pelican sends it
    """Has the end of a run noted after all others had it: what they write then belongs to the build, too."""
    signals.finalized.disconnect(_end)
    signals.finalized.connect(_end)


def _fingerprint(pelican: Pelican) -> str:
    """What templates' functions depend on beside their arguments, for a plugin that renders only what changed."""
    if not _is_active(pelican.settings):
        return ""
    from .generator import languages_of  # noqa: PLC0415 - as above
    from .refreshing import begin, epoch  # noqa: PLC0415 - as above

    begin(pelican)  # whoever asks may be asked for generators first
    return f"{languages_of(pelican.settings, pelican.theme).fingerprint} {epoch(pelican)}"


def _idle(pelican: Pelican) -> Iterable[str]:
    """Settings of which no page says anything, for a plugin that renders only what changed."""
    if not _is_active(pelican.settings):
        return ()
    from .settings.known import UNSEEN  # noqa: PLC0415 - as above

    return UNSEEN


def _refuse_two_copies(settings: dict[str, object]) -> None:
    """One way to run the plugin must never silently load the other copy: pip-installed, or from PLUGIN_PATHS."""
    from .errors import SettingsError  # noqa: PLC0415 - as above

    here = Path(__file__).resolve().parent
    paths = settings.get("PLUGIN_PATHS")
    folders = [Path(str(path)) / "conversation" for path in paths] if isinstance(paths, list | tuple) else []
    others = [folder.resolve() for folder in folders if (folder / "__init__.py").is_file()]
    if others and here not in others:
        raise SettingsError(
            f"Two copies of the conversation plugin: Pelican has loaded the installed one ({here}), while PLUGIN_PATHS "
            f"holds another ({others[0]}). Uninstall pelican-conversation, or take its folder out of PLUGIN_PATHS."
        )
    modules = [sys.modules.get(name) for name in ("conversation", "pelican.plugins.conversation")]
    loaded = sorted({str(Path(str(module.__file__)).resolve().parent) for module in modules if module})
    if len(loaded) > 1:
        raise SettingsError(f"Two copies of the conversation plugin are loaded: {' and '.join(loaded)}. Keep one.")


#: Which signals the plugin listens to, and with what.
RECEIVERS = (
    (signals.initialized, _check),
    (signals.get_generators, _generators),
    (signals.generator_init, _prepare),
    (signals.all_generators_finalized, _teach),
    (signals.page_writer_finalized, _be_last),
    (signals.finalized, _end),
    (signal("incremental_fingerprint"), _fingerprint),
    (signal("incremental_idle"), _idle),
)
