using Estiba.Contracts;
using Estiba.Contracts.Logs;

namespace Estiba.Logs;

public sealed partial class LogsApi
{
    /// <summary>The only numbers of days that there are ("PutRetentionPolicy", API reference).</summary>
    private static readonly int[] RetentionDays =
    [
        1,
        3,
        5,
        7,
        14,
        30,
        60,
        90,
        120,
        150,
        180,
        365,
        400,
        545,
        731,
        1096,
        1827,
        2192,
        2557,
        2922,
        3288,
        3653,
    ];

    /// <inheritdoc />
    public async Task<PutRetentionPolicyResponse> PutRetentionPolicyAsync(
        PutRetentionPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var days = request.RetentionInDays!.Value;
        if (!RetentionDays.Contains(days))
        {
            throw LogsErrors.InvalidParameterException(
                $"1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy constraint: "
                    + $"Member must satisfy enum value set: [{string.Join(", ", RetentionDays)}]"
            );
        }

        await ChangeAsync(
            view => GroupNamed(view, context, request.LogGroupName!),
            group => group with { RetentionInDays = days },
            cancellation
        );
        return new PutRetentionPolicyResponse();
    }

    /// <inheritdoc />
    public async Task<DeleteRetentionPolicyResponse> DeleteRetentionPolicyAsync(
        DeleteRetentionPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await ChangeAsync(
            view => GroupNamed(view, context, request.LogGroupName!),
            group => group with { RetentionInDays = null },
            cancellation
        );
        return new DeleteRetentionPolicyResponse();
    }
}
