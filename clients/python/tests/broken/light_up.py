# https://github.com/fengzhang427/HEP/issues/4
# cat5 = torch.cat((x5, x2), dim=1): expected size 766 but got size 765
# check: Light x=3x66x45
# call: 28 cause: 15
import torch
import torch.nn as nn
import torch.nn.functional as F


class Light(nn.Module):
    def __init__(self):
        super(Light, self).__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1)
        self.conv2 = nn.Conv2d(16, 32, 3, 1, 1)
        self.conv3 = nn.Conv2d(32, 64, 3, 2, 1)
        self.conv4 = nn.Conv2d(64, 64, 3, 1, 1)
        self.deconv5 = nn.ConvTranspose2d(64, 32, 2, 2)
        self.conv6 = nn.Conv2d(64, 16, 3, 1, 1)
        self.conv7 = nn.Conv2d(16, 3, 1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        x1 = self.relu(self.conv1(x))
        x2 = self.relu(self.conv2(x1))
        x3 = self.relu(self.conv3(x2))
        x4 = self.relu(self.conv4(x3))
        x5 = self.relu(self.deconv5(x4))
        cat5 = torch.cat((x5, x2), dim=1)
        x6 = self.relu(self.conv6(cat5))
        return torch.sigmoid(self.conv7(x6))
