using System.Globalization;
using System.Text.RegularExpressions;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.State;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs.TaskDefinitions;

/// <summary>
/// Finds the task definition that a request means: <c>family</c> (its newest active revision), <c>family:revision</c>,
/// or an ARN.
/// </summary>
internal static partial class TaskDefinitionNames
{
    /// <summary>The revision to run tasks of, which must be active; for services and tasks.</summary>
    /// <exception cref="AwsException"><c>ClientException</c>: there is none, or it is inactive or being
    /// deleted.</exception>
    internal static TaskDefinitionRecord Require(View view, Scope scope, string? nameOrArn)
    {
        if (string.IsNullOrEmpty(nameOrArn))
            throw InvalidParameterException("TaskDefinition can not be blank.");
        if (Find(view, scope, nameOrArn) is not { } definition)
            throw ClientException("TaskDefinition not found.");
        return definition.IsActive ? definition : throw ClientException("TaskDefinition is inactive");
    }

    /// <summary>
    /// The revision meant, whatever its status; a family alone means its newest active revision. Null when there is
    /// none.
    /// </summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: what follows the colon is no
    /// number.</exception>
    internal static TaskDefinitionRecord? Find(View view, Scope scope, string nameOrArn) =>
        Parse(scope, nameOrArn) switch
        {
            null => null,
            (var family, null) => NewestActive(view, scope, family),
            (var family, { } revision) => view.Find(
                EcsTables.TaskDefinitions,
                TaskDefinitionRecord.KeyOf(scope, family, revision)
            ),
        };

    /// <summary>
    /// The family and, if it says one, the revision that a text means; null when it is an ARN of something else or of
    /// somebody else.
    /// </summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: what follows the colon is no
    /// number.</exception>
    internal static (string Family, int? Revision)? Parse(Scope scope, string nameOrArn)
    {
        var name = nameOrArn;
        if (Arn.IsArn(nameOrArn))
        {
            if (!Arn.TryParse(nameOrArn, out var arn) || arn is not { Service: "ecs", ResourceType: "task-definition" })
                return null;
            if (new Scope(arn.AccountId, arn.Region) != scope)
                return null;
            name = arn.ResourceName;
        }

        var colon = name.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
            return (name, null);
        var number = name[(colon + 1)..];
        return
            int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            && revision > 0
            && number[0] != '0'
            ? (name[..colon], revision)
            : throw InvalidParameterException("Invalid revision number. Number: " + number);
    }

    /// <summary>Whether a text can be the name of a family, a container or a volume.</summary>
    internal static bool IsValid(string name) => ValidName().IsMatch(name);

    // Revisions are tried downwards: the newest is nearly always the active one, and the view has no walk backwards.
    private static TaskDefinitionRecord? NewestActive(View view, Scope scope, string family)
    {
        if (
            view.Count(
                EcsTables.TaskDefinitions,
                EcsTables.ActiveRevisions,
                TaskDefinitionRecord.FamilyPrefix(scope, family)
            ) == 0
        )
            return null;
        var last = view.Find(EcsTables.Families, FamilyRecord.KeyOf(scope, family))!.LastRevision;
        for (var revision = last; revision > 0; revision--)
            if (
                view.Find(EcsTables.TaskDefinitions, TaskDefinitionRecord.KeyOf(scope, family, revision)) is
                { IsActive: true } definition
            )
                return definition;
        return null;
    }

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,255}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ValidName();
}
