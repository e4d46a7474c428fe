using System.Collections.Concurrent;
using Estiba.Contracts;
using Estiba.Contracts.Signing;

namespace Estiba.Console.Sessions;

/// <summary>Somebody who has signed in; what he does is signed with his key.</summary>
/// <param name="Id">What the cookie says, sealed.</param>
/// <param name="Credentials">The key, which leaves the process only in signatures.</param>
/// <param name="PrincipalArn">Who the key says he is.</param>
/// <param name="Ends">When he has to sign in again.</param>
/// <param name="Clients">The operations of the services, as he may do them.</param>
internal sealed record Session(
    string Id,
    AwsCredentials Credentials,
    string PrincipalArn,
    DateTimeOffset Ends,
    Clients Clients
)
{
    /// <summary>What the generated clients are called with; who calls is said by the signature alone.</summary>
    internal static CallContext Context { get; } =
        new()
        {
            AccountId = "",
            Region = "",
            PrincipalArn = "",
            AccessKeyId = "",
            RequestId = "",
        };

    /// <summary>How tables were last looked at, by their names.</summary>
    internal ConcurrentDictionary<string, TableView> Tables { get; } = new(StringComparer.Ordinal);

    /// <summary>The identity without its secret.</summary>
    public override string ToString() => PrincipalArn;
}

/// <summary>The clients of one key, made as they are asked for.</summary>
/// <param name="transport">Gives what carries the calls to a service.</param>
internal sealed class Clients(Func<ServiceModel, ITransport> transport)
{
    private readonly ConcurrentDictionary<Type, object> _byType = new();

    /// <summary>The operations of a service.</summary>
    internal TApi Of<TApi>()
        where TApi : class, IAwsApi<TApi> =>
        (TApi)_byType.GetOrAdd(typeof(TApi), _ => TApi.Over(transport(TApi.Service)));
}
