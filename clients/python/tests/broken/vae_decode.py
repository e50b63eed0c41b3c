# https://github.com/AntixK/PyTorch-VAE/pull/17
# decode reshapes to [B, 512, 2, 2], and the last hidden width is another
# check: VAE x=3x32x32
# call: 27 cause: 27
import torch
import torch.nn as nn
import torch.nn.functional as F


class VAE(nn.Module):
    def __init__(self, latent_dim=20, hidden_dims=(16, 32, 64)):
        super().__init__()
        modules, inp = [], 3
        for h_dim in hidden_dims:
            modules.append(nn.Sequential(nn.Conv2d(inp, h_dim, 3, 2, 1), nn.BatchNorm2d(h_dim), nn.LeakyReLU()))
            inp = h_dim
        self.encoder = nn.Sequential(*modules)
        self.fc_mu = nn.Linear(hidden_dims[-1] * 16, latent_dim)
        self.decoder_input = nn.Linear(latent_dim, hidden_dims[-1] * 16)
        self.decoder = nn.Sequential(nn.ConvTranspose2d(64, 32, 3, 2, 1, 1), nn.LeakyReLU(), nn.Conv2d(32, 3, 3, padding=1))

    def encode(self, x):
        return self.fc_mu(torch.flatten(self.encoder(x), start_dim=1))

    def decode(self, z):
        result = self.decoder_input(z)
        result = result.view(-1, 128, 4, 4)
        return self.decoder(result)

    def forward(self, x):
        return self.decode(self.encode(x))
