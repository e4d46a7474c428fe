using Estiba.Contracts;
using Estiba.Contracts.Signing;
using Estiba.State;
using Microsoft.Extensions.Logging;

namespace Estiba.Hosting.Calls;

/// <summary>
/// Carries calls between services of one process. A call is what it is over HTTP, without the wire: the request must
/// keep to the contract, the caller must have permission, and what goes wrong is an <see cref="AwsException"/>.
/// </summary>
/// <param name="host">Where the services are.</param>
/// <param name="principal">As whom they are called.</param>
internal sealed partial class InProcessTransport(ModuleHost host, CallPrincipal principal) : ITransport
{
    private const string AnyResource = "*";

    private readonly ILogger _logger = host.Loggers.CreateLogger("Estiba.Calls");

    /// <inheritdoc />
    public async Task<TResponse> SendAsync<TRequest, TResponse>(
        ServiceModel service,
        OperationModel operation,
        TRequest request,
        CallContext context,
        CancellationToken cancellation
    )
        where TRequest : IShape<TRequest>
        where TResponse : IShape<TResponse>
    {
        if (host.Store.IsInsideTransaction)
            throw new InvalidOperationException(
                $"{service.ServiceId} is called inside of a transaction: call it before or after, or leave it to a "
                    + "reconciler."
            );
        var handler = host.Neighbours.Find(service, operation);
        try
        {
            var caller = principal.In(context, host);
            return (TResponse)
                await handler.InvokeAsync(request, service, caller, cancellation, shape =>
                    AdmitAsync(service, operation, shape, caller, cancellation)
                );
        }
        catch (SignatureException unknown)
        {
            throw service.Protocols[0].NotAuthentic(unknown);
        }
        catch (JournalException unwritten)
        {
            Log.Failed(_logger, service.Name, operation.Name, unwritten);
            throw service.Protocols[0].Unavailable(unwritten.Message);
        }
        catch (Exception fault) when (fault is not (AwsException or OperationCanceledException))
        {
            Log.Failed(_logger, service.Name, operation.Name, fault);
            throw service.Protocols[0].Internal(context.RequestId);
        }
    }

    private async ValueTask AdmitAsync(
        ServiceModel service,
        OperationModel operation,
        IShape request,
        CallContext caller,
        CancellationToken cancellation
    )
    {
        if (host.Find<IAuthorizer>() is { } authorizer)
        {
            var decision = await authorizer.DecideAsync(service, operation, request, caller, cancellation);
            if (decision.Refusal is { } refusal)
                throw service.Protocols[0].NotAuthorized(refusal);
            return;
        }

        // Where everybody may do everything, a key may still be good for some actions alone.
        var action = $"{service.ActionPrefix}:{operation.Name}";
        if (!caller.May(action))
            throw service
                .Protocols[0]
                .NotAuthorized(AccessDecision.NotGranted(caller.PrincipalArn, action, AnyResource).Refusal!);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A call within the platform ({Service}:{Operation}) failed")]
        internal static partial void Failed(ILogger logger, string service, string operation, Exception fault);
    }
}
