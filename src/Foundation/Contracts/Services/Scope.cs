namespace Estiba.Contracts;

/// <summary>
/// An account in a region: what every resource of a regional service belongs to, and what the keys of its records begin
/// with, so that nothing of one account or region can show in another.
/// </summary>
/// <param name="AccountId">Twelve digits.</param>
/// <param name="Region">For example <c>eu-west-1</c>.</param>
public readonly record struct Scope(string AccountId, string Region)
{
    /// <summary>What keys of this scope begin with: <c>123456789012/eu-west-1/</c>.</summary>
    public string Prefix => $"{AccountId}/{Region}/";

    /// <summary>The scope of whoever calls.</summary>
    public static Scope Of(CallContext context) => new(context.AccountId, context.Region);

    /// <summary>The key of a resource in this scope: <c>123456789012/eu-west-1/name</c>.</summary>
    /// <param name="name">What tells the resource from the others in the scope.</param>
    public string Key(string name) => $"{AccountId}/{Region}/{name}";
}
