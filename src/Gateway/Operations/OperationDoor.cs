using System.Diagnostics;
using System.Runtime.CompilerServices;
using Estiba.Contracts;
using Estiba.Contracts.Protocols;
using Estiba.Contracts.Signing;
using Estiba.Gateway.Authentication;
using Estiba.Gateway.Bodies;
using Estiba.Listeners;
using Estiba.Listeners.Connections;
using Estiba.State;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Estiba.Gateway.Operations;

/// <summary>Answers the operations of all services: which one, from whom, and what came of it.</summary>
internal sealed partial class OperationDoor(
    OperationRouter router,
    Authenticator authenticator,
    Admission admission,
    GatewayOptions options,
    Leftovers leftovers,
    ILogger<OperationDoor> logger
)
{
    private readonly IgnoredMembers _ignored = new(logger);
    private readonly BodyReader _bodies = new(options.Limits, leftovers);

    /// <summary>Whether a request to the root is for an operation at all.</summary>
    public static bool IsCall(HttpContext http)
    {
        var request = new HttpWireRequest(http);
        return OperationRouter.Spoken(request).IsSpoken(request);
    }

    /// <summary>Whether a request says in its head or by its signature for which service it is, whatever its
    /// path.</summary>
    public bool IsAddressed(HttpContext http)
    {
        var request = new HttpWireRequest(http);
        var spoken = OperationRouter.Spoken(request);
        if (spoken.Naming == OperationNaming.Head)
            return spoken.ServiceOf(request) is not null;
        var signed = new SignedRequest(http);
        if (!Signatures.IsOurs(http.Request, signed.Query))
            return false;
        try
        {
            var service = SignatureClaim.Read(signed).Scope.Service;
            return router.FindSigned(service) is not null
                || (
                    spoken.IsSpoken(request)
                    && router.FindForm(version: null, service)?.Service.Model.ResourceUrl != null
                );
        }
        catch (SignatureException)
        {
            return false; // Whoever is meant will say what is wrong.
        }
    }

    /// <summary>Whether the host of a request names a service.</summary>
    public bool HasHost(HttpContext http) => router.FindByHost(new HttpWireRequest(http)) is not null;

    /// <summary>Whether there is an operation at the path of a request that says nothing else.</summary>
    public bool HasPath(HttpContext http)
    {
        try
        {
            return router.FindByPath(new HttpWireRequest(http)) is not null;
        }
        catch (AwsException)
        {
            return false; // Its query is none.
        }
    }

    public async Task HandleAsync(HttpContext http)
    {
        var began = Stopwatch.GetTimestamp();
        var wire = new HttpWireRequest(http);
        var exchange = new Exchange(http, wire, OperationRouter.Spoken(wire));
        using var output = new PooledBuffer();
        var answer = new WireAnswer(output);
        try
        {
            await AnswerAsync(exchange, answer);
        }
        catch (Exception exception) when (http.RequestAborted.IsCancellationRequested)
        {
            ClientFault.EndConnection(exception, http);
            return; // Nobody waits for an answer.
        }
        catch (Exception exception)
        {
            var error = Error(exchange, exception);
            // Who has asked first whether to send its body does not send it now.
            if (HttpProtocol.IsHttp11(http.Request.Protocol) && http.Request.Headers.Expect.Count > 0)
                http.Response.Headers.Connection = "close";
            answer.Clear();
            exchange.Protocol.WriteError(answer, exchange.Service, error, exchange.RequestId);
            foreach (var (name, value) in error.Headers)
                answer.AddHeader(name, value);
        }

        await AnswerSender.SendAsync(http, answer);
        RequestInstruments.CountAnswered(exchange, began, answer.Status);
    }

    private Task AnswerAsync(Exchange exchange, WireAnswer answer)
    {
        if (exchange.Protocol.Naming == OperationNaming.Head)
            return AnswerNamedAsync(exchange, router.FindNamed(exchange.Protocol, exchange.Wire), claim: null, answer);

        var claim = exchange.IsSigned ? SignatureClaim.Read(exchange.Request) : null;
        var atPath = claim is null
            ? router.FindByHost(exchange.Wire) ?? (IsAtRoot(exchange) ? null : router.FindByPath(exchange.Wire))
            : router.FindSigned(claim.Scope.Service);
        return atPath is null
            ? AnswerFormAsync(exchange, claim, answer)
            : AnswerNamedAsync(exchange, atPath, claim, answer);
    }

    private static bool IsAtRoot(Exchange exchange) => exchange.Wire.Path.Length <= 1;

    // The head names the operation, so that nothing is read for one that is not there.
    private async Task AnswerNamedAsync(
        Exchange exchange,
        (ServiceDispatcher Service, Protocol Protocol)? found,
        SignatureClaim? claim,
        WireAnswer answer
    )
    {
        if (found is { } at)
            exchange.IsFor(at.Service.Model, at.Protocol);
        if (
            found?.Service is not { } service
            || (exchange.Protocol.Naming == OperationNaming.Head && !HttpMethods.IsPost(exchange.Wire.Method))
            || exchange.Protocol.OperationOf(service.Model, exchange.Wire) is not { } name
            || service.Find(name) is not { } operation
        )
            throw exchange.Protocol.UnknownOperation(exchange.Service, exchange.Wire);

        var route = new Route(service.Model, operation);
        exchange.Operation = operation.Model;
        var claimant =
            operation.Model.Anonymous && !exchange.IsSigned
                ? (Claimant?)null
                : authenticator.Admit(
                    exchange.Request,
                    claim ?? SignatureClaim.Read(exchange.Request),
                    service.Model.SigningName
                );
        if (
            claimant is { } streaming
            && SignatureVerifier.PayloadOf(exchange.Request, streaming.Claim) is { } payload
            && IsStreamed(operation, payload)
        )
        {
            var sender = authenticator.ProveHead(exchange.Request, streaming, payload);
            exchange.Wire.BodyStream = _bodies.Stream(
                exchange.Http,
                exchange.Wire,
                payload,
                authenticator.ChunksOf(streaming)
            );
            await CallAsync(exchange, route, sender, answer);
            return;
        }

        using var body = await ReadBodyAsync(exchange, isKnown: claimant is not null);
        var caller = claimant is { } known
            ? authenticator.Prove(exchange.Request, known, body.Memory.Span)
            : Anonymous();
        using var unpacked = Open(exchange, body, isKnown: claimant is not null);
        await CallAsync(exchange, route, caller, answer);
    }

    /// <summary>
    /// Whether the body is given out while it comes. Of an operation that nobody wrote it is not known whether its
    /// contract says so; what its clients send in chunks is not read for it.
    /// </summary>
    private static bool IsStreamed(OperationHandler operation, string payload) =>
        operation.Model.StreamsRequest || (!operation.IsThere && ChunkedPayload.Find(payload) is not null);

    private async Task AnswerFormAsync(Exchange exchange, SignatureClaim? claim, WireAnswer answer)
    {
        // Which operation it is stands in the body; that is not read before something is known of whoever sends it, and
        // is theirs.
        Claimant? claimant = null;
        if (claim is not null)
        {
            if (router.FindForm(version: null, claim.Scope.Service) is { } claimed)
                exchange.IsFor(claimed.Service.Model, claimed.Protocol);
            claimant = authenticator.Admit(exchange.Request, claim, service: null);
        }

        using var body = await ReadBodyAsync(exchange, isKnown: claimant is not null);
        var caller = claimant is { } known
            ? authenticator.Prove(exchange.Request, known, body.Memory.Span)
            : Anonymous();
        using var unpacked = Open(exchange, body, isKnown: claimant is not null);
        var route = Find(exchange, claimant?.Claim.Scope.Service);
        exchange.Operation = route.Operation.Model;
        if (claimant is { } signed)
            Authenticator.CheckService(signed, route.Service.SigningName);
        else if (!route.Operation.Model.Anonymous)
            throw NotSigned();

        await CallAsync(exchange, route, caller, answer);
    }

    private Route Find(Exchange exchange, string? signedFor)
    {
        var request = exchange.Wire;
        var (action, version) = (FormText.Find(request.Form, "Action"), exchange.Protocol.ServiceOf(request));
        var found = router.FindForm(version, signingName: null);
        if (found is null && action is not null)
            found = router.FindForm(version, signedFor ?? throw NotSigned());
        if (found is { } form)
            exchange.IsFor(form.Service.Model, form.Protocol);
        if (found?.Service.Model is { } model && exchange.Protocol.RefusedVersion(model, request) is { } refused)
            throw refused;
        return
            found?.Service is { } service
            && exchange.Protocol.OperationOf(service.Model, request) is { } name
            && service.Find(name) is { } operation
            ? new Route(service.Model, operation)
            : throw exchange.Protocol.UnknownOperation(exchange.Service, request);
    }

    /// <summary>Gives the body to the protocol, checked and unpacked where it is to be.</summary>
    private RequestBody Open(Exchange exchange, RequestBody body, bool isKnown)
    {
        exchange.Wire.Body = body.Memory;
        if (exchange.Protocol.HasChecksums && BodyChecksums.Check(exchange.Wire) is { } wrong)
            throw wrong;
        var encoding = exchange.Http.Request.Headers.ContentEncoding;
        if (encoding.Count == 0 || body.Length == 0 || !exchange.Protocol.TakesCompressedBodies)
            return RequestBody.Empty;
        if (!string.Equals(encoding.ToString(), "gzip", StringComparison.OrdinalIgnoreCase))
            return RequestBody.Empty;
        var unpacked = _bodies.Unpack(body, isKnown ? Limit(exchange) : options.Limits.MaxAnonymousRequestBytes);
        exchange.Wire.Body = unpacked.Memory;
        return unpacked;
    }

    private int Limit(Exchange exchange) => exchange.Service?.LargestRequestBytes ?? options.Limits.MaxRequestBytes;

    private static SignatureException NotSigned() =>
        new(SignatureFault.Missing, "Request is missing Authentication Token");

    private Caller Anonymous() => new(options.DefaultAccountId, "anonymous", "", "us-east-1");

    private async ValueTask<RequestBody> ReadBodyAsync(Exchange exchange, bool isKnown)
    {
        var limits = options.Limits;
        if (isKnown)
            return await _bodies.ReadAsync(exchange.Http, Limit(exchange));

        try
        {
            var most = Math.Min(limits.MaxAnonymousRequestBytes, limits.MaxRequestBytes);
            return await Unauthenticated.WaitForAsync(exchange.Http, () =>
                _bodies.ReadAsync(exchange.Http, most).AsTask()
            );
        }
        catch (BodyException tooLarge) when (tooLarge.Fault == BodyFault.TooLarge)
        {
            throw NotSigned();
        }
    }

    private async Task CallAsync(Exchange exchange, Route route, Caller caller, WireAnswer output)
    {
        var context = caller.Context(exchange.Http);
        var request = exchange.Protocol.Reader(route.Service, exchange.Wire);
        var answer = await route.Operation.InvokeAsync(
            request,
            route.Service,
            context,
            exchange.Http.RequestAborted,
            admission.Of(exchange, route, context)
        );
        _ignored.Note(request, route.Operation.Model.Name);
        exchange.Protocol.WriteAnswer(output, route.Service, route.Operation.Model, answer, exchange.RequestId);
        if (output.Frames is { } events)
            output.Frames = WhileKnownAsync(events, caller);
    }

    // An answer that goes on for hours ends with the key of whoever asked for it.
    private async IAsyncEnumerable<ReadOnlyMemory<byte>> WhileKnownAsync(
        IAsyncEnumerable<ReadOnlyMemory<byte>> events,
        Caller caller,
        [EnumeratorCancellation] CancellationToken cancellation = default
    )
    {
        await foreach (var frame in events.WithCancellation(cancellation))
        {
            if (!authenticator.Knows(caller))
                yield break;
            yield return frame;
        }
    }

    private AwsException Error(Exchange exchange, Exception exception)
    {
        ClientFault.EndConnection(exception, exchange.Http);
        var name = exchange.Operation?.Name ?? "";
        switch (exception)
        {
            case AwsException error:
                if (error.StatusCode >= 500)
                    Log.Failed(logger, exchange.RequestId, exchange.Service?.Name, name, error);
                return error;
            case SignatureException fault:
                Log.NotAuthentic(logger, exchange.RequestId, exchange.Service?.Name, name, fault.Message);
                return exchange.Protocol.NotAuthentic(fault);
            case JournalException journal:
                Log.Failed(logger, exchange.RequestId, exchange.Service?.Name, name, journal);
                return exchange.Protocol.Unavailable(journal.Message);
            case BodyException body:
                return BodyErrors.Of(body, exchange.Protocol);
            case BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout }:
                return exchange.Protocol.TooSlow();
            case BadHttpRequestException bad:
                return new AwsException("InvalidRequest", bad.Message, bad.StatusCode);
            case var broken when ClientFault.IsOne(broken, exchange.Http):
                return new AwsException("InvalidRequest", broken.Message, StatusCodes.Status400BadRequest);
            default:
                Log.Failed(logger, exchange.RequestId, exchange.Service?.Name, name, exception);
                return exchange.Protocol.Internal(exchange.RequestId);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Request {RequestId} ({Service}:{Operation}) failed")]
        public static partial void Failed(
            ILogger logger,
            string requestId,
            string? service,
            string operation,
            Exception exception
        );

        [LoggerMessage(
            2,
            LogLevel.Information,
            "Request {RequestId} ({Service}:{Operation}) is not authentic: {Reason}"
        )]
        public static partial void NotAuthentic(
            ILogger logger,
            string requestId,
            string? service,
            string operation,
            string reason
        );
    }
}
