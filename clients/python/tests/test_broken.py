"""Each broken module: the line of the call, the line of the cause, and a diff after which torch runs it. Needs torch and a service."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
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

PACKAGE = pathlib.Path(__file__).resolve().parent.parent
FOLDER = PACKAGE / "tests" / "broken"


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


JOINED = """\
        joined = torch.cat([fine, coarse], 1)
        return self.head(joined)"""


class CommandTests(unittest.TestCase):
    """The command line, as a reader of the README would use it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        page = (PACKAGE / "README.md").read_text()
        module = re.search(r"```python\n(import torch\n.*?)```", page, re.DOTALL).group(1)
        pathlib.Path(self.folder, "net.py").write_text(module)
        self.command, self.printed = re.search(r"```console\n\$ (.*?)\n(.*?)```", page, re.DOTALL).groups()

    def run_check(self, *options, target="net.py:Net", key=None):
        environment = {**os.environ, "PYTHONPATH": str(PACKAGE), **({"CONCAT_KEY": key} if key else {})}
        command = [sys.executable, "-m", "concat_client", "check", target, "--input", "image=3x32x32", *options]
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=120)

    def test_the_readme_shows_what_is_printed(self):
        self.assertTrue(self.command.endswith("check net.py:Net --input image=3x32x32 --fix --run"), self.command)
        answer = self.run_check("--fix", "--run")
        self.assertEqual((self.printed, "", 1), (answer.stdout, answer.stderr, answer.returncode))

    def test_the_readme_of_the_project_shows_lines_that_are_printed(self):
        page = (PACKAGE.parent.parent / "README.md").read_text()
        command, shown = re.search(r"\n\$ (python3 -m concat_client [^\n]*)\n(.*?)```", page, re.DOTALL).groups()
        self.assertEqual("python3 -m concat_client check net.py:Net --input 3x32x32 --fix", command)
        file = pathlib.Path(self.folder, "net.py")
        text = file.read_text().replace("nn.Conv2d(3, 24, 3, stride=2, padding=1)", "nn.Conv2d(3, 24, 5, padding=2)")
        text = text.replace("  # after the join", "").replace("        return self.head(torch.cat([fine, coarse], 1))", JOINED)
        file.write_text(text)
        printed = self.run_check("--fix").stdout.splitlines()
        self.assertEqual([], [line for line in shown.splitlines() if line not in printed], printed)

    def test_a_written_diff_leaves_no_error(self):
        self.assertEqual(1, self.run_check("--fix", "--write").returncode)
        answer = self.run_check()
        self.assertEqual((0, "Net: no errors in 6 layers.\n"), (answer.returncode, answer.stdout))

    def test_json_has_the_lines_and_the_diff(self):
        answer = json.loads(self.run_check("--json", "--fix").stdout)
        problem = answer["problems"][0]
        self.assertEqual(("concat.shape_mismatch", 15, 9), (problem["code"], problem["line"], problem["cause"]["line"]))
        self.assertEqual(([13, 14, 9], True), ([note["line"] for note in problem["notes"]], answer["mended"]["valid"]))
        self.assertIn("+        self.head = nn.Conv2d(40, 10, 1)  # after the join", answer["mended"]["diff"])

    def test_what_cannot_be_read_or_asked_is_a_2(self):
        pathlib.Path(self.folder, "broken.py").write_text("class Net(:\n")
        for options, told in (
            ({"target": "broken.py:Net"}, "broken.py:1: error SyntaxError"),
            ({"target": "net.py:Other"}, "has no Other"),
            ({"target": "nothing.py:Net"}, "no file"),
        ):
            answer = self.run_check(**options)
            self.assertEqual((2, True), (answer.returncode, told in answer.stderr), answer.stderr)
        answer = self.run_check("--url", "http://127.0.0.1:9")
        self.assertEqual((2, True), (answer.returncode, "./concat up" in answer.stderr), answer.stderr)


if __name__ == "__main__":
    unittest.main()
