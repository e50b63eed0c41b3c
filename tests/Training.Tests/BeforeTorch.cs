using System.Runtime.CompilerServices;

namespace ConcatService.Training.Tests;

/// <summary>Loads the Training library, and with it what it sets, before a test touches libtorch by itself.</summary>
internal static class BeforeTorch
{
    [ModuleInitializer]
    internal static void Load() => RuntimeHelpers.RunModuleConstructor(typeof(OneDnn).Module.ModuleHandle);
}
