# https://github.com/surrogate-gradient-learning/pytorch-lif-autograd/issues/1
# Expected 4-dimensional input for 4-dimensional weight [16, 1, 7, 7], but got 3-dimensional input of size [100, 28, 28]
# check: Lenet x=28x28
# call: 18 cause: 18
import torch
import torch.nn as nn
import torch.nn.functional as F


class Lenet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 7)
        self.conv2 = nn.Conv2d(16, 24, 7)
        self.fc = nn.Linear(24 * 2 * 2, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc(x.reshape(x.size(0), -1))
