# https://github.com/spro/practical-pytorch/issues/133
# the GRU is made for hidden_size, and the concatenated input has 2 * hidden_size
# check: Decoder words=int64:12 context=12x48
# call: 21 cause: 15
import torch
import torch.nn as nn
import torch.nn.functional as F


class Decoder(nn.Module):
    def __init__(self, hidden_size=48, output_size=200, n_layers=1, dropout_p=0.1):
        super().__init__()
        self.embedding = nn.Embedding(output_size, hidden_size)
        self.dropout = nn.Dropout(dropout_p)
        self.gru = nn.GRU(hidden_size, hidden_size, n_layers, batch_first=True)
        self.out = nn.Linear(hidden_size * 2, output_size)

    def forward(self, words, context):
        word_embedded = self.dropout(self.embedding(words))
        rnn_input = torch.cat((word_embedded, context), 2)
        output, hidden = self.gru(rnn_input)
        return F.log_softmax(self.out(torch.cat((output, context), 2)), dim=-1)
