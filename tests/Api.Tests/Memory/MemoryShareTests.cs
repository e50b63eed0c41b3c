using ConcatService.Api.Errors;
using ConcatService.Api.Memory;

namespace ConcatService.Api.Tests.Memory;

public sealed class MemoryShareTests
{
    private readonly MemoryBudget _budget = new(100);

    [Fact]
    public void What_one_request_holds_another_does_not_get_until_it_ends()
    {
        var first = new MemoryShare(_budget);
        using var second = new MemoryShare(_budget);
        first.Take(60);
        second.Take(40);
        Assert.Equal("service.memory", Code(() => second.Take(1)));
        first.Dispose();
        second.Take(60);
        Assert.Equal((100, 1), (_budget.TakenBytes, _budget.Refusals));
    }

    [Fact]
    public void A_request_that_is_alone_always_has_enough_and_holds_all_of_it()
    {
        using var alone = new MemoryShare(_budget);
        alone.Take(90);
        alone.Take(1000);
        Assert.Equal(100, _budget.TakenBytes);
        alone.GiveBack(1000);
        Assert.Equal(90, _budget.TakenBytes);
    }

    [Fact]
    public void All_of_it_comes_back_whatever_was_taken_given_back_and_refused()
    {
        var random = new Random(1);
        for (var round = 0; round < 200; round++)
        {
            MemoryShare[] shares = [new(_budget), new(_budget), new(_budget)];
            for (var step = 0; step < 20; step++)
            {
                var share = shares[random.Next(shares.Length)];
                var bytes = random.Next(150);
                if (share.TryTake(bytes) && random.Next(2) == 0)
                    share.GiveBack(bytes);
                Assert.InRange(_budget.TakenBytes, 0, 100);
            }

            foreach (var share in shares)
                share.Dispose();
            Assert.Equal(0, _budget.TakenBytes);
        }
    }

    [Fact]
    public void Large_memory_is_lent_from_outside_the_managed_heap_and_counted_alike()
    {
        var budget = new MemoryBudget(1 << 30);
        using (var share = new MemoryShare(budget))
        {
            var large = share.Rent(MemoryShare.LargeBytes);
            large.Span[^1] = 7;
            Assert.False(System.Runtime.InteropServices.MemoryMarshal.TryGetArray<byte>(large, out _));
            Assert.Equal(MemoryShare.LargeBytes + 10, budget.TakenBytes + share.Rent(10).Length);
        }

        Assert.Equal(0, budget.TakenBytes);
    }

    private static object? Code(Action action) =>
        Assert.Throws<ProblemException>(action).Problem.ProblemDetails.Extensions["code"];
}
