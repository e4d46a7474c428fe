using Estiba.Contracts;
using Estiba.Contracts.Logs;
using Estiba.Logs.QueryDefinitions;

namespace Estiba.Logs;

public sealed partial class LogsApi
{
    private const int MaxQueryDefinitions = 1000;

    /// <inheritdoc />
    /// <remarks>The query is kept, not run: nothing answers queries.</remarks>
    public async Task<PutQueryDefinitionResponse> PutQueryDefinitionAsync(
        PutQueryDefinitionRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var made = _ids.Uuid();
        var id = await _store.CommitAsync(
            transaction =>
            {
                var prefix = Scope.Of(context).Prefix;
                if (
                    request.QueryDefinitionId is { } known
                    && transaction.Find(LogsTables.QueryDefinitions, prefix + known) is null
                )
                    throw NoSuch("query definition");
                if (
                    request.QueryDefinitionId is null
                    && transaction.Count(LogsTables.QueryDefinitions, prefix) >= MaxQueryDefinitions
                )
                    throw LogsErrors.LimitExceededException("Resource limit exceeded.");

                var record = new QueryDefinitionRecord
                {
                    AccountId = context.AccountId,
                    Region = context.Region,
                    Definition = new QueryDefinition
                    {
                        QueryDefinitionId = request.QueryDefinitionId ?? request.ClientToken ?? made,
                        QueryLanguage = request.QueryLanguage ?? QueryLanguage.Cwli,
                        Name = request.Name,
                        QueryString = request.QueryString,
                        LastModified = Now(),
                        LogGroupNames = request.LogGroupNames ?? [],
                        Parameters = request.Parameters,
                    },
                };
                transaction.Put(LogsTables.QueryDefinitions, record);
                return record.Definition.QueryDefinitionId;
            },
            cancellation
        );
        return new PutQueryDefinitionResponse { QueryDefinitionId = id };
    }

    /// <inheritdoc />
    public Task<DescribeQueryDefinitionsResponse> DescribeQueryDefinitionsAsync(
        DescribeQueryDefinitionsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var limit = request.MaxResults ?? MaxQueryDefinitions;
        var page = _store
            .Current.Range(
                LogsTables.QueryDefinitions,
                Scope.Of(context).Prefix,
                PageToken.Decode(request.NextToken, request, context)
            )
            .Where(record =>
                record.Definition.Name!.StartsWith(request.QueryDefinitionNamePrefix ?? "", StringComparison.Ordinal)
            )
            .Where(record => request.QueryLanguage is null || record.Definition.QueryLanguage == request.QueryLanguage)
            .Take(limit + 1)
            .ToList();
        return Task.FromResult(
            new DescribeQueryDefinitionsResponse
            {
                QueryDefinitions = [.. page.Take(limit).Select(record => record.Definition)],
                NextToken = page.Count > limit ? PageToken.Encode(page[limit - 1].Key, request, context) : null,
            }
        );
    }

    /// <inheritdoc />
    public async Task<DeleteQueryDefinitionResponse> DeleteQueryDefinitionAsync(
        DeleteQueryDefinitionRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await _store.CommitAsync(
            transaction =>
            {
                var key = Scope.Of(context).Prefix + request.QueryDefinitionId;
                if (transaction.Find(LogsTables.QueryDefinitions, key) is null)
                    throw NoSuch("query definition");
                transaction.Delete(LogsTables.QueryDefinitions, key);
            },
            cancellation
        );
        return new DeleteQueryDefinitionResponse { Success = true };
    }
}
