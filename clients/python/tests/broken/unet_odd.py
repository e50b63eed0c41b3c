# https://github.com/ptrblck/pytorch_misc/issues/2
# Sizes of tensors must match except in dimension 1, at 222x222
# check: UNet image=3x222x222
# call: 38 cause: 36
import torch
import torch.nn as nn
import torch.nn.functional as F


class Double(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.first = nn.Conv2d(in_channels, out_channels, 3, padding=1)
        self.second = nn.Conv2d(out_channels, out_channels, 3, padding=1)

    def forward(self, x):
        return F.relu(self.second(F.relu(self.first(x))))


class UNet(nn.Module):
    def __init__(self, classes=4):
        super().__init__()
        self.pool = nn.MaxPool2d(2)
        self.down1 = Double(3, 16)
        self.down2 = Double(16, 32)
        self.down3 = Double(32, 64)
        self.up3 = nn.ConvTranspose2d(64, 32, 2, stride=2)
        self.join3 = Double(64, 32)
        self.up2 = nn.ConvTranspose2d(32, 16, 2, stride=2)
        self.join2 = Double(32, 16)
        self.out = nn.Conv2d(16, classes, 1)

    def forward(self, x):
        x1 = self.down1(x)
        x2 = self.down2(self.pool(x1))
        x3 = self.down3(self.pool(x2))
        y = self.up3(x3)
        y = self.join3(torch.cat([x2, y], dim=1))
        y = self.up2(y)
        y = self.join2(torch.cat([x1, y], dim=1))
        return self.out(y)
