# https://github.com/ZhixiuYe/HSCRF-pytorch/issues/3
# the view of the character features has a hard-coded width of 30
# check: WordRep chars=12x20 words=int64:12
# call: 21 cause: 21
import torch
import torch.nn as nn
import torch.nn.functional as F


class WordRep(nn.Module):
    def __init__(self, char_in=20, char_hidden=25, vocabulary=400, word_dim=50, hidden=40):
        super().__init__()
        self.char_rnn = nn.LSTM(char_in, char_hidden, batch_first=True)
        self.fb2char = nn.Linear(char_hidden, char_hidden)
        self.word_embeds = nn.Embedding(vocabulary, word_dim)
        self.word_rnn = nn.LSTM(word_dim + 30, hidden, batch_first=True)

    def forward(self, chars, words):
        char_out, _ = self.char_rnn(chars)
        char_out = torch.tanh(self.fb2char(char_out))
        char_out = char_out.reshape(-1, words.size(1), 30)
        word_emb = self.word_embeds(words)
        rep = torch.cat((word_emb, char_out), dim=2)
        out, _ = self.word_rnn(rep)
        return out
