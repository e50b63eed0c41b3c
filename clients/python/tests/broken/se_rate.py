# https://github.com/braindecode/braindecode/pull/955
# the second layer reads reduction_rate channels where sq_channels arrive
# check: Net x=3x16x16
# call: 20 cause: 15
import torch.nn as nn


class SqueezeAndExcitation(nn.Module):
    def __init__(self, in_channels, reduction_rate):
        super().__init__()
        sq_channels = in_channels // reduction_rate
        self.gap = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(in_channels, sq_channels, kernel_size=1, bias=True)
        self.nonlinearity1 = nn.ReLU()
        self.fc2 = nn.Conv2d(reduction_rate, in_channels, kernel_size=1, bias=True)
        self.nonlinearity2 = nn.Sigmoid()

    def forward(self, x):
        scale = self.nonlinearity1(self.fc1(self.gap(x)))
        scale = self.nonlinearity2(self.fc2(scale))
        return x * scale


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 32, 3, padding=1)
        self.attend = SqueezeAndExcitation(32, 4)
        self.head = nn.Conv2d(32, 2, 1)

    def forward(self, x):
        return self.head(self.attend(self.conv(x)))
