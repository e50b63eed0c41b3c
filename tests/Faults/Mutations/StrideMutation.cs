using ConcatService.Faults.Subjects;

namespace ConcatService.Faults.Mutations;

/// <summary>A stride or scale that is too large, too small, or left out.</summary>
public sealed class StrideMutation : Mutation
{
    public override string Class => "stride";

    public override IEnumerable<Mutant> Of(Subject subject)
    {
        foreach (var site in subject.Sites)
        {
            var layer = site.In(subject.Spec);
            var stride = Number(layer, "stride");
            if (IsConv(site) && (stride is not null || layer["stride"] is null))
                yield return Set(subject, site, "stride", stride is > 1 ? 1 : subject.Sites.Count % 5 == 0 ? 3 : 2);
            if (IsConv(site) && stride == 2)
                yield return Set(subject, site, "stride", 4);
            if (site.Type.StartsWith("conv_transpose", StringComparison.Ordinal) && stride is > 1)
                yield return Set(subject, site, "stride", 2 * stride.Value);
            if (site.Type == "upsample" && Number(layer, "scale_factor") is { } factor)
                yield return Set(subject, site, "scale_factor", 2 * factor);
            if (!IsPool(site) || Number(layer, "kernel_size") is not { } kernel)
                continue;
            if (stride is not null && stride != kernel)
                yield return Edit(subject, site, $"stride {stride} left out", written => written.Remove("stride"));
            if (stride != 1)
                yield return Set(subject, site, "stride", 1);
            yield return Set(subject, site, "stride", 2 * (stride ?? kernel));
        }
    }

    private Mutant Set(Subject subject, Site site, string attribute, long value) =>
        Edit(subject, site, $"{attribute} {value}", layer => layer[attribute] = value);
}
