"""Exports torchvision's networks to ONNX in the folder of the first argument and prints a line of JSON for each file: the network, whether
its batch norms were folded into the convolutions, and how many parameters torch says are left. bench/torch-onnx.cs reads the files.
More arguments: names of networks."""

import json
import os
import sys
import warnings

import torch
import torchvision
from torch import nn

MODELS = torchvision.models
NAMES = (
    "alexnet vgg11_bn resnet18 resnet50 resnext50_32x4d wide_resnet50_2 squeezenet1_0 densenet121 googlenet inception_v3 mobilenet_v2 "
    "mobilenet_v3_small mnasnet1_0 shufflenet_v2_x1_0 efficientnet_b0 regnet_y_400mf convnext_tiny vit_b_16 swin_t fcn_resnet50 "
    "deeplabv3_resnet50 lraspp_mobilenet_v3_large"
).split()
MODES = {"folded": torch.onnx.TrainingMode.EVAL, "kept": torch.onnx.TrainingMode.PRESERVE}


def build(name):
    options = {"weights": None}
    if name.startswith(("fcn", "deeplab", "lraspp")):
        options["weights_backbone"] = None
    if name in ("googlenet", "inception_v3"):
        options["init_weights"] = False
    torch.manual_seed(0)
    network = MODELS.get_model(name, **options).eval()
    # Exporters write tensors that are equal once, and a head of zeros answers 0 to everything: no two may be alike.
    with torch.no_grad():
        for parameter in network.parameters():
            if not parameter.any():
                parameter.normal_(std=0.02)
        for module in network.modules():
            if isinstance(module, (nn.modules.batchnorm._BatchNorm, nn.LayerNorm)):
                for tensor in list(module.parameters()) + [each for each in module.buffers() if each.is_floating_point()]:
                    tensor.copy_(torch.rand_like(tensor) * 0.2 + 0.9)
    return network


def left(network):
    """Parameters that the answer depends on, and how many fewer they are where norms are folded into the convolutions before them, and a
    lookup by relative positions into the values that it gives."""
    used = {name: each for name, each in network.named_parameters() if not name.startswith(("aux", "AuxLogits"))}
    total, folded, before = sum(each.numel() for each in used.values()), 0, None
    for name, module in network.named_modules():
        if name.startswith(("aux", "AuxLogits")):
            continue
        if isinstance(module, nn.BatchNorm2d) and before is not None and before.out_channels == module.num_features:
            folded += module.num_features * (1 if before.bias is None else 2)
        if hasattr(module, "relative_position_bias_table"):
            table, index = module.relative_position_bias_table, module.relative_position_index
            folded += table.numel() - index.numel() * table.shape[1]
        if not list(module.children()):
            before = module if isinstance(module, nn.Conv2d) else None
    return total, folded


def main(folder, wanted):
    warnings.simplefilter("ignore")
    for name in NAMES if not wanted else wanted:
        network = build(name)
        size = 299 if name == "inception_v3" else 224
        for mode, training in MODES.items():
            path = os.path.join(folder, f"{name}.{mode}.onnx")
            torch.onnx.export(
                network,
                torch.randn(1, 3, size, size),
                path,
                training=training,
                do_constant_folding=mode == "folded",
                input_names=["image"],
                dynamic_axes={"image": {0: "batch"}},
            )
            total, folded = left(network)
            parameters = total - (folded if mode == "folded" else 0)
            print(json.dumps({"name": name, "mode": mode, "path": path, "parameters": parameters}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
