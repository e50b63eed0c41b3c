"""Layers that read the last dimension, where the features stand elsewhere."""

import pathlib
import sys
import unittest

try:
    import torch  # noqa: F401
    from torch import nn
except ImportError:
    raise unittest.SkipTest("needs torch") from None

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from concat_client import read  # noqa: E402

TYPES = frozenset({"reshape", "reshape.axes", "permute", "linear", "conv1d", "add"})


class AxesTest(unittest.TestCase):
    def layers(self, module, shape):
        reading = read(module, {"x": shape}, types=TYPES)
        self.assertEqual([], reading.gaps)
        return [(layer["type"], layer.get("axes"), layer.get("dims")) for layer in reading.spec["layers"]]

    def test_a_linear_layer_over_the_places_of_a_map_names_the_axes(self):
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = nn.Conv2d(3, 8, 2, stride=2)
                self.over = nn.Linear(6, 5)

            def forward(self, x):
                return self.over(self.conv(x))

        layers = self.layers(Net(), (3, 8, 12))
        self.assertEqual(("reshape", ["height", "width", "channels"], None), layers[1])

    def test_features_that_were_moved_last_need_no_name(self):
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = nn.Conv2d(3, 8, 1)
                self.over = nn.Linear(8, 5)

            def forward(self, x):
                return self.over(self.conv(x).movedim(1, -1))

        layers = self.layers(Net(), (3, 4, 6))
        self.assertEqual(["conv2d", "permute", "linear"], [kind for kind, _, _ in layers])
        self.assertEqual([0, 2, 3, 1], layers[1][2])

    def test_a_sum_of_tensors_in_other_orders_takes_those_of_the_first(self):
        class Net(nn.Module):
            def forward(self, x):
                return x + x.transpose(1, 2)

        layers = self.layers(Net(), (6, 6))
        self.assertEqual(["permute", "reshape", "add"], [kind for kind, _, _ in layers])
        self.assertEqual(["channels", "time"], layers[1][1])


class PartsTest(unittest.TestCase):
    def test_narrow_is_a_slice_and_rsqrt_two_layers(self):
        class Net(nn.Module):
            def forward(self, x):
                return x.narrow(1, 1, 2).rsqrt()

        reading = read(Net(), {"x": (4, 6)}, types=TYPES | {"sqrt", "reciprocal"})
        self.assertEqual([], reading.gaps)
        self.assertEqual(["slice", "sqrt", "reciprocal"], [layer["type"] for layer in reading.spec["layers"]])


if __name__ == "__main__":
    unittest.main()
