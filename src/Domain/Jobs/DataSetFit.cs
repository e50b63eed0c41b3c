using ConcatService.Domain.Data;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Planning;

namespace ConcatService.Domain.Jobs;

/// <summary>Whether a network can be trained on a data set: says what differs and which edit of the spec would fit.</summary>
public static class DataSetFit
{
    private static readonly SpecPath Settings = SpecPath.Root["settings"];

    /// <summary>Reports everything that keeps this plan from being trained on this data with these settings.</summary>
    public static void Check(Plan plan, DataSetInfo data, TrainingSettings settings, Report report)
    {
        CheckPlaceholders(plan, report);
        var binding = DataBinding.Of(plan, data);
        for (var i = 0; i < plan.Inputs.Count; i++)
        {
            if (binding.Inputs[i] < 0)
                report.Error(
                    Codes.DataInput,
                    plan.Inputs[i].Path,
                    $"{data.Name} has nothing called '{plan.Inputs[i].Name}' to go in. It has "
                        + $"{Listed(data.Inputs.Select(input => input.Name))}: give the inputs of the spec these names."
                );
            else
                InputFit.Check(plan.Inputs[i], plan.Layout, data.Inputs[binding.Inputs[i]], data.Name, report);
        }

        for (var i = 0; i < plan.Outputs.Count; i++)
        {
            var output = plan.Outputs[i];
            if (binding.Targets[i] < 0)
            {
                report.Error(
                    Codes.DataOutput,
                    SpecPath.Root["outputs"],
                    $"{data.Name} has no target called '{output.Name}'. It has {Listed(data.Targets.Select(target => target.Name))}: give "
                        + $"the outputs of the spec these names, or keep one output.",
                    output.Name
                );
                continue;
            }

            var target = data.Targets[binding.Targets[i]];
            new OutputFit(plan, output, target, data.Name, report).Check();
            CheckLoss(output.Name, target, settings, report);
        }

        CheckSettings(plan, data, settings, report);
        settings.CheckLayers(plan, report);
    }

    /// <summary>Lists every layer that stands for what could not be read.</summary>
    private static void CheckPlaceholders(Plan plan, Report report)
    {
        foreach (var layer in plan.Layers)
        {
            if (layer.Operator.StandsFor is { } what)
                report.Error(
                    Codes.ExportUnsupported,
                    layer.Path,
                    $"{layer.Name} stands for {what} and computes nothing. Put layers that do in its place.",
                    layer.Name
                );
        }
    }

    private static void CheckLoss(string output, DataTarget target, TrainingSettings settings, Report report)
    {
        var loss = settings.Loss[output];
        var path = settings.Loss.ByOutput.ContainsKey(output) ? Settings["loss"]["outputs"][output] : Settings["loss"];
        if (!loss.Fits(target.Task))
            report.Error(
                Codes.WrongType,
                path,
                $"{loss.Type} cannot be minimized for {output}, whose target is {target.Task.Name()}. Leave it to 'auto', which takes "
                    + $"{new AutoLossSettings().For(target.Task).Type}."
            );
        else
            CheckClasses(output, target, loss, path, report);
        if (settings.Task.Given is { } task && task != target.Task)
            report.Error(
                Codes.WrongType,
                Settings["task"],
                $"The task is {task.Name()} and the target of {output} is {target.Task.Name()}. Leave it to 'auto'."
            );
    }

    private static void CheckClasses(string output, DataTarget target, LossSettings loss, SpecPath path, Report report)
    {
        if (loss is ClassLossSettings { ClassWeights: not null } && target.Task == LearningTask.Multilabel)
            report.Error(
                Codes.WrongType,
                path["class_weights"],
                $"class_weights is for classes, and the target of {output} is labels. Leave it out; alpha weighs labels that are there."
            );
        else if (loss is ClassLossSettings { ClassWeights.Given: { } weights } && weights.Count != target.Classes.Count)
            report.Error(
                Codes.OutOfRange,
                path["class_weights"],
                $"class_weights has {weights.Count} numbers and the target of {output} has {target.Classes.Count} classes. Give one for "
                    + $"each, or \"auto\"."
            );
        if (loss is FocalSettings { Alpha: not null } && target.Task != LearningTask.Multilabel && target.Classes.Count != 2)
            report.Error(
                Codes.OutOfRange,
                path["alpha"],
                $"alpha is for labels or two classes, and the target of {output} has {target.Classes.Count} classes. Give class_weights."
            );
    }

    private static void CheckSettings(Plan plan, DataSetInfo data, TrainingSettings settings, Report report)
    {
        foreach (var name in settings.Loss.ByOutput.Keys.Except(plan.Outputs.Select(output => output.Name)))
            report.Error(
                Codes.UnknownField,
                Settings["loss"]["outputs"][name],
                $"The network has no output "
                    + $"'{JsonText.Shortened(name)}'.{Spelling.DidYouMean(name, plan.Outputs.Select(output => output.Name))}"
            );
        CheckValidation(data, settings, report);
        AugmentFit.Check(plan, data, settings, report);
        var samples = data.TrainingSamples(settings.ValidationSplit);
        if (settings.BatchSize > samples)
            report.Error(
                Codes.OutOfRange,
                Settings["batch_size"],
                $"batch_size is {settings.BatchSize} and {data.Name} has {samples} training samples after the validation split. Take at "
                    + $"most {samples}."
            );
    }

    private static void CheckValidation(DataSetInfo data, TrainingSettings settings, Report report)
    {
        if (data.ValidationSamples > 0 || data.TrainingSamples(settings.ValidationSplit) < data.TrainSamples)
            return;
        var held = $"validation_split is {settings.ValidationSplit} and {data.Name} has no validation split of its own";
        if (settings.Export == Export.Best)
            report.Error(
                Codes.OutOfRange,
                Settings["validation_split"],
                $"{held}: there is nothing to choose the best weights on. Hold out a part, or set export to 'last'."
            );
        if (settings.EarlyStopping is not null)
            report.Error(
                Codes.OutOfRange,
                Settings["early_stopping"],
                $"{held}: there is no score that could stop getting better. Hold out a part, or leave early_stopping out."
            );
    }

    private static string Listed(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"'{name}'"));
}
