namespace ConcatService.Import.Yolo;

/// <summary>A row that cannot be read; it becomes a gap with this message.</summary>
internal sealed class RowException(string message) : Exception(message);
