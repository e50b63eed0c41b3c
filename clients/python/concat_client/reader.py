"""The entry: a module and the shapes of its inputs in, a spec out."""

from dataclasses import dataclass, field
from typing import Dict, List, Sequence, Union

import torch
from torch import nn

from .modules import reader_of
from .recorder import Gap, Recorder

BATCH = 2  # Any size above 1 would do; small, because what the meta device cannot run is computed on the CPU.

Shapes = Union[Sequence[int], Dict[str, Sequence[int]]]


@dataclass
class Reading:
    """What was read of a module. The spec describes the module only when `gaps` is empty."""

    spec: dict
    gaps: List[Gap] = field(default_factory=list)
    sources: Dict[str, dict] = field(default_factory=dict)
    """Layer to `{"file", "line"}`: where the user's code calls it."""


def read(module: nn.Module, inputs: Shapes, training: bool = True) -> Reading:
    """Runs the module's forward once, without numbers, and writes down what it calls.

    `inputs` is the shape of the only input, or name to shape, in the order of forward's arguments, each without the batch. With
    `training` forward takes the path of training, so that auxiliary heads are read too. The module's parameters should be on the meta
    device, or they are moved there: the module computes nothing afterwards.
    """
    shapes = inputs if isinstance(inputs, dict) else {"input": inputs}
    module.to("meta")
    module.train(training)
    for each in module.modules():
        if reader_of(each):
            each.eval()  # The same shapes, and no random numbers or statistics.

    recorder = Recorder(module)
    tensors = [recorder.input(name, torch.empty(BATCH, *shape, device="meta")) for name, shape in shapes.items()]
    with torch.no_grad(), recorder:
        result = module(*tensors)
    spec = {
        "name": type(module).__name__,
        "inputs": {name: {"shape": list(shape)} for name, shape in shapes.items()},
        "layers": recorder.layers,
        "outputs": recorder.outputs(result),
    }
    return Reading(spec, recorder.gaps, recorder.sources)
