"""Modules whose forward fails are read to the end."""

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
from concat_client.sites import Builds  # noqa: E402
from tests.test_reader import module_of  # noqa: E402


def reading_of(forward, shape=(4, 8, 8), dtypes=None, **parts):
    return read(module_of(forward, **parts), shape, dtypes=dtypes)


def shapes_of(forward, shape=(4, 8, 8), **parts):
    """The shapes of all layers, and what torch refuses, by kind of call."""
    reading = reading_of(forward, shape, **parts)
    return [reading.shapes.get(layer["name"]) for layer in reading.spec["layers"]], [fault.what for fault in reading.faults]


def types_of(reading):
    return [layer["type"] for layer in reading.spec["layers"]]


class FaultTests(unittest.TestCase):
    def test_a_concat_of_other_sizes_takes_those_of_the_first(self):
        parts = {"pool": nn.MaxPool2d(2), "head": nn.Conv2d(8, 2, 1)}
        shapes, faults = shapes_of(lambda self, x: self.head(torch.cat([x, self.pool(x)], 1)), **parts)
        self.assertEqual(([(4, 4, 4), (8, 8, 8), (2, 8, 8)], ["cat"]), (shapes, faults))

    def test_a_fault_has_its_layer_its_line_and_what_went_in(self):
        reading = reading_of(lambda self, x: torch.cat([x, self.pool(x)], 1), pool=nn.MaxPool2d(2))
        fault = reading.faults[0]
        self.assertEqual((("cat",), ("input", "pool"), ((4, 8, 8), (4, 4, 4)), __file__),
                         (fault.layers, fault.inputs, fault.shapes, fault.source["file"]))
        self.assertIn("Sizes of tensors must match", fault.message)

    def test_a_convolution_of_other_channels_gives_its_own(self):
        parts = {"a": nn.Conv2d(3, 6, 3, stride=2, padding=1), "b": nn.ConvTranspose2d(5, 2, 2, 2)}
        shapes, faults = shapes_of(lambda self, x: self.b(self.a(x)), **parts)
        self.assertEqual(([(6, 4, 4), (2, 8, 8)], ["Conv2d", "ConvTranspose2d"]), (shapes, faults))

    def test_a_window_larger_than_the_map_gives_one(self):
        shapes, faults = shapes_of(lambda self, x: self.pool(self.conv(x)), conv=nn.Conv2d(4, 2, 11), pool=nn.MaxPool2d(3))
        self.assertEqual(([(2, 1, 1), (2, 1, 1)], ["Conv2d", "MaxPool2d"]), (shapes, faults))

    def test_a_sum_takes_the_larger_sizes(self):
        shapes, faults = shapes_of(lambda self, x: x + self.conv(x), conv=nn.Conv2d(4, 6, 1, stride=2))
        self.assertEqual(([(6, 4, 4), (4, 8, 8)], ["add"]), (shapes, faults))

    def test_a_view_that_does_not_fit_is_what_it_asks_for(self):
        shapes, faults = shapes_of(lambda self, x: self.fc(x.view(-1, 100)), fc=nn.Linear(100, 3))
        self.assertEqual(([(100,), (3,)], ["view"]), (shapes, faults))

    def test_a_view_that_torch_takes_by_mixing_samples_is_a_fault(self):
        shapes, faults = shapes_of(lambda self, x: self.fc(x.view(-1, 128)), fc=nn.Linear(128, 3))
        self.assertEqual(([(128,), (3,)], ["view"]), (shapes, faults))

    def test_axes_that_are_meant_for_the_batch_are_no_fault(self):
        reading = reading_of(lambda self, x: x.view(-1, 8))
        self.assertEqual(([], ["batch"]), (reading.faults, [gap.kind for gap in reading.gaps]))

    def test_a_linear_layer_on_a_map_gives_what_flattening_would(self):
        shapes, faults = shapes_of(lambda self, x: self.fc(x), fc=nn.Linear(256, 3))
        self.assertEqual(([(3,)], ["Linear"]), (shapes, faults))

    def test_a_recurrent_layer_of_another_width_gives_its_own(self):
        parts = {"rnn": nn.LSTM(10, 6, batch_first=True), "fc": nn.Linear(6, 2)}
        shapes, faults = shapes_of(lambda self, x: self.fc(self.rnn(x)[0][:, -1]), (7, 12), **parts)
        self.assertEqual(([(7, 6), None, (6,), (2,)], ["LSTM"]), (shapes, faults))

    def test_a_convolution_that_takes_the_batch_for_channels_is_a_fault(self):
        reading = reading_of(lambda self, x: self.conv(x), (9, 9), conv=nn.Conv2d(2, 5, 3))
        self.assertIn("takes the batch", reading.faults[0].message)
        self.assertEqual((5, 7, 7), reading.shapes["conv"])

    def test_decisions_on_shapes_follow_the_guesses(self):
        def forward(self, x):
            y = torch.cat([x, self.pool(x)], 1)
            return y.relu() if y.shape[2] == 8 else y.tanh()

        self.assertEqual(["max_pool2d", "concat", "relu"],
                         [layer["type"] for layer in reading_of(forward, pool=nn.MaxPool2d(2)).spec["layers"]])

    def test_a_lazy_module_takes_what_comes(self):
        reading = reading_of(lambda self, x: self.fc(self.conv(x).flatten(1)), conv=nn.LazyConv2d(6, 3), fc=nn.LazyLinear(5))
        self.assertEqual(([], (5,)), (reading.faults, reading.shapes["fc"]))
        self.assertEqual({"name", "type", "inputs", "out_features"}, set(reading.spec["layers"][-1]))

    def test_a_module_that_runs_has_no_faults(self):
        shapes, faults = shapes_of(lambda self, x: F.relu(self.conv(x)), conv=nn.Conv2d(4, 2, 3))
        self.assertEqual(([(2, 6, 6), (2, 6, 6)], []), (shapes, faults))


class StandInTests(unittest.TestCase):
    def test_a_gap_of_the_same_shape_keeps_the_wires(self):
        layers = reading_of(lambda self, x: self.conv(torch.roll(x, 1, 2)), conv=nn.Conv2d(4, 4, 1)).spec["layers"]
        self.assertEqual([("roll", "identity", ["input"]), ("conv", "conv2d", ["roll"])],
                         [(layer["name"], layer["type"], layer["inputs"]) for layer in layers])

    def test_a_gap_of_another_shape_is_an_input(self):
        reading = reading_of(lambda self, x: self.fc(torch.std(x, (1, 2))), fc=nn.Linear(8, 2))
        self.assertEqual(({"shape": [8]}, ["std"]), (reading.spec["inputs"]["std"], reading.stand_ins))

    def test_a_learned_tensor_is_an_input_without_the_batch(self):
        reading = reading_of(lambda self, x: x + self.place, (9, 6), place=nn.Parameter(torch.zeros(1, 9, 6)))
        self.assertEqual({"shape": [9, 6]}, reading.spec["inputs"]["place"])
        self.assertEqual(["input", "place"], reading.spec["layers"][0]["inputs"])

    def test_states_that_are_made_in_forward_are_no_gap(self):
        def forward(self, x):
            state = torch.zeros(1, x.size(0), 6)
            return self.rnn(x, state)[0]

        reading = reading_of(forward, (7, 10), rnn=nn.GRU(10, 6, batch_first=True))
        self.assertEqual(([], ["gru"]), (reading.gaps, [layer["type"] for layer in reading.spec["layers"]]))

    def test_a_move_to_a_device_that_is_not_here_is_none(self):
        self.assertEqual(["relu"], [layer["type"] for layer in reading_of(lambda self, x: x.cuda().relu()).spec["layers"]])


class OrderTests(unittest.TestCase):
    def test_queries_keys_and_values_are_cut_out_of_one_layer(self):
        def forward(self, x):
            q, k, v = self.qkv(x).reshape(x.size(0), 9, 3, 2, 4).permute(2, 0, 3, 1, 4).unbind(0)
            return q + k + v

        reading = reading_of(forward, (9, 8), qkv=nn.Linear(8, 24))
        self.assertEqual([], reading.gaps)
        self.assertEqual(["linear", "reshape", *["slice", "reshape", "permute"] * 3, "add", "add"], types_of(reading))
        self.assertEqual((2, 9, 4), reading.shapes[reading.spec["outputs"][0]])
        cuts = [(each["axis"], each["start"], each["end"]) for each in reading.spec["layers"] if each["type"] == "slice"]
        self.assertEqual([(2, 0, 1), (2, 1, 2), (2, 2, 3)], cuts)
        self.assertEqual([0, 2, 1, 3], next(each["dims"] for each in reading.spec["layers"] if each["type"] == "permute"))

    def test_a_permutation_and_its_reverse_are_none(self):
        reading = reading_of(lambda self, x: x.permute(1, 0, 2, 3).permute(1, 0, 2, 3).relu())
        self.assertEqual((["relu"], []), (types_of(reading), reading.gaps))

    def test_what_works_along_the_batch_is_a_gap(self):
        self.assertEqual(["batch"], [gap.kind for gap in reading_of(lambda self, x: x.transpose(0, 1).flatten(1)).gaps])


class RecurrentTests(unittest.TestCase):
    def test_the_last_state_is_the_output_at_the_last_step(self):
        rnn = nn.LSTM(10, 6, num_layers=2, batch_first=True)
        layers = reading_of(lambda self, x: self.rnn(x)[1][0][-1], (7, 10), rnn=rnn).spec["layers"]
        self.assertEqual([("lstm", None), ("slice", -1), ("reshape", None)], [(layer["type"], layer.get("start")) for layer in layers])

    def test_both_directions_have_their_ends(self):
        def forward(self, x):
            _, (h, _) = self.rnn(x)
            return torch.cat((h[-2], h[-1]), 1)

        layers = reading_of(forward, (7, 10), rnn=nn.LSTM(10, 6, batch_first=True, bidirectional=True)).spec["layers"]
        self.assertEqual([(1, -1, None), (2, 0, 6), (1, 0, 1), (2, 6, 12)],
                         [(each["axis"], each["start"], each.get("end")) for each in layers if each["type"] == "slice"])

    def test_sequences_may_stand_before_the_batch(self):
        def forward(self, x):
            out, _ = self.rnn(x.transpose(0, 1))
            return self.fc(out.relu()).permute(1, 0, 2)

        reading = reading_of(forward, (7, 10), rnn=nn.GRU(10, 6), fc=nn.Linear(6, 2))
        self.assertEqual((["gru", "relu", "linear"], [], []), (types_of(reading), reading.gaps, reading.doubts))
        self.assertEqual(["fc"], reading.spec["outputs"])

    def test_an_encoder_of_sequences_before_the_batch_is_read(self):
        reading = reading_of(lambda self, x: self.encoder(x.transpose(0, 1)).mean(0), (7, 8), encoder=nn.TransformerEncoderLayer(8, 2))
        self.assertEqual([], reading.gaps)
        self.assertEqual(("multi_head_attention", "global_avg_pool"), (types_of(reading)[0], types_of(reading)[-1]))

    def test_the_batch_in_place_of_the_steps_is_a_doubt(self):
        for name, module in (("rnn", nn.GRU(10, 6)), ("attention", nn.MultiheadAttention(10, 2))):
            reading = reading_of(lambda self, x: self.part(*[x] * (3 if name == "attention" else 1))[0], (7, 10), part=module)
            self.assertEqual([("torch.batch_first", "part")], [(doubt.kind, doubt.layer) for doubt in reading.doubts])
            self.assertEqual(([], 1), (reading.gaps, len(reading.spec["layers"])))

    def test_words_have_integers(self):
        reading = reading_of(lambda self, x: self.words(x), (7,), {"input": torch.int64}, words=nn.Embedding(50, 6))
        self.assertEqual(({"shape": [7], "dtype": "int64"}, "embedding"),
                         (reading.spec["inputs"]["input"], reading.spec["layers"][0]["type"]))

    def test_sequences_have_their_axes(self):
        words = reading_of(lambda self, x: self.fc(x), (7, 10), fc=nn.Linear(10, 2)).spec["inputs"]["input"]
        sound = reading_of(lambda self, x: self.conv(x), (7, 10), conv=nn.Conv1d(7, 2, 3)).spec["inputs"]["input"]
        self.assertEqual((["time", "features"], None), (words.get("axes"), sound.get("axes")))


class Made(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(4, width, 1)
        self.both = nn.Sequential(helper(width), nn.ReLU())

    def forward(self, x):
        return self.both(self.conv(x))


def helper(width):
    return nn.Conv2d(width, 2, 1)


class BuildTests(unittest.TestCase):
    def test_a_module_has_the_lines_that_build_it(self):
        with Builds() as builds:
            net = Made(6)
        reading = read(net, (4, 8, 8), builds=builds)
        first = Made.__init__.__code__.co_firstlineno
        self.assertEqual([first + 2], [site.line for site in reading.builds["conv"]][:1])
        self.assertEqual([helper.__code__.co_firstlineno + 1, first + 3], [site.line for site in reading.builds["both.0"]][:2])

    def test_a_call_has_the_names_of_its_tensors(self):
        def forward(self, x):
            wide = self.conv(x)
            return torch.cat([x, wide], 1)

        call = reading_of(forward, conv=nn.Conv2d(4, 2, 1)).calls["cat"]
        self.assertEqual((["input", "conv"], {"input": "x", "conv": "wide"}, "cat"), (call.tensors, call.names, call.function))


if __name__ == "__main__":
    unittest.main()
