# https://github.com/cristinalunaj/MMEmotionRecognition/issues/5
# input.size(-1) must be equal to input_size. Expected 35, got 714
# check: Sequential frames=40x71
# call: 16 cause: 23
import torch
import torch.nn as nn
import torch.nn.functional as F


class LSTMEncoder(nn.Module):
    def __init__(self, input_size, hidden, layers):
        super().__init__()
        self.rnn = nn.LSTM(input_size=input_size, hidden_size=hidden, num_layers=layers, batch_first=True, bidirectional=True)

    def forward(self, x):
        _, (h, _) = self.rnn(x)
        return torch.cat((h[-2], h[-1]), dim=1)


class Sequential(nn.Module):
    def __init__(self, features=35, hidden=50, layers=2, emotions=8):
        super().__init__()
        self.encoder = LSTMEncoder(features, hidden, layers)
        self.decide = nn.Sequential(nn.Dropout(0.3), nn.Linear(hidden * 2, emotions))

    def forward(self, frames):
        return self.decide(self.encoder(frames))
