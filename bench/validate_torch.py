"""DenseNet-201 (Huang et al. 2017) on PyTorch's meta device: prints PyTorch's version and two medians in ms, of building the modules and of
building them and running one forward pass, which is what tells every shape. bench/validate.cs compares with it."""

import statistics
import time

import torch
from torch import nn


class DenseLayer(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.body = nn.Sequential(
            nn.BatchNorm2d(channels, device="meta"), nn.ReLU(),
            nn.Conv2d(channels, 128, 1, bias=False, device="meta"),
            nn.BatchNorm2d(128, device="meta"), nn.ReLU(),
            nn.Conv2d(128, 32, 3, padding=1, bias=False, device="meta"))

    def forward(self, x):
        return torch.cat([x, self.body(x)], 1)


def densenet201():
    layers = [nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False, device="meta"), nn.BatchNorm2d(64, device="meta"), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    channels = 64
    for block, size in enumerate([6, 12, 48, 32]):
        for _ in range(size):
            layers.append(DenseLayer(channels))
            channels += 32
        if block < 3:
            layers += [nn.BatchNorm2d(channels, device="meta"), nn.ReLU(), nn.Conv2d(channels, channels // 2, 1, bias=False, device="meta"), nn.AvgPool2d(2)]
            channels //= 2
    layers += [nn.BatchNorm2d(channels, device="meta"), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 1000, device="meta")]
    return nn.Sequential(*layers)


def median_ms(run):
    for _ in range(5):
        run()
    times = []
    for _ in range(30):
        began = time.perf_counter()
        run()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


assert sum(parameter.numel() for parameter in densenet201().parameters()) == 20_013_928
# Evaluation mode: batch norm has no statistics to update.
image = torch.empty(1, 3, 224, 224, device="meta")
with torch.no_grad():
    print(torch.__version__, median_ms(densenet201), median_ms(lambda: densenet201().eval()(image)))
