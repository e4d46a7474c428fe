using Estiba.LoadBalancing.Names;
using Estiba.State;

namespace Estiba.LoadBalancing.Rules;

/// <summary>Finds rules.</summary>
internal static class RuleNames
{
    /// <summary>The rules of a listener, as they are tried: the default is the last.</summary>
    internal static IEnumerable<RuleRecord> Of(View view, string listener) =>
        view.Range(LoadBalancingTables.Rules, listener + "/").OrderBy(rule => rule.Place, StringComparer.Ordinal);

    /// <summary>The one with an ARN; null when there is none.</summary>
    internal static RuleRecord? Find(View view, Scope scope, string arn) =>
        ArnKinds.Rule.KeyOf(scope, arn) is { } key ? view.Find(LoadBalancingTables.Rules, key) : null;

    /// <summary>The one with an ARN.</summary>
    internal static RuleRecord Require(View view, Scope scope, string arn) =>
        Find(view, scope, arn) ?? throw ArnKinds.Rule.One(arn);
}
