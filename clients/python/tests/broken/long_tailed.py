# https://github.com/KaihuaTang/Long-Tailed-Recognition.pytorch/issues/29
# Given input size: (2048x1x1). Calculated output size: (2048x-5x-5). Output size is too small
# check: ResNet x=3x32x32
# call: 38 cause: 33
import torch
import torch.nn as nn
import torch.nn.functional as F


class Bottleneck(nn.Module):
    def __init__(self, inplanes, planes, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inplanes, planes, 1, bias=False)
        self.conv2 = nn.Conv2d(planes, planes, 3, stride, 1, bias=False)
        self.conv3 = nn.Conv2d(planes, planes * 4, 1, bias=False)
        self.down = nn.Conv2d(inplanes, planes * 4, 1, stride, bias=False)

    def forward(self, x):
        out = self.conv3(F.relu(self.conv2(F.relu(self.conv1(x)))))
        return F.relu(out + self.down(x))


class ResNet(nn.Module):
    def __init__(self, layers=(16, 32, 64)):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, kernel_size=7, stride=2, padding=3, bias=False)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        inplanes, blocks = 16, []
        for planes in layers:
            blocks.append(Bottleneck(inplanes, planes, stride=2))
            inplanes = planes * 4
        self.layers = nn.Sequential(*blocks)
        self.avgpool = nn.AvgPool2d(7, stride=1)
        self.fc = nn.Linear(inplanes, 10)

    def forward(self, x):
        x = self.layers(self.maxpool(F.relu(self.conv1(x))))
        x = self.avgpool(x)
        return self.fc(x.view(x.size(0), -1))
