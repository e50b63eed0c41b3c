# https://github.com/megvii-model/HINet/issues/19
# out = torch.cat([up, bridge], 1): got 10 and 11 in dimension 2
# check: HINet x=3x22x24
# call: 34 cause: 17
import torch
import torch.nn as nn
import torch.nn.functional as F


class UNetConvBlock(nn.Module):
    def __init__(self, in_size, out_size, downsample):
        super().__init__()
        self.downsample = downsample
        self.identity = nn.Conv2d(in_size, out_size, 1, 1, 0)
        self.conv_1 = nn.Conv2d(in_size, out_size, kernel_size=3, padding=1)
        if downsample:
            self.down = nn.Conv2d(out_size, out_size, kernel_size=4, stride=2, padding=1, bias=False)

    def forward(self, x):
        out = F.leaky_relu(self.conv_1(x), 0.2) + self.identity(x)
        if self.downsample:
            return self.down(out), out
        return out


class UNetUpBlock(nn.Module):
    def __init__(self, in_size, out_size):
        super().__init__()
        self.up = nn.ConvTranspose2d(in_size, out_size, kernel_size=2, stride=2, bias=True)
        self.conv_block = UNetConvBlock(in_size, out_size, False)

    def forward(self, x, bridge):
        up = self.up(x)
        out = torch.cat([up, bridge], 1)
        return self.conv_block(out)


class HINet(nn.Module):
    def __init__(self, in_chn=3, wf=16, depth=3):
        super().__init__()
        self.down_path, self.up_path = nn.ModuleList(), nn.ModuleList()
        self.conv_01 = nn.Conv2d(in_chn, wf, 3, 1, 1)
        prev = wf
        for i in range(depth):
            self.down_path.append(UNetConvBlock(prev, 2**i * wf, i + 1 < depth))
            prev = 2**i * wf
        for i in reversed(range(depth - 1)):
            self.up_path.append(UNetUpBlock(prev, 2**i * wf))
            prev = 2**i * wf
        self.last = nn.Conv2d(prev, in_chn, 3, 1, 1)

    def forward(self, x):
        x1, encs = self.conv_01(x), []
        for i, down in enumerate(self.down_path):
            if i + 1 < len(self.down_path):
                x1, x1_up = down(x1)
                encs.append(x1_up)
            else:
                x1 = down(x1)
        for i, up in enumerate(self.up_path):
            x1 = up(x1, encs[-i - 1])
        return self.last(x1) + x
