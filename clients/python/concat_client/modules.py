"""The modules of torch.nn that are layers of the spec. A subclass is read as its base as long as it keeps the base's forward."""

import inspect

from torch import nn

from .guesses import BATCH
from .values import Final, Turned, Unreadable


def simple(value):
    """(3, 3) as 3, (3, 5) as [3, 5]."""
    if not isinstance(value, (tuple, list)):
        return value
    return value[0] if len(set(value)) == 1 else list(value)


def unless(value, default):
    """None, which leaves the attribute out, where the value is the default."""
    value = simple(value)
    return None if value == default else value


def rank(module) -> str:
    """2 of a Conv2d."""
    return type(module).__name__[-2]


def conv(kind):
    def read(call, module, x):
        if module.padding_mode != "zeros" and not call.knows(f"{kind}.padding_mode"):
            raise Unreadable("padding_mode", f"padding_mode {module.padding_mode}")
        transposed = module.transposed
        return call.add(
            kind,
            call.ref(x),
            in_channels=module.in_channels,
            out_channels=module.out_channels,
            kernel_size=simple(module.kernel_size),
            stride=unless(module.stride, 1),
            padding=unless(module.padding, 0),
            output_padding=unless(module.output_padding, 0) if transposed else None,
            dilation=unless(module.dilation, 1),
            groups=unless(module.groups, 1),
            bias=unless(module.bias is not None, True),
            padding_mode=unless(module.padding_mode, "zeros"),
        )

    return read


def linear(call, module, x):
    return call.add(
        "linear",
        call.ref(x),
        in_features=module.in_features,
        out_features=module.out_features,
        bias=unless(module.bias is not None, True),
    )


def batch_norm(call, module, x):
    if module.momentum is None:
        raise Unreadable("momentum", "a cumulative average, momentum=None")
    return call.add(
        "batch_norm",
        call.ref(x),
        num_features=module.num_features,
        eps=unless(module.eps, 1e-5),
        momentum=unless(module.momentum, 0.1),
        affine=unless(module.affine, True),
        track_running_stats=unless(module.track_running_stats, True),
    )


def group_norm(call, module, x):
    return call.add(
        "group_norm",
        call.ref(x),
        num_channels=module.num_channels,
        num_groups=module.num_groups,
        eps=unless(module.eps, 1e-5),
        affine=unless(module.affine, True),
    )


def layer_norm(call, module, x):
    if len(module.normalized_shape) != 1:
        raise Unreadable("normalized_shape", f"a layer norm over the axes {list(module.normalized_shape)}")
    return call.add(
        "layer_norm",
        call.ref(x),
        normalized_shape=module.normalized_shape[0],
        eps=unless(module.eps, 1e-5),
        elementwise_affine=unless(module.elementwise_affine, True),
    )


def attention(call, module, query, key, value, **options):
    turned = not module.batch_first and all(is_time_first(call.value(each)) for each in (query, key, value))
    if not module.batch_first and not turned and not takes_batch_for_steps(call, module, query):
        raise Unreadable("batch_first", "an attention whose sequences come before the batch")
    if module.bias_k is not None or module.add_zero_attn or module.kdim != module.embed_dim or module.vdim != module.embed_dim:
        raise Unreadable("attention options", "an attention with bias_k, add_zero_attn, kdim or vdim")
    if options.get("attn_mask") is not None or options.get("key_padding_mask") is not None:
        raise Unreadable("attention mask", "an attention with a mask")
    inputs = [call.value(each).of if turned else call.ref(each) for each in (query, key, value)]
    name = call.add(
        "multi_head_attention",
        *(inputs[:1] if len(set(inputs)) == 1 else inputs),
        embed_dim=module.embed_dim,
        num_heads=module.num_heads,
        dropout=unless(module.dropout, 0.0),
        bias=unless(module.in_proj_bias is not None, True),
    )
    return Turned(name, (1, 0, 2)) if turned else name


def max_pool(call, module, x):
    return call.add(
        f"max_pool{rank(module)}d",
        call.ref(x),
        kernel_size=simple(module.kernel_size),
        stride=simple(module.stride),
        padding=unless(module.padding, 0),
        dilation=unless(module.dilation, 1),
        ceil_mode=unless(module.ceil_mode, False),
    )


def avg_pool(call, module, x):
    return call.add(
        f"avg_pool{rank(module)}d",
        call.ref(x),
        kernel_size=simple(module.kernel_size),
        stride=simple(module.stride),
        padding=unless(module.padding, 0),
        ceil_mode=unless(module.ceil_mode, False),
        count_include_pad=unless(module.count_include_pad, True),
        divisor_override=getattr(module, "divisor_override", None),
    )


def adaptive_pool(kind):
    def read(call, module, x):
        return call.add(f"{kind}{rank(module)}d", call.ref(x), output_size=simple(tuple(call.result.shape[2:])))

    return read


def dropout(kind):
    return lambda call, module, x: call.add(kind, call.ref(x), p=module.p)


def activation(kind, *attributes):
    return lambda call, module, x: call.add(kind, call.ref(x), **{name: getattr(module, name) for name in attributes})


def prelu(call, module, x):
    return call.add("prelu", call.ref(x), num_parameters=module.num_parameters)


def flatten(call, module, x):
    return call.add("flatten", call.ref(x), start_dim=unless(module.start_dim, 1), end_dim=unless(module.end_dim, -1))


def upsample(call, module, x):
    return call.add(
        "upsample",
        call.ref(x),
        size=simple(module.size),
        scale_factor=simple(module.scale_factor),
        mode=unless(module.mode, "nearest"),
        align_corners=module.align_corners,
    )


def identity(call, module, x):
    return call.ref(x)


def instance_norm(call, module, x):
    return call.add(
        "instance_norm",
        call.ref(x),
        num_features=module.num_features,
        eps=unless(module.eps, 1e-5),
        momentum=unless(module.momentum, 0.1),
        affine=unless(module.affine, False),
        track_running_stats=unless(module.track_running_stats, False),
    )


def embedding(call, module, x):
    return call.add(
        "embedding",
        call.ref(x),
        num_embeddings=module.num_embeddings,
        embedding_dim=module.embedding_dim,
        padding_idx=module.padding_idx,
    )


def is_time_first(value) -> bool:
    return isinstance(value, Turned) and value.dims == (1, 0, 2)


def takes_batch_for_steps(call, module, x) -> bool:
    """Whether a module of batch_first=False gets the batch first all the same: torch says nothing, and mixes the samples."""
    wrong = x.dim() == 3 and x.shape[0] == BATCH and x.shape[1] != BATCH
    if wrong:
        call.doubt(
            "torch.batch_first",
            f"{type(module).__name__} takes the batch for the steps and the {x.shape[1]} steps for samples: batch_first is False. "
            "Give it batch_first=True, or transpose what it reads.",
        )
    return wrong


def recurrent(kind):
    def read(call, module, x, state=None):
        first = call.value(x) if not module.batch_first else None
        if not module.batch_first and not is_time_first(first) and not takes_batch_for_steps(call, module, x):
            raise Unreadable("batch_first", "a recurrent layer whose sequences come before the batch (batch_first=False)")
        if getattr(module, "proj_size", 0):
            raise Unreadable("proj_size", "an lstm with proj_size")
        states = state if isinstance(state, tuple) else () if state is None else (state,)
        if any(isinstance(call.value(each), (str, Final)) for each in states):
            raise Unreadable("initial state", "an initial state that depends on an input")
        name = call.add(
            kind,
            first.of if is_time_first(first) else call.ref(x),
            input_size=module.input_size,
            hidden_size=module.hidden_size,
            num_layers=unless(module.num_layers, 1),
            bias=unless(module.bias, True),
            dropout=unless(module.dropout, 0.0),
            bidirectional=unless(module.bidirectional, False),
        )
        final = Final(name, module.num_layers, 2 if module.bidirectional else 1, module.hidden_size)
        out = Turned(name, first.dims) if is_time_first(first) else name
        return [out, final, Final(name, final.layers, final.directions, final.hidden, is_cell=True)]

    return read


def no_type(call, module, *args, **kwargs):
    raise Unreadable(type(module).__name__, f"{type(module).__name__} has no layer type")


def softmax(kind):
    return lambda call, module, x: call.add(kind, call.ref(x), axis=module.dim)


def pixels(kind, attribute):
    return lambda call, module, x: call.add(kind, call.ref(x), factor=getattr(module, attribute))


def pad(mode):
    def read(call, module, x):
        padding = list(module.padding)
        if len(padding) not in (2, 4) or getattr(module, "value", 0) != 0:
            raise Unreadable("pad", f"a pad {padding} with {getattr(module, 'value', 0)}")
        return call.add(f"pad{len(padding) // 2}d", call.ref(x), padding=padding, mode=mode)

    return read


def stochastic_depth(call, module, x):
    if module.mode != "row":
        raise Unreadable("stochastic depth", "a stochastic depth that drops whole batches")
    return call.add("drop_path", call.ref(x), p=module.p) if module.p > 0 else call.ref(x)


ACTIVATIONS = {
    nn.ReLU: "relu", nn.ReLU6: "relu6", nn.SELU: "selu", nn.SiLU: "silu", nn.Mish: "mish", nn.Sigmoid: "sigmoid", nn.Tanh: "tanh",
    nn.Hardswish: "hard_swish", nn.Hardsigmoid: "hard_sigmoid",
}  # fmt: skip

READERS = {
    nn.Conv1d: conv("conv1d"),
    nn.Conv2d: conv("conv2d"),
    nn.Conv3d: conv("conv3d"),
    nn.ConvTranspose1d: conv("conv_transpose1d"),
    nn.ConvTranspose3d: conv("conv_transpose3d"),
    nn.ConvTranspose2d: conv("conv_transpose2d"),
    nn.Linear: linear,
    nn.BatchNorm2d: batch_norm,  # Its forward is that of every batch norm; so it is with the instance norms and pads.
    nn.InstanceNorm2d: instance_norm,
    nn.GroupNorm: group_norm,
    nn.LayerNorm: layer_norm,
    nn.MultiheadAttention: attention,
    nn.MaxPool1d: max_pool,
    nn.MaxPool2d: max_pool,
    nn.MaxPool3d: max_pool,
    nn.AvgPool3d: avg_pool,
    nn.AvgPool1d: avg_pool,
    nn.AvgPool2d: avg_pool,
    nn.AdaptiveAvgPool1d: adaptive_pool("adaptive_avg_pool"),
    nn.AdaptiveAvgPool2d: adaptive_pool("adaptive_avg_pool"),
    nn.AdaptiveAvgPool3d: adaptive_pool("adaptive_avg_pool"),
    nn.AdaptiveMaxPool3d: adaptive_pool("adaptive_max_pool"),
    nn.AdaptiveMaxPool1d: adaptive_pool("adaptive_max_pool"),
    nn.AdaptiveMaxPool2d: adaptive_pool("adaptive_max_pool"),
    nn.Dropout: dropout("dropout"),
    nn.Dropout2d: dropout("dropout2d"),
    nn.Dropout3d: dropout("dropout3d"),
    nn.GELU: activation("gelu", "approximate"),
    nn.LeakyReLU: activation("leaky_relu", "negative_slope"),
    nn.ELU: activation("elu", "alpha"),
    nn.Softplus: activation("softplus", "beta", "threshold"),
    nn.PReLU: prelu,
    nn.Embedding: embedding,
    nn.LSTM: recurrent("lstm"),
    nn.GRU: recurrent("gru"),
    nn.RNN: no_type,
    nn.Softmax: softmax("softmax"),
    nn.LogSoftmax: softmax("log_softmax"),
    nn.PixelShuffle: pixels("pixel_shuffle", "upscale_factor"),
    nn.PixelUnshuffle: pixels("pixel_unshuffle", "downscale_factor"),
    nn.ConstantPad2d: pad(None),
    nn.ReflectionPad2d: pad("reflect"),
    nn.ReplicationPad2d: pad("replicate"),
    nn.Flatten: flatten,
    nn.Upsample: upsample,
    nn.Identity: identity,
    **{module: activation(kind) for module, kind in ACTIVATIONS.items()},
}

BY_FORWARD = {module.forward: reader for module, reader in READERS.items()}

# Of packages that need not be installed.
BY_NAME = {"torchvision.ops.stochastic_depth.StochasticDepth": stochastic_depth}


def reader_of(module):
    """The reader of a known module, or None."""
    kind = type(module)
    return BY_FORWARD.get(inspect.getattr_static(kind, "forward", None)) or BY_NAME.get(f"{kind.__module__}.{kind.__qualname__}")
