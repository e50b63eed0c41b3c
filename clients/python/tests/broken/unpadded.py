# https://github.com/nikhilroxtomar/Retina-Blood-Vessel-Segmentation-in-PyTorch/issues/2
# Sizes of tensors must match except in dimension 1. Expected size 56 but got size 64
# check: Retina image=3x64x64
# call: 27 cause: 15
import torch
import torch.nn as nn
import torch.nn.functional as F


class Retina(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc1 = nn.Conv2d(3, 16, 3, padding=1)
        self.enc2 = nn.Conv2d(16, 32, 3, padding=1)
        self.bridge = nn.Conv2d(32, 64, 3)
        self.up = nn.ConvTranspose2d(64, 32, 2, stride=2)
        self.dec = nn.Conv2d(64, 32, 3, padding=1)
        self.up0 = nn.ConvTranspose2d(32, 16, 2, stride=2)
        self.dec0 = nn.Conv2d(32, 16, 3, padding=1)
        self.out = nn.Conv2d(16, 1, 1)

    def forward(self, image):
        s1 = F.relu(self.enc1(image))
        s2 = F.relu(self.enc2(F.max_pool2d(s1, 2)))
        b = F.relu(self.bridge(F.max_pool2d(s2, 2)))
        d = self.up(b)
        d = F.relu(self.dec(torch.cat([d, s2], 1)))
        d = self.up0(d)
        d = F.relu(self.dec0(torch.cat([d, s1], 1)))
        return torch.sigmoid(self.out(d))
