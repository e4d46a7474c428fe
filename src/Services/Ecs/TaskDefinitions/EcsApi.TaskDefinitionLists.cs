using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.TaskDefinitions;

namespace Estiba.Ecs;

public sealed partial class EcsApi
{
    /// <inheritdoc/>
    public Task<ListTaskDefinitionsResponse> ListTaskDefinitionsAsync(
        ListTaskDefinitionsRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var scope = Scope.Of(context);
        var after = Paging.After(request.NextToken, request, context);
        var status = request.Status ?? TaskDefinitionStatus.Active;
        var prefix = request.FamilyPrefix is { Length: > 0 } family
            ? TaskDefinitionRecord.FamilyPrefix(scope, family)
            : scope.Prefix;

        // "familyPrefix" is the whole name of a family here ("ListTaskDefinitions", API reference).
        var found =
            request.Sort == SortOrder.Desc
                ? _store
                    .Current.Range(EcsTables.TaskDefinitions, prefix)
                    .Reverse()
                    .Where(record => after is null || string.CompareOrdinal(record.Key, after) < 0)
                : _store.Current.Range(EcsTables.TaskDefinitions, prefix, after);
        var (page, token) = PagingToken.Cut(
            found.Where(record => record.Definition.Status == status),
            Paging.Size(request.MaxResults),
            record => record.Key,
            request,
            context
        );
        return Task.FromResult(
            new ListTaskDefinitionsResponse
            {
                TaskDefinitionArns = [.. page.Select(record => record.Arn)],
                NextToken = token,
            }
        );
    }

    /// <inheritdoc/>
    public Task<ListTaskDefinitionFamiliesResponse> ListTaskDefinitionFamiliesAsync(
        ListTaskDefinitionFamiliesRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var scope = Scope.Of(context);
        var view = _store.Current;
        var families = view.Range(
                EcsTables.Families,
                scope.Prefix + request.FamilyPrefix,
                Paging.After(request.NextToken, request, context)
            )
            .Where(IsWanted);
        var (page, token) = PagingToken.Cut(
            families,
            Paging.Size(request.MaxResults),
            family => family.Key,
            request,
            context
        );
        return Task.FromResult(
            new ListTaskDefinitionFamiliesResponse
            {
                Families = [.. page.Select(family => family.Name)],
                NextToken = token,
            }
        );

        bool IsWanted(FamilyRecord family)
        {
            var prefix = TaskDefinitionRecord.FamilyPrefix(scope, family.Name);
            var isActive = view.Count(EcsTables.TaskDefinitions, EcsTables.ActiveRevisions, prefix) > 0;
            return request.Status switch
            {
                TaskDefinitionFamilyStatus.Active => isActive,
                TaskDefinitionFamilyStatus.Inactive => !isActive && view.Count(EcsTables.TaskDefinitions, prefix) > 0,
                _ => isActive || view.Count(EcsTables.TaskDefinitions, prefix) > 0,
            };
        }
    }
}
