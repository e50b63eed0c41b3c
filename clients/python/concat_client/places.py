"""The lines of the user's files that have to do with a layer."""

import linecache
import os
import re
from dataclasses import dataclass
from typing import List, Optional

from .client import Finding
from .patches import change_of, patched
from .reader import Reading

REGISTERS = re.compile(r"self\.\w+\s*=|register_(buffer|parameter)\(")


@dataclass(frozen=True)
class Place:
    """A line of the user's files."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{shown(self.file)}:{self.line}"


@dataclass(frozen=True)
class Note:
    """Another line that has to do with a finding: `kind` is branch, cause or built."""

    kind: str
    place: Optional[Place]
    text: str


def notes_of(reading: Reading, finding: Finding, layer: Optional[str], spec: dict) -> List[Note]:
    notes = [
        branch_note(reading, index, each["name"], each.get("shape") and each["shape"][1:])
        for index, each in enumerate(finding.inputs)
    ]
    cause = finding.cause or {}
    blamed = (cause.get("layer") or "").partition("/")[0]
    edited = edited_layers(finding, spec)
    if blamed and (cause["kind"] != "declared_width" or not finding.fixes or blamed in edited):
        return notes + lines_of(reading, blamed, f"cause, {cause['kind'].replace('_', ' ')}: {cause['explanation']}")
    learned = [each["name"] for each in finding.inputs if each["name"] in reading.owners and place_of(reading, each["name"])]
    if not blamed and len(learned) == 1:
        notes.append(Note("cause", place_of(reading, learned[0]), f"cause: {learned[0]} is made here"))
    elif not blamed and len(edited) == 1:
        call = reading.calls.get(edited[0])
        notes += lines_of(reading, edited[0], f"cause: {edited[0]} is {'built' if call and call.module is not None else 'called'} here")
    return notes


def edited_layers(finding: Finding, spec: dict) -> List[str]:
    """The layers whose attributes the first fix changes."""
    if not finding.fixes or finding.fixes[0].kind != "edit":
        return []
    try:
        change = change_of(spec, patched(spec, finding.fixes[0].patch))
    except (LookupError, ValueError):
        return []
    return list(dict.fromkeys(layer for layer, _, _ in change.attributes))


def lines_of(reading: Reading, layer: str, text: str) -> List[Note]:
    """A note at the line to change: where the layer's module is built, or called, where it has no module of its own."""
    call = reading.calls.get(layer)
    shared = call is not None and sum(each is not None and each.module is call.module for each in reading.calls.values()) > 1
    return (not shared and built_notes(reading, layer, "cause", text)) or [Note("cause", place_of(reading, layer), text)]


def branch_note(reading: Reading, index: int, name: str, shape) -> Note:
    name = name.partition("/")[0]
    what = f"branch {index + 1}" + (f", {sizes(shape)}" if shape else "")
    place = place_of(reading, name)
    if place is None:
        return Note("branch", None, f"{what}, is {name}")
    return Note("branch", place, f"{what}, comes from here: {name.partition(':')[0]}")


def built_notes(reading: Reading, layer: str, kind: str, text: str) -> List[Note]:
    """The user's line that builds the layer's module; where that is in a function that builds others too, the line that calls it."""
    sites = [site for site in reading.builds.get(layer, []) if not site.is_library]
    modules = {id(call.module): name for name, call in reading.calls.items() if call and call.module is not None}
    built = [(site.file, site.line) for name in modules.values() for site in reading.builds.get(name, [])[:1]]
    while len(sites) > 1 and sites[0].is_helper and built.count((sites[0].file, sites[0].line)) > 1:
        sites.pop(0)
    return [Note(kind, Place(sites[0].file, sites[0].line), text)] if sites else []


def place_of(reading: Reading, layer: Optional[str]) -> Optional[Place]:
    """Where the layer is called; where only torch calls it, as in a Sequential at the top, where it is built."""
    name = (layer or "").partition(":")[0]
    source = reading.sources.get(name)
    if name in reading.owners:
        return made_at(reading.owners[name], name.rpartition(".")[2])
    if source is None and reading.builds.get(name):
        source = reading.builds[name][0].source()
    return Place(source["file"], source["line"]) if source else None


def made_at(owner: type, name: str) -> Optional[Place]:
    """The line of `self.NAME = …` in the constructor of the class."""
    code = getattr(owner.__init__, "__code__", None)
    if code is None:
        return None
    lines = linecache.getlines(code.co_filename)
    for number in range(code.co_firstlineno, len(lines) + 1):
        if re.search(rf"\b{re.escape(name)}\b", lines[number - 1]) and REGISTERS.search(lines[number - 1]):
            return Place(code.co_filename, number)
    return None


def sizes(shape) -> str:
    return "x".join(str(size) for size in shape)


def shown(file: str) -> str:
    """The path as short as it can be said from here."""
    relative = os.path.relpath(file)
    return file if relative.startswith("..") else relative
