namespace ConcatService.Api.Tests.Inference.Protocol;

/// <summary>Requests to the models that give back what they take.</summary>
internal static class EchoRequests
{
    public const string Infer = "/v2/models/echo-fp32/infer";
    public const string Row = "1, 2, 3";

    /// <summary>The same as bytes.</summary>
    public static readonly byte[] RowBytes = [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40];

    public static async Task<Exchange> EchoAsync(this ProtocolServer server, string body)
    {
        server.Need("echo-fp32");
        return await server.PostAsync(Infer, body);
    }

    public static string Body(string rest = "") =>
        $$"""{ "inputs": [ { "name": "x", "shape": [1, 3], "datatype": "FP32", "data": [{{Row}}] } ]{{rest}} }""";

    public static string Pair(string outputs) => $$"""
        { "inputs": [ { "name": "flags", "shape": [1, 3], "datatype": "BOOL", "data": [true, false, true] },
          { "name": "numbers", "shape": [1, 2], "datatype": "FP32", "data": [1, 2] } ]{{outputs}} }
        """;
}
