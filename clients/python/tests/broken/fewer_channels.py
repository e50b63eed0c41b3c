# https://github.com/LinZhuoChen/DUpsampling/issues/13
# Given groups=1, weight of size [64, 128, 1, 1], expected input to have 128 channels, but got 64
# check: Head image=3x64x96
# call: 25 cause: 19
import torch
import torch.nn as nn
import torch.nn.functional as F


def conv_bn(inp, oup, **kwargs):
    return nn.Sequential(nn.Conv2d(inp, oup, bias=False, **kwargs), nn.BatchNorm2d(oup), nn.ReLU(inplace=True))


class Head(nn.Module):
    def __init__(self, num_classes=21, scale=4):
        super().__init__()
        self.low = conv_bn(3, 32, kernel_size=3, stride=2, padding=1)
        self.high = conv_bn(32, 64, kernel_size=3, stride=2, padding=1)
        self.reduce = conv_bn(128, 64, kernel_size=1)
        self.classify = nn.Conv2d(64, num_classes * scale * scale, 1)
        self.shuffle = nn.PixelShuffle(scale)

    def forward(self, image):
        x = self.high(self.low(image))
        x = self.reduce(x)
        return self.shuffle(self.classify(x))
