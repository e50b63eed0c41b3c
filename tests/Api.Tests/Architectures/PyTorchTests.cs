namespace ConcatService.Api.Tests.Architectures;

public sealed class PyTorchTests(ApiServer api) : IClassFixture<ApiServer>
{
    private const string Path = "/v1/architectures/pytorch";

    [Fact]
    public async Task A_spec_comes_back_as_a_module_with_its_names_and_shapes()
    {
        var answer = await SendAsync(Samples.Text("two-branch"));
        Assert.Equal((200, "text/x-python; charset=utf-8"), (answer.Status, answer.Headers["Content-Type"]));
        Assert.Contains("class TwoBranch(nn.Module):", answer.Body, StringComparison.Ordinal);
        Assert.Contains("nn.Conv2d(1, 32, 3, padding=\"same\")", answer.Body, StringComparison.Ordinal);
        Assert.Contains("torch.cat([small, x], 1)  # [N, 192, 14, 14]", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Repeated_blocks_are_one_class_in_a_loop()
    {
        var answer = await SendAsync(Samples.Text("resnet18"));
        Assert.Contains("*[", answer.Body, StringComparison.Ordinal);
        Assert.Contains(" for _ in range(2)]", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_spec_with_errors_is_refused_with_its_report()
    {
        var answer = await SendAsync(Samples.Text("two-branches-refused"));
        Assert.Equal((422, "architecture.invalid"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Placeholders_are_refused_with_the_list_of_them()
    {
        const string spec = """
            { "inputs": { "x": { "shape": [3, 8, 8] } }, "layers": [
              { "name": "warp", "type": "opaque", "of": "DeformConv2d", "output_shape": [4, 8, 8] },
              { "name": "out", "type": "conv2d", "out_channels": 2, "kernel_size": 1 } ] }
            """;
        var answer = await SendAsync(spec);
        Assert.Equal((422, "export.unsupported"), (answer.Status, answer.Code));
        Assert.Contains("/layers/0 stands for DeformConv2d", answer.Body, StringComparison.Ordinal);
    }

    private Task<Answer> SendAsync(string spec) => api.SendAsync(HttpMethod.Post, Path, new StringContent(spec), "");
}
