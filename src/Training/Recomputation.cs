using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Training.Telemetry;
using TorchSharp;
using static TorchSharp.torch;

namespace ConcatService.Training;

/// <summary>
/// A step that holds little: each unit of the network (<see cref="Sections"/>) runs without a record on the way forward, and once more on
/// the way back, with the random numbers and the running statistics of the first time. The gradients are the same to the bit.
/// </summary>
/// <remarks>
/// Each section is differentiated by itself, with its inputs as leaves. Autograd adds the gradients of a value from its last reader to its
/// first; so does this, because what later sections gave to an input is the first term of the sum in an earlier one.
/// </remarks>
internal sealed class Recomputation(TorchModel model, IEnumerable<Wire> scores)
{
    private readonly Sections _sections = Sections.Of(
        model.Plan,
        scores,
        layer => model.Weights.device.type == DeviceType.CPU || !layer.Operator.IsRandom // a GPU's random state cannot be put back
    );

    private readonly HashSet<Wire> _trains = [];
    private readonly Dictionary<Wire, Tensor> _gradients = [];
    private Dictionary<Wire, Tensor> _values = [];
    private Pass?[] _passes = [];
    private Tensor?[] _random = [];
    private Sampler? _sampler;

    private Section Loss => _sections.Each[^1];

    /// <summary>Runs the network. Returns what the loss reads, as leaves.</summary>
    /// <param name="inputs">One for each spec input.</param>
    /// <param name="sampler">Is shown what it asks for as soon as that has gradients to come.</param>
    public IReadOnlyDictionary<Wire, Tensor> Forward(Tensor[] inputs, Sampler? sampler)
    {
        _trains.Clear();
        _gradients.Clear();
        (_values, _sampler) = (model.Read(inputs), sampler);
        (_passes, _random) = (new Pass?[_sections.Each.Count], new Tensor?[_sections.Each.Count]);
        var (batch, folded) = (inputs[0].shape[0], new Dictionary<string, long>());
        for (var s = 0; s < _sections.Each.Count - 1; s++)
        {
            var section = _sections.Each[s];
            FindTrained(section);
            if (section.RunsAgain)
                RunUnrecorded(s, section, batch, folded);
            else
                _passes[s] = RunOnce(section, batch, folded);
        }

        return (_passes[^1] = Enter(Loss)).Values;
    }

    /// <summary>Adds the gradients of a loss of the last scores to the parameters'.</summary>
    public void Backward(Tensor loss)
    {
        var last = _sections.FirstReaders.ToLookup(kept => kept.Value, kept => kept.Key);
        Differentiate(Loss, _passes[^1]!, [loss], [ones_like(loss)]);
        for (var s = _sections.Each.Count - 1; s >= 0; s--)
        {
            var section = _sections.Each[s];
            if (section.RunsAgain)
                RunAgain(s, section);
            else if (_passes[s] is { } pass && section != Loss)
            {
                Differentiate(section, pass);
                pass.Dispose();
            }

            foreach (var wire in last[s])
                _values[wire].Dispose();
        }
    }

    /// <summary>Which of its values a gradient comes back to.</summary>
    private void FindTrained(Section section)
    {
        for (var i = section.First; i < section.End; i++)
        {
            var layer = model.Layers[i];
            if (!layer.Plan.Inputs.Any(_trains.Contains) && !layer.Parameters.Values.Any(parameter => parameter.requires_grad))
                continue;
            for (var port = 0; port < layer.Plan.Outputs.Length; port++)
                _trains.Add(new(layer.Plan.Name, port));
        }
    }

    private void RunUnrecorded(int s, Section section, long batch, Dictionary<string, long> folded)
    {
        using var untracked = no_grad();
        if (section.Layers(model.Plan).Any(layer => layer.Operator.IsRandom))
            _random[s] = get_rng_state();
        for (var i = section.First; i < section.End; i++)
        {
            model.Run(i, _values, batch, folded);
            Forget(i);
        }
    }

    private Pass RunOnce(Section section, long batch, Dictionary<string, long> folded)
    {
        var pass = Enter(section);
        for (var i = section.First; i < section.End; i++)
        {
            model.Run(i, pass.Values, batch, folded);
            Forget(i, section, pass);
        }

        foreach (var wire in section.Leaving)
            _values[wire] = pass.Values[wire].detach();
        for (var i = section.First; i < section.End; i++)
            Forget(i);
        Hold(pass);
        return pass;
    }

    private void RunAgain(int s, Section section)
    {
        if (!section.Leaving.Exists(_gradients.ContainsKey))
            return;
        using var scope = NewDisposeScope();
        var random = get_rng_state();
        var layers = model.Layers.Skip(section.First).Take(section.End - section.First).ToList();
        var buffers = layers
            .SelectMany(layer => layer.Plan.Parameters.Where(each => !each.Trainable).Select(each => layer[each.Name]))
            .Select(buffer => (buffer, Before: buffer.clone()))
            .ToList();
        if (_random[s] is { } then)
            set_rng_state(then);
        var pass = Enter(section);
        for (var i = section.First; i < section.End; i++)
        {
            model.RunAgain(i, pass.Values);
            Forget(i, section, pass);
        }

        set_rng_state(random);
        Hold(pass);
        Differentiate(section, pass);
        _sampler?.MeasureHeld();
        using var untracked = no_grad();
        foreach (var (buffer, before) in buffers)
            buffer.copy_(before);                                                       // after it: autograd has seen them as they were
    }

    /// <summary>Shows telemetry what it asks the gradients of.</summary>
    private void Hold(Pass pass)
    {
        foreach (var wire in _sampler?.Held ?? [])
        {
            if (!pass.Entered.ContainsKey(wire) && pass.Values.Remove(wire, out var value))
                pass.Held[wire] = value;
        }

        _sampler?.Hold(pass.Held);
    }

    /// <summary>What the section reads, as leaves of a record of its own.</summary>
    private Pass Enter(Section section)
    {
        var pass = new Pass();
        foreach (var wire in section.Entering)
        {
            var leaf = ValueOf(wire).detach();
            pass.Entered[wire] = leaf;
            pass.Values[wire] = leaf;
            if (_trains.Contains(wire) && leaf.is_floating_point())
                leaf.requires_grad_(true);
        }

        return pass;
    }

    private Tensor ValueOf(Wire wire)
    {
        if (_values.TryGetValue(wire, out var value))
            return value;
        var joint = _sections.JointOf(wire)!;
        using var untracked = no_grad();
        return cat([.. joint.Pieces.Select(piece => _values[piece])], joint.Axis);
    }

    /// <summary>Lets go what nobody behind the layer reads.</summary>
    private void Forget(int layer)
    {
        foreach (var wire in model.ReadLast(layer))
        {
            if (!_sections.FirstReaders.ContainsKey(wire) && _values.Remove(wire, out var value))
                value.Dispose();
        }
    }

    private void Forget(int layer, Section section, Pass pass)
    {
        foreach (var wire in model.ReadLast(layer))
        {
            if (pass.Entered.ContainsKey(wire) || section.Leaving.Contains(wire) || _sampler?.Held.Contains(wire) == true)
                continue;
            if (pass.Values.Remove(wire, out var value))
                value.Dispose();
        }
    }

    private void Differentiate(Section section, Pass pass)
    {
        var (roots, seeds) = (new List<Tensor>(), new List<Tensor>());
        foreach (var wire in section.Leaving)
        {
            if (!_gradients.Remove(wire, out var gradient))
                continue;
            roots.Add(pass.Held.GetValueOrDefault(wire) ?? pass.Values[wire]);
            seeds.Add(gradient);
        }

        if (roots.Count > 0)
            Differentiate(section, pass, roots, seeds);
    }

    /// <summary>The gradients of what the section reads, and its part in those of its weights. Uses up the seeds.</summary>
    private void Differentiate(Section section, Pass pass, List<Tensor> roots, List<Tensor> seeds)
    {
        var entered = pass.Entered.Where(each => each.Value.requires_grad).ToList();
        foreach (var (wire, leaf) in entered)
        {
            if (!_gradients.Remove(wire, out var known))
                continue;
            roots.Add(leaf);
            seeds.Add(known);
        }

        Tensor[] weights =
            [
                .. model.Layers.Skip(section.First).Take(section.End - section.First)
                    .SelectMany(layer => layer.Parameters.Values.Where(parameter => parameter.requires_grad))
                    .Distinct(ReferenceEqualityComparer.Instance).Cast<Tensor>(),
            ];
        var given =
            entered.Count + weights.Length == 0
                ? []
                : autograd.grad(roots, [.. entered.Select(each => each.Value), .. weights], seeds, allow_unused: true);
        for (var i = 0; i < entered.Count; i++)
        {
            if (!given[i].IsInvalid)
                _gradients[entered[i].Key] = given[i].DetachFromDisposeScope();
        }

        using var untracked = no_grad();
        for (var i = 0; i < weights.Length; i++)
        {
            using var part = given[entered.Count + i];
            if (part.IsInvalid)
                continue;
            using var sum = weights[i].grad!;
            sum.add_(part);
        }

        foreach (var seed in seeds)
            seed.Dispose();
    }

    /// <summary>A section's run with a record.</summary>
    private sealed class Pass : IDisposable
    {
        public Dictionary<Wire, Tensor> Entered { get; } = [];

        public Dictionary<Wire, Tensor> Values { get; } = [];

        /// <summary>What telemetry reads the gradients of.</summary>
        public Dictionary<Wire, Tensor> Held { get; } = [];

        public void Dispose()
        {
            foreach (var value in Values.Values)
                value.Dispose();
        }
    }
}
