namespace Estiba.Contracts.Protocols;

/// <summary>
/// The path in the URL of a resource, <c>/123456789012/name</c>: clients send requests there as well as to the root
/// ("Queue and message identifiers", Amazon SQS developer guide).
/// </summary>
public static class ResourcePath
{
    private const int AccountDigits = 12;

    /// <summary>Whether a path is one.</summary>
    public static bool Is(ReadOnlySpan<char> path) =>
        path.Length > AccountDigits + 2
        && path[0] == '/'
        && path[AccountDigits + 1] == '/'
        && path.Slice(1, AccountDigits).IndexOfAnyExceptInRange('0', '9') < 0
        && !path[(AccountDigits + 2)..].Contains('/');
}
