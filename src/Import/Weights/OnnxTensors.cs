using ConcatService.Domain.Jobs;
using ConcatService.Import.Onnx;

namespace ConcatService.Import.Weights;

/// <summary>The initializers of an ONNX file, and where their numbers lie.</summary>
/// <remarks>Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.</remarks>
internal sealed class OnnxTensors
{
    // Of ModelProto, GraphProto and TensorProto.
    private const int Graph = 7, Initializer = 5;

    private const int Dims = 1, DataType = 2, FloatData = 4, Name = 8, RawData = 9, DoubleData = 10, ExternalData = 13;

    private readonly WireReader _wire;
    private readonly long _fileBytes;
    private readonly List<StoredTensor> _tensors = [];
    private readonly HashSet<string> _names = [];

    private OnnxTensors(Stream file) => (_wire, _fileBytes) = (new(file), file.Length);

    public static StoredWeights Read(Stream file)
    {
        var tensors = new OnnxTensors(file);
        try
        {
            tensors.ReadModel();
        }
        catch (ImportException fault) when (fault.Code == "import.malformed")
        {
            throw WeightsFile.Malformed(fault.Message);
        }
        catch (ImportException fault) when (fault.Code == "import.too_large")
        {
            throw new ImportException("weights.too_large", fault.Message);
        }

        file.Position = 0;
        return OnnxNetwork.Of(file, new("onnx", tensors._tensors));
    }

    private void ReadModel()
    {
        var hasGraph = false;
        while (_wire.NextField(null, out var number, out var type))
        {
            if ((number, type) is not (Graph, WireReader.Bytes))
            {
                _wire.Skip(type, _fileBytes);
                continue;
            }

            hasGraph = true;
            ReadGraph(_wire.ReadEnd(_fileBytes));
        }

        if (!hasGraph)
            throw WeightsFile.Malformed("The file is no ONNX model: it has no graph.");
    }

    private void ReadGraph(long end)
    {
        while (_wire.NextField(end, out var number, out var type))
        {
            if ((number, type) is (Initializer, WireReader.Bytes))
                ReadTensor(_wire.ReadEnd(end));
            else
                _wire.Skip(type, end);
        }
    }

    /// <summary>Numbers that are packed as variable lengths (of whole numbers, and of float16 in int32_data) are not read.</summary>
    private void ReadTensor(long end)
    {
        var (name, dims, kind, offset, length) = ("", new List<long>(), 0L, 0L, -1L);
        while (_wire.NextField(end, out var number, out var type))
        {
            switch (number, type)
            {
                case (Dims, WireReader.Varint):
                    Add(dims);
                    break;
                case (Dims, WireReader.Bytes):
                    for (var last = _wire.ReadEnd(end); _wire.Position < last;)
                        Add(dims);
                    break;
                case (DataType, WireReader.Varint):
                    kind = _wire.ReadLong();
                    break;
                case (Name, WireReader.Bytes):
                    name = _wire.ReadText(end);
                    break;
                case (RawData or FloatData or DoubleData, WireReader.Bytes) when length < 0:
                    var behind = _wire.ReadEnd(end);
                    (offset, length) = (_wire.Position, behind - _wire.Position);
                    _wire.SkipTo(behind);
                    break;
                case (ExternalData, _):
                    throw new ImportException(
                        "weights.external",
                        $"The tensor '{WeightsFile.Shown(name)}' has its numbers in another file. Write the model as one file: "
                            + "onnx.save(model, \"net.onnx\", save_as_external_data=False)."
                    );
                default:
                    _wire.Skip(type, end);
                    break;
            }
        }

        if (length < 0 || WeightTypes.OfOnnx(kind) is not { } dtype)
            return;
        if (!_names.Add(name))
            throw WeightsFile.Malformed($"The tensor '{WeightsFile.Shown(name)}' is there twice.");
        if (_tensors.Count == WeightsFile.MostTensors)
            throw WeightsFile.TooMany();
        _tensors.Add(WeightsFile.Checked(new(name, dtype, dims, offset, length), _fileBytes));
    }

    private void Add(List<long> dims)
    {
        var size = _wire.ReadLong();
        if (dims.Count >= WeightsFile.MostDimensions)
            throw WeightsFile.Malformed($"A tensor has more than {WeightsFile.MostDimensions} dimensions.");
        dims.Add(size);
    }
}
