# https://github.com/liu-nlper/SLTK/issues/12
# Tensors must have same number of dimensions: got 3 and 2
# check: Tagger words=int64:15 chars=15x24
# call: 22 cause: 21
import torch
import torch.nn as nn
import torch.nn.functional as F


class Tagger(nn.Module):
    def __init__(self, vocabulary=300, dim=32, char_dim=24, tags=5):
        super().__init__()
        self.word = nn.Embedding(vocabulary, dim)
        self.char = nn.Linear(char_dim, 16)
        self.rnn = nn.LSTM(dim + 16, 20, batch_first=True, bidirectional=True)
        self.tags = nn.Linear(40, tags)

    def forward(self, words, chars):
        word_feature = self.word(words)
        char_feature = torch.tanh(self.char(chars))
        char_feature = char_feature[:, 0]
        x = torch.cat([word_feature, char_feature], -1)
        x, _ = self.rnn(x)
        return self.tags(x)
