using System.Globalization;
using Estiba.Contracts;

namespace Estiba.S3.Objects;

/// <summary>A range of an object's bytes, as the header Range asks for it (RFC 9110, 14.1.2).</summary>
/// <param name="Offset">The first byte.</param>
/// <param name="Length">How many.</param>
internal readonly record struct ByteRange(long Offset, long Length)
{
    /// <summary>What a header asks for; null where it is none that S3 knows, and the whole is meant.</summary>
    /// <exception cref="AwsException">There is no such byte.</exception>
    internal static ByteRange? Of(string? header, long size)
    {
        if (header is null || !header.StartsWith("bytes=", StringComparison.OrdinalIgnoreCase))
            return null;
        if (header["bytes=".Length..].Split('-') is not [var first, var last])
            return null;
        if (first.Length == 0)
        {
            if (Number(last) is not { } suffix)
                return null;
            if (suffix == 0 || size == 0)
                throw NotThere(size);
            var length = Math.Min(suffix, size);
            return new ByteRange(size - length, length);
        }

        if (Number(first) is not { } begin || (last.Length > 0 && !(Number(last) >= begin)))
            return null;
        if (begin >= size)
            throw NotThere(size);
        var end = last.Length == 0 ? size - 1 : Math.Min(Number(last)!.Value, size - 1);
        return new ByteRange(begin, end - begin + 1);
    }

    /// <summary>As the header Content-Range says it.</summary>
    internal string Text(long size) => $"bytes {Offset}-{Offset + Length - 1}/{size}";

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static AwsException NotThere(long size) =>
        new("InvalidRange", "The requested range is not satisfiable", 416)
        {
            Headers = [KeyValuePair.Create("Content-Range", $"bytes */{size}")],
        };
}
