using System.Globalization;

namespace ConcatService.Export.Python;

/// <summary>Writes how modules are made: their constructor calls, several alike as one.</summary>
/// <param name="value">The value of an argument, by its number among those of the class; a parameter's name where they differ.</param>
internal sealed class PythonConstructors(Func<int, PythonArgument, (string Text, bool IsParameter)> value)
{
    private const int Width = 100;

    /// <summary>The call that makes a step, whose arguments begin at a number.</summary>
    public string Of(PythonItem step, int first, int indent) => step switch
    {
        PythonLayer layer => Call(layer.Scope.Module!.Type, Arguments(layer.Scope.Module.Arguments, first)),
        PythonGroup { IsOneStep: true } one => Of(one.Steps[0], first, indent),
        PythonGroup { IsSequential: true } chain => Chain(chain, first, indent),
        PythonGroup { Class: { } made } group => Call(made.Name, Arguments(made, [.. group.Slots], first)),
        _ => throw new InvalidOperationException($"No constructor for {step.Segment}."),
    };

    private static string Call(string type, IEnumerable<string> arguments) => $"{type}({string.Join(", ", arguments)})";

    private IEnumerable<string> Arguments(IReadOnlyList<PythonArgument> arguments, int first)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            var (text, isParameter) = value(first + i, arguments[i]);
            if (isParameter || text != arguments[i].Default)
                yield return arguments[i].IsPositional ? text : $"{arguments[i].Name}={text}";
        }
    }

    private List<string> Arguments(PythonClass made, PythonArgument[] slots, int first) =>
        [.. made.Parameters.Select(parameter => value(first + parameter.Slot, slots[parameter.Slot]).Text)];

    private string Chain(PythonGroup chain, int first, int indent)
    {
        var calls = new List<string>();
        foreach (var step in chain.Steps)
        {
            calls.Add(Of(step, first, indent + 4));
            first += step.Slots.Count();
        }

        var parts = Repeats(calls);
        var line = $"nn.Sequential({string.Join(", ", parts)})";
        if (parts.Count == 1 && indent + line.Length <= Width)
            return line;
        var spaces = new string(' ', indent);
        return $"nn.Sequential(\n{string.Concat(parts.Select(part => $"{spaces}    {part},\n"))}{spaces})";
    }

    /// <summary>Calls that are the same, or whose one number grows evenly, as a loop.</summary>
    private static List<string> Repeats(List<string> calls)
    {
        var parts = new List<string>();
        for (var i = 0; i < calls.Count;)
        {
            var same = calls.Skip(i).TakeWhile(call => call == calls[i]).Count();
            var (count, loop) = Growing(calls, i);
            var grows = count >= 3 && count > same;
            parts.Add(grows ? loop : same >= 2 ? $"*[{calls[i]} for _ in range({same})]" : calls[i]);
            i += grows ? count : same;
        }

        return parts;
    }

    /// <summary>How many calls from here on differ by one number that grows evenly, and their loop.</summary>
    private static (int Count, string Text) Growing(List<string> calls, int from)
    {
        if (from + 2 >= calls.Count || calls[from].Contains('\n'))
            return (0, "");
        var (first, second) = (Split(calls[from]), Split(calls[from + 1]));
        var differing = first.Count != second.Count ? [] : Enumerable.Range(0, first.Count).Where(i => first[i] != second[i]).ToList();
        if (differing is not [var at] || !long.TryParse(first[at], out var start) || !long.TryParse(second[at], out var next))
            return (0, "");
        var count = 2;
        while (from + count < calls.Count && calls[from + count] == With(first, at, Number(start + (count * (next - start)))))
            count++;
        var range = $"range({Number(start)}, {Number(start + (count * (next - start)))}, {Number(next - start)})";
        return next <= start ? (0, "") : (count, $"*[{With(first, at, "width")} for width in {range}]");
    }

    private static List<string> Split(string call)
    {
        var parts = new List<string>();
        var begin = 0;
        for (var i = 1; i <= call.Length; i++)
        {
            if (i < call.Length && IsWord(call[i]) == IsWord(call[i - 1]))
                continue;
            parts.Add(call[begin..i]);
            begin = i;
        }

        return parts;
    }

    private static bool IsWord(char letter) => char.IsAsciiLetterOrDigit(letter) || letter == '_';

    private static string With(List<string> parts, int at, string text) =>
        string.Concat(parts.Select((part, i) => i == at ? text : part));

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
