using System.Security.Cryptography;
using static TorchSharp.torch;

namespace ConcatService.Training.Data;

/// <summary>Both splits of a data set in one plain file: a SHA-256 in hex, then pictures and labels of each split.</summary>
internal sealed class UnpackedCopy(string path)
{
    private const int HashLength = 64;

    public static string Hash(params (Tensor Images, byte[] Labels)[] splits)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var split in splits)
        {
            hash.AppendData(split.Images.bytes);
            hash.AppendData(split.Labels);
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    /// <summary>Fills the splits; returns the data's hash, or null when there is no whole copy.</summary>
    public string? TryRead(params (Tensor Images, byte[] Labels)[] splits)
    {
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length != HashLength + splits.Sum(split => split.Images.numel() + split.Labels.Length))
                return null;
            var hash = new byte[HashLength];
            file.ReadExactly(hash);
            foreach (var (images, labels) in splits)
            {
                file.ReadExactly(images.bytes);
                file.ReadExactly(labels);
            }

            return System.Text.Encoding.ASCII.GetString(hash);
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

    /// <summary>Writes the copy, whole or not at all. A folder that cannot be written costs time at the next start and nothing else.</summary>
    public void Write((Tensor Images, byte[] Labels) train, (Tensor Images, byte[] Labels) test, string sha256)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var unfinished = $"{path}.{Environment.ProcessId}";
            using (var file = File.Create(unfinished))
            {
                file.Write(System.Text.Encoding.ASCII.GetBytes(sha256));
                file.Write(train.Images.bytes);
                file.Write(train.Labels);
                file.Write(test.Images.bytes);
                file.Write(test.Labels);
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
