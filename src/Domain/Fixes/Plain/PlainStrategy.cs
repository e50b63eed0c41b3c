using System.Text.Json.Nodes;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Plain;

/// <summary>One way to repair a layer of one branch. It proposes freely: what does not compile is dropped.</summary>
internal abstract class PlainStrategy
{
    private static readonly PlainStrategy[] All =
    [
        new OtherValues(),
        new KeepAxes(),
        new ReadState(),
        new InputDeclaration(),
        new Rearrange(),
        new CastInput(),
        new ProjectWidth(),
        new WidthBefore(),
        new FitSizes(),
        new SmallerWindow(),
        new OtherOrder(),
    ];

    /// <summary>What all of them propose, the best first.</summary>
    public static IEnumerable<Candidate> ProposeAll(PlainCase found) =>
        All.SelectMany(strategy => strategy.Propose(found)).OrderBy(offer => offer.Place).Select(offer => offer.Candidate);

    protected abstract IEnumerable<Offer> Propose(PlainCase found);

    /// <summary>Sizes as <c>reshape</c> takes them; null where more than one is a symbol.</summary>
    protected static JsonArray? Sizes(IEnumerable<Dim> dims)
    {
        var sizes = dims.Select(dim => dim.Known ?? -1).ToList();
        return sizes.Count(size => size == -1) <= 1 ? new([.. sizes.Select(size => (JsonNode)size)]) : null;
    }

    protected static JsonArray Numbers(IEnumerable<int> numbers) => new([.. numbers.Select(number => (JsonNode)number)]);
}
