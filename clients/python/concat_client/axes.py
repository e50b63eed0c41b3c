"""What each dimension of a tensor is. torch counts dimensions, the language names axes: a reshape that keeps every size says which are
meant where a layer works on the last dimension and the features stand elsewhere."""

from typing import Dict, List, Optional

DEFAULT = {1: ["channels"], 2: ["channels", "time"], 3: ["channels", "height", "width"], 4: ["channels", "depth", "height", "width"]}
LAST = {1: ["channels"], 2: ["time", "channels"], 3: ["height", "width", "channels"], 4: ["depth", "height", "width", "channels"]}
ON_LAST = ("linear", "layer_norm", "rms_norm", "lstm", "gru", "multi_head_attention")
ON_CHANNELS = ("conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "batch_norm", "instance_norm",
               "group_norm", "prelu")  # fmt: skip
MERGES = ("add", "subtract", "multiply", "divide", "average", "maximum", "minimum", "concat")
MADE = ("reshape", "parameter", "opaque")

Axes = Optional[List[str]]


def follow(spec: dict, shapes: Dict[str, tuple]) -> None:
    """Puts a reshape with `axes` before each layer that would otherwise read the wrong axis as its features."""
    known: Dict[str, Axes] = {name: given(entry) for name, entry in spec["inputs"].items()}
    names, written = set(known) | {layer["name"] for layer in spec["layers"]}, []

    def named(wire, wanted):
        """The wire with these axes, by a layer of its own."""
        shape = shapes.get(wire)
        if wanted is None or shape is None or known.get(wire) in (None, wanted) or len(shape) != len(wanted):
            return wire
        own = f"{wire.replace(':', '_')}_axes"
        while own in names:
            own += "_"
        names.add(own)
        written.append({"name": own, "type": "reshape", "inputs": [wire], "shape": list(shape), "axes": wanted})
        known[own], shapes[own] = wanted, shape
        return own

    for layer in spec["layers"]:
        inputs = layer["inputs"]
        if inputs and layer["type"] in ON_LAST and known.get(inputs[0]) and known[inputs[0]][-1] != "channels":
            inputs = [named(wire, LAST.get(len(shapes.get(wire, ())))) for wire in inputs]
        elif inputs and layer["type"] in ON_CHANNELS and known.get(inputs[0]) and known[inputs[0]][0] != "channels":
            inputs = [named(inputs[0], DEFAULT.get(len(shapes.get(inputs[0], ())))), *inputs[1:]]
        elif layer["type"] in MERGES and len(inputs) > 1:
            inputs = [inputs[0], *(named(wire, known.get(inputs[0])) for wire in inputs[1:])]
        layer["inputs"] = inputs
        written.append(layer)
        known[layer["name"]] = after(layer, known, shapes)
    spec["layers"][:] = written


def given(entry: dict) -> Axes:
    """The axes that an input or a layer says, or those that its rank has by default."""
    axes = entry.get("axes")
    return ["channels" if each == "features" else each for each in axes] if axes else DEFAULT.get(len(entry["shape"]))


def after(layer: dict, known: Dict[str, Axes], shapes: Dict[str, tuple]) -> Axes:
    shape = shapes.get(layer["name"])
    if shape is None:
        return None
    before = known.get(layer["inputs"][0]) if layer["inputs"] else None
    if layer["type"] in MADE:
        return given({**layer, "shape": shape})
    if layer["type"] == "permute" and before and len(before) == len(layer["dims"]) - 1:
        return [before[dim - 1] for dim in layer["dims"][1:]]
    if layer["type"] == "reduce" and before and not layer.get("keep_dims") and isinstance(layer.get("axes"), list):
        gone = [axis - 1 for axis in layer["axes"] if isinstance(axis, int)]
        return [axis for i, axis in enumerate(before) if i not in gone] if len(gone) == len(layer["axes"]) else None
    if before and len(before) == len(shape):
        return before
    return DEFAULT.get(len(shape)) if layer["type"] == "flatten" or layer["type"].startswith("global_") else None
