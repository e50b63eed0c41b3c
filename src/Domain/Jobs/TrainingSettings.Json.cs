using System.Buffers;
using System.Text.Json;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;

namespace ConcatService.Domain.Jobs;

/// <summary>The JSON form of the settings: read with every fault reported at once, written with every value.</summary>
public sealed partial record TrainingSettings
{
    private static readonly SpecPath Path = SpecPath.Root["settings"];

    private static readonly string[] Nested =
        ["loss", "optimizer", "schedule", "gradient_clip", "augment", "ema", "early_stopping", .. Transfer];

    internal static readonly Variants<OptimizerSettings> Optimizers = new(
        "optimizer",
        ("adamw", AdamSettings.AdamW),
        ("sgd", () => new SgdSettings()),
        ("adam", AdamSettings.Adam),
        ("nadam", () => new NAdamSettings()),
        ("rmsprop", () => new RmsPropSettings())
    );

    internal static readonly Variants<ScheduleSettings> Schedules = new(
        "schedule", [.. ScheduleSettings.Kinds.Select(kind => (kind, (Func<ScheduleSettings>)(() => ScheduleSettings.Create(kind))))]);

    /// <summary>Reads the <c>settings</c> of a job.</summary>
    /// <param name="json">An object; <c>null</c> or nothing at all gives the defaults.</param>
    /// <param name="report">Gets every fault, with a path under <c>/settings</c>; the settings are usable only when it has no
    /// errors.</param>
    public static TrainingSettings Read(JsonElement? json, Report report)
    {
        var settings = new TrainingSettings();
        if (json is not { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } given)
            return settings;
        if (given.ValueKind != JsonValueKind.Object)
        {
            report.Error(Codes.WrongType, Path, $"'settings' is {JsonText.Shown(given)}; expected an object.");
            return settings;
        }

        AttributeObject.Read(given, settings, Path, "settings", report, member => Array.Exists(Nested, member.NameEquals), Nested);
        settings = settings with
        {
            Loss = given.TryGetProperty("loss", out var loss) ? OutputLosses.Read(loss, Path["loss"], report) : settings.Loss,
            Optimizer = given.TryGetProperty("optimizer", out var optimizer)
                ? Optimizers.Read(optimizer, Path["optimizer"], report)
                : settings.Optimizer,
            Schedule = given.TryGetProperty("schedule", out var schedule)
                ? Schedules.Read(schedule, Path["schedule"], report)
                : settings.Schedule,
            GradientClip = given.TryGetProperty("gradient_clip", out var clip)
                ? GradientClip.Read(clip, Path["gradient_clip"], report)
                : null,
            Augment = given.TryGetProperty("augment", out var augment) ? AugmentSettings.Read(augment, Path["augment"], report) : [],
            Ema = given.TryGetProperty("ema", out var ema) ? Optional.Read<EmaSettings>(ema, "ema", Path["ema"], report) : null,
            EarlyStopping = given.TryGetProperty("early_stopping", out var early)
                ? Optional.Read<EarlyStoppingSettings>(early, "early_stopping", Path["early_stopping"], report)
                : null,
        };
        settings = settings.WithTransfer(given, report);
        settings.CheckTogether(report);
        settings.CheckTransfer(report);
        return settings;
    }

    /// <summary>Every setting with its value: what a job stores as used. <see cref="Read"/> gives the same settings back.</summary>
    public JsonElement ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            Attributes.Of(typeof(TrainingSettings)).WriteAll(writer, this);
            writer.WritePropertyName("loss");
            Loss.Write(writer);
            WriteNested(writer, "optimizer", Optimizer.Type, Optimizer);
            WriteNested(writer, "schedule", Schedule.Type, Schedule);
            WriteNested(writer, "gradient_clip", null, GradientClip);
            writer.WriteStartArray("augment");
            foreach (var augment in Augment)
                WriteObject(writer, augment.Type, augment);
            writer.WriteEndArray();
            WriteNested(writer, "ema", null, Ema);
            WriteNested(writer, "early_stopping", null, EarlyStopping);
            WriteTransfer(writer);
            writer.WriteEndObject();
        }

        return JsonElement.Parse(buffer.WrittenSpan);
    }

    private static void WriteNested(Utf8JsonWriter writer, string name, string? type, object? value)
    {
        if (value is null)
        {
            writer.WriteNull(name);
            return;
        }

        writer.WritePropertyName(name);
        WriteObject(writer, type, value);
    }

    private static void WriteObject(Utf8JsonWriter writer, string? type, object value)
    {
        writer.WriteStartObject();
        if (type is not null)
            writer.WriteString("type", type);
        Attributes.Of(value.GetType()).WriteAll(writer, value);
        writer.WriteEndObject();
    }

    private void CheckTogether(Report report)
    {
        if (Epochs > 0 && Schedule.WarmupEpochs.Given is { } warmup && warmup >= Epochs)
            report.Error(
                Codes.OutOfRange,
                Path["schedule"]["warmup_epochs"],
                $"warmup_epochs is {warmup} and epochs is {Epochs}: the warm-up must end before the training does."
            );
        if (Optimizer is SgdSettings { Nesterov: true, Momentum: 0 })
            report.Error(Codes.OutOfRange, Path["optimizer"]["nesterov"], "nesterov needs a momentum above 0.");
        if (!Normalize && Augment.Any(augment => augment is NormalizeSettings))
            report.Error(
                Codes.OutOfRange,
                Path["normalize"],
                "normalize is false, and augment lists 'normalize'. Take it out of one of them."
            );
    }
}
