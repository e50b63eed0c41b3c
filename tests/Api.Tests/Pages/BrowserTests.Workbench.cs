namespace ConcatService.Api.Tests.Pages;

/// <summary>The Workbench: what it offers while one types, its table, sizes that may be any, and the way out to PyTorch.</summary>
public sealed partial class BrowserTests
{
    [Theory]
    [InlineData("\"type\": \"max_pool2d\"", "\"type\": \"max", "max_pool2d maximum max_pool1d max_pool3d")]
    [InlineData("\"padding\": \"same\"", "\"pa", "padding padding_mode")]
    [InlineData("\"activation\": \"relu\"", "\"activation\": \"hard_s", "hard_sigmoid hard_swish")]
    [InlineData("\"inputs\": [\"fine\", \"coarse\"]", "\"inputs\": [\"c", "coarse")]
    public async Task What_can_stand_at_the_cursor_is_offered_in_broken_text_too(string replaced, string typed, string offered)
    {
        var (page, complaints) = await GoAsync("/workbench?gallery=two-branches-refused");
        await WaitAsync(page, $"{Verdict} === 'invalid' && document.getElementById('text').getAttribute('aria-controls') === 'options'");
        await page.EvaluateFunctionAsync(
            "(old) => { const at = text.value.indexOf(old); if (at < 0) throw Error(text.value); text.focus(); "
                + "text.setSelectionRange(at, at + old.length); }",
            replaced
        );
        await page.Keyboard.TypeAsync(typed);
        await WaitAsync(page, "!document.getElementById('options').hidden");
        var shown = await page.EvaluateExpressionAsync<string[]>(
            "[...document.querySelectorAll('#options b')].map(each => each.textContent)"
        );
        Assert.Equal(offered.Split(' '), shown.Take(offered.Split(' ').Length));
        await page.Keyboard.PressAsync("Enter");
        Assert.Contains($"\"{shown[0]}\"", await page.EvaluateExpressionAsync<string>(Text), StringComparison.Ordinal);
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task A_row_of_the_table_chooses_its_layer_in_the_text()
    {
        var (page, complaints) = await GoAsync("/workbench?gallery=two-branch");
        await WaitAsync(page, $"{Verdict} === 'valid'");
        await page.ClickAsync("#show-layers");
        await page.ClickAsync("[data-name=coarse] button");
        var chosen = await page.EvaluateExpressionAsync<string>("getSelection().toString()");
        Assert.Contains("\"name\": \"coarse\"", chosen, StringComparison.Ordinal);
        Assert.Equal("coarse", await page.EvaluateExpressionAsync<string>("document.querySelector('tr.chosen').dataset.name"));
        var row = await page.EvaluateExpressionAsync<string>("document.querySelector('tr.chosen').textContent");
        Assert.Contains("128×14×14", row, StringComparison.Ordinal);
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task A_size_that_may_be_any_is_tried_with_a_slider()
    {
        var (page, complaints) = await GoAsync("/workbench");
        const string Spec = """
            { "inputs": { "image": { "shape": [3, "H", 32] } }, "symbols": { "H": { "min": 2 } }, "layers": [
              { "name": "half", "type": "max_pool2d", "kernel_size": 2 }, { "name": "back", "type": "upsample", "scale_factor": 2 },
              { "name": "join", "type": "concat", "inputs": ["image", "back"] } ] }
            """;
        await WaitAsync(page, "document.getElementById('text').getAttribute('aria-controls') === 'options'");
        await page.EvaluateFunctionAsync("spec => { text.value = spec; text.dispatchEvent(new Event('input')); }", Spec);
        await WaitAsync(page, $"{Verdict} === 'conditional'");
        Assert.Contains("H % 2 == 0", await page.EvaluateExpressionAsync<string>("findings.textContent"), StringComparison.Ordinal);
        foreach (var (size, word) in new[] { (33, "invalid"), (34, "valid") })
        {
            await page.EvaluateFunctionAsync(
                "size => { const range = document.querySelector('[type=range]'); range.value = size; "
                    + "range.dispatchEvent(new Event('input')); }",
                size
            );
            await WaitAsync(page, $"document.querySelector('.slider ~ p .verdict')?.textContent === '{word}'");
        }

        Assert.Empty(complaints);
    }

    [Fact]
    public async Task A_valid_network_leaves_as_PyTorch()
    {
        var (page, complaints) = await GoAsync("/workbench?gallery=two-branch");
        await WaitAsync(page, "!document.getElementById('pytorch').disabled");
        await page.ClickAsync("#pytorch");
        await WaitAsync(page, "document.querySelector('dialog[open]:not(#training)')?.textContent.includes('class TwoBranch(nn.Module)')");
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task The_keyboard_alone_mends_a_network_and_leaves_the_text()
    {
        var (page, complaints) = await GoAsync("/workbench?gallery=two-branches-refused");
        await WaitAsync(page, $"{Verdict} === 'invalid'");
        await page.FocusAsync("#text");
        await page.Keyboard.PressAsync("Escape");
        for (var i = 0; i < 40 && !await page.EvaluateExpressionAsync<bool>("document.activeElement.matches('.fix')"); i++)
        {
            await page.Keyboard.PressAsync("Tab");
            Assert.True(
                await page.EvaluateExpressionAsync<bool>("getComputedStyle(document.activeElement).outlineStyle !== 'none'"),
                "the focus cannot be seen at " + await page.EvaluateExpressionAsync<string>("document.activeElement.outerHTML")
            );
        }

        await page.Keyboard.PressAsync("Enter");
        await WaitAsync(page, $"{Verdict} === 'valid'");
        Assert.Empty(complaints);
    }
}
