# https://github.com/MrGiovanni/UNetPlusPlus/issues/73
# Given transposed=1, weight of size [256, 128, 2, 2], expected input[12, 64, 256, 256] to have 256 channels
# check: UNetPP x=1x32x32
# call: 29 cause: 20
import torch
import torch.nn as nn
import torch.nn.functional as F


class UNetPP(nn.Module):
    def __init__(self, features=(16, 32, 64)):
        super().__init__()
        self.context = nn.ModuleList()
        inp = 1
        for f in features:
            self.context.append(nn.Sequential(nn.Conv2d(inp, f, 3, padding=1), nn.InstanceNorm2d(f, affine=True), nn.LeakyReLU(0.01)))
            inp = f
        self.tu = nn.ModuleList([
            nn.ConvTranspose2d(features[1], features[0], 2, 2, bias=False),
            nn.ConvTranspose2d(features[2] * 2, features[1], 2, 2, bias=False),
        ])
        self.loc = nn.Conv2d(features[1] * 2, features[1], 3, padding=1)
        self.out = nn.Conv2d(features[0] * 2, 2, 1)

    def forward(self, x):
        x0_0 = self.context[0](x)
        x1_0 = self.context[1](F.max_pool2d(x0_0, 2))
        x2_0 = self.context[2](F.max_pool2d(x1_0, 2))
        x1_1 = self.loc(torch.cat([x1_0, self.tu[1](x2_0)], 1))
        return self.out(torch.cat([x0_0, self.tu[0](x1_1)], 1))
