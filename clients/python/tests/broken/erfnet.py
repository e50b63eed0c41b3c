# https://github.com/Eromera/erfnet_pytorch/issues/8
# torch.cat in DownsamplerBlock: inconsistent tensor sizes for odd images
# check: Encoder input=3x63x63
# call: 18 cause: 14
import torch
import torch.nn as nn
import torch.nn.functional as F


class DownsamplerBlock(nn.Module):
    def __init__(self, ninput, noutput):
        super().__init__()
        self.conv = nn.Conv2d(ninput, noutput - ninput, (3, 3), stride=2, padding=1, bias=True)
        self.pool = nn.MaxPool2d(2, stride=2)
        self.bn = nn.BatchNorm2d(noutput, eps=1e-3)

    def forward(self, input):
        output = torch.cat([self.conv(input), self.pool(input)], 1)
        output = self.bn(output)
        return F.relu(output)


class Encoder(nn.Module):
    def __init__(self, num_classes=5):
        super().__init__()
        self.initial_block = DownsamplerBlock(3, 16)
        self.layers = nn.ModuleList([nn.Conv2d(16, 16, 3, padding=1), DownsamplerBlock(16, 64)])
        self.output_conv = nn.Conv2d(64, num_classes, 1)

    def forward(self, input):
        output = self.initial_block(input)
        for layer in self.layers:
            output = layer(output)
        return self.output_conv(output)
