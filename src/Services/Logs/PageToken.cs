using Estiba.Contracts;
using Estiba.Contracts.Logs;

namespace Estiba.Logs;

/// <summary>
/// The token of a listing: the key after which it goes on, in a form that callers do not take apart and for the same
/// listing alone.
/// </summary>
internal static class PageToken
{
    public static AwsException Invalid() => LogsErrors.InvalidParameterException("The specified nextToken is invalid.");

    /// <param name="after">The key.</param>
    /// <param name="request">The request.</param>
    /// <param name="context">Who asks.</param>
    public static string Encode<TRequest>(string after, TRequest request, CallContext context)
        where TRequest : IShape<TRequest> => PagingToken.Write(after, request, context);

    /// <inheritdoc cref="Encode"/>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: it is none of this operation with these
    /// parameters.</exception>
    public static string? Decode<TRequest>(string? token, TRequest request, CallContext context)
        where TRequest : IShape<TRequest> =>
        token is null ? null : PagingToken.Read(token, request, context) ?? throw Invalid();
}
