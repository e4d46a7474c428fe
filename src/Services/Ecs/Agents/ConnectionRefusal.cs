using System.Text.Json.Nodes;
using Estiba.Contracts;
using Estiba.Ecs.ContainerInstances;
using Microsoft.AspNetCore.Http;

namespace Estiba.Ecs.Agents;

/// <summary>
/// Why an agent may not connect, in the form that Amazon's agent reads: <c>{"InactiveInstanceException":"..."}</c>, and
/// the code in a header too.
/// </summary>
/// <param name="Code">The error's code.</param>
/// <param name="Message">What is wrong.</param>
internal sealed record ConnectionRefusal(string Code, string Message)
{
    private const string CodeHeader = "x-amzn-ErrorType";

    /// <summary>For a request that is no agent's.</summary>
    internal static ConnectionRefusal BadRequest(string message) => new("BadRequestException", message);

    /// <summary>
    /// For an agent whose instance is not registered. Of one that was deregistered Amazon's agent takes notice and
    /// tries again in an hour; Estiba's registers anew in both cases.
    /// </summary>
    internal static ConnectionRefusal Of(ContainerInstanceRecord? instance) =>
        instance is null
            ? new("InvalidInstanceException", "The container instance is not registered.")
            : new("InactiveInstanceException", "The container instance was deregistered.");

    /// <summary>For a host that says it is another one.</summary>
    internal static ConnectionRefusal NotAuthorized(CallContext caller, ContainerInstanceRecord? instance)
    {
        var denied = HostRights.Denied(caller, "ecs:Poll", instance?.Arn ?? "*");
        return new(denied.Code, denied.Message);
    }

    internal async Task AnswerAsync(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status400BadRequest;
        http.Response.ContentType = "application/json";
        http.Response.Headers[CodeHeader] = Code;
        await http.Response.WriteAsync(new JsonObject { [Code] = Message }.ToText() + "\n", http.RequestAborted);
    }
}
