"""Layer types that a service may have or not: the spec uses what it has, and otherwise there is a gap."""

import pathlib
import sys
import unittest

try:
    import torch
    from torch import nn
except ImportError:
    raise unittest.SkipTest("needs torch") from None

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from concat_client import Client, read  # noqa: E402
from tests.fake_service import FakeService  # noqa: E402
from tests.test_reader import module_of  # noqa: E402

TYPES = frozenset(
    "affine exp reciprocal clamp pow reduce matmul roll slice.step parameter parameter.axes reshape.axes conv2d.weights opaque".split()
)


def layers_of(forward, shape=(4, 8, 8), **parts):
    """The layers without names and inputs, and the kinds of the gaps."""
    reading = read(module_of(forward, **parts), shape, types=TYPES)
    layers = [{key: value for key, value in layer.items() if key not in ("name", "inputs")} for layer in reading.spec["layers"]]
    return layers, [gap.kind for gap in reading.gaps]


class TypeTests(unittest.TestCase):
    def check(self, expected, forward, gaps=(), **options):
        self.assertEqual((expected, list(gaps)), layers_of(forward, **options))

    def test_arithmetic_with_numbers_is_affine_in_its_order(self):
        self.check([{"type": "affine", "scale": 2}, {"type": "affine", "shift": -1}], lambda self, x: x * 2 - 1)
        self.check([{"type": "affine", "scale": -1, "shift": 3}, {"type": "affine", "scale": 0.25}], lambda self, x: (3 - x) / 4)
        self.check([{"type": "reciprocal"}, {"type": "affine", "scale": 2}], lambda self, x: 2 / x)

    def test_functions_of_one_tensor_are_layers(self):
        self.check([{"type": "exp"}, {"type": "clamp", "min": 0, "max": 1}, {"type": "pow", "exponent": 2}],
                   lambda self, x: torch.exp(x).clamp(0, 1) ** 2)

    def test_reductions_name_their_axes(self):
        self.check([{"type": "reduce", "op": "sum", "axes": [1], "keep_dims": True}], lambda self, x: x.sum(1, keepdim=True))
        self.check([{"type": "reduce", "op": "mean", "axes": [3]}], lambda self, x: x.mean(-1))
        self.check([{"type": "global_avg_pool"}], lambda self, x: x.mean((2, 3)))

    def test_products_rolls_and_steps_are_layers(self):
        self.check([{"type": "permute", "dims": [0, 1, 3, 2]}, {"type": "matmul"}], lambda self, x: x @ x.transpose(-2, -1))
        self.check([{"type": "roll", "axis": 2, "shift": 1}, {"type": "roll", "axis": 3, "shift": -1}],
                   lambda self, x: torch.roll(x, (1, -1), (2, 3)))
        self.check([{"type": "slice", "axis": 2, "start": 1, "step": 2}], lambda self, x: x[:, :, 1::2])

    def test_a_learned_tensor_is_one_layer_for_all_that_read_it(self):
        self.check([{"type": "parameter", "shape": [9, 6], "axes": ["time", "features"]}, {"type": "add"}, {"type": "add"},
                    {"type": "linear", "in_features": 6, "out_features": 2}],
                   lambda self, x: self.fc(x + self.place + self.place), shape=(9, 6), place=nn.Parameter(torch.zeros(1, 9, 6)),
                   fc=nn.Linear(6, 2))

    def test_a_module_that_is_used_twice_shares_its_weights(self):
        self.check([{"type": "conv2d", "in_channels": 4, "out_channels": 4, "kernel_size": 1},
                    {"type": "conv2d", "in_channels": 4, "out_channels": 4, "kernel_size": 1, "weights": "conv"}],
                   lambda self, x: self.conv(self.conv(x)), conv=nn.Conv2d(4, 4, 1))

    def test_a_reshape_before_a_sequence_layer_names_its_axes(self):
        self.check([{"type": "reshape", "shape": [8, 32], "axes": ["time", "features"]},
                    {"type": "linear", "in_features": 32, "out_features": 3}],
                   lambda self, x: self.fc(x.reshape(x.size(0), 8, 32)), fc=nn.Linear(32, 3))

    def test_volumes_have_types_where_the_service_has_them(self):
        def forward(self, x):
            return self.pool(self.conv(x))

        parts = {"conv": nn.Conv3d(2, 4, 3), "pool": nn.MaxPool3d(2)}
        reading = read(module_of(forward, **parts), (2, 6, 8, 8), types=frozenset(["conv3d", "max_pool3d"]))
        self.assertEqual((["conv3d", "max_pool3d"], []), ([layer["type"] for layer in reading.spec["layers"]], reading.gaps))
        reading = read(module_of(forward, **parts), (2, 6, 8, 8))
        self.assertEqual((["conv3d", "max_pool3d"], []), ([gap.kind for gap in reading.gaps], reading.spec["layers"]))

    def test_what_has_no_type_is_opaque(self):
        self.check([{"type": "opaque", "of": "std", "output_shape": [8]}], lambda self, x: torch.std(x, (1, 2)), gaps=["std"])

    def test_the_types_of_a_service_are_asked_for_once(self):
        kinds = {"data": [{"type": "roll", "attributes": [{"name": "axis"}]}]}
        with FakeService((200, {}, kinds)) as service:
            client = Client(service.url)
            self.assertEqual({"roll", "roll.axis"}, client.types())
            self.assertIs(client.types(), client.types())
        self.assertEqual(1, len(service.asked))


if __name__ == "__main__":
    unittest.main()
