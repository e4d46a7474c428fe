using Estiba.Contracts;
using Estiba.Contracts.Iam;

namespace Estiba.Identity.Policies;

/// <summary>The policies inside of an entity: documents by name.</summary>
internal static class InlinePolicies
{
    /// <summary>None at all.</summary>
    public static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>();

    /// <summary>The policies with one more, or with a new document of one.</summary>
    /// <exception cref="AwsException"><c>LimitExceeded</c>: together they are too large.</exception>
    public static IReadOnlyDictionary<string, string> With(
        IReadOnlyDictionary<string, string> policies,
        string name,
        string document,
        PolicyHolder holder,
        string holderName
    )
    {
        var all = new Dictionary<string, string>(policies, StringComparer.Ordinal) { [name] = document };
        return all.Values.Sum(PolicyDocument.SizeOf) > holder.InlineSize
            ? throw IamErrors.LimitExceededException(
                $"Maximum policy size of {holder.InlineSize} bytes exceeded for {holder.Name} {holderName}"
            )
            : all;
    }

    /// <summary>The policies but one.</summary>
    /// <exception cref="AwsException"><c>NoSuchEntity</c>: there is no such policy.</exception>
    public static IReadOnlyDictionary<string, string> Without(
        IReadOnlyDictionary<string, string> policies,
        string name,
        PolicyHolder holder
    )
    {
        var left = new Dictionary<string, string>(policies, StringComparer.Ordinal);
        return left.Remove(name) ? left : throw Missing(name, holder);
    }

    /// <summary>A policy's document, as answers carry it.</summary>
    /// <exception cref="AwsException"><c>NoSuchEntity</c>: there is no such policy.</exception>
    public static string Shown(IReadOnlyDictionary<string, string> policies, string name, PolicyHolder holder) =>
        policies.TryGetValue(name, out var document) ? PolicyDocument.Encode(document) : throw Missing(name, holder);

    /// <summary>All of them, as the details of an account tell them.</summary>
    public static IReadOnlyList<PolicyDetail> Details(IReadOnlyDictionary<string, string> policies) =>
        [
            .. policies
                .OrderBy(policy => policy.Key, StringComparer.Ordinal)
                .Select(policy => new PolicyDetail
                {
                    PolicyName = policy.Key,
                    PolicyDocument = PolicyDocument.Encode(policy.Value),
                }),
        ];

    private static AwsException Missing(string name, PolicyHolder holder) =>
        IamErrors.NoSuchEntityException($"The {holder.Name} policy with name {name} cannot be found.");
}
