using ConcatService.Api.Images;
using ConcatService.Api.Inference.Engine;
using ConcatService.Domain.Shapes;
using StbImageSharp;

namespace ConcatService.Api.Inference.Prediction;

/// <summary>
/// PNG and JPEG -> the tensor that a model takes: float32 in 0..1, gray (Rec. 601) or color, resized. Transparency is ignored.
/// </summary>
internal static class Pictures
{
    /// <returns>The values in the model's order, and their sizes without the batch.</returns>
    /// <exception cref="InferenceException">The bytes are no picture, it is too large, or the model takes none.</exception>
    public static (float[] Values, long[] Sizes) Read(ReadOnlyMemory<byte> file, ServedModel model)
    {
        var (channels, height, width, channelsLast) = Wanted(model);
        var picture = Decode(file.ToArray(), channels);
        if (height < 0 || width < 0)
            (height, width) = (height < 0 ? picture.Height : height, width < 0 ? picture.Width : width);

        // [H, W, C] -> [H', W', C], bytes to 0..1
        var values = Resizing.To(
            Array.ConvertAll(picture.Data, value => value / 255f),
            picture.Height,
            picture.Width,
            channels,
            height,
            width
        );
        return channelsLast ? (values, [height, width, channels]) : (ChannelsFirst(values, channels), [channels, height, width]);
    }

    private static (int Channels, int Height, int Width, bool ChannelsLast) Wanted(ServedModel model)
    {
        var channelsLast = model.Layout == Layout.ChannelsLast;
        if (model.Signature.Inputs is not [{ Datatype: "FP32", Shape: [_, var a, var b, var c] }] || (channelsLast ? c : a) is not (1 or 3))
            throw new InferenceException(
                "predict.no_picture",
                "The model does not take a picture: one input of 1 or 3 channels. Send { \"instances\": [ … ] }."
            );
        return channelsLast ? ((int)c, (int)a, (int)b, true) : ((int)a, (int)b, (int)c, false);
    }

    private static ImageResult Decode(byte[] file, int channels)
    {
        try
        {
            var info = ImageFile.Head(file);
            return (long)info.Width * info.Height <= ImageFile.MaxPixels
                ? ImageFile.Pixels(file, channels)
                : throw new InferenceException(
                    "predict.picture_too_large",
                    $"The picture has {info.Width}x{info.Height} pixels; at most {ImageFile.MaxPixels} are read."
                );
        }
        catch (InvalidDataException unreadable)
        {
            throw new InferenceException("predict.picture", $"The picture cannot be read: {unreadable.Message}.");
        }
    }

    // [H, W, C] -> [C, H, W]
    private static float[] ChannelsFirst(float[] values, int channels)
    {
        if (channels == 1)
            return values;
        var (turned, places) = (new float[values.Length], values.Length / channels);
        for (var place = 0; place < places; place++)
        {
            for (var channel = 0; channel < channels; channel++)
                turned[(channel * places) + place] = values[(place * channels) + channel];
        }

        return turned;
    }
}
