# https://github.com/ZHANGDONG-NJUST/FPT/issues/27
# The size of tensor a (16) must match the size of tensor b (8) at non-singleton dimension 3
# check: Rendering low=32x16x16 high=64x16x16
# call: 22 cause: 16
import torch
import torch.nn as nn
import torch.nn.functional as F


class Rendering(nn.Module):
    def __init__(self, channels_high=64, channels_low=32, upsample=False):
        super().__init__()
        self.upsample = upsample
        self.conv3x3 = nn.Conv2d(channels_high, channels_high, kernel_size=3, padding=1, bias=False)
        self.bn_low = nn.BatchNorm2d(channels_high)
        self.str_conv3x3 = nn.Conv2d(channels_low, channels_high, kernel_size=3, stride=2, padding=1, bias=False)
        self.bn_reduction = nn.BatchNorm2d(channels_high)
        self.conv_cat = nn.Conv2d(channels_high * 2, channels_high, kernel_size=1)

    def forward(self, x_low, x_high):
        x_att = F.relu(self.bn_low(self.conv3x3(x_high)))
        out = F.relu(self.bn_reduction(self.str_conv3x3(x_low)) + x_att)
        if self.upsample:
            out = F.interpolate(out, scale_factor=2)
        return self.conv_cat(torch.cat([out, out], dim=1))
