using System.Globalization;

namespace Estiba.Ecs.TaskDefinitions;

/// <summary>Ports next to each other, written <c>first-last</c>.</summary>
/// <param name="First">From 1.</param>
/// <param name="Last">Up to 65,535; that of a written range is greater than the first.</param>
internal readonly record struct PortRange(int First, int Last)
{
    internal const int Highest = 65_535;

    internal int Count => Last - First + 1;

    internal bool Overlaps(PortRange other) => First <= other.Last && other.First <= Last;

    internal static bool TryParse(string text, out PortRange range)
    {
        range = default;
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        if (
            dash < 0
            || !TryPort(text.AsSpan(0, dash), out var first)
            || !TryPort(text.AsSpan(dash + 1), out var last)
            || first >= last
        )
            return false;
        range = new PortRange(first, last);
        return true;
    }

    private static bool TryPort(ReadOnlySpan<char> text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= Highest;
}
