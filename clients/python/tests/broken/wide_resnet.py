# https://github.com/taoyang1122/GradAug/issues/1
# Given input size: (566x7x7). Calculated output size: (566x0x0). Output size is too small
# check: WideResNet x=3x28x28
# call: 25 cause: 25
import torch
import torch.nn as nn
import torch.nn.functional as F


class WideResNet(nn.Module):
    def __init__(self, widen_factor=2, num_classes=10):
        super().__init__()
        n = [16, 16 * widen_factor, 32 * widen_factor, 64 * widen_factor]
        self.conv1 = nn.Conv2d(3, n[0], 3, 1, 1, bias=False)
        self.block1 = nn.Conv2d(n[0], n[1], 3, 1, 1, bias=False)
        self.block2 = nn.Conv2d(n[1], n[2], 3, 2, 1, bias=False)
        self.block3 = nn.Conv2d(n[2], n[3], 3, 2, 1, bias=False)
        self.bn = nn.BatchNorm2d(n[3])
        self.fc = nn.Linear(n[3], num_classes)
        self.n_channels = n[3]

    def forward(self, x):
        out = self.block3(self.block2(self.block1(self.conv1(x))))
        out = F.relu(self.bn(out))
        out = F.avg_pool2d(out, 8)
        out = out.view(-1, self.n_channels)
        return self.fc(out)
