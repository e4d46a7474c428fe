using Estiba.Identity.Authorization.Policies;

namespace Estiba.Identity.Tests.Authorization;

/// <summary>What is known of a request, as a test says it.</summary>
internal sealed class Keys : Dictionary<string, string[]>, IConditionKeys
{
    public Keys()
        : base(StringComparer.OrdinalIgnoreCase) { }

    public IReadOnlyList<string>? ValuesOf(string key) => TryGetValue(key, out var values) ? values : null;
}
