using System.Text;

namespace ConcatService.Training.Data;

/// <summary>The splits of a data set in one plain file: a SHA-256 in hex, then the tensors of each split.</summary>
internal sealed class UnpackedCopy(string path)
{
    private const int HashLength = 64;

    /// <summary>Fills the splits; returns the data's hash, or null when there is no whole copy.</summary>
    public string? TryRead(params Split[] splits)
    {
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length != HashLength + splits.SelectMany(split => split.Tensors).Sum(tensor => tensor.numel() * tensor.element_size()))
                return null;
            var hash = new byte[HashLength];
            file.ReadExactly(hash);
            foreach (var tensor in splits.SelectMany(split => split.Tensors))
                file.ReadExactly(tensor.bytes);
            return Encoding.ASCII.GetString(hash);
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// Writes the copy, whole or not at all. A folder that cannot be written costs time at the next start and nothing else.
    /// </summary>
    public void Write(string sha256, params Split[] splits)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var unfinished = $"{path}.{Environment.ProcessId}";
            using (var file = File.Create(unfinished))
            {
                file.Write(Encoding.ASCII.GetBytes(sha256));
                foreach (var tensor in splits.SelectMany(split => split.Tensors))
                    file.Write(tensor.bytes);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        catch (IOException)
        {
        }
        catch (UnauthorizedAccessException)
        {
        }
    }
}
