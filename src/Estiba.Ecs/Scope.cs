using Estiba.Contracts;

namespace Estiba.Ecs;

/// <summary>An account in a region: what every ECS resource belongs to.</summary>
/// <param name="AccountId">Twelve digits.</param>
/// <param name="Region">For example <c>eu-west-1</c>.</param>
public readonly record struct Scope(string AccountId, string Region)
{
    /// <summary>The scope of whoever calls.</summary>
    public static Scope Of(CallContext context) => new(context.AccountId, context.Region);

    /// <summary>What keys of this scope begin with: <c>123456789012/eu-west-1/</c>.</summary>
    public string Prefix => $"{AccountId}/{Region}/";

    /// <summary>An ECS ARN in this scope.</summary>
    /// <param name="resource">For example <c>cluster/default</c>.</param>
    public string Arn(string resource) => $"arn:aws:ecs:{Region}:{AccountId}:{resource}";
}
