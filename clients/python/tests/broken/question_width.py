# https://github.com/xiaojunxu/SQLNet/issues/59
# input.size(-1) must be equal to input_size. Expected 300, got 100
# check: SQLNet question=20x25 columns=6x25
# call: 11 cause: 18
import torch
import torch.nn as nn
import torch.nn.functional as F


def run_lstm(lstm, inp):
    out, _ = lstm(inp)
    return out


class SQLNet(nn.Module):
    def __init__(self, N_word=75, N_h=32, N_depth=2):
        super().__init__()
        self.q_lstm = nn.LSTM(input_size=N_word, hidden_size=N_h // 2, num_layers=N_depth, batch_first=True, bidirectional=True)
        self.col_lstm = nn.LSTM(input_size=N_word, hidden_size=N_h // 2, num_layers=N_depth, batch_first=True, bidirectional=True)
        self.out = nn.Linear(N_h * 2, 4)

    def forward(self, question, columns):
        q = run_lstm(self.q_lstm, question)
        c = run_lstm(self.col_lstm, columns)
        return self.out(torch.cat([q[:, -1], c[:, -1]], 1))
