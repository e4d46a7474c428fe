using System.Globalization;
using Estiba.Contracts;
using Estiba.Identity.Authorization.Policies;
using Estiba.Identity.Authorization.Principals;

namespace Estiba.Identity.Authorization.Requests;

/// <summary>
/// What is known of one request under the global condition keys, and under those of the service that it goes to.
/// </summary>
/// <param name="Caller">Who calls, and how.</param>
/// <param name="Now">The time.</param>
internal sealed record RequestKeys(CallContext Caller, DateTimeOffset Now) : IConditionKeys
{
    private const string TagOfPrincipal = "aws:PrincipalTag/";
    private const string TagOfRequest = "aws:RequestTag/";
    private const string TagOfResource = ":ResourceTag/";

    /// <summary>Who calls; null for a service of the platform.</summary>
    public Principal? Principal { get; init; }

    /// <summary>The tags that the request brings.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> RequestTags { get; init; } = [];

    /// <summary>The keys of tags that the request brings or takes.</summary>
    public IReadOnlyList<string> TagKeys { get; init; } = [];

    /// <summary>The tags of the resource; null when nobody has looked, or there is no such resource.</summary>
    public IReadOnlyDictionary<string, string>? ResourceTags { get; init; }

    /// <summary>The service's own keys.</summary>
    public Func<string, IReadOnlyList<string>?> OfService { get; init; } = static _ => null;

    public IReadOnlyList<string>? ValuesOf(string key)
    {
        if (key.StartsWith(TagOfPrincipal, StringComparison.OrdinalIgnoreCase))
            return One(Principal?.Tags.GetValueOrDefault(key[TagOfPrincipal.Length..]));
        if (key.StartsWith(TagOfRequest, StringComparison.OrdinalIgnoreCase))
            return One(ValueOf(RequestTags, key[TagOfRequest.Length..]));
        if (key.IndexOf(TagOfResource, StringComparison.OrdinalIgnoreCase) is > 0 and var at)
            return One(ValueOf(ResourceTags, key[(at + TagOfResource.Length)..]));

        return key.ToLowerInvariant() switch
        {
            "aws:currenttime" => [Text(Now)],
            "aws:epochtime" => [Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)],
            "aws:multifactorauthpresent" => One(IsTemporary ? "false" : null),
            "aws:principalaccount" => One(Principal?.AccountId),
            "aws:principalarn" => One(Principal?.EntityArn),
            "aws:principalisawsservice" => [Caller.Service is null ? "false" : "true"],
            "aws:principalservicename" => One(Caller.Service),
            "aws:principaltype" => One(Principal is null ? null : TypeOf(Principal.Kind)),
            "aws:requestedregion" => [Caller.Region],
            "aws:resourceaccount" => [Caller.AccountId],
            "aws:securetransport" => One(
                Caller.Origin is null ? null
                : Caller.Origin.IsSecure ? "true"
                : "false"
            ),
            "aws:sourceaccount" => One(Caller.Service is null ? null : Caller.AccountId),
            "aws:sourcearn" => One(Caller.SourceArn),
            "aws:sourceidentity" => One(Principal?.SourceIdentity),
            "aws:sourceip" => One(Address),
            "aws:tagkeys" => TagKeys.Count > 0 ? TagKeys : null,
            "aws:tokenissuetime" => One(Principal?.TokenIssued is { } issued ? Text(issued) : null),
            "aws:useragent" => One(Caller.Origin?.UserAgent),
            "aws:userid" => One(Principal?.UserId),
            "aws:username" => One(Principal?.UserName),
            "aws:viaawsservice" => ["false"],
            _ => OfService(key),
        };
    }

    private bool IsTemporary => Principal is { Kind: PrincipalKind.AssumedRole } or { IsSessionOfKey: true };

    private string? Address =>
        Caller.Origin?.SourceIp is { } address
            ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString()
            : null;

    private static string Text(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string TypeOf(PrincipalKind kind) => kind == PrincipalKind.Root ? "Account" : kind.ToString();

    private static string? ValueOf(IEnumerable<KeyValuePair<string, string>>? tags, string key) =>
        tags?.FirstOrDefault(tag => tag.Key.Equals(key, StringComparison.OrdinalIgnoreCase)).Value;

    private static IReadOnlyList<string>? One(string? value) => value is null ? null : [value];
}
