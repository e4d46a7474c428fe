using Estiba.Contracts;
using Estiba.Contracts.Signing;
using Estiba.Gateway.Authentication;
using Estiba.Gateway.Protocols;
using Estiba.State;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Estiba.Gateway.Operations;

/// <summary>Answers the operations of all services: which one, from whom, and what came of it.</summary>
internal sealed partial class OperationDoor(
    OperationRouter router, Authenticator authenticator, GatewayOptions options, ILogger<OperationDoor> logger)
{
    private const string TargetHeader = "X-Amz-Target";

    /// <summary>Whether the request names an operation at all.</summary>
    public static bool Accepts(HttpRequest request) =>
        request.Headers.ContainsKey(TargetHeader)
        || HttpMethods.IsPost(request.Method)
        || (HttpMethods.IsGet(request.Method) && request.Query.ContainsKey("Action"));

    public async Task HandleAsync(HttpContext http)
    {
        var target = http.Request.Headers[TargetHeader].ToString();
        var exchange = new Exchange(http, target.Length > 0 || IsJson(http.Request) ? WireProtocol.Json : WireProtocol.Query);
        using var output = new PooledBuffer();
        var status = StatusCodes.Status200OK;
        try
        {
            if (exchange.Protocol == WireProtocol.Json)
                await AnswerTargetAsync(exchange, target, output);
            else
                await AnswerFormAsync(exchange, output);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            return; // Nobody waits for an answer.
        }
        catch (Exception exception)
        {
            var error = Error(exchange, exception);
            output.Clear();
            exchange.Protocol.WriteError(output, exchange.Service, error, exchange.RequestId);
            status = error.StatusCode;
        }

        await SendAsync(exchange, status, output.Written);
    }

    private static bool IsJson(HttpRequest request) =>
        request.ContentType is { } type && type.StartsWith("application/x-amz-json", StringComparison.OrdinalIgnoreCase);

    private async Task AnswerTargetAsync(Exchange exchange, string target, PooledBuffer output)
    {
        if (router.FindTargetService(target) is { } service)
            exchange.IsFor(service);
        if (router.FindTarget(target) is not { } route)
            throw exchange.Protocol.UnknownOperation(target, version: null);

        using var body = await ReadBodyAsync(exchange);
        await CallAsync(exchange, route, body.Memory, new JsonShapeReader(body.Memory.IsEmpty ? "{}"u8.ToArray() : body.Memory), output);
    }

    private async Task AnswerFormAsync(Exchange exchange, PooledBuffer output)
    {
        using var body = await ReadBodyAsync(exchange);
        var form = body.Memory.IsEmpty ? FormBody.Parse(exchange.Request.Query) : FormBody.Parse(body.Memory.Span);
        var (action, version) = (FormBody.Find(form, "Action"), FormBody.Find(form, "Version"));

        var service = router.FindFormService(version, signingName: null);
        if (service is null && action is not null)
            service = router.FindFormService(version, SignatureClaim.Read(exchange.Request).Scope.Service);
        if (service is not null)
            exchange.IsFor(service.Model);
        if (action is null || service?.Find(action) is not { } operation)
            throw exchange.Protocol.UnknownOperation(action, version);

        await CallAsync(exchange, new Route(service.Model, operation), body.Memory,
            new FormShapeReader(form, service.Model.Protocol == ProtocolKind.Ec2), output);
    }

    private async ValueTask<RequestBody> ReadBodyAsync(Exchange exchange)
    {
        var limit = exchange.Service?.Name == "ecr" ? options.Limits.MaxLayerRequestBytes : options.Limits.MaxRequestBytes;
        return await RequestBody.ReadAsync(exchange.Http, limit) ?? throw WireProtocol.TooLarge(limit);
    }

    private async Task CallAsync(Exchange exchange, Route route, ReadOnlyMemory<byte> body, ShapeReader request, PooledBuffer output)
    {
        exchange.Operation = route.Operation.Model;
        var caller = route.Operation.Model.Anonymous && !exchange.Http.Request.Headers.ContainsKey("Authorization")
            ? new Caller(options.DefaultAccountId, "anonymous", "", "us-east-1")
            : authenticator.Authenticate(exchange.Request, body.Span, route.Service.SigningName);
        if (caller.Actions is not null && $"{route.Service.SigningName}:{route.Operation.Model.Name}" is var action && !caller.May(action))
            throw exchange.Protocol.NotAuthorized(caller.PrincipalArn, action);

        var answer = await route.Operation.InvokeAsync(
            request, route.Service, caller.Context(exchange.RequestId), exchange.Http.RequestAborted);
        exchange.Protocol.WriteAnswer(output, route.Service, route.Operation.Model, answer, exchange.RequestId);
    }

    private AwsException Error(Exchange exchange, Exception exception)
    {
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
            case BadHttpRequestException bad:
                return new AwsException("InvalidRequest", bad.Message, bad.StatusCode);
            default:
                Log.Failed(logger, exchange.RequestId, exchange.Service?.Name, name, exception);
                return exchange.Protocol.Internal(exchange.RequestId);
        }
    }

    private static async Task SendAsync(Exchange exchange, int status, ReadOnlyMemory<byte> body)
    {
        var response = exchange.Http.Response;
        response.StatusCode = status;
        response.ContentType = exchange.Protocol.ContentType;
        response.ContentLength = body.Length;
        response.Headers["x-amzn-RequestId"] = exchange.RequestId;
        try
        {
            await response.BodyWriter.WriteAsync(body, exchange.Http.RequestAborted);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ConnectionAbortedException)
        {
            // The client has left while it was being answered.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Request {RequestId} ({Service}:{Operation}) failed")]
        public static partial void Failed(ILogger logger, string requestId, string? service, string operation, Exception exception);

        [LoggerMessage(2, LogLevel.Information, "Request {RequestId} ({Service}:{Operation}) is not authentic: {Reason}")]
        public static partial void NotAuthentic(ILogger logger, string requestId, string? service, string operation, string reason);
    }
}
