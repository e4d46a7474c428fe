namespace Estiba.Identity.Authorization.Policies;

/// <summary>
/// What is known of a request under the names that policies use ("AWS global condition context keys").
/// </summary>
internal interface IConditionKeys
{
    /// <summary>
    /// The values of a key; null when the request has none. Upper and lower case of the name do not matter.
    /// </summary>
    IReadOnlyList<string>? ValuesOf(string key);
}
