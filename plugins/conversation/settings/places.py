"""Where in the settings files something stands, so that a message can name the file and the line.

The files are parsed, never run. What is not found there (a value computed, or given on the command line) is said to
stand in "the settings".
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from pathlib import Path

__all__ = ["NOWHERE", "Places"]

NOWHERE = "the settings"


class Places:
    """The assignments at the top level of settings files, in the order in which the files are given."""

    def __init__(self, files: Iterable[Path]) -> None:
        self._found: dict[str, list[tuple[str, ast.stmt, ast.expr]]] = {}
        for file in files:
            for statement in _statements(_parsed(file)):
                self._note(file.name, statement)

    def of(self, name: str, *path: str | int, value: object = None) -> str:
        """Where the setting `name` stands: "pelicanconf.py, line 12".

        `path` leads into it by keys and indices, as far as the file spells them out. Of several assignments the last
        one counts, unless another is known to have given `value`.
        """
        places = self._found.get(name, [])
        if not places:
            return NOWHERE
        same = [place for place in places if value is not None and _literal(place[2]) == value]
        file, statement, node = (same or places)[-1]
        if path and isinstance(path[0], int) and not same:
            file, statement, node, path = _element(places, path)
        return f"{file}, line {_line(node, path, statement.lineno)}"

    def _note(self, file: str, statement: ast.stmt) -> None:
        if isinstance(statement, ast.Assign):
            targets, value = statement.targets, statement.value
        elif isinstance(statement, ast.AnnAssign | ast.AugAssign) and statement.value is not None:
            targets, value = [statement.target], statement.value
        else:
            return
        for target in targets:
            if isinstance(target, ast.Name):
                if not isinstance(statement, ast.AugAssign):
                    self._found[target.id] = [place for place in self._found.get(target.id, []) if place[0] != file]
                self._found.setdefault(target.id, []).append((file, statement, value))


def _element(
    places: Sequence[tuple[str, ast.stmt, ast.expr]], path: tuple[str | int, ...]
) -> tuple[str, ast.stmt, ast.expr, tuple[str | int, ...]]:
    """The assignment that holds the element `path[0]` of a list to which others were added by ``+=``."""
    begin = max((i for i, place in enumerate(places) if not isinstance(place[1], ast.AugAssign)), default=0)
    index = path[0]
    for file, statement, node in places[begin:]:
        if not isinstance(node, ast.List | ast.Tuple) or not isinstance(index, int):
            break
        if index < len(node.elts):
            return file, statement, node, (index, *path[1:])
        index -= len(node.elts)
    return (*places[-1], ())


def _parsed(file: Path) -> ast.Module:
    """A settings file as Python reads it; empty where it cannot be read: Pelican has told of that already."""
    try:
        return ast.parse(file.read_bytes(), filename=file.name)
    except (OSError, SyntaxError, ValueError):
        return ast.Module(body=[], type_ignores=[])


def _statements(node: ast.AST) -> Iterable[ast.stmt]:
    """The statements that run when a file is read, those under ``if``, ``try`` and ``with`` included."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if isinstance(child, ast.stmt):
            yield child
        yield from _statements(child)


def _literal(node: ast.expr) -> object:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def _line(node: ast.expr, path: tuple[str | int, ...], line: int) -> int:
    """The line to which `path` leads within `node`; as near as the literal goes."""
    if not path:
        return line
    step, rest = path[0], path[1:]
    if isinstance(node, ast.List | ast.Tuple) and isinstance(step, int) and step < len(node.elts):
        if any(isinstance(element, ast.Starred) for element in node.elts[: step + 1]):
            return line
        return _line(node.elts[step], rest, node.elts[step].lineno)
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == step:
                return _line(value, rest, key.lineno)
    return line
