using System.Collections.Frozen;

namespace Estiba.Identity.Policies.Grammar;

/// <summary>
/// Which names of services there are, as policies write them: <c>ecs-tasks.amazonaws.com</c>. AWS publishes no list;
/// <c>contracts/service-principals.txt</c> has what its documentation, its managed policies and its own clients name.
/// </summary>
/// <remarks>
/// What cannot be known not to exist is taken: a part of a service that is known, with a region or without one
/// (<c>logs.eu-west-1.amazonaws.com</c>, <c>something.ecs.amazonaws.com</c>), and names in AWS's other domains.
/// </remarks>
internal static class ServicePrincipals
{
    private static readonly string[] Domains = [".amazonaws.com", ".amazonaws.com.cn"];
    private static readonly FrozenSet<string> Known = Read();

    /// <summary>Whether there is, or may be, a service of a name that is written as one.</summary>
    public static bool MayExist(string name)
    {
        var domain = Array.Find(Domains, domain => name.EndsWith(domain, StringComparison.OrdinalIgnoreCase));
        if (domain is null)
            return true;
        var service = name[..^domain.Length];
        return Known.Contains(service)
            || (service.Contains('.', StringComparison.Ordinal) && service.Split('.').Any(Known.Contains));
    }

    private static FrozenSet<string> Read()
    {
        using var file = typeof(ServicePrincipals).Assembly.GetManifestResourceStream(
            "Estiba.Identity.service-principals.txt"
        )!;
        using var lines = new StreamReader(file);
        return lines
            .ReadToEnd()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }
}
