"""What is read of modules that people write, by shapes and counts that torch gives."""

import unittest

try:
    import torch
    from torch import nn
except ImportError as missing:
    raise unittest.SkipTest("torch is not installed") from missing

from concat_client import read


class Skip(nn.Module):
    """Two branches of which one is halved and enlarged again."""

    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.head = nn.Conv2d(11, 2, 1)

    def forward(self, x):
        up = nn.functional.interpolate(torch.relu(self.down(x)), scale_factor=2)
        return self.head(torch.cat([up, x], dim=1))


class Tower(nn.Module):
    def __init__(self):
        super().__init__()
        self.side = nn.Sequential(nn.Linear(6, 4), nn.ReLU())

    def forward(self, left, right):
        return self.side(left) - self.side(right)


class Learned(nn.Module):
    def __init__(self):
        super().__init__()
        self.token = nn.Parameter(torch.zeros(1, 1, 8))

    def forward(self, x):
        return torch.cat([self.token.expand(x.shape[0], -1, -1), x], dim=1)


def layer(reading, name):
    return next(each for each in reading.spec["layers"] if each["name"] == name)


class ReaderTests(unittest.TestCase):
    def test_modules_and_functions_are_layers_in_the_order_of_the_calls(self):
        reading = read(Skip(), (3, 10, 10))
        self.assertEqual([], reading.gaps)
        self.assertEqual(
            ["conv2d", "relu", "upsample", "concat", "conv2d"], [each["type"] for each in reading.spec["layers"]]
        )
        self.assertEqual({"input": {"shape": [3, 10, 10]}}, reading.spec["inputs"])
        self.assertEqual(["head"], reading.spec["outputs"])

    def test_attributes_are_those_of_the_module_without_its_defaults(self):
        down = layer(read(Skip(), (3, 10, 10)), "down")
        self.assertEqual(
            {"name": "down", "type": "conv2d", "inputs": ["input"], "in_channels": 3, "out_channels": 8, "kernel_size": 3, "stride": 2,
             "padding": 1},
            down,
        )

    def test_each_layer_knows_the_line_that_calls_it(self):
        reading = read(Skip(), (3, 10, 10))
        with open(__file__, encoding="utf-8") as file:
            lines = file.read().splitlines()
        for name, text in (("down", "self.down(x)"), ("cat", "torch.cat([up, x]"), ("head", "self.head(")):
            source = reading.sources[name]
            self.assertEqual(__file__, source["file"])
            self.assertIn(text, lines[source["line"] - 1])

    def test_weights_that_are_used_twice_are_a_gap(self):
        reading = read(Tower(), {"left": (6,), "right": (6,)})
        self.assertEqual(["shared weights"], [gap.kind for gap in reading.gaps])
        self.assertEqual("side.0", reading.gaps[0].layer)

    def test_a_learned_tensor_is_a_gap_that_names_it(self):
        gap = read(Learned(), (4, 8)).gaps[0]
        self.assertEqual("parameter", gap.kind)
        self.assertIn("token", gap.what)

    def test_a_subclass_with_a_forward_of_its_own_is_read_through(self):
        class Padded(nn.Conv2d):
            def forward(self, x):
                return super().forward(torch.relu(x))

        reading = read(Padded(3, 4, 3), (3, 8, 8))
        self.assertEqual("relu", reading.spec["layers"][0]["type"])

    def test_the_module_computes_nothing(self):
        module = Skip()
        read(module, (3, 10, 10))
        self.assertTrue(all(each.is_meta for each in module.parameters()))


if __name__ == "__main__":
    unittest.main()
