using System.Text;
using System.Text.Json;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Planning;
using Xunit;

namespace ConcatService.Import.Tests;

/// <summary>A file of a test, imported and compiled.</summary>
internal sealed record Imported(ImportedNetwork Network, Compilation Compiled)
{
    public Totals Totals => Totals.Of(Compiled.Plan ?? throw new InvalidOperationException(Faults));

    public string Faults =>
        string.Join('\n', Compiled.Report.Diagnostics.Where(found => found.Severity <= Domain.Diagnostics.Severity.Condition).Take(5)
            .Select(found => found.Message));

    public static Imported Of(string text, string? scale = null, string? input = null)
    {
        var network = Importer.Read(Encoding.UTF8.GetBytes(text), new(Scale: scale, Input: input is null ? null : InputSize.Parse(input)));
        using var json = JsonDocument.Parse(network.Spec.ToJsonString());
        return new(network, Compiler.Compile(json.RootElement.Clone()));
    }

    public Imported IsValid()
    {
        Assert.True(Compiled.Plan is not null, Faults);
        return this;
    }
}
