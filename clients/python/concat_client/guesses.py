"""The shape that a call would give if its fault were mended: what lets the recorder go on behind a call that torch refuses.

A guess leaves out what does not fit, and keeps what the call says for itself: a convolution gives its out_channels whatever comes in, a
concat takes the other sizes from its first input.
"""

import math

import torch
from torch import nn

BATCH = 2  # Any size above 1 would do; small, because what the meta device cannot run is computed on the CPU.


def meta(*shape, dtype=torch.float32):
    return torch.empty(*[max(0, int(size)) for size in shape], dtype=dtype, device="meta")


def pair(value, count):
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * count


def spatial_sizes(x, count):
    """The last sizes, with ones before them where there are too few."""
    sizes = list(x.shape[2:]) if x.dim() == count + 2 else list(x.shape[1:])
    return ([1] * count + sizes)[-count:]


def windowed(sizes, kernel, stride, padding, dilation, ceil=False):
    count = len(sizes)
    if padding == "same":
        return list(sizes)
    if padding == "valid":
        padding = 0
    result = []
    for size, k, s, p, d in zip(sizes, *(pair(each, count) for each in (kernel, stride, padding, dilation))):
        steps = (size + 2 * p - d * (k - 1) - 1) / s
        result.append(max(1, (math.ceil(steps) if ceil else math.floor(steps)) + 1))
    return result


def conv(module, x):
    count = len(module.kernel_size)
    sizes = spatial_sizes(x, count)
    if module.transposed:
        sizes = [
            max(1, (size - 1) * s - 2 * p + d * (k - 1) + o + 1)
            for size, s, p, d, k, o in zip(sizes, module.stride, module.padding, module.dilation, module.kernel_size, module.output_padding)
        ]
    else:
        sizes = windowed(sizes, module.kernel_size, module.stride, module.padding, module.dilation)
    return meta(x.shape[0], module.out_channels, *sizes)


def pool(module, x):
    count = int(type(module).__name__[-2])
    sizes = windowed(spatial_sizes(x, count), module.kernel_size, module.stride, module.padding, getattr(module, "dilation", 1),
                     module.ceil_mode)
    return meta(*x.shape[: max(1, x.dim() - count)], *sizes)


def adaptive_pool(module, x):
    count = int(type(module).__name__[-2])
    sizes = [size if size is not None else 1 for size in pair(module.output_size, count)]
    return meta(*x.shape[: max(1, x.dim() - count)], *sizes)


def linear(module, x):
    """Of a map what the call means: the numbers of each sample, flattened."""
    if x.dim() > 3:
        return meta(x.shape[0], module.out_features)
    return meta(*(x.shape[:-1] if x.dim() > 1 else x.shape), module.out_features)


def same(module, x, *rest):
    return meta(*x.shape)


def embedding(module, x):
    return meta(*x.shape, module.embedding_dim)


def recurrent(module, x, state=None):
    directions = 2 if module.bidirectional else 1
    batch = x.shape[0]
    time = x.shape[1] if x.dim() > 2 else 1
    width = getattr(module, "proj_size", 0) or module.hidden_size
    h = meta(module.num_layers * directions, batch, width)
    c = meta(module.num_layers * directions, batch, module.hidden_size)
    return meta(batch, time, width * directions), ((h, c) if isinstance(module, nn.LSTM) else h)


def attention(module, query, key=None, value=None, **options):
    return meta(*query.shape), meta(query.shape[0], query.shape[1], query.shape[1])


def flatten(module, x):
    return meta(x.shape[0], math.prod(x.shape[1:]))


MODULES = (
    ((nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d), conv),
    ((nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d, nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d), pool),
    ((nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d), adaptive_pool),
    ((nn.Linear,), linear),
    ((nn.Embedding,), embedding),
    ((nn.LSTM, nn.GRU, nn.RNN), recurrent),
    ((nn.MultiheadAttention,), attention),
    ((nn.Flatten,), flatten),
)


def of_module(module, args, kwargs):
    """What a known module would give; its first input unchanged where nothing better is known."""
    guess = next((guess for kinds, guess in MODULES if isinstance(module, kinds)), same)
    return guess(module, *args, **kwargs)


def misread(module, x):
    """Why a module would read a tensor wrongly though torch says nothing: not as a batch of samples, or, on the meta device, of other
    channels. None where all is right, or torch says it."""
    if isinstance(x, torch.Tensor):
        name = type(module).__name__
        spatial = len(module.kernel_size) if isinstance(module, nn.modules.conv._ConvNd) else None
        if spatial and x.dim() == spatial + 1:
            return f"{name} takes the batch of {list(x.shape)} for the channels of one sample"
        if spatial and module.transposed and x.dim() == spatial + 2 and x.shape[1] != module.in_channels:
            return f"{name} expects {module.in_channels} channels and gets {list(x.shape)}"
        if isinstance(module, (nn.LSTM, nn.GRU, nn.RNN)) and x.dim() == 2:
            return f"{name} takes the batch of {list(x.shape)} for the steps of one sequence"
    return None


def broadcast(*tensors):
    """Element-wise: the larger size of each axis, counted from the last."""
    shapes = [list(each.shape) for each in tensors if isinstance(each, torch.Tensor)]
    rank = max(len(shape) for shape in shapes)
    shapes = [[1] * (rank - len(shape)) + shape for shape in shapes]
    return meta(*[next((size for size in sizes if size != 1), 1) for sizes in zip(*shapes)])


def elementwise(*tensors, **options):
    return broadcast(*tensors)


def cat(tensors, dim=0, **options):
    first = tensors[0]
    shape = list(first.shape)
    dim = options.get("axis", dim)
    axis = dim if -len(shape) <= dim < len(shape) else 1
    shape[axis] = sum(each.shape[axis] for each in tensors if each.dim() == first.dim())
    return meta(*shape)


def stack(tensors, dim=0, **options):
    shape = list(tensors[0].shape)
    shape.insert(dim if dim >= 0 else len(shape) + 1 + dim, len(tensors))
    return meta(*shape)


def matmul(first, second, **options):
    if second.dim() < 2:
        return meta(*first.shape[:-1])
    batch = first.shape[:-1] if first.dim() > 1 else first.shape[:0]
    turned = second.dim() > 2 and first.shape[-1] == second.shape[-1]  # A transposition was forgotten, as of the keys of an attention.
    return meta(*batch, second.shape[-2 if turned else -1])


def addmm(bias, first, second, **options):
    return matmul(first, second)


def target_shape(shape):
    return list(shape[0]) if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else list(shape)


def reshape(x, *shape, **options):
    """What the call asks for. The -1 is the batch where it comes first, and otherwise what remains, rounded down."""
    shape = target_shape(options.get("shape", options.get("size", shape)))
    shape = [size if isinstance(size, int) else 1 for size in shape]
    if -1 in shape:
        at = shape.index(-1)
        known = math.prod(size for size in shape if size != -1) or 1
        shape[at] = x.shape[0] if at == 0 else max(1, x.numel() // known)
    return meta(*shape)


def expand(x, *shape, **options):
    shape = target_shape(shape)
    held = [1] * (len(shape) - x.dim()) + list(x.shape)
    return meta(*[held[at] if size == -1 else size for at, size in enumerate(shape)])


def repeat(x, *repeats, **options):
    repeats = target_shape(options.get("repeats", repeats))
    repeats = [1] * (x.dim() - len(repeats)) + repeats
    held = [1] * (len(repeats) - x.dim()) + list(x.shape)
    return meta(*[size * count for size, count in zip(held, repeats)])


def split(x, sizes=1, dim=0, **options):
    dim = options.get("dim", dim)
    sizes = options.get("split_size_or_sections", options.get("split_size", sizes))
    if isinstance(sizes, int):
        sizes = [sizes] * max(1, x.shape[dim] // sizes)
    parts = []
    for size in sizes:
        shape = list(x.shape)
        shape[dim] = size
        parts.append(meta(*shape))
    return tuple(parts)


def functional_conv(count):
    def guess(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
        sizes = windowed(spatial_sizes(x, count), weight.shape[2:], stride, padding, dilation)
        return meta(x.shape[0], weight.shape[0], *sizes)

    return guess


def functional_pool(count):
    def guess(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, **options):
        sizes = windowed(spatial_sizes(x, count), kernel_size, stride or kernel_size, padding, dilation if isinstance(dilation, int) else 1)
        return meta(*x.shape[: max(1, x.dim() - count)], *sizes)

    return guess


def first_argument(x, *rest, **options):
    return meta(*x.shape)


FUNCTIONS = {
    **{name: elementwise for name in ("add", "sub", "rsub", "mul", "truediv", "div", "maximum", "minimum", "pow")},
    "cat": cat, "concat": cat, "stack": stack, "matmul": matmul, "bmm": matmul, "mm": matmul, "addmm": addmm,
    "linear": lambda x, weight, bias=None: meta(*x.shape[:-1], weight.shape[0]),
    "view": reshape, "reshape": reshape, "expand": expand, "repeat": repeat, "split": split, "split_with_sizes": split,
    "conv1d": functional_conv(1), "conv2d": functional_conv(2), "max_pool1d": functional_pool(1), "max_pool2d": functional_pool(2),
    "avg_pool1d": functional_pool(1), "avg_pool2d": functional_pool(2),
    "flatten": lambda x, *options, **named: meta(x.shape[0], math.prod(x.shape[1:])),
    "permute": first_argument, "transpose": first_argument, "squeeze": first_argument, "layer_norm": first_argument,
    "batch_norm": first_argument, "interpolate": first_argument, "pad": first_argument, "softmax": first_argument,
}  # fmt: skip


def folded(result, x, *shape):
    """Why a reshape that torch takes mixes samples: it asks for rows of a size that no sample has; or None."""
    shape = target_shape(shape)
    if len(shape) < 2 or shape[0] != -1 or x.dim() < 2 or result.shape[0] == x.shape[0]:
        return None
    whole = [math.prod(x.shape[at:]) for at in range(1, x.dim())]
    if math.prod(result.shape[1:]) in whole:
        return None  # Axes are folded into the batch, which is meant.
    return RuntimeError(f"shape {shape} makes other rows than one for each sample of {list(x.shape[1:])}, which has {whole[0]} elements")


def of_function(name, args, kwargs):
    """What a refused function would give, or None where no rule is known."""
    guess = FUNCTIONS.get(name)
    try:
        return guess(*args, **kwargs) if guess else None
    except (TypeError, ValueError, IndexError, AttributeError):
        return None
