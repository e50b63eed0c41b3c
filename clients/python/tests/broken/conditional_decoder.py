# https://github.com/KBaja/UnsupervisedHI/issues/1
# the decoder does not count what is concatenated with the latent
# check: Autoencoder x=20x14 w=3x14
# call: 27 cause: 18 missed: cause
import torch
import torch.nn as nn
import torch.nn.functional as F


class Autoencoder(nn.Module):
    def __init__(self, channels=20, hidden=(32, 16), z_size=8, w_dim=3):
        super().__init__()
        encoder, inp = [], channels
        for h in hidden:
            encoder += [nn.Conv1d(inp, h, 3, padding=1), nn.ReLU()]
            inp = h
        self.encoder = nn.Sequential(*encoder, nn.Conv1d(inp, z_size, 1))
        decoder, inp = [], z_size
        for h in reversed(hidden):
            decoder += [nn.Conv1d(inp, h, 3, padding=1), nn.ReLU()]
            inp = h
        self.decoder = nn.Sequential(*decoder, nn.Conv1d(inp, channels, 1))

    def forward(self, x, w):
        z = self.encoder(x)
        z = torch.cat([z, w], dim=1)
        return self.decoder(z)
