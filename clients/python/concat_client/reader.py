"""The entry: a module and the shapes of its inputs in, a spec out."""

from dataclasses import dataclass, field
from typing import Dict, FrozenSet, List, Optional, Sequence, Tuple, Union

import torch
from torch import nn

from .axes import follow
from .modules import reader_of
from .guesses import BATCH
from .recorder import CallRecord, Fault, Gap, Recorder, first_line
from .sites import LIBRARIES, SKIPPED_FOLDERS, Builds, Site

Shapes = Union[Sequence[int], Dict[str, Sequence[int]]]


@dataclass
class Reading:
    """What was read of a module. The spec describes the module only when `gaps` is empty."""

    spec: dict
    gaps: List[Gap] = field(default_factory=list)
    sources: Dict[str, dict] = field(default_factory=dict)
    """Layer to `{"file", "line"}`: where the user's code calls it."""
    faults: List[Fault] = field(default_factory=list)
    """The calls that torch refuses. Their layers are in the spec as the calls say, and what follows them too."""
    doubts: List[Gap] = field(default_factory=list)
    """The calls that torch runs, and hardly as they are meant; `kind` is a code."""
    calls: Dict[str, CallRecord] = field(default_factory=dict)
    builds: Dict[str, List[Site]] = field(default_factory=dict)
    """Layer to the user's frames that built its module, the innermost first; for modules built under `Builds`."""
    shapes: Dict[str, Tuple[int, ...]] = field(default_factory=dict)
    """Input or layer to the shape of its output, without the batch, as torch gives it or, behind a fault, would."""
    learned: Dict[str, Tuple[int, ...]] = field(default_factory=dict)
    """The module's parameters and buffers, with their whole shapes."""
    owners: Dict[str, type] = field(default_factory=dict)
    """Parameter or buffer to the class of the module that has it."""
    stand_ins: List[str] = field(default_factory=list)
    """The inputs of the spec that forward does not have: they stand for learned tensors and for what cannot be read."""
    stopped: Optional[Fault] = None
    """The exception of the user's own code behind which nothing is read."""


def read(module: nn.Module, inputs: Shapes, training: bool = True, dtypes: Optional[Dict[str, torch.dtype]] = None,
         builds: Optional[Builds] = None, types: FrozenSet[str] = frozenset()) -> Reading:
    """Runs the module's forward once, without numbers, and writes down what it calls. A forward that fails is read too: see `Reading`.

    `inputs` is the shape of the only input, or name to shape, in the order of forward's arguments, each without the batch; `dtypes` says
    which are not float32. With `training` forward takes the path of training, so that auxiliary heads are read too. The module's parameters
    should be on the meta device, or they are moved there: the module computes nothing afterwards. `builds` is what the module was built
    under, for the lines of its constructors; `types` are the layer types that the service has beyond the first ones (`Client.types`).
    """
    shapes = inputs if isinstance(inputs, dict) else {"input": inputs}
    dtypes = dtypes or {}
    module.to("meta")
    module.train(training)
    for each in module.modules():
        if reader_of(each):
            each.eval()  # The same shapes, and no random numbers or statistics.

    learned = {path: tuple(each.shape) for path, each in [*module.named_parameters(), *module.named_buffers()]}
    owners = {path: type(module.get_submodule(path.rpartition(".")[0])) for path in learned}
    recorder = Recorder(module, types)
    tensors = [
        recorder.input(name, torch.empty(BATCH, *shape, dtype=dtypes.get(name, torch.float32), device="meta"))
        for name, shape in shapes.items()
    ]
    stopped, result = None, None
    try:
        with torch.no_grad(), recorder:
            result = module(*tensors)
    except Exception as error:
        stopped = stop(error)
        recorder.gaps.append(Gap("stopped", f"{stopped.what}: {stopped.message}", "", stopped.source))
    spec = {
        "name": type(module).__name__,
        "inputs": {name: of_input(shape, dtypes.get(name)) for name, shape in shapes.items()},
        "layers": recorder.layers,
        "outputs": recorder.outputs(result) if stopped is None else unread(recorder.layers),
    }
    spec["inputs"].update(recorder.stand_ins)
    name_axes(spec)
    name_axes_of_layers(spec, types)
    if "reshape.axes" in types and not recorder.faults:  # sizes behind a fault are guesses, and must not be nailed down
        follow(spec, recorder.shapes)
    built = {
        name: builds.of(call.module) for name, call in recorder.calls.items() if builds is not None and call and call.module is not None
    }
    return Reading(
        spec, recorder.gaps, recorder.sources, recorder.faults, recorder.doubts, recorder.calls, built, recorder.shapes, learned, owners,
        list(recorder.stand_ins), stopped,
    )  # fmt: skip


def of_input(shape, dtype) -> dict:
    integer = dtype is not None and not dtype.is_floating_point
    return {"shape": list(shape), **({"dtype": "int64"} if integer else {})}


OF_SEQUENCES = ("lstm", "gru", "multi_head_attention", "linear", "layer_norm", "rms_norm")
OF_CHANNELS = ("conv1d", "conv_transpose1d", "batch_norm", "instance_norm", "group_norm", "max_pool1d", "avg_pool1d", "adaptive_avg_pool1d",
               "adaptive_max_pool1d", "global_avg_pool", "global_max_pool")
SEQUENCES = {**dict.fromkeys(OF_SEQUENCES, True), **dict.fromkeys(OF_CHANNELS, False)}


def name_axes(spec) -> None:
    """Says of the inputs which axes they have, by the layers that they reach first: [time, features] or the default [channels, time]; and
    [height, width, channels] where a linear layer or a layer norm is made for the last size."""
    for name, given in spec["inputs"].items():
        shape = given["shape"]
        if "axes" in given or len(shape) not in (2, 3):
            continue
        first = first_reader(spec["layers"], name)
        if first is not None and len(shape) == 2 and SEQUENCES[first["type"]]:
            given["axes"] = ["time", "features"]
        if first is not None and len(shape) == 3:
            width = first.get("in_features", first.get("normalized_shape"))
            if width == shape[-1] != shape[0]:
                given["axes"] = ["height", "width", "channels"]


def name_axes_of_layers(spec, types) -> None:
    """The same of reshapes and learned tensors, where the service lets them name their axes."""
    for layer in spec["layers"]:
        if layer["type"] in ("reshape", "parameter") and len(layer["shape"]) == 2 and f"{layer['type']}.axes" in types:
            first = first_reader(spec["layers"], layer["name"])
            if first is not None and SEQUENCES[first["type"]]:
                layer["axes"] = ["time", "features"]


def first_reader(layers, name) -> Optional[dict]:
    """The first layer behind the input that tells what its axes are."""
    reached = {name}
    for layer in layers:
        if any(each.partition(":")[0] in reached for each in layer["inputs"]):
            if layer["type"] in SEQUENCES:
                return layer
            if layer["type"] not in ("flatten", "reshape", "permute", "reduce", "matmul"):
                reached.add(layer["name"])
    return None


def unread(layers) -> List[str]:
    """The layers that no other reads."""
    used = {name.partition(":")[0] for layer in layers for name in layer["inputs"]}
    return [layer["name"] for layer in layers if layer["name"] not in used and layer["type"] != "split"]


def stop(error: Exception) -> Fault:
    """Where the user's code raised, or called what raised: the innermost of their own lines."""
    frame, source = error.__traceback__, None
    while frame is not None:
        file = frame.tb_frame.f_code.co_filename
        if not file.startswith(SKIPPED_FOLDERS) and not any(folder in file for folder in LIBRARIES):
            source = {"file": file, "line": frame.tb_lineno}
        frame = frame.tb_next
    return Fault((), type(error).__name__, first_line(error), (), (), source)
