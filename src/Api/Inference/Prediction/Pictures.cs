using System.Numerics.Tensors;
using ConcatService.Api.Images;
using ConcatService.Api.Inference.Engine;
using ConcatService.Api.Memory;
using ConcatService.Domain.Shapes;
using StbImageSharp;

namespace ConcatService.Api.Inference.Prediction;

/// <summary>
/// PNG and JPEG -> the tensor that a model takes: float32 in 0..1, gray (Rec. 601) or color, resized. Transparency is ignored.
/// </summary>
internal static class Pictures
{
    private const int Copies = 3;

    /// <param name="memory">What is returned, in three copies, is taken from it; what decoding needs, for as long as that lasts.</param>
    /// <returns>The values in the model's order, and their sizes without the batch.</returns>
    /// <exception cref="InferenceException">The bytes are no picture, it is too large, or the model takes none.</exception>
    public static (float[] Values, long[] Sizes) Read(ReadOnlyMemory<byte> file, ServedModel model, MemoryShare memory)
    {
        var (channels, height, width, channelsLast) = Wanted(model);
        var bytes = file.ToArray();
        var head = Head(bytes);
        (height, width) = (height < 0 ? head.Height : height, width < 0 ? head.Width : width);
        memory.Take(Copies * sizeof(float) * (long)channels * height * width);
        var passing = ImageFile.DecodingBytes(head, channels) + Resizing.Bytes(head.Height, channels, height, width);
        memory.Take(passing);
        var picture = Readable(() => ImageFile.Pixels(bytes, head, channels));

        // [H, W, C] -> [H', W', C], bytes to 0..1
        var values = Resizing.To(picture.Data, picture.Height, picture.Width, channels, height, width);
        TensorPrimitives.Divide(values, byte.MaxValue, values);
        memory.GiveBack(passing);
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

    /// <summary>The sizes, before any memory is taken for pixels.</summary>
    private static ImageInfo Head(byte[] file)
    {
        var head = Readable(() => ImageFile.Head(file));
        return (long)head.Width * head.Height <= ImageFile.MaxPixels
            ? head
            : throw new InferenceException(
                "predict.picture_too_large",
                $"The picture has {head.Width}x{head.Height} pixels; at most {ImageFile.MaxPixels} are read."
            );
    }

    private static T Readable<T>(Func<T> read)
    {
        try
        {
            return read();
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
