using ConcatService.Domain.Compiling;
using Xunit;

namespace ConcatService.Domain.Tests.Conventions;

public sealed class ReferenceTests
{
    [Fact]
    public void Domain_references_the_base_class_library_alone() =>
        Assert.All(
            typeof(Compiler).Assembly.GetReferencedAssemblies(),
            reference => Assert.StartsWith("System.", reference.Name, StringComparison.Ordinal)
        );
}
