using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.State;

namespace Estiba.Identity.Policies;

/// <summary>The managed policies that are attached to an entity: their ARNs, in order.</summary>
internal static class AttachedPolicies
{
    private const int Most = 10;

    /// <summary>The policies with one more; the same ones where it is there already.</summary>
    /// <exception cref="AwsException">It does not exist, is for service-linked roles alone, or there are too
    /// many.</exception>
    public static IReadOnlyList<string> With(
        IReadOnlyList<string> attached,
        string arn,
        PolicyHolder holder,
        View view,
        string accountId
    )
    {
        ManagedPolicy.CheckArn(arn);
        if (ManagedPolicy.IsForServiceLinkedRoles(arn))
            throw IamErrors.PolicyNotAttachableException(
                $"Cannot attach a Service Role Policy to a Customer {Capital(holder.Name)}."
            );
        if (!ManagedPolicy.Exists(view, accountId, arn))
            throw ManagedPolicy.NotAttachable(arn);
        if (attached.Contains(arn))
            return attached;
        return attached.Count == Most
            ? throw IamErrors.LimitExceededException($"Cannot exceed quota for {holder.AttachedQuota}: {Most}")
            : [.. attached.Append(arn).Order(StringComparer.Ordinal)];
    }

    /// <summary>The policies but one.</summary>
    /// <exception cref="AwsException"><c>NoSuchEntity</c>: it is not attached.</exception>
    public static IReadOnlyList<string> Without(IReadOnlyList<string> attached, string arn)
    {
        ManagedPolicy.CheckArn(arn);
        return attached.Contains(arn) ? [.. attached.Where(other => other != arn)] : throw ManagedPolicy.NotFound(arn);
    }

    /// <summary>As lists tell them.</summary>
    public static IReadOnlyList<AttachedPolicy> Shown(IEnumerable<string> arns) =>
        [.. arns.Select(arn => new AttachedPolicy { PolicyName = ManagedPolicy.NameOf(arn), PolicyArn = arn })];

    /// <summary>A page of those below a path.</summary>
    public static Page<string> Page<TRequest>(
        IReadOnlyList<string> attached,
        string? pathPrefix,
        TRequest request,
        CallContext caller,
        string? marker,
        int? maxItems
    )
        where TRequest : IShape<TRequest> =>
        Identity.Page.Of(
            request,
            caller,
            marker,
            maxItems,
            attached.Where(arn => ManagedPolicy.PathOf(arn).StartsWith(pathPrefix ?? "/", StringComparison.Ordinal)),
            ManagedPolicy.ListKeyOf
        );

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name[1..];
}
