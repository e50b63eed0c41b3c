# https://github.com/Beckschen/TransUNet/issues/74
# Sizes of tensors must match except in dimension 1. Expected size 32 but got size 64
# check: Decoder image=3x64x64
# call: 28 cause: 28 missed: cause
import torch
import torch.nn as nn
import torch.nn.functional as F


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc1 = nn.Conv2d(3, 16, 3, padding=1)
        self.enc2 = nn.Conv2d(16, 32, 3, stride=2, padding=1)
        self.enc3 = nn.Conv2d(32, 64, 3, stride=2, padding=1)
        self.enc4 = nn.Conv2d(64, 128, 3, stride=2, padding=1)
        self.dec3 = nn.Conv2d(128 + 64, 64, 3, padding=1)
        self.dec2 = nn.Conv2d(64 + 32, 32, 3, padding=1)
        self.out = nn.Conv2d(32, 2, 1)

    def forward(self, image):
        f1 = F.relu(self.enc1(image))
        f2 = F.relu(self.enc2(f1))
        f3 = F.relu(self.enc3(f2))
        x = F.relu(self.enc4(f3))
        x = F.interpolate(x, scale_factor=2)
        x = F.relu(self.dec3(torch.cat([x, f3], dim=1)))
        x = torch.cat([x, f2], dim=1)
        x = F.relu(self.dec2(x))
        x = F.interpolate(x, scale_factor=2)
        return self.out(x)
