using ConcatService.Domain.Data;

namespace ConcatService.Api.DataSets.Reading;

/// <summary>
/// Which fields go into a network and which come out. The form says it, or the usual names do, or the shape (one value a sample cannot go
/// in). What is left may be either: then the inputs and outputs of the network that it is trained with decide by their names.
/// </summary>
/// <param name="fields">The columns of each field, training first.</param>
internal sealed class FieldRoles(IReadOnlyList<IReadOnlyList<Column>> fields, UploadForm form)
{
    public (IReadOnlyList<DataInput> Inputs, IReadOnlyList<DataTarget> Targets) Decide()
    {
        var (inputs, targets) = (new List<DataInput>(), new List<DataTarget>());
        foreach (var missing in form.Targets.Where(target => fields.All(field => field[0].Name != target)))
            throw new UploadException(
                "dataset.fields",
                $"There is no field '{Shown.Of(missing)}' to be the target. The fields are {Names()}."
            );
        foreach (var field in fields)
        {
            var (name, shape) = (field[0].Name, field[0].Shape);
            var isTarget = form.Targets.Contains(name) || (form.Targets.Count == 0 && (FieldNames.IsTarget(name) || shape.Length == 0));
            var isInput = !isTarget && (form.Targets.Count > 0 || FieldNames.IsInput(name));
            if (!isTarget && shape.Length > 0)
                inputs.Add(new(name, field[0].Type == ElementType.Uint8 && shape.Length == 2 ? [1, .. shape] : shape, field[0].Type));
            if (isTarget)
                targets.Add(new TargetRules(field, form).Target());
            else if (!isInput && Possible(field) is { } possible)
                targets.Add(possible);
        }

        if (inputs.Count == 0)
            throw new UploadException("dataset.fields", $"Nothing can go into a network: the fields are {Names()}, and all are targets.");
        if (targets.Count == 0)
            throw new UploadException(
                "dataset.fields",
                $"Nothing can be learned: the fields are {Names()}, and none is a target. Name it in the form as 'target'."
            );
        if (form.Classes.Count > 0 && !targets.Exists(target => target.Classes.SequenceEqual(form.Classes)))
            throw new UploadException("dataset.classes", $"'classes' names nothing here: {Unnamed(targets[0])}. Leave it out.");
        return (inputs, targets);
    }

    /// <summary>Why the form's names of classes are not those of a target.</summary>
    private static string Unnamed(DataTarget target) =>
        target.Classes.Count == 0
            ? $"{target.Name} holds numbers to predict, which have no classes"
            : $"the labels of {target.Name} are texts, which name their classes themselves ({Shown.Of(string.Join(", ", target.Classes))})";

    /// <summary>The field as a target, if its values allow that.</summary>
    private DataTarget? Possible(IReadOnlyList<Column> field)
    {
        try
        {
            return new TargetRules(field, form).Target();
        }
        catch (UploadException)
        {
            return null;
        }
    }

    private string Names() => Shown.Of(string.Join(", ", fields.Select(field => field[0].Name)));
}
