namespace ConcatService.Api.DataSets.Reading;

/// <summary>Counts what an upload unpacks to and what is kept of it, while that happens.</summary>
/// <param name="limits">What is allowed.</param>
/// <param name="sentBytes">The length of all files as they were sent.</param>
/// <param name="cancel">Looked at with every count.</param>
internal sealed class Budget(UploadLimits limits, long sentBytes, CancellationToken cancel)
{
    // Real archives of numbers and pictures stay below 20; deflate's most is 1,032. Small files are let through: their headers alone can be
    // more.
    private const long FreeBytes = 16 << 20;
    private const long MostPerPackedByte = 100;

    private long _unpacked, _kept;

    public FileStream NewFile() => limits.NewFile();

    /// <param name="bytes">So many more came out of an archive.</param>
    public void Unpacked(long bytes)
    {
        cancel.ThrowIfCancellationRequested();
        _unpacked += bytes;
        if (_unpacked > limits.Bytes)
            throw UploadException.TooLarge($"What was sent unpacks to more than the {limits.Bytes} bytes that are allowed.");
        if (_unpacked > FreeBytes && _unpacked > MostPerPackedByte * sentBytes)
            throw new UploadException(
                "dataset.bomb",
                $"What was sent in {sentBytes} bytes unpacks to more than {MostPerPackedByte} times that: no data is like this. Pack it "
                    + $"again with less compression."
            );
    }

    /// <param name="bytes">So many more are kept.</param>
    public void Kept(long bytes)
    {
        cancel.ThrowIfCancellationRequested();
        _kept += bytes;
        if (_kept > limits.Bytes)
            throw UploadException.TooLarge($"The data set would take more than the {limits.Bytes} bytes that are allowed.");
    }
}
