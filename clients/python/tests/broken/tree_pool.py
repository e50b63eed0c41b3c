# https://github.com/Res2Net/Res2Net-PretrainedModels/issues/10
# The size of tensor a (38) must match the size of tensor b (37) at non-singleton dimension 3
# check: Tree image=16x75x75
# call: 26 cause: 13
import torch
import torch.nn as nn
import torch.nn.functional as F


class Tree(nn.Module):
    def __init__(self, in_channels=16, out_channels=32, stride=2):
        super().__init__()
        self.downsample = nn.MaxPool2d(stride, stride=stride)
        self.project = nn.Conv2d(in_channels, out_channels, 1, bias=False)
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(out_channels, 10)

    def forward(self, x):
        residual = self.project(self.downsample(x))
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += residual
        return self.fc(self.pool(F.relu(out)).flatten(1))
