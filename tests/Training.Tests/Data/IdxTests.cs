using System.IO.Compression;
using ConcatService.Training.Data;
using Xunit;

namespace ConcatService.Training.Tests.Data;

public sealed class IdxTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    [Fact]
    public void Values_are_read_in_the_order_of_the_file()
    {
        Write([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6]);
        var values = new byte[6];

        Idx.Read(_path, [2, 3], values);

        Assert.Equal([1, 2, 3, 4, 5, 6], values);
    }

    [Fact]
    public void A_file_that_ends_early_says_how_much_is_there()
    {
        Write([0, 0, 8, 1, 0, 0, 0, 5, 1, 2, 3]);

        var error = Assert.Throws<InvalidDataException>(() => Idx.Read(_path, [5], new byte[5]));

        Assert.Contains("ends after 3 of 5 bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_ends_in_its_header_is_refused()
    {
        Write([0, 0, 8]);

        Assert.Throws<InvalidDataException>(() => Idx.Read(_path, [5], new byte[5]));
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0x0D, 1, 0, 0, 0, 1, 9 })]                   // float32, not bytes
    [InlineData(new byte[] { 0, 0, 8, 2, 0, 0, 0, 1, 9 })]                      // two dimensions, not one
    [InlineData(new byte[] { (byte)'P', (byte)'N', (byte)'G', 1, 0, 0, 0, 1, 9 })]
    public void Another_kind_of_file_is_recognized_by_its_first_bytes(byte[] content)
    {
        Write(content);

        var error = Assert.Throws<InvalidDataException>(() => Idx.Read(_path, [1], new byte[1]));

        Assert.Contains("starts with 00000801", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_another_size_is_refused_with_both_sizes()
    {
        Write([0, 0, 8, 1, 0, 0, 0, 2, 1, 2]);

        var error = Assert.Throws<InvalidDataException>(() => Idx.Read(_path, [3], new byte[3]));

        Assert.Contains("size 2 in dimension 0; expected 3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_packed_at_all_is_refused()
    {
        File.WriteAllBytes(_path, [0, 0, 8, 1, 0, 0, 0, 1, 9]);

        Assert.Throws<InvalidDataException>(() => Idx.Read(_path, [1], new byte[1]));
    }

    [Fact]
    public void Missing_Fashion_MNIST_says_what_to_install()
    {
        var error = Assert.Throws<FileNotFoundException>(() => DataSetLoader.Load("fashion-mnist", new("/nowhere", null)));

        Assert.Contains("apt-get install dataset-fashion-mnist", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => File.Delete(_path);

    private void Write(byte[] content)
    {
        using var file = File.Create(_path);
        using var packed = new GZipStream(file, CompressionLevel.Fastest);
        packed.Write(content);
    }
}
