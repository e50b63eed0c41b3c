# https://github.com/lxtGH/OctaveConv_pytorch/issues/23
# X_h = X_l2h + X_h2h: the size of tensor a (6) must match the size of tensor b (7)
# check: Net x=3x14x14
# call: 23 cause: 13
import torch
import torch.nn as nn
import torch.nn.functional as F


class OctaveConv(nn.Module):
    def __init__(self, high, low, kernel_size=3, padding=1):
        super().__init__()
        self.h2g_pool = nn.AvgPool2d(kernel_size=(2, 2), stride=2)
        self.upsample = nn.Upsample(scale_factor=2, mode="nearest")
        self.h2h = nn.Conv2d(high, high, kernel_size, padding=padding)
        self.h2l = nn.Conv2d(high, low, kernel_size, padding=padding)
        self.l2h = nn.Conv2d(low, high, kernel_size, padding=padding)

    def forward(self, x):
        low = self.h2l(self.h2g_pool(x))
        x_h2h = self.h2h(x)
        x_l2h = self.upsample(self.l2h(low))
        return x_l2h + x_h2h


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 24, 3, stride=2, padding=1)
        self.oct = OctaveConv(24, 8)
        self.fc = nn.Linear(24, 10)

    def forward(self, x):
        x = F.relu(self.oct(F.relu(self.stem(x))))
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))
