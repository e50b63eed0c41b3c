# https://github.com/FrancescoSaverioZuppichini/glasses/issues/236
# The size of tensor a (8) must match the size of tensor b (7) at non-singleton dimension 3
# check: Net x=3x60x60
# call: 19 cause: 33
from collections import OrderedDict

from torch import nn


class ResidualAdd(nn.Module):
    def __init__(self, block, shortcut):
        super().__init__()
        self.block = block
        self.shortcut = shortcut

    def forward(self, x):
        res = self.shortcut(x)
        x = self.block(x)
        x += res
        return x


class Net(nn.Sequential):
    def __init__(self, width=32, num_classes=10):
        stem = nn.Sequential(nn.Conv2d(3, 16, 3, stride=2, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1))
        block = nn.Sequential(
            nn.Conv2d(16, width, 1, bias=False),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, stride=2, padding=1, bias=False),
        )
        shortcut = nn.Sequential(
            OrderedDict(
                pool=nn.AvgPool2d(2),
                conv=nn.Conv2d(16, width, 1, bias=False),
            )
        )
        head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, num_classes))
        super().__init__(stem, ResidualAdd(block, shortcut), head)
