# https://github.com/open-mmlab/mmdetection/pull/2157
# The size of tensor a (85) must match the size of tensor b (86) at non-singleton dimension 3
# check: Detector img=3x128x340
# call: 19 cause: 27
import torch
import torch.nn as nn
import torch.nn.functional as F


class FPN(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.lateral_convs = nn.ModuleList([nn.Conv2d(c, out_channels, 1) for c in in_channels])
        self.fpn_convs = nn.ModuleList([nn.Conv2d(out_channels, out_channels, 3, padding=1) for _ in in_channels])

    def forward(self, inputs):
        laterals = [conv(inputs[i]) for i, conv in enumerate(self.lateral_convs)]
        for i in range(len(laterals) - 1, 0, -1):
            laterals[i - 1] += F.interpolate(laterals[i], scale_factor=2, mode="nearest")
        return tuple(conv(laterals[i]) for i, conv in enumerate(self.fpn_convs))


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        self.c2 = nn.Conv2d(3, 16, 3, stride=4, padding=1)
        self.c3 = nn.Conv2d(16, 32, 3, stride=2, padding=1)
        self.neck = FPN([16, 32], 24)

    def forward(self, img):
        c2 = F.relu(self.c2(img))
        c3 = F.relu(self.c3(c2))
        return self.neck([c2, c3])
