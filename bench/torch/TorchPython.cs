using System.ComponentModel;
using System.Diagnostics;

namespace ConcatService.TorchBench;

/// <summary>A Python that has what a bench compares with.</summary>
public static class TorchPython
{
    /// <summary>Debian's packages are for the system's Python, which need not be the first on the path. Null where none has them.</summary>
    /// <param name="modules">As <c>import</c> takes them: <c>torchvision, onnx</c>.</param>
    public static string? Find(string modules) =>
        new[] { "python3", "/usr/bin/python3" }.FirstOrDefault(python => Has(python, modules));

    /// <param name="errors">Whether what it writes to its standard error is kept from the terminal.</param>
    public static Process Start(string python, string[] arguments, bool errors) =>
        Process.Start(
            new ProcessStartInfo(python, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = errors,
                Environment = { ["OMP_WAIT_POLICY"] = "PASSIVE" },
            }
        )!;

    private static bool Has(string python, string modules)
    {
        try
        {
            using var process = Start(python, ["-c", $"import {modules}"], errors: true);
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)                                                  // there is no such program
        {
            return false;
        }
    }
}
