namespace ConcatService.Import.Darknet;

/// <summary>What reads sections by their number: routes join them, shortcuts add, scale_channels and sam multiply.</summary>
internal static class DarknetJoins
{
    public static void Route(DarknetState state, DarknetSection section, string name)
    {
        var reads = (section.List("layers") ?? [-1]).Select(state.Named).ToList();
        if (reads.Count == 0)
            reads.Add(state.Last);
        var groups = section.Size("groups", 1);
        if (groups > 1)
            reads = [.. reads.Select((read, i) => Part(state, section, $"{name}.part{i}", read, groups, section.Whole("group_id", 0)))];
        if (reads.Count == 1)
        {
            state.Spec.Assume("A [route] to one section adds no layer: what reads it reads that section.");
            state.Outputs.Add(reads[0]);
            return;
        }

        var channels = Math.Min(reads.Sum(read => read.Channels), DarknetSection.MaxSize);
        state.Add(section, name, Layers.Of("concat"), reads[0] with { Channels = channels }, [.. reads.Select(read => read.Name)]);
    }

    /// <summary>One of several equal groups of channels.</summary>
    private static DarknetOutput Part(
        DarknetState state, DarknetSection section, string name, DarknetOutput read, long groups, long number)
    {
        var width = Math.Max(1, read.Channels / groups);
        var start = Math.Clamp(number, 0, groups - 1) * width;
        var slice = Layers.Of("slice", ("axis", "channels"), ("start", start), ("end", start + width));
        return read with { Name = state.Spec.Add(name, slice, section.PlaceOf("groups"), read.Name), Channels = width };
    }

    /// <summary>
    /// Adds other sections to the one before: of unequal widths the first channels that both have, and of a larger map every n-th place.
    /// </summary>
    public static void Shortcut(DarknetState state, DarknetSection section, string name)
    {
        var sum = state.Last;
        var others = (section.List("from") ?? [-2]).Select(state.Named).ToList();
        if (section.Text("weights_type") is { } weights && weights != "none")
        {
            state.Spec.Gap(
                $"weights_type={(weights.Length <= 40 ? weights : weights[..40])}",
                $"{name}: the learned weights of the sum are left out.",
                name,
                section.PlaceOf("weights_type")
            );
            state.CountsAll = false;
        }

        var activation = state.ActivationLayer(section);
        var (same, unequal) = (others.Where(other => Fits(other, sum)).ToList(), others.Where(other => !Fits(other, sum)).ToList());
        for (var i = 0; i < unequal.Count; i++)
            sum = AddPartly(state, section, $"{name}.{i}", sum, unequal[i]);
        if (same.Count > 0)
        {
            var own = activation is null ? name : $"{name}.sum";
            string[] inputs = [sum.Name, .. same.Select(other => other.Name)];
            sum = sum with { Name = state.Spec.Add(own, Layers.Of("add"), section.Place, inputs) };
        }

        state.Outputs.Add(activation is null ? sum : sum with { Name = state.Spec.Add(name, activation, section.Place, sum.Name) });
    }

    private static bool Fits(DarknetOutput other, DarknetOutput sum) =>
        other.Channels == sum.Channels && (Factor(other.Height, sum.Height), Factor(other.Width, sum.Width)) is (null or 1, null or 1);

    private static long? Factor(long? larger, long? smaller) =>
        larger is { } a && smaller is { } b && a > b && a / b > 1 ? a / b : 1;

    private static DarknetOutput AddPartly(
        DarknetState state, DarknetSection section, string name, DarknetOutput sum, DarknetOutput other)
    {
        if (Factor(other.Height, sum.Height) is { } factor && factor > 1)
            other = other with
            {
                Name = state.Spec.Add(
                    $"{name}.every", Layers.Of("max_pool2d", ("kernel_size", 1), ("stride", factor)), section.PlaceOf("from"), other.Name),
            };
        if (other.Channels > sum.Channels)
            other = other with { Name = Slice($"{name}.first", other.Name, 0, sum.Channels), Channels = sum.Channels };
        if (other.Channels == sum.Channels)
            return sum with { Name = state.Spec.Add($"{name}.add", Layers.Of("add"), section.Place, sum.Name, other.Name) };
        state.Spec.Assume("A [shortcut] of unequal widths adds the channels that both have; the others go on as they are.");
        var first = Slice($"{name}.first", sum.Name, 0, other.Channels);
        var added = state.Spec.Add($"{name}.add", Layers.Of("add"), section.Place, first, other.Name);
        var rest = Slice($"{name}.rest", sum.Name, other.Channels, sum.Channels);
        return sum with { Name = state.Spec.Add($"{name}.join", Layers.Of("concat"), section.Place, added, rest) };

        string Slice(string own, string input, long start, long end) =>
            state.Spec.Add(own, Layers.Of("slice", ("axis", "channels"), ("start", start), ("end", end)), section.PlaceOf("from"), input);
    }

    public static void Product(DarknetState state, DarknetSection section, string name)
    {
        var other = state.Named((section.List("from") ?? [-2]).FirstOrDefault(-2));
        var product = state.Spec.Add($"{name}.product", Layers.Of("multiply"), section.Place, other.Name, state.Last.Name);
        var activation = state.ActivationLayer(section);
        state.Outputs.Add(other with { Name = activation is null ? product : state.Spec.Add(name, activation, section.Place, product) });
    }
}
