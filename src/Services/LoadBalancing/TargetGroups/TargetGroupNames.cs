using Estiba.LoadBalancing.Names;
using Estiba.State;

namespace Estiba.LoadBalancing.TargetGroups;

/// <summary>Finds target groups.</summary>
internal static class TargetGroupNames
{
    /// <summary>The one with a name; null when there is none.</summary>
    internal static TargetGroupRecord? Named(View view, Scope scope, string name) =>
        view.Range(LoadBalancingTables.TargetGroups, scope.Key(name) + "/").FirstOrDefault();

    /// <summary>The one with an ARN; null when there is none.</summary>
    internal static TargetGroupRecord? Find(View view, Scope scope, string arn) =>
        ArnKinds.TargetGroup.KeyOf(scope, arn) is { } key ? view.Find(LoadBalancingTables.TargetGroups, key) : null;

    /// <summary>The one with an ARN.</summary>
    internal static TargetGroupRecord Require(View view, Scope scope, string arn) =>
        Find(view, scope, arn) ?? throw ArnKinds.TargetGroup.One(arn);
}
