using System.Globalization;

namespace Estiba.Listeners.Connections;

/// <summary>How many files and sockets this process may have open.</summary>
/// <remarks>The runtime has raised the soft limit to the hard one when the process began.</remarks>
public static class Descriptors
{
    /// <summary>What POSIX promises at least on systems of today, where nobody tells.</summary>
    private const int Usual = 1024;

    /// <summary>The limit that holds now.</summary>
    public static int Limit()
    {
        try
        {
            return Parse(File.ReadAllText("/proc/self/limits"));
        }
        catch (IOException)
        {
            return Usual;
        }
    }

    /// <summary>
    /// Finds the limit in what Linux says (<c>proc_pid_limits</c>): name, soft limit, hard limit, unit.
    /// </summary>
    internal static int Parse(string limits)
    {
        const string Name = "Max open files";
        foreach (var line in limits.AsSpan().EnumerateLines())
        {
            if (!line.StartsWith(Name, StringComparison.Ordinal))
                continue;
            var soft = line[Name.Length..].TrimStart();
            soft = soft[..Math.Max(soft.IndexOf(' '), 0)];
            if (soft.SequenceEqual("unlimited"))
                return int.MaxValue;
            return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
                ? (int)Math.Min(limit, int.MaxValue)
                : Usual;
        }

        return Usual;
    }
}
