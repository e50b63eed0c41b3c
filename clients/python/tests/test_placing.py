"""Fixes of a spec, said in a file of Python. No service: the fixes are written here."""

import pathlib
import sys
import tempfile
import textwrap
import unittest
from unittest import mock

try:
    import torch  # noqa: F401
except ImportError:
    raise unittest.SkipTest("needs torch") from None

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from concat_client import Fix, Report  # noqa: E402
from concat_client.loading import Target, Unloadable, build, imports_of  # noqa: E402
from concat_client.placing import Placer, Unsayable  # noqa: E402
from concat_client.reader import read  # noqa: E402
from concat_client.texts import edited  # noqa: E402

NET = '''\
import torch
import torch.nn as nn
import torch.nn.functional as F


def wide(channels, **options):
    return nn.Conv2d(channels, 8, 1, **options)


class Net(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.a = nn.Conv2d(3, width, kernel_size=3, padding=1)  # fine
        self.b = nn.Conv2d(
            3,
            24,
            3,
            stride=2,  # coarse
        )
        self.pool = nn.MaxPool2d(2)
        self.c = wide(40)

    def forward(self, x):
        a, b = self.a(x), self.b(x)
        y = torch.cat([a, b], 1)  # join
        y = F.max_pool2d(self.c(y), 2)
        return y.view(-1, 8 * 4 * 4)
'''

UP = {"name": "up", "type": "upsample", "inputs": ["b"], "size": {"like": "a"}}


class Shapes:
    """Stands for the service where only shapes are asked for."""

    def __init__(self, shapes):
        self._layers = [{"name": name, "output_shape": ["N", *shape]} for name, shape in shapes.items()]

    def validate(self, spec):
        return Report(False, "invalid", None, None, self._layers, {}, [])


class PlacingTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def placed(self, patch, text=NET, shapes=None, name="Net", shape=(3, 16, 16), which=0):
        """The text after the fix with this patch; in the patch a layer's name stands for its number."""
        file = self.folder / "net.py"
        file.write_text(text)
        target = Target.parse(f"{file}:{name}", [])
        with imports_of(target, {}):
            network, builds = build(target, {})
            reading = read(network, shape, builds=builds)
        numbers = {layer["name"]: number for number, layer in enumerate(reading.spec["layers"])}
        for step in patch:
            parts = step["path"].split("/")
            step["path"] = "/".join([*parts[:2], str(numbers.get(parts[2], parts[2])), *parts[3:]])
        texts = {str(file): text}
        placer = Placer(reading, texts, Shapes(shapes or {}))
        fix = Fix("fix", "edit", "Fix", "", patch)
        return edited(texts, list(placer.alternatives(reading.spec, fix))[which])[str(file)]

    def check(self, expected, patch, **options):
        """Compares the lines that differ: `- before` and `+ after`."""
        text = options.get("text", NET)
        after = self.placed(patch, **options)
        compile(after, "net.py", "exec")
        before, now = text.splitlines(), after.splitlines()
        changed = [f"- {line.strip()}" for line in before if line not in now] + [f"+ {line.strip()}" for line in now if line not in before]
        self.assertEqual(textwrap.dedent(expected).strip().splitlines(), changed)

    def test_a_keyword_is_replaced_and_the_comment_stays(self):
        self.check('''
            - self.a = nn.Conv2d(3, width, kernel_size=3, padding=1)  # fine
            + self.a = nn.Conv2d(3, width, kernel_size=3, padding=(1, 2))  # fine
            ''', [{"op": "add", "path": "/layers/a/padding", "value": [1, 2]}])

    def test_an_argument_by_position_is_replaced(self):
        self.check('''
            - self.pool = nn.MaxPool2d(2)
            + self.pool = nn.MaxPool2d(3)
            ''', [{"op": "replace", "path": "/layers/pool/kernel_size", "value": 3}], text=NET.replace("self.c(y)", "self.pool(self.c(y))"))

    def test_a_keyword_is_added_where_there_is_none(self):
        self.check('''
            - y = F.max_pool2d(self.c(y), 2)
            + y = F.max_pool2d(self.c(y), 2, ceil_mode=True)
            ''', [{"op": "add", "path": "/layers/max_pool2d/ceil_mode", "value": True}])

    def test_a_keyword_is_added_behind_a_comma(self):
        after = self.placed([{"op": "add", "path": "/layers/b/padding", "value": "same"}])
        self.assertIn('            stride=2, padding="same",  # coarse\n        )\n', after)

    def test_a_number_that_a_function_takes_is_changed_at_its_caller(self):
        self.check('''
            - self.c = wide(40)
            + self.c = wide(41)
            ''', [{"op": "replace", "path": "/layers/c/in_channels", "value": 41}])

    def test_a_number_that_is_used_twice_is_changed_where_it_is_used_first(self):
        text = NET.replace("wide(40)", "nn.Conv2d(width, 8, 1)")
        changes = [self.placed([{"op": "replace", "path": "/layers/c/in_channels", "value": 40}], text=text, which=which) for which in (0,)]
        self.assertIn("self.c = nn.Conv2d(40, 8, 1)", changes[0])
        self.assertIn("nn.Conv2d(3, width, kernel_size=3, padding=1)  # fine", changes[0])

    def test_an_input_of_a_concat_is_resized_to_another(self):
        self.check('''
            - y = torch.cat([a, b], 1)  # join
            + y = torch.cat([a, F.interpolate(b, size=a.shape[-2:])], 1)  # join
            ''', [{"op": "replace", "path": "/layers/cat/inputs/1", "value": "up"},
                  {"op": "add", "path": "/layers/cat", "value": UP}])

    def test_layers_one_after_another_are_calls_in_calls(self):
        self.check('''
            - y = torch.cat([a, b], 1)  # join
            + y = torch.cat([F.avg_pool2d(a, 2)[:, :, :7, 1:8], b], 1)  # join
            ''', [{"op": "replace", "path": "/layers/cat/inputs/0", "value": "crop"},
                  {"op": "add", "path": "/layers/cat", "value": {"name": "crop", "type": "center_crop", "inputs": ["low"], "size": [7, 7]}},
                  {"op": "add", "path": "/layers/cat", "value": {"name": "low", "type": "avg_pool2d", "inputs": ["a"], "kernel_size": 2}}],
            shapes={"low": [16, 8, 9], "crop": [16, 7, 7]})

    def test_a_layer_with_weights_is_a_member(self):
        self.check('''
            - y = torch.cat([a, b], 1)  # join
            + self.a_down = nn.Conv2d(16, 24, kernel_size=3, stride=2)
            + y = torch.cat([self.a_down(a), b], 1)  # join
            ''', [{"op": "replace", "path": "/layers/cat/inputs/0", "value": "a_down"},
                  {"op": "add", "path": "/layers/cat", "value": {"name": "a_down", "type": "conv2d", "inputs": ["a"], "out_channels": 24,
                                                                 "kernel_size": 3, "stride": 2}}])

    def test_another_layer_is_read_by_its_name(self):
        self.check('''
            - y = torch.cat([a, b], 1)  # join
            + y = torch.cat([a, x], 1)  # join
            ''', [{"op": "replace", "path": "/layers/cat/inputs/1", "value": "input"}])

    def test_the_axis_is_the_dim(self):
        self.check('''
            - y = torch.cat([a, b], 1)  # join
            + y = torch.cat([a, b], -1)  # join
            ''', [{"op": "replace", "path": "/layers/cat/axis", "value": "width"}])
        self.check('''
            - y = torch.cat([a, b])
            + y = torch.cat([a, b], dim=1)
            ''', [{"op": "replace", "path": "/layers/cat/axis", "value": "channels"}], text=NET.replace("[a, b], 1)  # join", "[a, b])"))

    def test_a_view_keeps_the_batch(self):
        self.check('''
            - return y.view(-1, 8 * 4 * 4)
            + return y.view(y.size(0), -1)
            ''', [{"op": "replace", "path": "/layers/view/shape", "value": [-1]}])
        self.check('''
            - return y.view(-1, 8 * 4 * 4)
            + return y.view(-1, 8, 64)
            ''', [{"op": "replace", "path": "/layers/view/shape", "value": [8, 64]}])

    def test_a_sum_is_resized_in_place(self):
        text = NET.replace("y = torch.cat([a, b], 1)  # join", "a += b; y = torch.cat([a, a], 1)")
        self.check('''
            - a += b; y = torch.cat([a, a], 1)
            + a += nn.functional.interpolate(b, size=a.shape[-2:]); y = torch.cat([a, a], 1)
            ''', [{"op": "replace", "path": "/layers/add/inputs/1", "value": "up"},
                  {"op": "add", "path": "/layers/add", "value": UP}],
            text=text.replace("import torch.nn.functional as F\n", "").replace("F.max_pool2d", "nn.functional.max_pool2d"))

    def test_files_of_other_letters_keep_their_columns(self):
        text = NET.replace("a, b = self.a(x), self.b(x)", 'größe = "ü"; a, b = self.a(x), self.b(x)')
        text = text.replace("y = torch.cat", 'ß = "ä"; y = torch.cat')
        self.check('''
            - ß = "ä"; y = torch.cat([a, b], 1)  # join
            + ß = "ä"; y = torch.cat([a, b], 2)  # join
            ''', [{"op": "replace", "path": "/layers/cat/axis", "value": 2}], text=text)

    def test_what_is_in_no_line_is_refused(self):
        for patch in ([{"op": "replace", "path": "/inputs/input/shape", "value": [3, 8, 8]}], [{"op": "remove", "path": "/layers/cat"}]):
            with self.assertRaises(Unsayable):
                self.placed(patch)


class WithoutColumnsTests(PlacingTests):
    """The same before Python 3.11, which knows the line of a call and not its columns."""

    def setUp(self):
        super().setUp()
        columns = mock.patch("concat_client.sites.span_of", lambda code, instruction: None)
        columns.start()
        self.addCleanup(columns.stop)


class LoadingTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def loaded(self, name="Net", texts=None, arguments=()):
        target = Target.parse(f"{self.folder / 'net.py'}:{name}", list(arguments))
        with imports_of(target, texts or {}):
            return build(target, texts or {})[0]

    def test_a_changed_text_is_loaded_in_place_of_the_file_and_of_what_it_imports(self):
        (self.folder / "net.py").write_text("from parts import width\nfrom torch import nn\n\ndef Net():\n    return nn.Linear(2, width)\n")
        (self.folder / "parts.py").write_text("width = 3\n")
        self.assertEqual(3, self.loaded().out_features)
        self.assertEqual(5, self.loaded(texts={str(self.folder / "parts.py"): "width = 5\n"}).out_features)
        self.assertNotIn("parts", sys.modules)

    def test_arguments_are_literals_of_python_or_texts(self):
        (self.folder / "net.py").write_text("from torch import nn\n\ndef Net(size, kind):\n    return getattr(nn, kind)(*size)\n")
        self.assertEqual(4, self.loaded(arguments=["size=(2, 4)", "kind=Linear"]).out_features)

    def test_a_failure_has_the_line_of_the_file(self):
        (self.folder / "net.py").write_text("from torch import nn\n\ndef Net():\n    return nn.Conv2d(3, 8, 3, groups=2)\n")
        with self.assertRaises(Unloadable) as raised:
            self.loaded()
        self.assertEqual((str(self.folder / "net.py"), 4), (raised.exception.file, raised.exception.line))
        self.assertIn("divisible by groups", str(raised.exception))

    def test_what_is_no_network_is_refused(self):
        (self.folder / "net.py").write_text("Net = dict\n\ndef broken(:\n")
        with self.assertRaises(Unloadable) as raised:
            self.loaded()
        self.assertEqual(3, raised.exception.line)
        (self.folder / "net.py").write_text("Net = dict\n")
        for name in ("Net", "Missing"):
            with self.assertRaises(Unloadable):
                self.loaded(name)
        with self.assertRaises(Unloadable):
            Target.parse("nothing.py:Net", [])


if __name__ == "__main__":
    unittest.main()
