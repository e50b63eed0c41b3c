# https://github.com/simochen/flowtrack.pytorch/issues/6
# concat5 = torch.cat((out_conv5, out_deconv5, flow6_up), 1): got 24 and 23 in dimension 2
# check: FlowNet pair=6x90x128
# call: 34 cause: 22
import torch
import torch.nn as nn
import torch.nn.functional as F


def conv(in_planes, out_planes, stride=1):
    return nn.Sequential(nn.Conv2d(in_planes, out_planes, 3, stride=stride, padding=1), nn.LeakyReLU(0.1, inplace=True))


def deconv(in_planes, out_planes):
    return nn.Sequential(nn.ConvTranspose2d(in_planes, out_planes, kernel_size=4, stride=2, padding=1), nn.LeakyReLU(0.1))


class FlowNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = conv(6, 16, stride=2)
        self.conv2 = conv(16, 32, stride=2)
        self.predict2 = nn.Conv2d(32, 2, 3, padding=1)
        self.deconv1 = deconv(32, 16)
        self.upsampled_flow2_to_1 = nn.ConvTranspose2d(2, 2, 4, 2, 1, bias=False)
        self.predict1 = nn.Conv2d(16 + 16 + 2, 2, 3, padding=1)

    def forward(self, pair):
        out_conv1 = self.conv1(pair)
        out_conv2 = self.conv2(out_conv1)
        flow2 = self.predict2(out_conv2)
        flow2_up = self.upsampled_flow2_to_1(flow2)
        out_deconv1 = self.deconv1(out_conv2)
        concat1 = torch.cat((out_conv1, out_deconv1, flow2_up), 1)
        return self.predict1(concat1), flow2
