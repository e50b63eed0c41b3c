using ConcatService.Domain.Data;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Planning;

namespace ConcatService.Domain.Jobs;

/// <summary>
/// Whether the data can be augmented as asked: pictures only, all of one size, and nothing beside them that would have to move along and
/// cannot.
/// </summary>
internal static class AugmentFit
{
    public static void Check(Plan plan, DataSetInfo data, TrainingSettings settings, Report report)
    {
        var binding = DataBinding.Of(plan, data);
        DataInput[] pictures = [.. binding.Inputs.Where(at => at >= 0).Select(at => data.Inputs[at]).Where(input => input.IsPicture)];
        var fixedMap = binding
            .Targets.Where(at => at >= 0)
            .Select(at => data.Targets[at])
            .FirstOrDefault(target =>
                target.Shape.Count > 1
                && !(target.Task == LearningTask.Segmentation && pictures.All(picture => picture.Shape.Skip(1).SequenceEqual(target.Shape)))
            );
        for (var i = 0; i < settings.Augment.Count; i++)
        {
            var (augment, path) = (settings.Augment[i], SpecPath.Root["settings"]["augment"][i]);
            if (augment is NormalizeSettings)
                continue;
            if (pictures.Length == 0)
                report.Error(
                    Codes.DataInput,
                    path,
                    $"{augment.Type} is for pictures, and the network takes none of {data.Name}. Leave it out."
                );
            else if (pictures.Select(picture => (picture.Shape[1], picture.Shape[2])).Distinct().Count() > 1)
                report.Error(
                    Codes.DataInput,
                    path,
                    $"{augment.Type} does the same to all pictures of a sample, and those of {data.Name} differ in size. Leave it out."
                );
            else if (augment.Moves && fixedMap is not null)
                report.Error(
                    Codes.DataOutput,
                    path,
                    $"{augment.Type} moves pixels, and {fixedMap.Name} is no mask of the pictures' size that could move along. "
                        + $"Leave it out."
                );
        }
    }
}
