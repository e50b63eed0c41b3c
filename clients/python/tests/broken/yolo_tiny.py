# https://github.com/MVIG-SJTU/AlphaPose/issues/667
# x = torch.cat((map1, map2), 1): got 26 and 24 in dimension 2
# check: Tiny x=3x52x52
# call: 30 cause: 20
import torch
import torch.nn as nn
import torch.nn.functional as F


def cbl(inp, out, k=3):
    return nn.Sequential(nn.Conv2d(inp, out, k, 1, k // 2, bias=False), nn.BatchNorm2d(out), nn.LeakyReLU(0.1))


class Tiny(nn.Module):
    def __init__(self):
        super().__init__()
        self.b1 = cbl(3, 16)
        self.b2 = cbl(16, 32)
        self.b3 = cbl(32, 64)
        self.stay = nn.MaxPool2d(2, stride=1)
        self.b4 = cbl(64, 64)
        self.route = cbl(64, 32, k=1)
        self.head = nn.Conv2d(32 + 32, 18, 1)

    def forward(self, x):
        map2 = self.b2(F.max_pool2d(self.b1(x), 2))
        y = self.b3(F.max_pool2d(map2, 2))
        y = self.b4(self.stay(y))
        map1 = F.interpolate(self.route(y), scale_factor=2)
        x = torch.cat((map1, map2), 1)
        return self.head(x)
