"""python3 -m unittest discover -s clients/python/tests"""

import pathlib
import sys
import unittest

try:
    import torch
    import torch.nn.functional as F
    from torch import nn
except ImportError:
    raise unittest.SkipTest("needs torch") from None

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from concat_client import read  # noqa: E402


class TwoBranches(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.fine = nn.Conv2d(8, 16, (3, 5), padding=(1, 2), bias=False)
        self.head = nn.Linear(24, 10)

    def forward(self, image):
        stem = F.relu(self.stem(image))
        joined = torch.cat([self.fine(stem), stem], 1)
        return self.head(joined.mean([2, 3]))


def module_of(forward, **parts):
    """A module with these parts and this forward."""
    module = type("Net", (nn.Module,), {"forward": forward})()
    for name, part in parts.items():
        setattr(module, name, part)
    return module


def layers_of(module, shape=(4, 8, 8), **options):
    return read(module, shape, **options).spec["layers"]


def types_of(module, shape=(4, 8, 8), **options):
    return [layer["type"] for layer in layers_of(module, shape, **options)]


def kinds_of(module, shape=(4, 8, 8)):
    return [gap.kind for gap in read(module, shape).gaps]


class ReaderTests(unittest.TestCase):
    def test_modules_and_functions_become_wired_layers(self):
        spec = read(TwoBranches(), {"image": (3, 28, 28)}).spec
        wires = {layer["name"]: (layer["type"], layer["inputs"]) for layer in spec["layers"]}
        self.assertEqual(
            {
                "stem": ("conv2d", ["image"]),
                "relu": ("relu", ["stem"]),
                "fine": ("conv2d", ["relu"]),
                "cat": ("concat", ["fine", "relu"]),
                "mean": ("global_avg_pool", ["cat"]),
                "head": ("linear", ["mean"]),
            },
            wires,
        )
        self.assertEqual(["head"], spec["outputs"])
        self.assertEqual({"image": {"shape": [3, 28, 28]}}, spec["inputs"])

    def test_defaults_are_left_out_and_equal_sizes_are_one_number(self):
        stem, _, fine = layers_of(TwoBranches(), (3, 28, 28))[:3]
        self.assertEqual(
            {"name": "stem", "type": "conv2d", "inputs": ["input"], "in_channels": 3, "out_channels": 8, "kernel_size": 3, "padding": 1},
            stem,
        )
        self.assertEqual(([3, 5], [1, 2], False), (fine["kernel_size"], fine["padding"], fine["bias"]))

    def test_a_layer_has_the_line_that_calls_it(self):
        sources = read(TwoBranches(), (3, 28, 28)).sources
        first = TwoBranches.forward.__code__.co_firstlineno
        self.assertEqual({"file": __file__, "line": first + 2}, sources["cat"])

    def test_an_in_place_sum_takes_the_place_of_its_first_input(self):
        def forward(self, x):
            y = self.conv(x)
            y += x
            return F.relu(y, inplace=True)

        layers = layers_of(module_of(forward, conv=nn.Conv2d(4, 4, 1)))
        self.assertEqual([("conv2d", ["input"]), ("add", ["conv", "input"]), ("relu", [layers[1]["name"]])],
                         [(layer["type"], layer["inputs"]) for layer in layers])

    def test_control_flow_on_shapes_is_followed(self):
        def forward(self, x):
            y = self.up(self.down(x))
            if y.shape != x.shape:
                y = F.pad(y, [0, x.shape[3] - y.shape[3], 0, x.shape[2] - y.shape[2]])
            return torch.cat([x, y], 1)

        net = module_of(forward, down=nn.MaxPool2d(2), up=nn.Upsample(scale_factor=2))
        self.assertEqual(["max_pool2d", "upsample", "concat"], types_of(net, (4, 8, 8)))
        padded = layers_of(net, (4, 9, 8))
        self.assertEqual(("pad2d", [0, 0, 0, 1]), (padded[2]["type"], padded[2]["padding"]))

    def test_parts_of_a_split_are_read_by_number(self):
        def forward(self, x):
            left, right = x.chunk(2, 1)
            return torch.cat([left, self.conv(right)], 1)

        split, conv, concat = layers_of(module_of(forward, conv=nn.Conv2d(2, 2, 1)))
        self.assertEqual([2, 2], split["sections"])
        self.assertEqual((["chunk:1"], ["chunk:0", "conv"]), (conv["inputs"], concat["inputs"]))

    def test_a_learned_scale_of_channels_is_a_depthwise_convolution(self):
        net = module_of(lambda self, x: self.scale * x, scale=nn.Parameter(torch.ones(4, 1, 1)))
        layer = layers_of(net)[0]
        self.assertEqual(("scale", "conv2d", 4, False), (layer["name"], layer["type"], layer["groups"], layer["bias"]))

    def test_a_normalization_with_a_learned_scale_is_an_l2_norm(self):
        net = module_of(lambda self, x: self.scale.view(1, -1, 1, 1) * F.normalize(x), scale=nn.Parameter(torch.ones(4)))
        self.assertEqual(["l2_norm"], types_of(net))

    def test_a_known_module_that_is_used_twice_without_weights_is_two_layers(self):
        net = module_of(lambda self, x: self.relu(self.conv(self.relu(x))), relu=nn.ReLU(), conv=nn.Conv2d(4, 4, 1))
        self.assertEqual(["relu", "conv", "relu_2"], [layer["name"] for layer in layers_of(net)])

    def test_training_takes_the_path_of_training(self):
        net = module_of(lambda self, x: (x.relu(), x.tanh()) if self.training else x.relu())
        self.assertEqual(["relu", "tanh"], types_of(net))
        self.assertEqual(["relu"], types_of(net, training=False))

    def test_long_names_end_the_same_and_fit(self):
        net = module_of(lambda self, x: self.inner(self.inner(x)), inner=nn.Sequential())
        deepest = net.inner
        for _ in range(20):
            deepest.add_module("block", nn.Sequential())
            deepest = deepest.block
        deepest.add_module("relu", nn.ReLU())
        names = [layer["name"] for layer in layers_of(net)]
        self.assertEqual(2, len(set(names)))
        self.assertTrue(all(len(name) <= 64 and "block.relu" in name for name in names))

    def test_torch_is_as_it_was_afterwards_also_when_forward_raises(self):
        before = nn.Module.__call__
        reading = read(module_of(lambda self, x: x.relu().missing), (3, 8, 8))
        self.assertEqual(("AttributeError", __file__), (reading.stopped.what, reading.stopped.source["file"]))
        self.assertEqual(["relu"], reading.spec["outputs"])
        self.assertIs(before, nn.Module.__call__)


class GapTests(unittest.TestCase):
    def test_a_learned_tensor_that_is_added_is_named(self):
        reading = read(module_of(lambda self, x: x + self.place, place=nn.Parameter(torch.ones(4, 8, 8))), (4, 8, 8))
        self.assertEqual(("parameter", "the learned tensor place [4, 8, 8]", "add"),
                         (reading.gaps[0].kind, reading.gaps[0].what, reading.gaps[0].layer))
        self.assertEqual(__file__, reading.gaps[0].source["file"])

    def test_reading_goes_on_behind_a_gap(self):
        net = module_of(lambda self, x: torch.roll(self.conv(torch.roll(x, 1, 2)), 1, 2), conv=nn.Conv2d(4, 4, 1))
        self.assertEqual(["roll", "roll"], kinds_of(net))

    def test_weights_that_are_used_twice_are_a_gap(self):
        net = module_of(lambda self, x: self.conv(self.conv(x)), conv=nn.Conv2d(4, 4, 1))
        self.assertEqual(["shared weights"], kinds_of(net))

    def test_a_reshape_that_folds_the_batch_is_a_gap(self):
        self.assertEqual(["batch"], kinds_of(module_of(lambda self, x: x.reshape(-1, 64))))

    def test_arithmetic_with_a_number_is_a_gap(self):
        self.assertEqual(["arithmetic with numbers"], kinds_of(module_of(lambda self, x: x * 2)))

    def test_an_option_that_the_reader_does_not_know_is_a_gap(self):
        net = module_of(lambda self, x: self.conv(x), conv=nn.Conv2d(4, 4, 3, padding=1, padding_mode="reflect"))
        self.assertEqual(["padding_mode"], kinds_of(net))


if __name__ == "__main__":
    unittest.main()
