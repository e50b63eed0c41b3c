# https://github.com/PawitKoch/LO-Net-pytorch/issues/1
# mat1 and mat2 shapes cannot be multiplied (4x356352 and 344064x512)
# check: LONet current=4x16x58 previous=4x16x58
# call: 38 cause: 28
import torch
import torch.nn as nn
import torch.nn.functional as F


class Fire(nn.Module):
    def __init__(self, inplanes, squeeze, expand):
        super(Fire, self).__init__()
        self.squeeze = nn.Conv2d(inplanes, squeeze, kernel_size=1)
        self.expand1x1 = nn.Conv2d(squeeze, expand, kernel_size=1)
        self.expand3x3 = nn.Conv2d(squeeze, expand, kernel_size=3, padding=1)

    def forward(self, x):
        x = F.relu(self.squeeze(x))
        return torch.cat([F.relu(self.expand1x1(x)), F.relu(self.expand3x3(x))], 1)


class LONet(nn.Module):
    def __init__(self):
        super().__init__()
        self.enter = nn.Conv2d(4, 16, 3, stride=(1, 2), padding=1)
        self.fire = Fire(16, 8, 16)
        self.pool = nn.MaxPool2d(3, stride=(1, 2), padding=1)
        self.fc1 = nn.Linear(2 * 32 * 16 * 14, 64)
        self.position = nn.Linear(64, 3)
        self.rotation = nn.Linear(64, 4)

    def features(self, x):
        return self.pool(self.fire(F.relu(self.enter(x))))

    def forward(self, current, previous):
        x = torch.cat((self.features(current), self.features(previous)), 1)
        x = x.view(x.size(0), -1)
        x = F.relu(self.fc1(x))
        return self.position(x), self.rotation(x)
