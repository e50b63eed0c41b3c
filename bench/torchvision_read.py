"""Reads torchvision's networks with clients/python and prints a line of JSON for each: the spec or what it lacks, torch's own count of the
parameters, and MACs counted by hooks. bench/torchvision.cs compiles the specs. Arguments: names of networks; default all."""

import json
import pathlib
import sys
import time
import warnings

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "clients" / "python"))
from concat_client import read  # noqa: E402
from concat_client.recorder import run  # noqa: E402

import torchvision  # noqa: E402

MODELS = torchvision.models
FACTORIES = (torch.empty, torch.zeros, torch.ones, torch.full, torch.rand, torch.randn)
INITIALIZERS = ("uniform_", "normal_", "erfinv_", "clamp_", "fill_", "zero_", "constant_", "trunc_normal_", "copy_")


class Skeletons(TorchFunctionMode):
    """Modules are built on the meta device, and nothing is initialized."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = dict(kwargs or {})
        if function in FACTORIES:
            kwargs["device"] = "meta"
        filled = args[0] if args else kwargs.get("tensor")
        if getattr(function, "__name__", "") in INITIALIZERS and getattr(filled, "is_meta", False):
            return filled
        return function(*args, **kwargs)


class Kernels(TorchFunctionMode):
    """What the meta device cannot run is computed on the CPU."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        return run(function, args, kwargs or {})


def networks():
    """Name to family: classification, segmentation, detection, video. Quantized twins are the same networks in int8."""
    families = {MODELS.segmentation: "segmentation", MODELS.detection: "detection", MODELS.video: "video"}
    for family in (MODELS, *families):
        for name in MODELS.list_models(module=family):
            yield name, families.get(family, "classification")


def build(name, family):
    """The network, its input's shape, and what of it is read: of a detector the backbone, for the rest is code on lists of boxes."""
    options = {"weights": None}
    if family in ("segmentation", "detection"):
        options["weights_backbone"] = None
    if name.startswith(("fcn", "deeplab")):
        options["aux_loss"] = True
    if name in ("googlenet", "inception_v3"):
        options["init_weights"] = False
    with Skeletons():
        network = MODELS.get_model(name, **options)
    size = {"inception_v3": 299, "ssd300_vgg16": 300, "ssdlite320_mobilenet_v3_large": 320}.get(name, 224)
    shape = (3, 16, 112, 112) if family == "video" else (3, size, size)
    if name.startswith(("mvit", "s3d")):
        shape = (3, 16, 224, 224)
    return (network.backbone if family == "detection" else network), shape


def macs_of(module, shape):
    """Multiplications for one sample of convolutions, linear layers and attention, counted while torch runs it."""
    total = 0

    def convolution(layer, inputs, output):
        nonlocal total
        positions = inputs[0] if layer.transposed else output
        total += positions[0, 0].numel() * layer.weight.numel()

    def linear(layer, inputs, output):
        nonlocal total
        total += output[0].numel() * layer.in_features

    def attention(layer, inputs, output):
        nonlocal total
        steps, keys, width = inputs[0].shape[1], inputs[1].shape[1], layer.embed_dim
        total += 2 * width * width * (steps + keys) + 2 * steps * keys * width

    counters = [(nn.modules.conv._ConvNd, convolution), (nn.Linear, linear), (nn.MultiheadAttention, attention)]
    hooks = [
        layer.register_forward_hook(counter)
        for layer in module.modules()
        for kind, counter in counters
        if isinstance(layer, kind)
    ]
    with torch.no_grad(), Kernels():
        module(torch.empty(2, *shape, device="meta"))
    for hook in hooks:
        hook.remove()
    return total


def report(name, family):
    network, shape = build(name, family)
    began = time.perf_counter()
    reading = read(network, {"image": shape})
    seconds = time.perf_counter() - began
    parameters = sum(each.numel() for each in network.parameters())
    answer = {"name": name, "family": family, "parameters": parameters, "seconds": seconds, "gaps": []}
    for gap in reading.gaps:
        answer["gaps"].append({"kind": gap.kind, "what": gap.what, "layer": gap.layer})
    if not reading.gaps:
        answer["spec"] = reading.spec
        answer["macs"] = macs_of(network, shape)
        answer["sourced"] = len(reading.sources)
    return answer


def main(wanted):
    warnings.simplefilter("ignore")
    for name, family in networks():
        if not wanted or name in wanted:
            print(json.dumps(report(name, family)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
