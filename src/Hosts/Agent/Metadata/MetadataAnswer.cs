using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Estiba.Contracts.Acs;

namespace Estiba.Agent.Metadata;

/// <summary>What a container is answered, in the forms and words of AWS's agent.</summary>
internal sealed record MetadataAnswer(int Status, string Text)
{
    private const int Ok = 200;
    private const int BadRequest = 400;
    private const int NotFound = 404;
    private const int ServerError = 500;
    private const int Unavailable = 503;

    // Nobody puts an answer into a web page, and scripts look for keys and tokens, which have a plus now and then.
    private static readonly MetadataJson Readable = new(
        new JsonSerializerOptions(MetadataJson.Default.Options)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }
    );

    public string ContentType { get; init; } = "application/json";

    /// <summary>Nothing is at this path.</summary>
    public static MetadataAnswer NoSuchPath { get; } =
        new(NotFound, "404 page not found\n") { ContentType = "text/plain; charset=utf-8" };

    public static MetadataAnswer Of(IAMRoleCredentials credentials) =>
        Of(
            new CredentialsResponse(
                credentials.RoleArn,
                credentials.AccessKeyId,
                credentials.SecretAccessKey,
                credentials.SessionToken,
                credentials.Expiration
            ),
            Readable.CredentialsResponse
        );

    public static MetadataAnswer Of(ContainerResponse container) => Of(container, Readable.ContainerResponse);

    public static MetadataAnswer Of(TaskResponse task) => Of(task, Readable.TaskResponse);

    public static MetadataAnswer Of(JsonObject statistics) => new(Ok, statistics.ToJsonString());

    /// <summary>
    /// Credentials without an id, under an id that nobody has, or not here yet after a restart of the agent.
    /// </summary>
    public static MetadataAnswer NoCredentials(string id, bool expected)
    {
        var (status, code, words) =
            id.Length == 0 ? (BadRequest, "NoIdInRequest", "No Credential ID in the request")
            : expected ? (Unavailable, "CredentialsUninitialized", "Credentials uninitialized for ID")
            : (BadRequest, "InvalidIdInRequest", "Credentials not found");
        return Of(new CredentialsError(code, $"CredentialsV2Request: {words}", status), Readable.CredentialsError) with
        {
            Status = status,
        };
    }

    /// <summary>An endpoint's id that no container has. Version 3 answers as if that were the server's fault.</summary>
    public static MetadataAnswer NoContainer(MetadataRequest request)
    {
        var subject = request.Subject switch
        {
            MetadataSubject.Container => "container metadata",
            MetadataSubject.ContainerStatistics => "container stats",
            MetadataSubject.TaskStatistics => "task stats",
            _ => "task metadata",
        };
        var missing =
            request.Subject == MetadataSubject.Container
                ? "unable to get container ID from request: unable to get docker ID from v3 endpoint ID"
                : "unable to get task arn from request: unable to get task Arn from v3 endpoint ID";
        var status =
            request.Version == 4 ? NotFound
            : request.Subject is MetadataSubject.ContainerStatistics or MetadataSubject.TaskStatistics ? BadRequest
            : ServerError;
        return Message(status, $"V{request.Version} {subject} handler: {missing}: {request.Id}");
    }

    /// <summary>The engine does not tell.</summary>
    public static MetadataAnswer Failed(string what) => Message(ServerError, what);

    private static MetadataAnswer Message(int status, string text) =>
        new(status, JsonSerializer.Serialize(text, Readable.String));

    private static MetadataAnswer Of<T>(T response, JsonTypeInfo<T> json) =>
        new(Ok, JsonSerializer.Serialize(response, json));
}
