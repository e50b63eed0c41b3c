# https://github.com/JiaweiWang-AI/Pyramid-Attention-Networks-pytorch/issues/10
# The size of tensor a (5) must match the size of tensor b (6) at non-singleton dimension 2
# check: FPA x=32x10x20
# call: 29 cause: 16
import torch
import torch.nn as nn
import torch.nn.functional as F


class FPA(nn.Module):
    def __init__(self, channels=32):
        super().__init__()
        mid = channels // 4
        self.conv_master = nn.Conv2d(channels, channels, kernel_size=1)
        self.conv7x7_1 = nn.Conv2d(channels, mid, kernel_size=7, stride=2, padding=3)
        self.conv5x5_1 = nn.Conv2d(mid, mid, kernel_size=5, stride=2, padding=2)
        self.conv7x7_2 = nn.Conv2d(mid, mid, kernel_size=7, padding=3)
        self.conv5x5_2 = nn.Conv2d(mid, mid, kernel_size=5, padding=2)
        self.conv_upsample_2 = nn.ConvTranspose2d(mid, mid, kernel_size=4, stride=2, padding=1)
        self.conv_upsample_1 = nn.ConvTranspose2d(mid, channels, kernel_size=4, stride=2, padding=1)

    def forward(self, x):
        x_master = self.conv_master(x)
        x1_1 = F.relu(self.conv7x7_1(x))
        x1_2 = self.conv7x7_2(x1_1)
        x2_1 = F.relu(self.conv5x5_1(x1_1))
        x2_2 = self.conv5x5_2(x2_1)
        x2_upsample = F.relu(self.conv_upsample_2(x2_2))
        x1_merge = F.relu(x1_2 + x2_upsample)
        x1_upsample = self.conv_upsample_1(x1_merge)
        return x_master * x1_upsample
