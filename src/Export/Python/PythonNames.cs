using System.Text;
using ConcatService.Domain.Planning;

namespace ConcatService.Export.Python;

/// <summary>Names that Python accepts.</summary>
internal static class PythonNames
{
    /// <summary>Python's own words, and what an nn.Module already has.</summary>
    private static readonly HashSet<string> Taken =
    [
        .. (
            "False None True and as assert async await break class continue def del elif else except finally for from global if import "
            + "attend same_pad reorg center_crop pad_to "                                        // the functions that a source may bring
            + "in is lambda nonlocal not or pass raise return try while with yield self torch nn F range super print "
            + "forward training type half float double train eval apply to cpu cuda xpu ipu parameters buffers children modules "
            + "state_dict load_state_dict zero_grad requires_grad_ share_memory extra_repr dump_patches add_module register_module "
            + "register_buffer register_parameter bfloat16 get_parameter get_buffer get_submodule compile named_parameters "
            + "named_buffers named_children named_modules T_destination call_super_init"
        ).Split(' '),
    ];

    /// <summary>A name for an attribute or a variable that is like this one.</summary>
    public static string Identifier(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var letter in name)
            text.Append(char.IsAsciiLetterOrDigit(letter) ? letter : '_');
        if (text.Length == 0 || char.IsAsciiDigit(text[0]))
            text.Insert(0, "layer");
        while (text.Length > 1 && text[0] == '_')                                               // private to Python, mangled with two
            text.Remove(0, 1);
        var identifier = text.ToString();
        return identifier == "_" ? "layer" : Taken.Contains(identifier) ? identifier + "_" : identifier;
    }

    /// <summary>A name for a class: <c>two-branch</c> gives <c>TwoBranch</c>.</summary>
    public static string Class(string name)
    {
        var text = new StringBuilder(name.Length);
        var begins = true;
        foreach (var letter in name)
        {
            if (char.IsAsciiLetterOrDigit(letter))
                text.Append(begins ? char.ToUpperInvariant(letter) : letter);
            begins = !char.IsAsciiLetterOrDigit(letter);
        }

        return text.Length == 0 || char.IsAsciiDigit(text[0]) ? $"Net{text}" : text.ToString();
    }

    /// <summary>A name that is not among these; adds it to them.</summary>
    public static string Unique(string name, ISet<string> taken)
    {
        var unique = name;
        for (var number = 2; !taken.Add(unique); number++)
            unique = $"{name}_{number}";
        return unique;
    }

    /// <summary>
    /// The modules that each layer stands in, by name: <c>stage/0/conv</c> is <c>conv</c> in <c>0</c> in <c>stage</c>. Dots part a name
    /// too, as in PyTorch's own, unless two modules would then be one.
    /// </summary>
    public static IReadOnlyList<string[]> Paths(Plan plan)
    {
        var dotted = plan.Layers.Select(layer => layer.Name.Split('/', '.')).ToList();
        var written = new Dictionary<string, string>();
        for (var i = 0; i < dotted.Count; i++)
        {
            var (end, name) = (0, plan.Layers[i].Name);
            for (var depth = 0; depth < dotted[i].Length; depth++)
            {
                end += dotted[i][depth].Length + (depth == 0 ? 0 : 1);
                var path = name[..end].Replace('/', '.');
                if (dotted[i][depth].Length == 0 || (!written.TryAdd(path, name[..end]) && written[path] != name[..end]))
                    return [.. plan.Layers.Select(layer => layer.Name.Split('/'))];
            }
        }

        return dotted;
    }
}
