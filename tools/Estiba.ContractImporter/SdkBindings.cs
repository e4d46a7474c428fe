using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Estiba.ContractImporter;

/// <summary>
/// Where the parts of a request and of an answer are in HTTP messages, as a client package of the AWS SDK says it: only
/// of services whose operations have methods and paths of their own.
/// </summary>
internal sealed partial class SdkBindings
{
    private static readonly string[] MemberFacts =
    [
        "location",
        "flattened",
        "xmlAttribute",
        "streaming",
        "timestampFormat",
    ];

    private readonly JsonObject _package;
    private readonly string? _hostLabel;

    private SdkBindings(JsonObject package, string? hostLabel)
    {
        _package = package;
        _hostLabel = hostLabel;
    }

    /// <summary>The bindings of a package, or none where every operation is a POST to the same path.</summary>
    internal static SdkBindings? Of(JsonObject contract, JsonObject package) =>
        contract["metadata"]!["protocol"]!.GetValue<string>().StartsWith("rest", StringComparison.Ordinal)
            ? new SdkBindings(package, contract["metadata"]!["virtualHost"]?.GetValue<string>())
            : null;

    /// <summary>An operation's method, path and status, as a contract writes them.</summary>
    internal JsonObject Http(JsonObject facts)
    {
        var http = new JsonObject { ["method"] = facts["http"]!["method"]!.DeepClone(), ["requestUri"] = Path(facts) };
        if (facts["http"]!["status"]?.GetValue<int>() is { } status and not 200)
            http["responseCode"] = status;
        return http;
    }

    /// <summary>In which words an operation's route is another one than the contract's, if it is.</summary>
    internal string? Difference(JsonObject operation, JsonObject facts)
    {
        var known = $"{operation["http"]!["method"]} {WithoutId(operation["http"]!["requestUri"]!.GetValue<string>())}";
        var packaged = $"{facts["http"]!["method"]} {Path(facts)}";
        return Label().Replace(known, "{") == Label().Replace(packaged, "{") ? null : $"is {known}, not {packaged}";
    }

    /// <summary>In which words a member is elsewhere in a message than in the contract, if it is.</summary>
    internal static string? MemberDifference(JsonObject known, JsonObject type, string member)
    {
        var (was, mine) = (Place(known, member), Place(type, member));
        return string.Equals(was, mine, StringComparison.OrdinalIgnoreCase) ? null : $"is {was}, not {mine}";
    }

    /// <summary>Adds to a new member where it is.</summary>
    internal void BindMember(JsonObject reference, JsonObject type)
    {
        foreach (var fact in MemberFacts)
            if (type[fact] is { } value)
                reference[fact] = value.DeepClone();
        if (type["payload"] is not null && type["shape"] is not null && _package["xmlNamespace"] is { } space)
            reference["xmlNamespace"] = new JsonObject { ["uri"] = space.DeepClone() };
    }

    /// <summary>Adds to a new structure which member is the whole body, and to an error its status.</summary>
    internal static void BindStructure(JsonObject shape, JsonObject facts)
    {
        if (facts["payload"] is { } payload)
            shape["payload"] = payload.DeepClone();
        if (facts["httpError"] is { } status)
            shape["error"] = status.DeepClone();
    }

    [GeneratedRegex(@"\{\w+")]
    private static partial Regex Label();

    // A bucket's name is in front of the host or first in the path: contracts have it in the path.
    private string Path(JsonObject facts)
    {
        var path = WithoutId(facts["http"]!["path"]!.GetValue<string>());
        var input = facts["input"] is { } name ? _package["shapes"]![name.GetValue<string>()] : null;
        if (
            _hostLabel is null
            || input?["members"]?[_hostLabel]?["location"]?.GetValue<string>() != "uri"
            || path.Contains($"{{{_hostLabel}}}", StringComparison.Ordinal)
        )
            return path;
        var rest = path.StartsWith("/?", StringComparison.Ordinal) || path == "/" ? path[1..] : path;
        return $"/{{{_hostLabel}}}{rest}";
    }

    // Clients say in the query which operation they mean, which no service looks at.
    private static string WithoutId(string path)
    {
        var parts = path.Split('?', 2);
        if (parts.Length == 1)
            return path;
        var query = parts[1].Split('&').Where(part => !part.StartsWith("x-id=", StringComparison.Ordinal)).ToArray();
        return query.Length == 0 ? parts[0] : $"{parts[0]}?{string.Join('&', query)}";
    }

    private static string Place(JsonObject member, string name)
    {
        var location = member["location"]?.GetValue<string>() ?? "body";
        if (location == "uri")
            return location; // a label has the same name in the path, whatever it is
        return $"{location} {member["locationName"]?.GetValue<string>() ?? name}";
    }
}
