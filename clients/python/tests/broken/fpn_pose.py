# https://github.com/Xiangyu-CAS/Realtime_Multi-Person_Pose_Estimation.PyTorch/issues/3
# The size of tensor a (23) must match the size of tensor b (24) at non-singleton dimension 3
# check: FPN x=3x92x92
# call: 24 cause: 15
import torch
import torch.nn as nn
import torch.nn.functional as F


class FPN(nn.Module):
    def __init__(self, out_channels=32):
        super(FPN, self).__init__()
        self.C1 = nn.Sequential(nn.Conv2d(3, 16, kernel_size=7, stride=2, padding=3), nn.ReLU())
        self.C2 = nn.Sequential(nn.Conv2d(16, 32, kernel_size=3, stride=2, padding=1), nn.ReLU())
        self.C3 = nn.Sequential(nn.Conv2d(32, 64, kernel_size=3, stride=2, padding=1), nn.ReLU())
        self.P3_conv1 = nn.Conv2d(64, out_channels, kernel_size=1)
        self.P2_conv1 = nn.Conv2d(32, out_channels, kernel_size=1)
        self.P2_conv2 = nn.Conv2d(out_channels, out_channels, kernel_size=3, padding=1)

    def forward(self, x):
        c2_out = self.C2(self.C1(x))
        c3_out = self.C3(c2_out)
        p3_out = self.P3_conv1(c3_out)
        p2_out = self.P2_conv1(c2_out) + F.interpolate(p3_out, scale_factor=2)
        return self.P2_conv2(p2_out), p3_out
