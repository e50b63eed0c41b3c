# https://github.com/Res2Net/Res2Net-PretrainedModels/issues/19
# out = torch.cat((out, self.pool(spx[self.nums])), 1): got 16 and 15 in dimension 2
# check: Bottle2neck x=64x31x31
# call: 28 cause: 17
import torch
import torch.nn as nn
import torch.nn.functional as F


class Bottle2neck(nn.Module):
    def __init__(self, inplanes=64, width=16, scale=4, stride=2):
        super().__init__()
        self.conv1 = nn.Conv2d(inplanes, width * scale, kernel_size=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width * scale)
        self.nums = scale - 1
        self.width = width
        self.pool = nn.AvgPool2d(kernel_size=3, stride=stride)
        self.convs = nn.ModuleList([nn.Conv2d(width, width, kernel_size=3, stride=stride, padding=1) for _ in range(self.nums)])
        self.bns = nn.ModuleList([nn.BatchNorm2d(width) for _ in range(self.nums)])
        self.conv3 = nn.Conv2d(width * scale, 128, kernel_size=1)

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        spx = torch.split(out, self.width, 1)
        for i in range(self.nums):
            sp = F.relu(self.bns[i](self.convs[i](spx[i])))
            out = sp if i == 0 else torch.cat((out, sp), 1)
        out = torch.cat((out, self.pool(spx[self.nums])), 1)
        return self.conv3(out)
