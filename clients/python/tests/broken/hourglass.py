# https://github.com/AliaksandrSiarohin/first-order-model/issues/50
# Sizes of tensors must match except in dimension 1. Got 7 and 6 in dimension 2
# check: Hourglass frame=3x56x56
# call: 47 cause: 42 missed: cause
import torch
import torch.nn as nn
import torch.nn.functional as F


class DownBlock(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.conv = nn.Conv2d(in_features, out_features, kernel_size=3, padding=1)
        self.pool = nn.AvgPool2d(kernel_size=(2, 2))

    def forward(self, x):
        return self.pool(F.relu(self.conv(x)))


class UpBlock(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.conv = nn.Conv2d(in_features, out_features, kernel_size=3, padding=1)

    def forward(self, x):
        return F.relu(self.conv(F.interpolate(x, scale_factor=2)))


class Hourglass(nn.Module):
    def __init__(self, block_expansion=8, in_features=3, num_blocks=4):
        super().__init__()
        width = [in_features] + [block_expansion * 2 ** (i + 1) for i in range(num_blocks)]
        self.down_blocks = nn.ModuleList(DownBlock(width[i], width[i + 1]) for i in range(num_blocks))
        ups = []
        for i in reversed(range(num_blocks)):
            ups.append(UpBlock(width[i + 1] * (1 if i == num_blocks - 1 else 2), width[i] if i else block_expansion))
        self.up_blocks = nn.ModuleList(ups)

    def forward(self, x):
        outs = [x]
        for down in self.down_blocks:
            outs.append(down(outs[-1]))
        out = outs.pop()
        for up in self.up_blocks:
            out = up(out)
            skip = outs.pop()
            out = torch.cat([out, skip], dim=1)
        return out
