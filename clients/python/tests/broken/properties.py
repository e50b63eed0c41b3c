# https://github.com/lyh6560new/BotMoE/issues/7
# mat1 and mat2 shapes cannot be multiplied (447334x5 and 9x128)
# check: Align des=64 tweet=64 num_prop=5 cat_prop=9
# call: 22 cause: 15
import torch
import torch.nn as nn
import torch.nn.functional as F


class Align(nn.Module):
    def __init__(self, des_size=64, tweet_size=64, num_prop_size=9, cat_prop_size=9, hidden=32):
        super().__init__()
        self.linear_relu_des = nn.Sequential(nn.Linear(des_size, hidden // 4), nn.LeakyReLU())
        self.linear_relu_tweet = nn.Sequential(nn.Linear(tweet_size, hidden // 4), nn.LeakyReLU())
        self.linear_relu_num_prop = nn.Sequential(nn.Linear(num_prop_size, hidden // 4), nn.LeakyReLU())
        self.linear_relu_cat_prop = nn.Sequential(nn.Linear(cat_prop_size, hidden // 4), nn.LeakyReLU())
        self.linear_output = nn.Linear(hidden, 2)

    def forward(self, des, tweet, num_prop, cat_prop):
        d = self.linear_relu_des(des)
        t = self.linear_relu_tweet(tweet)
        n = self.linear_relu_num_prop(num_prop)
        c = self.linear_relu_cat_prop(cat_prop)
        x = torch.cat((d, t, n, c), dim=1)
        return self.linear_output(x)
