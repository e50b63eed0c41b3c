using System.Diagnostics;

namespace ConcatService.Tests;

/// <summary>
/// The Python with torch that this machine has, if any: <c>CONCAT_PYTHON</c>, else python3 on the path, else the system's.
/// </summary>
internal static class TorchPython
{
    private static readonly Lazy<string?> Found = new(() => new[]
    {
        Environment.GetEnvironmentVariable("CONCAT_PYTHON"), "python3", "/usr/bin/python3",
    }.FirstOrDefault(python => python is not null && Run(python, "-c", "import torch").Code == 0));

    /// <summary>The program; skips the test, by name, where there is none.</summary>
    public static string Required(string module = "torch")
    {
        Xunit.Assert.SkipWhen(Found.Value is null, "No python3 with torch here: apt-get install python3-torch, or set CONCAT_PYTHON.");
        Xunit.Assert.SkipUnless(
            module == "torch" || Run(Found.Value!, "-c", $"import {module}").Code == 0,
            $"No python3 with {module} here: apt-get install python3-{module}."
        );
        return Found.Value!;
    }

    /// <summary>Runs a program to its end.</summary>
    public static (int Code, string Output, string Error) Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true }
            )!;
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, error.GetAwaiter().GetResult());
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (-1, "", $"There is no {program}.");
        }
    }
}
