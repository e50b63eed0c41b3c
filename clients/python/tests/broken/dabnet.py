# https://github.com/Reagan1311/DABNet/issues/24
# output = torch.cat([output, max_pool], 1): the convolution and the pooling give other sizes
# check: DABNet input=3x45x45
# call: 37 cause: 30
import torch
import torch.nn as nn
import torch.nn.functional as F


class Conv(nn.Module):
    def __init__(self, nIn, nOut, kSize, stride, padding, bn_acti=False):
        super().__init__()
        self.conv = nn.Conv2d(nIn, nOut, kernel_size=kSize, stride=stride, padding=padding, bias=False)
        self.bn_acti = bn_acti
        if bn_acti:
            self.bn_prelu = nn.Sequential(nn.BatchNorm2d(nOut, eps=1e-3), nn.PReLU(nOut))

    def forward(self, input):
        output = self.conv(input)
        return self.bn_prelu(output) if self.bn_acti else output


class DownSamplingBlock(nn.Module):
    def __init__(self, nIn, nOut):
        super().__init__()
        self.nIn = nIn
        self.nOut = nOut
        nConv = nOut - nIn if nIn < nOut else nOut
        self.conv3x3 = Conv(nIn, nConv, kSize=3, stride=2, padding=1)
        self.max_pool = nn.MaxPool2d(2, stride=2)
        self.bn = nn.BatchNorm2d(nOut)

    def forward(self, input):
        output = self.conv3x3(input)
        if self.nIn < self.nOut:
            max_pool = self.max_pool(input)
            output = torch.cat([output, max_pool], 1)
        return self.bn(output)


class DABNet(nn.Module):
    def __init__(self, classes=4):
        super().__init__()
        self.init_conv = Conv(3, 8, 3, 1, padding=1, bn_acti=True)
        self.downsample_1 = DownSamplingBlock(8, 24)
        self.classifier = Conv(24, classes, 1, 1, padding=0)

    def forward(self, input):
        out = self.classifier(self.downsample_1(self.init_conv(input)))
        return F.interpolate(out, input.size()[2:], mode="bilinear", align_corners=False)
