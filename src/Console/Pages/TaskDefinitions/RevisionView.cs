using System.Text.Encodings.Web;
using System.Text.Json;
using Estiba.Console.Live;
using Estiba.Console.Sessions;
using Estiba.Contracts;

namespace Estiba.Console.Pages.TaskDefinitions;

/// <summary>A revision of a task definition, and the names of all revisions of its family.</summary>
/// <param name="Definition">The revision.</param>
/// <param name="Revisions">The names, the newest first.</param>
public sealed record RevisionView(Ecs.TaskDefinition Definition, IReadOnlyList<string> Revisions)
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    // What a revision has beyond what it was registered with.
    private static readonly HashSet<string> Answered = new(StringComparer.Ordinal)
    {
        "taskDefinitionArn",
        "revision",
        "status",
        "requiresAttributes",
        "compatibilities",
        "registeredAt",
        "registeredBy",
        "deregisteredAt",
        "deleteRequestedAt",
    };

    internal static async Task<RevisionView> ReadAsync(Ecs.IEcsApi ecs, string name, CancellationToken cancellation)
    {
        var described = await ecs.DescribeTaskDefinitionAsync(
            new() { TaskDefinition = name },
            Session.Context,
            cancellation
        );
        var definition = described.TaskDefinition ?? throw new ResourceMissingException(name);
        var listed = await ecs.ListTaskDefinitionsAsync(
            new() { FamilyPrefix = definition.Family, Sort = "DESC" },
            Session.Context,
            cancellation
        );
        return new RevisionView(
            definition,
            [
                .. (listed.TaskDefinitionArns ?? [])
                    .Select(Addresses.NameOf)
                    .Where(it => it.StartsWith($"{definition.Family}:", StringComparison.Ordinal)),
            ]
        );
    }

    /// <summary>A structure as JSON that people read.</summary>
    internal static string Json(IShape shape)
    {
        using var document = JsonDocument.Parse(ShapeJson.ToUtf8(shape));
        return JsonSerializer.Serialize(document.RootElement, Indented);
    }

    private static bool IsEmpty(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0;

    /// <summary>What would register the same again.</summary>
    internal static Ecs.RegisterTaskDefinitionRequest AsRequest(Ecs.TaskDefinition definition)
    {
        using var document = JsonDocument.Parse(ShapeJson.ToUtf8(definition));
        var kept = document
            .RootElement.EnumerateObject()
            .Where(member => !Answered.Contains(member.Name) && !IsEmpty(member.Value))
            .ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal);
        return ShapeJson.Parse<Ecs.RegisterTaskDefinitionRequest>(JsonSerializer.Serialize(kept));
    }
}
