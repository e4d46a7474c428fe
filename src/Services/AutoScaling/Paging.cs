using Estiba.Contracts;
using static Estiba.Contracts.AutoScaling.AutoScalingErrors;

namespace Estiba.AutoScaling;

/// <summary>The pages of lists.</summary>
internal static class Paging
{
    /// <summary>As many has a page unless another size is asked for.</summary>
    internal const int Usual = 50;

    /// <summary>The most that a page has.</summary>
    internal const int Largest = 100;

    /// <summary>How many a page has.</summary>
    /// <exception cref="AwsException">As many cannot be asked for.</exception>
    internal static int Size(int? asked) =>
        asked switch
        {
            null => Usual,
            < 1 => throw Validation.Error("MaxRecords must be at least 1"),
            _ => Math.Min(asked.Value, Largest),
        };

    /// <summary>The key after which a page begins; null for the first.</summary>
    /// <exception cref="AwsException">The token is not one of this list.</exception>
    internal static string? After<TRequest>(string? token, TRequest request, CallContext context)
        where TRequest : IShape<TRequest> =>
        string.IsNullOrEmpty(token)
            ? null
            : PagingToken.Read(token, request, context) ?? throw InvalidNextToken("The token is not valid.");
}
