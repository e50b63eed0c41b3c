using Google.Protobuf;

namespace ConcatService.Serving;

/// <summary>A ModelInferRequest with one float32 tensor as raw contents, by the protocol's field numbers.</summary>
public static class InferMessage
{
    public static byte[] Of(string model, string input, ReadOnlySpan<long> shape, byte[] data)
    {
        var dims = shape.ToArray();
        return Message(request =>
        {
            Text(request, 1, model);
            Bytes(request, 5, Message(tensor =>
            {
                Text(tensor, 1, input);
                Text(tensor, 2, "FP32");
                Bytes(tensor, 3, Message(sizes => { foreach (var size in dims) sizes.WriteInt64(size); }));
            }));
            Bytes(request, 7, data);
        });
    }

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var bytes = new MemoryStream();
        using var output = new CodedOutputStream(bytes);
        write(output);
        output.Flush();
        return bytes.ToArray();
    }

    private static void Text(CodedOutputStream output, int field, string text)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteString(text);
    }

    private static void Bytes(CodedOutputStream output, int field, byte[] bytes)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(bytes));
    }
}
