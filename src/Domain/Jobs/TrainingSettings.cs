using ConcatService.Domain.Data;
using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Jobs;

/// <summary>
/// How a network is trained. Every field has a default; those that may be <c>"auto"</c> are decided by <see cref="Resolve"/> before
/// training.
/// </summary>
/// <remarks>What is trained is a function of the spec, these settings and the data alone (same binary, threads and device).</remarks>
public sealed partial record TrainingSettings
{
    /// <summary>Passes over the training split. Default: 5.</summary>
    [Between(1, 10_000)]
    public long Epochs { get; init; } = 5;

    /// <summary>Samples in a step. Default: 128. The last partial batch of an epoch is dropped in training, kept in evaluation.</summary>
    [Between(1, 65_536)]
    public long BatchSize { get; init; } = 128;

    /// <summary>Decides the split, the initial weights, the order of the data and dropout. Default: 0.</summary>
    [Between(0, 9_007_199_254_740_991)]                                                 // 2^53 - 1: what every JSON reader keeps
    public long Seed { get; init; }

    /// <summary>What the targets are taken for. Default: auto, what the data set says; another than that is refused.</summary>
    public OrAuto<LearningTask> Task { get; init; }

    /// <summary>
    /// What is minimized: for every output, or for each by its name as <c>{ "outputs": { "mask": "dice_cross_entropy" } }</c>. Default:
    /// auto, by the targets.
    /// </summary>
    [SpecIgnore]
    public OutputLosses Loss { get; init; } = OutputLosses.Auto;

    /// <summary>Default: AdamW.</summary>
    [SpecIgnore]
    public OptimizerSettings Optimizer { get; init; } = AdamSettings.AdamW();

    /// <summary>The learning rate over time. Default: one cycle.</summary>
    [SpecIgnore]
    public ScheduleSettings Schedule { get; init; } = new();

    /// <summary>
    /// What convolutions and linear layers compute in. Default: auto, bfloat16 where the processor has it. Parameters and evaluation are
    /// always float32.
    /// </summary>
    public Precision Precision { get; init; }

    /// <summary>Bounds the gradient before each step. Default: none.</summary>
    [SpecIgnore]
    public GradientClip? GradientClip { get; init; }

    /// <summary>How weights are filled. Default: auto.</summary>
    public Initialization Initialization { get; init; }

    /// <summary>What is done to pictures of the training split, anew in each epoch. Default: nothing.</summary>
    [SpecIgnore]
    public IReadOnlyList<AugmentSettings> Augment { get; init; } = [];

    /// <summary>Whether the network normalizes its input by mean and deviation of the training split, per channel. Default: true.</summary>
    public bool Normalize { get; init; } = true;

    /// <summary>
    /// The part of the training data that is held out to choose the best weights, where the data set has no split of its own. Default: 0.1.
    /// </summary>
    [Between(0, 0.9)]
    public double ValidationSplit { get; init; } = 0.1;

    /// <summary>Which weights become the model. Default: the best on the validation split.</summary>
    public Export Export { get; init; }

    /// <summary>
    /// An average of the weights over the steps, which then stands for them in evaluation and in the model. Default: none.
    /// </summary>
    [SpecIgnore]
    public EmaSettings? Ema { get; init; }

    /// <summary>Ends a training that gets no better. Default: none.</summary>
    [SpecIgnore]
    public EarlyStoppingSettings? EarlyStopping { get; init; }

    /// <summary>
    /// How much work a crash may cost: after so long the state of the training is kept, and another attempt goes on from there. Default:
    /// 60.
    /// </summary>
    [Between(0, 86_400)]
    public double CheckpointEverySeconds { get; init; } = 60;

    /// <summary>How often the validation split is looked at, and always after the last epoch. Default: 1.</summary>
    [Between(1, 10_000)]
    public long EvaluateEveryEpochs { get; init; } = 1;

    /// <summary>
    /// How closely the branches of concats and the layers are watched: auto, off or dense. Changes no bit of what is trained. Default:
    /// auto.
    /// </summary>
    public TelemetryMode Telemetry { get; init; }

    /// <summary>
    /// An ISO 8601 duration, such as <c>PT30M</c>, of steps and evaluations after which the training ends with the weights to export so
    /// far. Default: none.
    /// </summary>
    public TimeSpan? MaxDuration { get; init; }

    /// <summary>Default: auto, all cores of the worker but one (docs/decisions). Another number gives other bits.</summary>
    [Between(1, 1024)]
    public OrAuto<long> Threads { get; init; }

    /// <summary>Default: auto, CUDA where the worker has it, otherwise the CPU.</summary>
    public DeviceKind Device { get; init; }

    /// <summary>How soon a worker should take the job. Default: normal.</summary>
    public Priority Queue { get; init; }

    /// <summary>Replaces every <c>"auto"</c> by the value that is used.</summary>
    /// <param name="machine">Where the training runs.</param>
    /// <param name="outputs">The network's outputs, with the target of each.</param>
    public TrainingSettings Resolve(Machine machine, IReadOnlyList<(string Output, DataTarget Target)> outputs)
    {
        var device = Device == DeviceKind.Auto ? machine.HasCuda ? DeviceKind.Cuda : DeviceKind.Cpu : Device;
        return this with
        {
            Task = outputs.Select(output => output.Target.Task).Distinct().ToList() is [var task] ? task : Task,
            Loss = Loss.For(outputs),
            Optimizer = Optimizer with { Lr = Optimizer.Lr.Given ?? Optimizer.AutoLr },
            Schedule = Schedule.Resolve(Epochs),
            Ema = Ema ?? (Export == Export.Ema ? new() : null),
            Precision =
                Precision == Precision.Auto
                    ? machine.HasBFloat16 || device == DeviceKind.Cuda
                        ? Precision.Bfloat16
                        : Precision.Float32
                    : Precision,
            Threads = Threads.Given ?? Math.Max(1, machine.Cores - 1),
            Device = device,
        };
    }
}

/// <summary>What a training can run on.</summary>
/// <param name="Cores">Processors that this process may use.</param>
/// <param name="HasBFloat16">Whether the processor multiplies bfloat16 in hardware.</param>
public readonly record struct Machine(int Cores, bool HasBFloat16, bool HasCuda);

/// <summary>The number format of matrix products in training.</summary>
public enum Precision
{
    Auto,
    Float32,
    Bfloat16,
}

/// <summary>How weights are filled before training. Biases and norms are filled as their operators declare.</summary>
public enum Initialization
{
    /// <summary>
    /// Per layer, by the activation that follows: He for the ReLU family, LeCun for SELU and for none, Xavier for saturating ones.
    /// </summary>
    Auto,

    /// <summary>Normal with variance 2 / fan_in (He et al. 2015, eq. 10).</summary>
    He,

    /// <summary>Normal with variance 2 / (fan_in + fan_out) (Glorot and Bengio 2010, eq. 12).</summary>
    Xavier,

    /// <summary>Normal with variance 1 / fan_in (LeCun et al. 1998).</summary>
    Lecun,

    /// <summary>Uniform in ±1/√fan_in, as PyTorch fills convolutions and linear layers.</summary>
    Pytorch,

    /// <summary>Orthonormal rows or columns (Saxe et al. 2014), times √2 before the ReLU family.</summary>
    Orthogonal,

    /// <summary>
    /// What comes in goes out, as far as there are channels: torch.nn.init.dirac_, and the unit matrix for linear layers.
    /// </summary>
    Dirac,
}

/// <summary>Which weights are exported.</summary>
public enum Export
{
    /// <summary>
    /// Those of the epoch with the highest score (accuracy, F1, R² or mean IoU) on the validation split, of equal ones the lower loss.
    /// </summary>
    Best,

    /// <summary>Those of the last step.</summary>
    Last,

    /// <summary>The average of <see cref="TrainingSettings.Ema"/> at the last step.</summary>
    Ema,
}

/// <summary>When signals of branches and layers are sampled.</summary>
public enum TelemetryMode
{
    /// <summary>As often as at most 2 % of the time allow.</summary>
    Auto,

    /// <summary>Never.</summary>
    Off,

    /// <summary>At every eighth step, whatever it costs.</summary>
    Dense,
}

public enum DeviceKind
{
    Auto,
    Cpu,
    Cuda,
}

/// <summary>Which queue a job waits in.</summary>
public enum Priority
{
    Normal,
    High,
    Low,
}
