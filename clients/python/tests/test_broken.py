"""Each broken module: the line of the call, the line of the cause, and a diff after which torch runs it. Needs torch and a service."""

import os
import pathlib
import re
import sys
import unittest
import warnings

try:
    import torch  # noqa: F401
except ImportError:
    raise unittest.SkipTest("needs torch") from None
if not os.environ.get("CONCAT_KEY"):
    raise unittest.SkipTest("needs a service: CONCAT_URL and CONCAT_KEY")

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from concat_client import Client  # noqa: E402
from concat_client.__main__ import inputs_of  # noqa: E402
from concat_client.checking import Checker  # noqa: E402
from concat_client.loading import Target  # noqa: E402
from concat_client.mending import mend  # noqa: E402

FOLDER = pathlib.Path(__file__).parent / "broken"


class Broken:
    """A module with what its first lines say."""

    def __init__(self, file):
        _, _, check, lines = file.read_text().splitlines()[:4]
        name, *inputs = check.split(": ", 1)[1].split()
        self.name = file.stem
        self.target = Target.parse(f"{file}:{name}", [])
        self.inputs, self.dtypes = inputs_of(inputs)
        self.call, self.cause = (int(number) for number in re.findall(r"\d+", lines)[:2])
        self.missed = lines.partition("missed:")[2].split()

    def ask(self):
        """Which of call, cause and diff are right, and the diff."""
        checker = Checker(self.target, self.inputs, self.dtypes, Client())
        check = checker.check()
        mended = mend(checker, check, run=True)
        first = check.errors[0]
        right = {"call": first.place.line == self.call, "cause": first.cause.line == self.cause, "diff": mended.valid and mended.ran == ""}
        return right, mended.diff


class BrokenTests(unittest.TestCase):
    def test_line_cause_and_diff_are_right(self):
        warnings.simplefilter("ignore")
        modules = [Broken(file) for file in sorted(FOLDER.glob("*.py"))]
        self.assertGreaterEqual(len(modules), 20)
        count = {"call": 0, "cause": 0, "diff": 0}
        for module in modules:
            with self.subTest(module=module.name):
                right, diff = module.ask()
                for what in count:
                    count[what] += right[what]
                self.assertEqual([], [what for what in right if not right[what] and what not in module.missed], diff)
                self.assertEqual([], [what for what in module.missed if right[what]], "is right by now: take it out of 'missed'")
        print(f"\n{len(modules)} broken modules: " + ", ".join(f"{what} {number}" for what, number in count.items()), file=sys.stderr)


if __name__ == "__main__":
    unittest.main()
