namespace ConcatService.Export.Python;

/// <summary>What stands beside the source of a trained network: a program that checks it, and how to use it.</summary>
public static class PythonPackage
{
    public const string Source = "net.py", Weights = "weights.safetensors", Samples = "samples.safetensors";

    public const string Check = "check.py", Readme = "README.md";

    /// <summary>The largest difference that the check lets pass, as a share of the largest served number.</summary>
    public const double Tolerance = 1e-4;

    /// <summary>Runs the network on the samples and compares its answers with those that were served.</summary>
    public static string CheckOf(PythonSource source) => $$""""
        """Runs the network on samples and compares its answers with those that the service gave."""

        import json
        import os
        import struct
        import sys

        import torch

        from net import {{source.ClassName}}

        FOLDER = os.path.dirname(os.path.abspath(__file__))
        TYPES = {"F32": torch.float32, "I64": torch.int64}


        def load(name):
            """The tensors of a safetensors file, by name. Nothing in such a file is executed."""
            with open(os.path.join(FOLDER, name), "rb") as file:
                (length,) = struct.unpack("<Q", file.read(8))
                header = json.loads(file.read(length))
                data = bytearray(file.read())
            return {
                name: torch.frombuffer(data, dtype=TYPES[entry["dtype"]], count=count(entry), offset=entry["data_offsets"][0])
                .reshape(entry["shape"])
                .clone()
                for name, entry in header.items()
            }


        def count(entry):
            begin, end = entry["data_offsets"]
            return (end - begin) // (8 if entry["dtype"] == "I64" else 4)


        def main():
            network = {{source.ClassName}}()
            network.load_state_dict(load("{{Weights}}"))
            network.eval()
            samples = load("{{Samples}}")
            inputs = [tensor for name, tensor in samples.items() if name.startswith("input.")]
            served = {name[len("output."):]: tensor for name, tensor in samples.items() if name.startswith("output.")}
            with torch.no_grad():
                outputs = network(*inputs)
            outputs = outputs if isinstance(outputs, tuple) else (outputs,)
            parameters = sum(each.numel() for each in network.parameters())
            print(f"{parameters:,} parameters, {len(inputs[0])} samples")
            worst = 0.0
            for (name, expected), output in zip(served.items(), outputs):
                difference = (output.double() - expected.double()).abs().max().item()
                peak = max(expected.double().abs().max().item(), 1e-30)
                worst = max(worst, difference / peak)
                print(f"{name}: largest difference {difference:.3g}, at numbers up to {peak:.3g}")
            return 0 if worst <= {{PythonText.Of(Tolerance)}} else 1


        if __name__ == "__main__":
            sys.exit(main())

        """".ReplaceLineEndings("\n");

    /// <summary>How the files are used.</summary>
    public static string ReadmeOf(PythonSource source, string model, int version) => $$"""
        # {{model}}, version {{version}}

        The network as PyTorch source, with its trained weights. It needs torch alone, from 1.13 on.

        | file | what it is |
        | --- | --- |
        | `{{Source}}` | the network, an `nn.Module` called `{{source.ClassName}}`; what an input is normalized by is in it |
        | `{{Weights}}` | its `state_dict` in the safetensors format |
        | `{{Samples}}` | inputs, and what the service answered to them |
        | `{{Check}}` | runs the network on them: the largest difference, and exit code 1 above {{PythonText.Of(Tolerance)}} of the peak |
        | `{{PythonTraining.File}}` | trains it on several GPUs: `torchrun --standalone --nproc_per_node 2 {{PythonTraining.File}}` |

        ```python
        from check import load
        from net import {{source.ClassName}}

        network = {{source.ClassName}}()
        network.load_state_dict(load("{{Weights}}"))
        network.eval()
        ```

        With the package `safetensors`, `safetensors.torch.load_file("{{Weights}}")` does what `load` does.

        """.ReplaceLineEndings("\n");

    /// <summary>The tensors of the state_dict, in the order of the plan.</summary>
    /// <param name="weights">The network's own ONNX file.</param>
    /// <exception cref="InvalidDataException">A parameter is missing there.</exception>
    public static IReadOnlyList<SafeTensor> StateOf(PythonSource source, OnnxWeights weights) =>
    [
        .. source.Keys.SelectMany(each => each.Value.Select(name => Tensor(source, weights, each.Key, name))),
        .. source.BatchCounters.Select(name => SafeTensor.Of(name, "I64", [], new byte[8])),
    ];

    private static SafeTensor Tensor(PythonSource source, OnnxWeights weights, string key, string name)
    {
        var weight = weights.Find(key) ?? throw new InvalidDataException($"The ONNX file has no {key}.");
        return new(name, "F32", source.ShapeOf(name, weight.Dims), weight.LengthBytes, stream => weights.CopyTo(weight, stream));
    }
}
