namespace ConcatService.Domain.Shapes;

/// <summary>How shapes are written in a spec, and how its numeric axes are read. Default: channels_first, PyTorch's order.</summary>
public enum Layout : byte
{
    ChannelsFirst,
    ChannelsLast,
}

/// <summary>The names of layouts as a spec writes them.</summary>
public static class Layouts
{
    public static string Name(this Layout layout) => layout == Layout.ChannelsFirst ? "channels_first" : "channels_last";
}

/// <summary>The element type of a tensor. Default: float32.</summary>
public enum DType : byte
{
    Float32,
    Int64,
}
