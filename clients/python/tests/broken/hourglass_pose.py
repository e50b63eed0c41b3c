# https://github.com/bearpaw/pytorch-pose/issues/39
# out = up1 + up2: the size of tensor a (15) must match the size of tensor b (14) at non-singleton dimension 3
# check: Hourglass x=16x40x60
# call: 34 cause: 29
import torch
import torch.nn as nn
import torch.nn.functional as F


class Residual(nn.Module):
    def __init__(self, planes):
        super().__init__()
        self.conv1 = nn.Conv2d(planes, planes // 2, 1)
        self.conv2 = nn.Conv2d(planes // 2, planes, 3, padding=1)

    def forward(self, x):
        return x + self.conv2(F.relu(self.conv1(x)))


class Hourglass(nn.Module):
    def __init__(self, planes=16, depth=3):
        super().__init__()
        self.depth = depth
        self.hg = nn.ModuleList(nn.ModuleList(Residual(planes) for _ in range(3)) for _ in range(depth))
        self.bottom = Residual(planes)

    def _hour_glass_forward(self, n, x):
        up1 = self.hg[n - 1][0](x)
        low1 = F.max_pool2d(x, 2, stride=2)
        low1 = self.hg[n - 1][1](low1)
        low2 = self._hour_glass_forward(n - 1, low1) if n > 1 else self.bottom(low1)
        low3 = self.hg[n - 1][2](low2)
        up2 = F.interpolate(low3, scale_factor=2)
        out = up1 + up2
        return out

    def forward(self, x):
        return self._hour_glass_forward(self.depth, x)
