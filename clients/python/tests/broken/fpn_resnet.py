# https://github.com/maudzung/SFA3D/issues/25
# Sizes of tensors must match except in dimension 2. Got 39 and 40, input 609x609
# check: PoseNet x=3x153x153
# call: 29 cause: 18
import torch
import torch.nn as nn
import torch.nn.functional as F


class PoseNet(nn.Module):
    def __init__(self, heads=None):
        super().__init__()
        heads = heads or {"hm": 3, "offset": 2}
        self.conv1 = nn.Conv2d(3, 16, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        self.layer1 = nn.Conv2d(16, 16, 3, padding=1)
        self.layer2 = nn.Conv2d(16, 32, 3, stride=2, padding=1)
        self.conv_up_level1 = nn.Conv2d(48, 32, kernel_size=1)
        for head in heads:
            self.__setattr__(head, nn.Conv2d(32, heads[head], kernel_size=1))
        self.heads = heads

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        out_layer1 = self.layer1(x)
        out_layer2 = self.layer2(out_layer1)
        up_level1 = F.interpolate(out_layer2, scale_factor=2, mode="bilinear", align_corners=True)
        concat_level1 = torch.cat((up_level1, out_layer1), dim=1)
        up = self.conv_up_level1(concat_level1)
        return {head: self.__getattr__(head)(up) for head in self.heads}
