using ConcatService.Domain.Data;

namespace ConcatService.Api.DataSets.Reading;

/// <summary>IDX files of bytes: with several dimensions the field <c>image</c>, with one the field <c>class</c>.</summary>
internal static class IdxUpload
{
    private const int BufferBytes = 1 << 16;

    public static void Read(UploadedFile file, Budget budget, List<Column> columns)
    {
        var name = Shown.Of(file.FileName);
        try
        {
            using var content = new IdxReader(file.Content, name);
            var left = Sizes.Check(content.Shape, name);
            var column = ColumnOf(content.Shape, file, budget, columns);
            var buffer = new byte[BufferBytes];
            while (left > 0)
            {
                var values = buffer.AsSpan(0, (int)Math.Min(left, buffer.Length));
                content.Read(values);
                if (content.IsPacked)
                    budget.Unpacked(values.Length);
                column.Add(values);
                left -= values.Length;
            }

            content.ReadEnd();
        }
        catch (InvalidDataException damaged)
        {
            throw UploadException.Malformed(damaged.Message);
        }
    }

    private static Column ColumnOf(long[] shape, UploadedFile file, Budget budget, List<Column> columns)
    {
        var name = Shown.Of(file.FileName);
        var (field, split) = (shape.Length == 1 ? "class" : "image", file.SplitFromName());
        if (columns.Exists(known => known.Name == field && known.Split == split))
            throw new UploadException(
                "dataset.fields",
                $"{name} is the second file with {(field == "class" ? "labels" : "pictures")} for "
                    + $"{split.ToString().ToLowerInvariant()}. Put 'train', 'validation' or 'test' into the names of the parts."
            );
        var column = new Column(field, split, ElementType.Uint8, shape[1..], budget);
        columns.Add(column);
        return column;
    }
}
