using System.IO.Compression;
using ConcatService.Domain.Data;
using Xunit;

namespace ConcatService.Domain.Tests.Data;

public sealed class IdxReaderTests
{
    private static readonly byte[] TwoByThree = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6];

    [Theory]
    [InlineData(false), InlineData(true)]
    public void Values_are_read_in_the_order_of_the_file_whether_it_is_packed_or_not(bool packed)
    {
        using var idx = Open(TwoByThree, packed);
        var values = new byte[6];

        idx.Read(values.AsSpan(0, 4));
        idx.Read(values.AsSpan(4));
        idx.ReadEnd();

        Assert.Equal([2, 3], idx.Shape);
        Assert.Equal([1, 2, 3, 4, 5, 6], values);
    }

    [Fact]
    public void A_file_that_ends_early_says_how_much_is_there()
    {
        using var idx = Open([0, 0, 8, 1, 0, 0, 0, 5, 1, 2, 3]);

        var error = Assert.Throws<InvalidDataException>(() => idx.Read(new byte[5]));

        Assert.Contains("ends after 3 values; its header announces 5", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_with_more_values_than_it_announces_is_refused()
    {
        using var idx = Open([.. TwoByThree, 7]);
        idx.Read(new byte[6]);

        Assert.Throws<InvalidDataException>(idx.ReadEnd);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 8 })]                                        // ends in its first word
    [InlineData(new byte[] { 0, 0, 8, 2, 0, 0, 0, 1, 9 })]                      // ends in its sizes
    public void A_file_that_ends_within_its_header_is_refused(byte[] content)
    {
        var error = Assert.Throws<InvalidDataException>(() => Open(content));
        Assert.Contains("ends within its header", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0x0D, 1, 0, 0, 0, 1, 9 })]                   // float32, not bytes
    [InlineData(new byte[] { 0, 0, 8, 5, 0, 0, 0, 1, 9 })]                      // five dimensions
    [InlineData(new byte[] { (byte)'P', (byte)'N', (byte)'G', 1, 0, 0, 0, 1, 9 })]
    public void Another_kind_of_file_is_recognized_by_its_first_bytes(byte[] content) =>
        Assert.Contains("starts with 00000801", Assert.Throws<InvalidDataException>(() => Open(content)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_packed_file_that_was_cut_off_is_refused()
    {
        var packed = Packed([0, 0, 8, 1, 0, 0, 4, 0, .. Enumerable.Range(0, 1024).Select(i => (byte)(i * i))]);
        using var idx = new IdxReader(new MemoryStream(packed[..(packed.Length / 2)]), "cut.gz");

        Assert.Throws<InvalidDataException>(() => idx.Read(new byte[1024]));
    }

    private static IdxReader Open(byte[] content, bool packed = false) =>
        new(new MemoryStream(packed ? Packed(content) : content), "file");

    private static byte[] Packed(byte[] content)
    {
        using var file = new MemoryStream();
        using (var packed = new GZipStream(file, CompressionLevel.Fastest))
            packed.Write(content);
        return file.ToArray();
    }
}
