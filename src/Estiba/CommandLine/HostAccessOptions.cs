using System.CommandLine;
using Estiba.Contracts;

namespace Estiba.CommandLine;

/// <summary>The options that say what containers may do to a host; each command has its own words for whose.</summary>
internal sealed class HostAccessOptions
{
    private const string All = "all";
    private const string None = "none";
    private readonly HostAccess _otherwise;
    private readonly Option<string?> _allow;
    private readonly Option<string[]> _volumes;

    /// <param name="whose">Whose host it is, in the descriptions.</param>
    /// <param name="otherwise">What containers may where nothing is said.</param>
    internal HostAccessOptions(string whose, HostAccess otherwise)
    {
        _otherwise = otherwise;
        _allow = new Option<string?>("--allow")
        {
            Description =
                $"What containers may do to {whose}: {string.Join(", ", HostAccess.AllKinds)}, with "
                + $"commas between; all or none. [default: {(otherwise.Kinds.Count > 0 ? All : None)}]",
            HelpName = "kinds",
        };
        _volumes = new Option<string[]>("--host-volumes")
        {
            Description =
                $"A directory that containers may bind, with what is beneath, on {whose}; may be said several "
                + $"times. [default: {(otherwise.Volumes is [var first] ? first : None)}]",
            HelpName = "directory",
        };
        PlatformOptions.Refuse(
            _allow,
            text => Kinds(text) is null,
            text =>
                $"'{text}' is nothing that containers could be allowed; say some of "
                + $"{string.Join(',', HostAccess.AllKinds)}, all or none."
        );
        _volumes.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                if (
                    token.Value != None
                    && (!Path.IsPathRooted(token.Value) || token.Value.Contains(':', StringComparison.Ordinal))
                )
                    result.AddError($"'{token.Value}' is no absolute path of a directory.");
            }
        });
    }

    internal void AddTo(Command command)
    {
        command.Options.Add(_allow);
        command.Options.Add(_volumes);
    }

    /// <summary>What was said.</summary>
    internal HostAccess Value(ParseResult parsed) =>
        new()
        {
            Kinds = parsed.GetValue(_allow) is { } text ? Kinds(text)! : _otherwise.Kinds,
            Volumes = parsed.GetValue(_volumes) is { Length: > 0 } paths
                ? [.. paths.Where(path => path != None).Select(Clean).Distinct(StringComparer.Ordinal)]
                : _otherwise.Volumes,
        };

    private static string Clean(string path) =>
        Path.GetFullPath(path) is { Length: > 1 } full ? full.TrimEnd('/') : "/";

    private static IReadOnlyList<string>? Kinds(string text)
    {
        if (text == All)
            return HostAccess.AllKinds;
        if (text == None)
            return [];
        var kinds = text.Split(',', StringSplitOptions.TrimEntries);
        return kinds.All(HostAccess.AllKinds.Contains) ? [.. HostAccess.AllKinds.Where(kinds.Contains)] : null;
    }
}
