"""Mends the user's files: the first fix of each finding that can be said there, tried before it is shown."""

import difflib
import os
import shutil
from dataclasses import dataclass, field, replace
from typing import Dict, List, Optional, Tuple

from .checking import Check, Checker, Problem
from .loading import Unloadable
from .places import shown
from .placing import Placer, Unsayable
from .suggesting import suggestions
from .texts import edited

MOST_STEPS = 20
MOST_FIXES = 8


@dataclass
class Mended:
    """The files before and after, what was done, and what is left. `ran` is None where it was not tried, "" where torch runs the result,
    and otherwise why it does not."""

    before: Dict[str, str]
    after: Dict[str, str]
    check: Check
    applied: List[Tuple[Problem, str]] = field(default_factory=list)
    ran: Optional[str] = None

    @property
    def diff(self) -> str:
        lines = []
        for file, text in self.after.items():
            if text != self.before[file]:
                name = shown(file)
                lines += difflib.unified_diff(with_ends(self.before[file]), with_ends(text), f"a/{name}", f"b/{name}")
        return "".join(lines)

    @property
    def valid(self) -> bool:
        return not self.check.errors

    def show(self) -> None:
        if not self.applied:
            print("No fix can be said in your files.")
            return
        print()
        for problem, title in self.applied:
            print(f"# {problem.place or ''} {title}")
        print(self.diff, end="")
        left = len(self.check.errors)
        print(f"# Read again and validated: {'valid' if left == 0 else f'{left} left of the errors'}.", end="")
        print("" if self.ran is None else " torch runs it." if self.ran == "" else f" torch does not run it: {self.ran}")

    def write(self) -> None:
        for file, text in self.after.items():
            if text != self.before[file]:
                path = os.path.realpath(file)
                part = f"{path}.part"
                with open(part, "w", encoding="utf-8", newline="") as stream:
                    stream.write(text)
                shutil.copymode(path, part)
                os.replace(part, path)

    def to_json(self) -> dict:
        return {
            "diff": self.diff,
            "applied": [{"layer": problem.layer, "code": problem.code, "title": title} for problem, title in self.applied],
            "valid": self.valid,
            "errors_left": [problem.to_json() for problem in self.check.errors],
            "torch": self.ran,
        }


def mend(checker: Checker, check: Check, run: bool = False) -> Mended:
    texts = checker.texts_of(check.reading)
    mended = Mended(dict(texts), texts, check)
    best = replace(mended, applied=[])
    while mended.check.errors and len(mended.applied) < MOST_STEPS and step(checker, mended):
        if len(mended.check.errors) < len(best.check.errors):
            best = replace(mended, applied=list(mended.applied))
    mended = best  # Steps that led no further are taken back.
    if run and mended.valid:
        try:
            checker.run(mended.after)
            mended.ran = ""
        except Exception as error:
            mended.ran = f"{type(error).__name__}: {error}".splitlines()[0]
    return mended


def step(checker: Checker, mended: Mended) -> bool:
    """Applies one fix, of the first error that has one which helps."""
    placer = Placer(mended.check.reading, mended.after, checker.client)
    second = None
    for problem in mended.check.errors:
        for title, edits in candidates(placer, problem, mended.check):
            try:
                after = edited(mended.after, edits)
                tried = checker.check({file: text for file, text in after.items() if text != mended.before[file]})
            except (Unloadable, ValueError):
                continue
            if problem.key() in {each.key() for each in tried.errors}:
                continue
            if len(tried.errors) < len(mended.check.errors):
                return take(mended, problem, title, after, tried)
            if len(tried.errors) == len(mended.check.errors) and second is None and is_further(problem, mended.check, tried):
                second = (problem, title, after, tried)
        if second:
            return take(mended, *second)
    return False


def is_further(problem: Problem, before: Check, after: Check) -> bool:
    """Whether the errors that are new stand behind the one that is gone: what it hid, not what the change broke."""
    known = {each.key() for each in before.errors}
    order = {layer: index for index, layer in enumerate(after.reading.calls)}
    fresh = [order.get(each.layer, 0) for each in after.errors if each.key() not in known]
    return all(index > order.get(problem.layer, -1) for index in fresh)


def take(mended, problem, title, after, tried) -> bool:
    mended.applied.append((problem, title))
    mended.after, mended.check = after, tried
    return True


def candidates(placer: Placer, problem: Problem, check: Check):
    """Title and edits of each way to mend it: the service's fixes in their order, then what is known of torch's calls alone."""
    first = problem.fault is not None and problem.fault.what in ("view", "reshape")
    if first:
        yield from suggestions(placer, problem, check)
    for fix in problem.fixes[:MOST_FIXES]:
        if fix.kind == "drop":
            continue
        try:
            for edits in placer.alternatives(problem.spec, fix):
                yield fix.title, edits
        except Unsayable:
            continue
    if not first:
        yield from suggestions(placer, problem, check)


def with_ends(text: str) -> List[str]:
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n\\ No newline at end of file\n"
    return lines
