using System.Text;

namespace Estiba.Contracts;

/// <summary>
/// All operations of a service as one text in the program itself: most of them nobody implements, and a platform that
/// is never asked for them should not have objects for each.
/// </summary>
/// <param name="text">The lines, each between line feeds: the name; then, where the path names operations, the method,
/// the path, and what the query (<c>?name</c>) and the headers must have; an exclamation mark for one that is called
/// without a signature.</param>
public sealed class OperationTable(OperationTable.Source text)
{
    /// <summary>Gives the text.</summary>
    public delegate ReadOnlySpan<byte> Source();

    private const string Unsigned = " !";

    /// <summary>The operations of a service that has none.</summary>
    public static OperationTable Empty { get; } = new(static () => []);

    /// <summary>Every operation, in the order of their names.</summary>
    public IEnumerable<OperationModel> All =>
        Encoding.UTF8.GetString(text()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse);

    /// <summary>The names of all operations.</summary>
    public IEnumerable<string> Names => All.Select(operation => operation.Name);

    /// <summary>The operation with this name; null when AWS has none.</summary>
    public OperationModel? Find(string name)
    {
        if (name.Length is 0 or > StructureSchema.LongestName || !name.All(char.IsAsciiLetterOrDigit))
            return null;
        var lines = text();
        Span<byte> start = stackalloc byte[name.Length + 1];
        start[0] = (byte)'\n';
        Encoding.ASCII.GetBytes(name, start[1..]);
        while (lines.IndexOf(start) is var place and >= 0)
        {
            lines = lines[(place + 1)..];
            if (lines[name.Length] is (byte)' ' or (byte)'\n')
                return Parse(Encoding.UTF8.GetString(lines[..lines.IndexOf((byte)'\n')]));
        }

        return null;
    }

    private static OperationModel Parse(string line)
    {
        var anonymous = line.EndsWith(Unsigned, StringComparison.Ordinal);
        var parts = (anonymous ? line[..^Unsigned.Length] : line).Split(' ');
        var model = new OperationModel(parts[0], ResultWrapper: null, anonymous, HasOutput: true);
        return parts.Length < 3
            ? model
            : model with
            {
                Method = parts[1],
                Uri = parts[2],
                Required = parts.Length > 3 ? parts[3].Split(',', StringSplitOptions.RemoveEmptyEntries) : [],
            };
    }
}
