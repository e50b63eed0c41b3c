using ConcatService.Api.Images;

namespace ConcatService.Api.Tests.Images;

/// <summary>What a client's picture may do to the service: be read, or be refused, soon.</summary>
public sealed class ImageFileTests
{
    private static byte[] Grey { get; } = GrayPng.Of(8, 8, (x, y) => (byte)((x * 31) ^ (y * 17)));

    [Theory]
    [InlineData("red.jpg"), InlineData("blue-progressive.jpg"), InlineData("grey.png")]
    public async Task A_picture_that_was_cut_off_anywhere_is_refused_at_once(string name)
    {
        var whole =
            name == "grey.png"
                ? Grey
                : await File.ReadAllBytesAsync(
                    Path.Combine(Repository.Root, "tests/Api.Tests/Images", name),
                    TestContext.Current.CancellationToken
                );
        Assert.Equal((8, 8), (ImageFile.Head(whole).Width, Pixels(whole).Height));

        // Left alone the decoder looks for the rest of a JPEG for ever: hence the limit.
        await Task.Run(() =>
        {
            for (var length = 0; length < whole.Length; length++)
                Assert.Throws<InvalidDataException>(() => Pixels(whole[..length]));
        }, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void A_PNG_that_unpacks_to_more_than_its_pixels_is_refused()
    {
        var bomb = GrayPng.Of(1000, 1000, (_, _) => 0);
        Grey.AsSpan(16, 8).CopyTo(bomb.AsSpan(16)); // the header says 8x8
        Assert.Contains(
            "more than its pixels",
            Assert.Throws<InvalidDataException>(() => Pixels(bomb)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_JPEG_of_scans_without_end_is_refused()
    {
        var picture = File.ReadAllBytes(Path.Combine(Repository.Root, "tests/Api.Tests/Images/blue-progressive.jpg"));
        var last = picture.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        byte[] bomb = [.. picture[..last], .. Enumerable.Repeat(picture[last..^2], 300).SelectMany(scan => scan), .. picture[^2..]];
        Assert.Contains("scans", Assert.Throws<InvalidDataException>(() => ImageFile.Head(bomb)).Message, StringComparison.Ordinal);
    }

    private static StbImageSharp.ImageResult Pixels(byte[] file) => ImageFile.Pixels(file, ImageFile.Head(file), channels: 3);
}
