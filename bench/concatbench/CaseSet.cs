using ConcatService.ConcatBench.Mutations;
using ConcatService.ConcatBench.Networks;

namespace ConcatService.ConcatBench;

/// <summary>
/// The cases of the benchmark: so many of each class, from the gallery and from random networks. The same seed gives the same cases.
/// </summary>
public sealed class CaseSet
{
    private static readonly Mutation[] Mutations =
    [
        new StrideMutation(),
        new PaddingMutation(),
        new OddSizeMutation(),
        new AxisMutation(),
        new LayoutMutation(),
        new WrongInputMutation(),
        new RankMutation(),
        new DTypeMutation(),
        new SymbolMutation(),
        new WidthMutation(),
        new ElementwiseMutation(),
        new SeveralMutation(),
        new SequenceMutation(),
        new GateMutation(),
        new DeclaredMutation(),
        new SiblingMutation(),
        new EquivalentMutation(),
    ];

    private readonly Dictionary<string, int> _left;
    private readonly Random _random;

    /// <summary>A class of which so many random networks gave no fault is given up.</summary>
    private const int Patience = 200;

    public CaseSet(IEnumerable<OriginalNetwork> gallery, int perClass, int valid, int seed)
    {
        _random = new(seed);
        _left = Mutations.ToDictionary(mutation => mutation.Class, _ => perClass);
        _left["valid"] = valid;
        _left.Remove("equivalent");
        Take(gallery, each: Math.Max(1, perClass / 45));
        for (var number = 0; number < 40 * perClass; number++)
        {
            if (_left.All(each => each.Value <= 0 || (number > Patience && each.Value == perClass)))
                break;
            Take([RandomNetwork.Of((seed * 100_000) + number)], each: 2);
            if (number % 2 == 0)
                Take([SequenceNetwork.Of((seed * 100_000) + (number / 2))], each: 2);
        }

        Pair(perClass);
    }

    public List<Case> Cases { get; } = [];

    /// <summary>Mutants that are no case, by reason.</summary>
    public SortedDictionary<string, int> Discarded { get; } = [];

    private void Take(IEnumerable<OriginalNetwork> networks, int each)
    {
        foreach (var original in networks)
        {
            Add(new("valid", "as it is", original, original.Spec, null));
            foreach (var mutation in Mutations)
            {
                if (mutation.Class != "equivalent" && _left[mutation.Class] <= 0)
                    continue;
                var mutants = mutation.Of(original).ToArray();
                _random.Shuffle(mutants);
                var taken = 0;
                // Most edits of some kinds lead nowhere; a few tries for each case that is wanted.
                foreach (var mutant in mutants.Take(4 * each))
                {
                    if (taken == each || (mutation.Class != "equivalent" && _left[mutation.Class] <= 0))
                        break;
                    var (made, discarded) = Labeler.Of(mutant);
                    if (made is null)
                        Discarded[discarded] = Discarded.GetValueOrDefault(discarded) + 1;
                    else if (Add(made) && (made.Class != "valid" || mutation.Class == "equivalent"))
                        taken++;
                }
            }
        }
    }

    // Each fault with some other; no two pairs have the same two.
    private void Pair(int count)
    {
        var single = Cases.Where(each => each is { Label: not null }).ToArray();
        _random.Shuffle(single);
        for (var (i, made) = (0, 0); i + 1 < single.Length && made < count; i++)
        {
            if (PairedCase.Of(single[i], single[i + 1]) is not { } pair)
                continue;
            Cases.Add(pair);
            made++;
            i++;
        }
    }

    private bool Add(Case made)
    {
        if (_left[made.Class] <= 0)
            return false;
        _left[made.Class]--;
        Cases.Add(made);
        return true;
    }
}
