"""python3 -m concat_client check net.py:Net --input 3x224x224"""

import argparse
import json
import linecache
import os
import sys
import textwrap
from typing import List, Optional

from .client import Client, ServiceError

DTYPES = {"float32": "float32", "int64": "int64", "float": "float32", "int": "int64", "long": "int64"}
EPILOG = """Exit code: 0 without errors, 1 with errors, 2 where the file or the service cannot be read.
The module's code is run on this machine; the service gets shapes, names and options of layers, never weights or source text."""


def main(arguments: Optional[List[str]] = None) -> int:
    parser = argparse.ArgumentParser(prog="python3 -m concat_client", description="Client of ConcatService.")
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="say at your lines what is wrong with a PyTorch module, also with one that does not run",
                                epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter)
    check.add_argument("target", metavar="FILE:NAME", help="a class, a function that builds a network, or a network: net.py:Net")
    check.add_argument("--input", action="append", required=True, metavar="[NAME=][DTYPE:]SIZES",
                       help="an input of forward without the batch: 3x224x224, image=3x224x224, text=int64:128")
    check.add_argument("--arg", action="append", default=[], metavar="NAME=VALUE", help="an argument of the constructor: num_classes=10")
    check.add_argument("--eval", action="store_true", help="read the path of evaluation instead of that of training")
    check.add_argument("--json", action="store_true", help="print the findings as JSON")
    check.add_argument("--fix", action="store_true", help="print a diff of your files that mends what can be mended; it was tried")
    check.add_argument("--run", action="store_true", help="with --fix: run the mended network in torch as well")
    check.add_argument("--write", action="store_true", help="with --fix: change the files")
    check.add_argument("--url", help="of the service; default CONCAT_URL or http://127.0.0.1:8080")
    check.add_argument("--key", help="default CONCAT_KEY")
    options = parser.parse_args(arguments)
    return run_check(options)


def run_check(options) -> int:
    try:
        from .checking import Checker
        from .loading import Target, Unloadable
    except ImportError as error:
        print(f"concat_client check needs torch: {error}. Install it with pip install torch.", file=sys.stderr)
        return 2
    try:
        inputs, dtypes = inputs_of(options.input)
        client = Client(options.url, options.key, retries=2)
        checker = Checker(Target.parse(options.target, options.arg), inputs, dtypes, client, not options.eval)
        checked = checker.check()
        mended = None
        if options.fix and checked.errors:
            from .mending import mend

            mended = mend(checker, checked, run=options.run)
    except Unloadable as error:
        place = f"{os.path.relpath(error.file)}:{error.line}: " if error.file and error.line else ""
        print(f"{place}error {error}", file=sys.stderr)
        return 2
    except (ServiceError, ValueError) as error:
        print(f"error {error}", file=sys.stderr)
        return 2
    except Exception as error:  # Of torch, in what no file of the user's calls.
        print(f"error {options.target} cannot be read: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(as_json(checked, mended), indent=2))
    else:
        show(checked)
        if mended is not None:
            mended.show()
    if mended is not None and options.write:
        mended.write()
    return 1 if checked.errors else 0


def inputs_of(texts: List[str]):
    """Name to shape, and name to dtype. One input needs no name."""
    import torch

    inputs, dtypes = {}, {}
    for text in texts:
        name, equals, rest = text.rpartition("=")
        kind, colon, shape = rest.rpartition(":")
        name = name if equals else "input" if len(texts) == 1 else f"input{len(inputs)}"
        if (colon and kind not in DTYPES) or name in inputs:
            raise ValueError(f"'{text}' is not an input: 3x224x224, image=3x224x224 or text=int64:128, each name once.")
        try:
            inputs[name] = tuple(int(size) for size in shape.split("x"))
        except ValueError:
            raise ValueError(f"'{shape}' is no shape: sizes without the batch, such as 3x224x224.") from None
        dtypes[name] = getattr(torch, DTYPES[kind] if colon else "float32")
    return inputs, dtypes


def show(checked) -> None:
    for problem in checked.problems:
        place = f"{problem.place}: " if problem.place else ""
        print(f"{place}{problem.severity} {problem.code}: {brief(problem)}")
        if problem.place:
            text = linecache.getline(problem.place.file, problem.place.line).rstrip()
            print(f"{problem.place.line:>6} | {text}")
        for note in problem.notes:
            print(wrapped(f"{f'{note.place}: ' if note.place else ''}note: {note.text}"))
        for fix, word in zip(problem.fixes, ("fix", "or")):
            print(wrapped(f"{word}: {fix.title}{f' ({fix.effect})' if fix.effect else ''}"))
    for gap in checked.reading.gaps:
        if gap.kind == "stopped" or any(fault.source == gap.source for fault in checked.reading.faults):
            continue
        place = f"{os.path.relpath(gap.source['file'])}:{gap.source['line']}: " if gap.source else ""
        print(f"{place}info gap: {gap.what}: not checked.")
    errors = len(checked.errors)
    count = "no errors" if errors == 0 else "1 error" if errors == 1 else f"{errors} errors"
    print(f"{checked.spec['name']}: {count} in {len(checked.reading.spec['layers'])} layers.")


def wrapped(text: str) -> str:
    return textwrap.fill(text, 120, initial_indent="  ", subsequent_indent="      ", break_long_words=False, break_on_hyphens=False)


def brief(problem) -> str:
    """The message without what stands below it: the cause, and the fixes."""
    message = problem.message
    known = [problem.finding.cause["explanation"]] if problem.finding and problem.finding.cause else []
    for part in [*known, *(fix.title for fix in problem.fixes[:1])]:
        at = message.find(part)
        message = message[:at].rstrip() if at > 0 else message
    return message


def as_json(checked, mended) -> dict:
    return {
        "verdict": checked.report.verdict,
        "problems": [problem.to_json() for problem in checked.problems],
        "gaps": [{"kind": gap.kind, "what": gap.what, "layer": gap.layer, **(gap.source or {})} for gap in checked.reading.gaps],
        "spec": checked.reading.spec,
        **({"mended": mended.to_json()} if mended is not None else {}),
    }


if __name__ == "__main__":
    sys.exit(main())
