using Estiba.Contracts;
using static Estiba.Contracts.ApplicationAutoScaling.ApplicationAutoScalingErrors;

namespace Estiba.ApplicationAutoScaling;

/// <summary>The pages of lists.</summary>
internal static class Paging
{
    /// <summary>The most that a page has, and as many as it has unless fewer are asked for.</summary>
    internal const int Largest = 50;

    /// <summary>As many has a page of policies unless more are asked for.</summary>
    internal const int OfPolicies = 10;

    /// <summary>How many a page has.</summary>
    /// <exception cref="AwsException">As many cannot be asked for.</exception>
    internal static int Size(int? asked, int usual = Largest) =>
        asked switch
        {
            null => usual,
            < 1 => throw ValidationException("MaxResults cannot be less than 1"),
            _ => Math.Min(asked.Value, Largest),
        };

    /// <summary>The key after which a page begins; null for the first.</summary>
    /// <exception cref="AwsException">The token is not one of this list.</exception>
    internal static string? After<TRequest>(string? token, TRequest request, CallContext context)
        where TRequest : IShape<TRequest> =>
        string.IsNullOrEmpty(token)
            ? null
            : PagingToken.Read(token, request, context)
                ?? throw InvalidNextTokenException("The next token supplied was invalid.");
}
