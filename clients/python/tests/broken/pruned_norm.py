# https://github.com/BayesWatch/pytorch-prunes/issues/6
# running_mean should contain 57 elements not 64
# check: resnet image=3x32x32
# call: 26 cause: 18
import torch
import torch.nn as nn
import torch.nn.functional as F


def conv3x3(in_planes, out_planes, stride=1):
    return nn.Conv2d(in_planes, out_planes, kernel_size=3, stride=stride, padding=1, bias=False)


class BasicBlock(nn.Module):
    def __init__(self, planes, middle):
        super().__init__()
        self.conv1 = conv3x3(planes, middle)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = conv3x3(middle, planes)
        self.bn2 = nn.BatchNorm2d(planes)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        residual = x
        out = self.conv1(x)
        out = self.bn1(out)
        out = self.relu(out)
        out = self.bn2(self.conv2(out))
        return self.relu(out + residual)


class ResNet(nn.Module):
    def __init__(self, widths):
        super().__init__()
        self.stem = conv3x3(3, 64)
        self.blocks = nn.Sequential(*[BasicBlock(64, width) for width in widths])
        self.fc = nn.Linear(64, 10)

    def forward(self, image):
        return self.fc(self.blocks(self.stem(image)).mean((2, 3)))


def resnet():
    return ResNet([57])
