using System.Globalization;

namespace Estiba.Console.Parts;

/// <summary>Numbers of bytes, as people read them.</summary>
internal static class Sizes
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB"];

    internal static string Of(long? bytes)
    {
        if (bytes is not { } left)
            return "–";
        double amount = left;
        var unit = 0;
        for (; amount >= 1024 && unit < Units.Length - 1; unit++)
            amount /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{amount:0.#} {Units[unit]}");
    }
}
