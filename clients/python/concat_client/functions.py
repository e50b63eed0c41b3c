"""The functions of torch and methods of tensors that are layers of the spec, by their plain name. Each reader takes torch's arguments."""

import torch

from .modules import simple, unless
from .values import Final, Learned, Normalized, Turned, Unreadable


def plain_name(function) -> str:
    """add for torch.add, Tensor.add_, Tensor.__add__, Tensor.__iadd__ and Tensor.__radd__."""
    name = getattr(function, "__name__", str(function))
    if name.startswith("__") and name.endswith("__"):
        name = name.strip("_")
        return name[1:] if name[1:] in ("add", "mul") or name in ("isub", "itruediv") else name
    return name.rstrip("_")


AFFINE = {
    "add": lambda number: {"shift": number},
    "subtract": lambda number: {"shift": -number},
    "multiply": lambda number: {"scale": number},
    "divide": lambda number: {"scale": 1 / number} if number else {"scale": 0},
}


def merge(kind):
    """An element-wise function of two tensors."""

    def read(call, first, second, alpha=1, **options):
        if call.knows("affine") and alpha == 1 and kind in AFFINE and isinstance(first, torch.Tensor) and isinstance(second, (int, float)):
            return call.add("affine", call.ref(first), **AFFINE[kind](second))
        if not (isinstance(first, torch.Tensor) and isinstance(second, torch.Tensor)) or alpha != 1 or options.get("rounding_mode"):
            raise Unreadable("arithmetic with numbers", f"{kind} with a number")
        return call.add(kind, call.ref(first), call.ref(second))

    return read


def turned(kind):
    """b - a and b / a as Python calls them, with a first."""

    def read(call, first, second):
        if isinstance(second, torch.Tensor):
            return merge(kind)(call, second, first)
        if kind == "subtract" and call.knows("affine"):
            return call.add("affine", call.ref(first), scale=-1, shift=second)
        if kind == "divide" and call.knows("affine") and call.knows("reciprocal"):
            return call.add("affine", call.add("reciprocal", call.ref(first)), scale=second)
        raise Unreadable("arithmetic with numbers", f"{kind} with a number")

    return read


def divide(call, first, second, rounding_mode=None):
    if isinstance(second, torch.Tensor) and not call.knows("divide"):
        raise Unreadable("divide", "a division of two tensors")
    return merge("divide")(call, first, second, rounding_mode=rounding_mode)


def unary(kind):
    def read(call, input):
        if not call.knows(kind):
            raise Unreadable(kind, f"{kind} has no layer type")
        return call.add(kind, call.ref(input))

    return read


def rsqrt(call, input):
    if not (call.knows("sqrt") and call.knows("reciprocal")):
        raise Unreadable("rsqrt", "rsqrt has no layer type")
    return call.add("reciprocal", call.add("sqrt", call.ref(input)))


def clamp(call, input, min=None, max=None):
    if not call.knows("clamp") or isinstance(min, torch.Tensor) or isinstance(max, torch.Tensor):
        raise Unreadable("clamp", "a clamp")
    return call.add("clamp", call.ref(input), min=min, max=max)


def power(call, input, exponent):
    if not call.knows("pow") or not isinstance(exponent, (int, float)):
        raise Unreadable("pow", "a power")
    return call.add("pow", call.ref(input), exponent=exponent)


def matmul(call, first, second):
    if not call.knows("matmul") or first.dim() != second.dim() or first.dim() < 3:
        raise Unreadable("matmul", f"a product of {list(first.shape)} and {list(second.shape)}")
    return call.add("matmul", call.ref(first), call.ref(second))


def roll(call, input, shifts, dims=None):
    shifts, dims = (value if isinstance(value, (tuple, list)) else (value,) for value in (shifts, dims))
    if not call.knows("roll") or None in dims or any(dim % input.dim() == 0 for dim in dims):
        raise Unreadable("roll", "a roll")
    name = call.ref(input)
    for shift, dim in zip(shifts, dims):
        name = call.add("roll", name, axis=dim % input.dim(), shift=shift)
    return name


def reduce(op):
    """A number of all along some axes."""

    def read(call, input, dim=None, keepdim=False, **options):
        dims = sorted(each % input.dim() for each in (dim if isinstance(dim, (tuple, list)) else [dim]) if each is not None)
        if not call.knows("reduce") or not dims or 0 in dims:
            raise Unreadable("reduce", f"{op} over the axes {dims} of {list(input.shape)}")
        return call.add("reduce", call.ref(input), op=op, axes=dims, keep_dims=unless(keepdim, False))

    return read


def multiply(call, first, second, **options):
    """A product of two layers, or a layer times a learned number for each channel."""
    for data, other in ((first, second), (second, first)):
        scale = call.value(other)
        if isinstance(scale, Learned):
            return scaled(call, data, scale, other)
    return merge("multiply")(call, first, second, **options)


def scaled(call, data, scale, tensor):
    """A depthwise 1x1 convolution has the same weights and gives the same numbers; its MACs are counted, though."""
    channels = data.shape[1]
    if data.dim() != 4 or tuple(tensor.shape[-3:]) != (channels, 1, 1) or tensor.numel() != channels:
        raise Unreadable("parameter", f"the learned tensor {scale.path} {list(scale.shape)}")
    value = call.value(data)
    if isinstance(value, Normalized):
        call.own(scale)
        return call.add("l2_norm", value.of, path=scale.path, eps=value.eps)
    source = call.ref(data)
    call.own(scale)
    return call.add("conv2d", source, path=scale.path, out_channels=channels, kernel_size=1, groups=channels, bias=False)


def normalize(call, input, p=2.0, dim=1, eps=1e-12, out=None):
    if p != 2 or dim != 1:
        raise Unreadable("normalize", f"a division by a norm of order {p} over axis {dim}")
    return Normalized(call.ref(input), eps)


def concat(call, tensors, dim=0):
    names = [call.ref(each) for each in tensors]
    return names[0] if len(names) == 1 else call.add("concat", *names, axis=dim)


def stack(call, tensors, dim=0):
    """A concat along a new axis of one element."""
    rank = tensors[0].dim() + 1
    axis = dim % rank
    if axis == 0:
        raise Unreadable("batch", "a stack of batches")
    names = []
    for each in tensors:
        shape = list(each.shape[1:])
        shape.insert(axis - 1, 1)
        names.append(call.add("reshape", call.ref(each), shape=shape))
    return call.add("concat", *names, axis=axis)


def split(call, tensor, split_size_or_sections=None, dim=0, chunks=None, **options):
    sizes = [each.shape[dim] for each in call.result]
    name = call.add("split", call.ref(tensor), axis=dim, sections=sizes)
    return [f"{name}:{part}" for part in range(len(sizes))]


def getitem(call, tensor, index):
    """Slices of step 1 and single indices; anything else has no layer type."""
    index = index if isinstance(index, tuple) else (index,)
    final = call.value(tensor)
    if isinstance(final, Final):
        return last_step(call, final, index)
    if isinstance(final, Turned) and len(index) == 1 and isinstance(index[0], int):
        return part_of(call, tensor, final, index[0])
    if any(not (isinstance(part, (slice, int)) or part is Ellipsis) for part in index):
        raise Unreadable("index", f"the index {index}")
    if Ellipsis in index:
        at = index.index(Ellipsis)
        index = index[:at] + (slice(None),) * (tensor.dim() - len(index) + 1) + index[at + 1:]
    name = call.ref(tensor)
    for axis, part in enumerate(index):
        start, stop, step = bounds(part)
        if step not in (None, 1) and not call.knows("slice.step"):
            raise Unreadable("slice with a step", f"the index {index}")
        if start is None and stop is None and step in (None, 1):
            continue
        if axis == 0:
            raise Unreadable("batch", "a slice of the batch")
        name = call.add("slice", name, axis=axis, start=start, end=stop, step=unless(step, 1))
    if any(isinstance(part, int) for part in index):
        name = call.add("reshape", name, shape=list(call.result.shape[1:]))
    return name


def narrow(call, tensor, dim, start, length):
    return getitem(call, tensor, (slice(None),) * (dim % tensor.dim()) + (slice(start, start + length),))


def last_step(call, final, index):
    """The last layer's state is its output at the last step, and of the way back at the first."""
    count = final.layers * final.directions
    at = index[0] % count if len(index) == 1 and isinstance(index[0], int) and -count <= index[0] < count else -1
    if at < count - final.directions or final.is_cell:
        raise Unreadable("state", f"the states {list(index)} of {final.of}")
    back = at - (count - final.directions)
    name = call.add("slice", final.of, axis=1, start=0 if back else -1, end=1 if back else None)
    if final.directions > 1:
        name = call.add("slice", name, axis=2, start=back * final.hidden, end=(back + 1) * final.hidden)
    return call.add("reshape", name, shape=[final.hidden])


def bounds(part):
    """Start, stop and step; an index is the slice of one element."""
    if isinstance(part, slice):
        return part.start, part.stop, part.step
    return part, None if part == -1 else part + 1, None


def pad(call, input, pad, mode="constant", value=None):
    """Amounts begin with the last axis, as those of pad2d do. A pad of nothing is left out."""
    if not any(pad):
        return call.ref(input)
    spatial = input.dim() - 2
    amounts, rest = list(pad[: 2 * spatial]), pad[2 * spatial:]
    if spatial not in (1, 2) or any(rest) or value not in (None, 0):
        raise Unreadable("pad", f"a pad {list(pad)} of {list(input.shape)} with {value}")
    amounts += [0] * (2 * spatial - len(amounts))
    modes = {"constant": None, "reflect": "reflect", "replicate": "replicate"}
    if mode not in modes:
        raise Unreadable("pad", f"a pad of mode {mode}")
    return call.add(f"pad{spatial}d", call.ref(input), padding=amounts, mode=modes[mode])


def same_batch(call, tensor):
    """A reshape may not fold the batch into another axis."""
    if call.result.dim() == 0 or call.result.shape[0] != tensor.shape[0]:
        raise Unreadable("batch", f"a reshape of the batch: {list(tensor.shape)} to {list(call.result.shape)}")


def reshape(call, tensor, *shape, **options):
    final = call.value(tensor)
    if isinstance(final, Final) and final.layers * final.directions == 1 and call.result.dim() == 2:
        return last_step(call, final, (0,))
    same_batch(call, tensor)
    return call.add("reshape", call.ref(tensor), shape=list(call.result.shape[1:]))


def expand(call, tensor, *shape, **options):
    if call.result.dim() != tensor.dim() or call.result.shape[0] != tensor.shape[0]:
        raise Unreadable("expand", f"an expansion of {list(tensor.shape)} to {list(call.result.shape)}")
    return call.add("expand", call.ref(tensor), shape=list(call.result.shape[1:]))


def repeat(call, tensor, *repeats, **options):
    repeats = repeats[0] if len(repeats) == 1 and isinstance(repeats[0], (tuple, list)) else repeats
    if len(repeats) != tensor.dim() or repeats[0] != 1:
        raise Unreadable("repeat", f"a repetition {list(repeats)} of {list(tensor.shape)}")
    return call.add("tile", call.ref(tensor), repeats=list(repeats[1:]))


def flatten(call, tensor, start_dim=0, end_dim=-1):
    same_batch(call, tensor)
    return call.add("flatten", call.ref(tensor), start_dim=unless(start_dim, 1), end_dim=unless(end_dim, -1))


def permute(call, tensor, *dims, **options):
    dims = options.get("dims", dims)
    dims = dims[0] if len(dims) == 1 else dims
    dims = [dim % tensor.dim() for dim in dims]
    value = call.value(tensor)
    if isinstance(value, Turned):
        dims = [value.dims[dim] for dim in dims]
    return in_order(call, value.of if isinstance(value, Turned) else call.ref(tensor), dims)


def in_order(call, name, dims):
    """The layer with its axes in this order: as a layer where the batch comes first, and otherwise remembered."""
    if dims[0] != 0:
        return Turned(name, tuple(dims))
    return name if list(dims) == sorted(dims) else call.add("permute", name, dims=list(dims))


def part_of(call, tensor, value: Turned, at: int):
    """One element of the first axis of a turned tensor: the queries of the queries, keys and values."""
    axis, rest = value.dims[0], value.dims[1:]
    shape = {dim: size for dim, size in zip(value.dims, tensor.shape)}
    name = call.add("slice", value.of, axis=axis, start=at % tensor.shape[0], end=at % tensor.shape[0] + 1)
    name = call.add("reshape", name, shape=[shape[dim] for dim in sorted(rest) if dim])
    return in_order(call, name, [dim - (dim > axis) for dim in rest])


def unbind(call, tensor, dim=0):
    value, dim = call.value(tensor), dim % tensor.dim()
    if isinstance(value, Turned) and dim == 0:
        return [part_of(call, tensor, value, at) for at in range(tensor.shape[0])]
    if dim == 0:
        raise Unreadable("batch", "the samples of a batch by themselves")
    names = [call.add("slice", call.ref(tensor), axis=dim, start=at, end=at + 1) for at in range(tensor.shape[dim])]
    return [call.add("reshape", name, shape=list(call.result[at].shape[1:])) for at, name in enumerate(names)]


def transpose(call, tensor, dim0, dim1):
    dims = list(range(tensor.dim()))
    dims[dim0], dims[dim1] = dims[dim1], dims[dim0]
    return permute(call, tensor, dims)


def movedim(call, tensor, source, destination):
    sources, destinations = ([each % tensor.dim() for each in (dims if isinstance(dims, (list, tuple)) else [dims])]
                             for dims in (source, destination))  # fmt: skip
    moved = dict(zip(destinations, sources))
    rest = iter(dim for dim in range(tensor.dim()) if dim not in sources)
    return permute(call, tensor, [moved[dim] if dim in moved else next(rest) for dim in range(tensor.dim())])


def over_channels(call, kind, tensor, keepdim):
    name = call.add(kind, call.ref(tensor))
    return name if keepdim else call.add("reshape", name, shape=list(tensor.shape[2:]))


def maximum(call, tensor, dim=None, keepdim=False, **options):
    """Over the channels of a map, or over all positions. The places of the maxima have no layer."""
    if isinstance(dim, torch.Tensor):
        return merge("maximum")(call, tensor, dim)
    dims = sorted(each % tensor.dim() for each in (dim if isinstance(dim, (tuple, list)) else [dim]) if each is not None)
    if dims == [1] and tensor.dim() == 4:
        return over_channels(call, "channel_max", tensor, keepdim)
    if not dims or dims != list(range(2, tensor.dim())):
        return reduce("max")(call, tensor, dim, keepdim)
    return call.add("global_max_pool", call.ref(tensor), keep_dims=unless(keepdim, False))


def mean(call, tensor, dim=None, keepdim=False, **options):
    value = call.value(tensor)
    if isinstance(value, Turned) and value.dims == (1, 0, 2) and dim in (0, -3) and not keepdim:
        return call.add("global_avg_pool", value.of)
    dims = sorted(each % tensor.dim() for each in (dim if isinstance(dim, (tuple, list)) else [dim]) if each is not None)
    if dims == [1] and tensor.dim() == 4:
        return over_channels(call, "channel_mean", tensor, keepdim)
    if not dims or dims != list(range(2, tensor.dim())):
        return reduce("mean")(call, tensor, dim, keepdim)
    return call.add("global_avg_pool", call.ref(tensor), keep_dims=unless(keepdim, False))


def max_pool(kind):
    def read(call, input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
        return call.add(
            kind,
            call.ref(input),
            kernel_size=simple(kernel_size),
            stride=simple(stride) or None,
            padding=unless(padding, 0),
            dilation=unless(dilation, 1),
            ceil_mode=unless(ceil_mode, False),
        )

    return read


def avg_pool(kind):
    def read(call, input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
        return call.add(
            kind,
            call.ref(input),
            kernel_size=simple(kernel_size),
            stride=simple(stride) or None,
            padding=unless(padding, 0),
            ceil_mode=unless(ceil_mode, False),
            count_include_pad=unless(count_include_pad, True),
            divisor_override=divisor_override,
        )

    return read


def adaptive_pool(kind):
    return lambda call, input, output_size: call.add(kind, call.ref(input), output_size=simple(tuple(call.result.shape[2:])))


def interpolate(call, input, size=None, scale_factor=None, mode="nearest", align_corners=None, **options):
    if options.get("antialias") or options.get("recompute_scale_factor"):
        raise Unreadable("interpolate options", "interpolate with antialias or recompute_scale_factor")
    return call.add(
        "upsample",
        call.ref(input),
        size=simple(tuple(size)) if isinstance(size, (tuple, list)) else size,
        scale_factor=simple(scale_factor),
        mode=unless(mode, "nearest"),
        align_corners=align_corners,
    )


def layer_norm(call, input, normalized_shape, weight=None, bias=None, eps=1e-5):
    learned = [call.value(each) for each in (weight, bias) if each is not None]
    if len(normalized_shape) != 1 or len(learned) == 1 or not all(isinstance(each, Learned) for each in learned):
        raise Unreadable("layer_norm", f"a layer norm over the axes {list(normalized_shape)}, or with one of weight and bias alone")
    for each in learned:
        call.own(each)
    return call.add(
        "layer_norm",
        call.ref(input),
        normalized_shape=normalized_shape[0],
        eps=unless(eps, 1e-5),
        elementwise_affine=unless(len(learned) == 2, True),
    )


def dropout(call, input, p=0.5, training=True, inplace=False):
    return call.add("dropout", call.ref(input), p=p) if training and p > 0 else call.ref(input)


def softmax(kind):
    return lambda call, input, dim=None, **options: call.add(kind, call.ref(input), axis=dim)


def activation(kind, **defaults):
    def read(call, input, *values, inplace=False, **options):
        if values and isinstance(values[0], bool):
            values = ()  # inplace by position
        given = dict(zip(defaults, values))
        return call.add(kind, call.ref(input), **{**defaults, **given, **{key: options[key] for key in options if key in defaults}})

    return read


def cast(call, input, *values, **options):
    names = {torch.float32: "float32", torch.int64: "int64"}
    if call.result.dtype not in names:
        raise Unreadable("dtype", f"a conversion to {call.result.dtype}")
    return call.add("cast", call.ref(input), dtype=names[call.result.dtype])


def same(call, input, *values, **options):
    """The tensor itself, in another memory."""
    return call.ref(input)


FUNCTIONS = {
    "add": merge("add"), "sub": merge("subtract"), "subtract": merge("subtract"), "rsub": turned("subtract"),
    "mul": multiply, "multiply": multiply, "maximum": merge("maximum"), "minimum": merge("minimum"),
    "truediv": divide, "div": divide, "divide": divide, "rtruediv": turned("divide"), "rdiv": turned("divide"),
    "exp": unary("exp"), "log": unary("log"), "sqrt": unary("sqrt"), "rsqrt": rsqrt, "abs": unary("abs"), "neg": unary("negative"),
    "square": unary("square"), "erf": unary("erf"), "reciprocal": unary("reciprocal"), "clamp": clamp, "pow": power,
    "matmul": matmul, "bmm": matmul, "roll": roll, "sum": reduce("sum"), "amin": reduce("min"),
    "cat": concat, "concat": concat, "stack": stack, "split": split, "split_with_sizes": split,
    "unbind": unbind, "chunk": lambda call, input, chunks, dim=0: split(call, input, dim=dim),
    "getitem": getitem, "pad": pad, "reshape": reshape, "view": reshape, "squeeze": reshape, "unsqueeze": reshape, "unflatten": reshape,
    "expand": expand, "repeat": repeat, "flatten": flatten, "permute": permute, "transpose": transpose,
    "swapaxes": transpose, "movedim": movedim, "moveaxis": movedim, "mean": mean, "max": maximum, "amax": maximum, "normalize": normalize,
    "max_pool1d": max_pool("max_pool1d"), "max_pool2d": max_pool("max_pool2d"),
    "max_pool3d": max_pool("max_pool3d"), "avg_pool3d": avg_pool("avg_pool3d"), "adaptive_avg_pool3d": adaptive_pool("adaptive_avg_pool3d"),
    "avg_pool1d": avg_pool("avg_pool1d"), "avg_pool2d": avg_pool("avg_pool2d"),
    "adaptive_avg_pool1d": adaptive_pool("adaptive_avg_pool1d"), "adaptive_avg_pool2d": adaptive_pool("adaptive_avg_pool2d"),
    "interpolate": interpolate, "layer_norm": layer_norm, "dropout": dropout,
    "dropout1d": dropout, "dropout2d": dropout, "dropout3d": dropout, "narrow": narrow,
    "relu": activation("relu"), "relu6": activation("relu6"), "silu": activation("silu"), "sigmoid": activation("sigmoid"),
    "tanh": activation("tanh"), "hardswish": activation("hard_swish"), "hardsigmoid": activation("hard_sigmoid"),
    "mish": activation("mish"), "selu": activation("selu"), "gelu": activation("gelu", approximate="none"),
    "elu": activation("elu", alpha=1.0), "leaky_relu": activation("leaky_relu", negative_slope=0.01),
    "softmax": softmax("softmax"), "log_softmax": softmax("log_softmax"),
    "to": cast, "type": cast, "float": cast, "long": cast, "half": cast, "double": cast, "bfloat16": cast,
    "contiguous": same, "clone": same, "detach": same,
}  # fmt: skip
