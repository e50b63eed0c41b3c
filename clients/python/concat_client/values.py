"""What the reader knows of a tensor beside the name of the layer that made it."""

from dataclasses import dataclass
from typing import Tuple


@dataclass(frozen=True)
class Learned:
    """A parameter or buffer of the module, or something computed of such alone. No input of the network is in it."""

    path: str
    shape: Tuple[int, ...]
    trainable: bool = True


@dataclass(frozen=True)
class Normalized:
    """The layer `of`, divided by the L2 norm of its features at each position. With a learned scale it is an `l2_norm`."""

    of: str
    eps: float


class Unreadable(Exception):
    """A call that cannot be written as a layer; `kind` is what the spec language would need."""

    def __init__(self, kind: str, what: str):
        super().__init__(what)
        self.kind = kind


@dataclass(frozen=True)
class Final:
    """The states of a recurrent layer after the last step, `[layers * directions, N, hidden]`, or an lstm's cells, which have no layer."""

    of: str
    layers: int
    directions: int
    hidden: int
    is_cell: bool = False


@dataclass(frozen=True)
class Turned:
    """The layer `of` with its axes in another order, in which the batch is not the first: `of.permute(dims)`."""

    of: str
    dims: Tuple[int, ...]
