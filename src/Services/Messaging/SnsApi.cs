using Estiba.Contracts;
using Estiba.Contracts.Sns;
using Estiba.State;

namespace Estiba.Messaging;

/// <summary>
/// The operations of Amazon SNS for topics and their subscriptions. Follows the API reference, version 2010-03-31. What
/// is published is delivered by the module's controllers.
/// </summary>
public sealed partial class SnsApi : ISnsApi
{
    private const int PageLength = 100;

    private readonly Store _store;
    private readonly MessagingOptions _options;
    private readonly TimeProvider _time;

    internal SnsApi(Store store, MessagingOptions options, TimeProvider time) =>
        (_store, _options, _time) = (store, options, time);

    private static AwsException Invalid(string what) =>
        SnsErrors.InvalidParameterException($"Invalid parameter: {what}");

    private static (IReadOnlyList<T> Items, string? NextToken) Page<T, TRequest>(
        Func<string?, IEnumerable<T>> after,
        Func<T, string> key,
        string? token,
        TRequest request,
        CallContext context
    )
        where TRequest : IShape<TRequest>
    {
        string? last = null;
        if (!string.IsNullOrEmpty(token))
            last = PagingToken.Read(token, request, context) ?? throw Invalid("NextToken");
        return PagingToken.Cut(after(last), PageLength, key, request, context);
    }
}
