# https://github.com/GaParmar/clean-fid/issues/55
# the generator reads noise of (batch, z, 1, 1), and gets (batch, z)
# check: Generator z=64
# call: 21 cause: 21
from torch import nn


class Generator(nn.Module):
    def __init__(self, z_dim=64, width=16):
        super().__init__()
        self.initial = nn.ConvTranspose2d(z_dim, width * 4, 4, 1, 0)
        self.body = nn.Sequential(
            nn.LeakyReLU(0.2),
            nn.Upsample(scale_factor=2),
            nn.Conv2d(width * 4, width, 3, padding=1),
            nn.LeakyReLU(0.2),
        )
        self.rgb = nn.Conv2d(width, 3, 1)

    def forward(self, z):
        x = self.initial(z)
        return self.rgb(self.body(x)).tanh()
