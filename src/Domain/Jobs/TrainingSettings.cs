using ConcatService.Domain.Data;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;

namespace ConcatService.Domain.Jobs;

/// <summary>
/// How a network is trained. Every field has a default; those that may be <c>"auto"</c> are decided by <see cref="Resolve"/> before
/// training.
/// </summary>
/// <remarks>What is trained is a function of the spec, these settings and the data alone (same binary, threads and device).</remarks>
public sealed partial record TrainingSettings
{
    /// <summary>
    /// Passes over the training split; 0 trains nothing and makes a version of <c>initial_weights</c> as they are. Default: 5.
    /// </summary>
    [Between(0, 10_000)]
    public long Epochs { get; init; } = 5;

    /// <summary>
    /// Samples per batch. An optimizer step takes one batch, or as many as accumulate says. The last, smaller batch of an epoch is dropped
    /// in training and kept in evaluation. Default: 128.
    /// </summary>
    [Between(1, 65_536)]
    public long BatchSize { get; init; } = 128;

    /// <summary>
    /// Batches per optimizer step, which takes the mean of their gradients: the gradient of one batch of so many times the samples, with
    /// the memory of one. Batch norm and the Dice of dice_cross_entropy still see one batch at a time. Steps, schedule, gradient_clip and
    /// ema count optimizer steps; the last step of an epoch takes the batches that are left. Default: 1.
    /// </summary>
    [Between(1, 65_536)]
    public long Accumulate { get; init; } = 1;

    /// <summary>
    /// Whether repetitions of <c>repeat</c> and blocks run once more in the backward pass, and keep until then only what other layers read:
    /// activation checkpointing. Takes a fraction of the activation memory for about a third more time, and gives the same weights bit for
    /// bit, unless weights are shared between layers or accumulate is above 1, where sums are rounded in another order. Nothing to gain
    /// where a network has neither repeat nor block. Default: false.
    /// </summary>
    public bool Recompute { get; init; }

    /// <summary>
    /// Seed of the validation split, the initial weights, shuffling, augmentation and dropout. On the same kind of machine, the same spec,
    /// settings and data give the same weights bit for bit. Default: 0.
    /// </summary>
    [Between(0, 9_007_199_254_740_991)]                                                 // 2^53 - 1: what every JSON reader keeps
    public long Seed { get; init; }

    /// <summary>
    /// What the targets are: classification, multilabel, regression or segmentation. Known from the data set; a value that contradicts it
    /// is refused. Default: auto.
    /// </summary>
    public OrAuto<LearningTask> Task { get; init; }

    /// <summary>
    /// The loss to minimize: one for every output, or one for each output by its name, as in <c>{ "outputs": { "mask": "dice_cross_entropy"
    /// } }</c>. Default: auto, chosen by the kind of target.
    /// </summary>
    [SpecIgnore]
    public OutputLosses Loss { get; init; } = OutputLosses.Auto;

    /// <summary>The optimizer: its name, or an object with its options. Default: adamw.</summary>
    [SpecIgnore]
    public OptimizerSettings Optimizer { get; init; } = AdamSettings.AdamW();

    /// <summary>The learning rate over time: the schedule's name, or an object with its options. Default: one_cycle.</summary>
    [SpecIgnore]
    public ScheduleSettings Schedule { get; init; } = new();

    /// <summary>
    /// Number format of convolutions and linear layers in training. Parameters and evaluation are always float32. Default: auto.
    /// </summary>
    public Precision Precision { get; init; }

    /// <summary>Clips gradients before each optimizer step, by norm or by value. Default: null, no clipping.</summary>
    [SpecIgnore]
    public GradientClip? GradientClip { get; init; }

    /// <summary>
    /// How the weights of convolutions, linear and recurrent layers are initialized; biases and norm layers are as their layer type says.
    /// Default: auto.
    /// </summary>
    public Initialization Initialization { get; init; }

    /// <summary>
    /// Random changes to the pictures of the training split, drawn anew in each epoch and applied in the order given: names, or objects
    /// with options. Default: [], no augmentation.
    /// </summary>
    [SpecIgnore]
    public IReadOnlyList<AugmentSettings> Augment { get; init; } = [];

    /// <summary>
    /// Whether the network standardizes each input channel by mean and standard deviation of the training split. The exported model does so
    /// too: send it raw values. Default: true.
    /// </summary>
    public bool Normalize { get; init; } = true;

    /// <summary>
    /// Fraction of the training split that is held out for validation. Used only where the data set has no validation split of its own.
    /// Default: 0.1.
    /// </summary>
    [Between(0, 0.9)]
    public double ValidationSplit { get; init; } = 0.1;

    /// <summary>Which weights become the model. Default: best.</summary>
    public Export Export { get; init; }

    /// <summary>
    /// Keeps an exponential moving average of the weights, and evaluates and exports it in place of the weights. Default: null, no average.
    /// </summary>
    [SpecIgnore]
    public EmaSettings? Ema { get; init; }

    /// <summary>Stops the training when the validation score no longer improves. Default: null, all epochs are trained.</summary>
    [SpecIgnore]
    public EarlyStoppingSettings? EarlyStopping { get; init; }

    /// <summary>
    /// Seconds between checkpoints. After a crash, another attempt continues from the last one, so this is the most work that is lost.
    /// Default: 60. A job writes at most 4 MiB of them a second.
    /// </summary>
    [Between(0, 86_400)]
    public double CheckpointEverySeconds { get; init; } = 60;

    /// <summary>Epochs between evaluations on the validation split. The last epoch is always evaluated. Default: 1.</summary>
    [Between(1, 10_000)]
    public long EvaluateEveryEpochs { get; init; } = 1;

    /// <summary>
    /// How often the signals of concat branches and layers are sampled. Never changes the trained weights. Default: auto.
    /// </summary>
    public TelemetryMode Telemetry { get; init; }

    /// <summary>
    /// Time limit for training and evaluation, an ISO 8601 duration such as <c>PT30M</c>. When it is over, the training ends and exports
    /// the weights that it has. Default: null, no limit.
    /// </summary>
    public TimeSpan? MaxDuration { get; init; }

    /// <summary>
    /// CPU threads of the training. Another number gives slightly different weights, because sums are rounded in another order. Default:
    /// auto, all cores of the worker but one.
    /// </summary>
    [Between(1, 1024)]
    public OrAuto<long> Threads { get; init; }

    /// <summary>Where the training runs. Default: auto.</summary>
    public DeviceKind Device { get; init; }

    /// <summary>Priority among waiting jobs. Default: normal.</summary>
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

/// <summary>How weights are filled before training. Biases and norms are filled as their operators declare.</summary>
public enum Initialization
{
    /// <summary>By the activation that follows: He for the ReLU family, LeCun for SELU or none, Xavier for saturating ones.</summary>
    Auto,

    /// <summary>Normal with variance 2 / fan_in (He et al. 2015, eq. 10).</summary>
    He,

    /// <summary>Normal with variance 2 / (fan_in + fan_out) (Glorot and Bengio 2010, eq. 12).</summary>
    Xavier,

    /// <summary>Normal with variance 1 / fan_in (LeCun et al. 1998).</summary>
    Lecun,

    /// <summary>Uniform within ±1/√fan_in, PyTorch's default for convolutions and linear layers.</summary>
    Pytorch,

    /// <summary>Orthonormal rows or columns (Saxe et al. 2014), times √2 before the ReLU family.</summary>
    Orthogonal,

    /// <summary>Identity for as many channels as match: torch.nn.init.dirac_, and the identity matrix for linear layers.</summary>
    Dirac,
}

/// <summary>Which weights are exported.</summary>
public enum Export
{
    /// <summary>Those with the highest validation score (accuracy, F1, R² or mean IoU); of equal scores, the lower loss.</summary>
    Best,

    /// <summary>Those of the last step.</summary>
    Last,

    /// <summary>The moving average of <see cref="TrainingSettings.Ema"/> at the last step.</summary>
    Ema,
}

/// <summary>How often signals of branches and layers are sampled.</summary>
public enum TelemetryMode
{
    /// <summary>As often as possible within 2 % of the training time.</summary>
    Auto,

    /// <summary>Never.</summary>
    Off,

    /// <summary>Every eighth step, whatever it costs.</summary>
    Dense,
}

/// <summary>Where a training runs.</summary>
public enum DeviceKind
{
    /// <summary>CUDA where the worker that takes the job has it, otherwise the CPU.</summary>
    Auto,

    /// <summary>The CPU; the job waits for a worker that trains on one.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU; the job waits for a worker that has one.</summary>
    Cuda,
}

/// <summary>Priority among waiting jobs. A running job is never interrupted for another.</summary>
public enum Priority
{
    /// <summary>After all waiting jobs of high priority.</summary>
    Normal,

    /// <summary>Before all other new jobs.</summary>
    High,

    /// <summary>When nothing else waits.</summary>
    Low,
}
