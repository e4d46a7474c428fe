using System.Text.RegularExpressions;

namespace Estiba.Agent.Hosts;

/// <summary>
/// What a customer is told of an error of the engine: its words, without where things are on this host. A file of a
/// container is called as the container does, a volume by its name.
/// </summary>
internal static partial class HostWords
{
    private const string Somewhere = "a path of the host";

    /// <summary>The engine's words for a customer.</summary>
    /// <param name="message">What the engine said.</param>
    /// <param name="places">The directories that a customer knows nothing of, beside those that engines usually
    /// have.</param>
    public static string Of(string message, params IEnumerable<string?> places)
    {
        var told = VolumeData().Replace(message, "${name}");
        told = ContainerFiles().Replace(told, Inside);
        foreach (
            var place in HostGuard
                .EnginePlaces.Concat(places)
                .Where(place => place is { Length: > 1 })
                .OrderByDescending(place => place!.Length)
        )
            told = WithoutPlace(told, place!.TrimEnd('/'));
        return told;
    }

    private static string Inside(Match match) => match.Groups["path"].Value is { Length: > 0 } path ? path : "/";

    private static string WithoutPlace(string message, string place)
    {
        for (var from = 0; ; )
        {
            var start = message.IndexOf(place, from, StringComparison.Ordinal);
            if (start < 0)
                return message;
            var end = start + place.Length;
            from = end;
            if (end < message.Length && message[end] != '/' && !EndsPath(message[end]))
                continue;
            while (end < message.Length && !EndsPath(message[end]))
                end++;
            message = message[..start] + Somewhere + message[end..];
            from = start + Somewhere.Length;
        }
    }

    private static bool EndsPath(char letter) => char.IsWhiteSpace(letter) || "\"'`:,;()[]<>".Contains(letter);

    // The root of a container's files, by each storage driver's way of naming it.
    [GeneratedRegex(
        """
            /[^\s"'`:,;()]*/(?:
              (?:overlay2|fuse-overlayfs|overlay)/[0-9A-Za-z-]+/(?:merged|diff|root)
              |(?:aufs/mnt|btrfs/subvolumes|vfs/dir|zfs/graph)/[0-9A-Za-z-]+
              |devicemapper/mnt/[0-9A-Za-z-]+/rootfs
              |rootfs/[0-9a-z]+/[0-9a-f]{64}
            )(?<path>/[^\s"'`:,;()]*)?
            """,
        RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace | RegexOptions.NonBacktracking
    )]
    private static partial Regex ContainerFiles();

    [GeneratedRegex(
        """/[^\s"'`:,;()]*/volumes/(?<name>[0-9A-Za-z][0-9A-Za-z_.-]*)/_data""",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex VolumeData();
}
