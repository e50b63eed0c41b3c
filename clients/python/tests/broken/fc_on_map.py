# https://github.com/pytorch/pytorch/issues/1168
# RuntimeError: matrix and matrix expected, two scales into fully connected layers
# check: TwoScale near=3x64x64 far=3x64x64
# call: 27 cause: 27
import torch
import torch.nn as nn
import torch.nn.functional as F


class TwoScale(nn.Module):
    def __init__(self, classes=10):
        super(TwoScale, self).__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 16, kernel_size=11, stride=4, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
            nn.Conv2d(16, 32, kernel_size=5, padding=2),
            nn.ReLU(inplace=True),
        )
        self.fc6_near = nn.Linear(32 * 7 * 7, 64)
        self.fc6_far = nn.Linear(32 * 7 * 7, 64)
        self.fc8 = nn.Linear(128, classes)

    def forward(self, near, far):
        x_1 = self.features(near)
        x_2 = self.features(far)
        x_1 = F.relu(self.fc6_near(x_1))
        x_2 = F.relu(self.fc6_far(x_2))
        x = torch.cat([x_1, x_2], 1)
        return self.fc8(x)
