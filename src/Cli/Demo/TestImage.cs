namespace ConcatService.Cli.Demo;

/// <summary>A picture of a test split, which the network has never seen, with the right answer.</summary>
/// <param name="Pixels">Row by row, one byte each; 0 is black.</param>
/// <param name="Side">Its height and width.</param>
/// <param name="Class">The position of the right answer in the data set's list of classes.</param>
internal sealed record TestImage(byte[] Pixels, int Side, int Class);
