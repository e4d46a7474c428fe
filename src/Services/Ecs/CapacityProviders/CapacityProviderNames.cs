using System.Text.RegularExpressions;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.State;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs.CapacityProviders;

/// <summary>
/// Finds capacity providers by name or ARN; <c>FARGATE</c> and <c>FARGATE_SPOT</c> belong to everybody.
/// </summary>
internal static partial class CapacityProviderNames
{
    internal const string Fargate = "FARGATE";
    internal const string FargateSpot = "FARGATE_SPOT";

    internal static bool IsFargate(string name) => name is Fargate or FargateSpot;

    /// <summary>The providers that ECS itself has.</summary>
    internal static IReadOnlyList<CapacityProvider> BuiltIn(Scope scope) =>
        [BuiltIn(scope, Fargate), BuiltIn(scope, FargateSpot)];

    /// <summary>The name in a name or ARN.</summary>
    internal static string NameOf(string nameOrArn) =>
        Arn.TryParse(nameOrArn, out var arn) && arn is { Service: "ecs", ResourceType: "capacity-provider" }
            ? arn.ResourceName
            : nameOrArn;

    /// <summary>The account's provider with this name or ARN, deleted or not; null where there is none.</summary>
    internal static CapacityProviderRecord? Find(View view, Scope scope, string nameOrArn)
    {
        if (Arn.TryParse(nameOrArn, out var arn) && new Scope(arn.AccountId, arn.Region) != scope)
            return null;
        return view.Find(EcsTables.CapacityProviders, CapacityProviderRecord.KeyOf(scope, NameOf(nameOrArn)));
    }

    /// <summary>The name of a provider that clusters may use.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: there is none.</exception>
    internal static string Require(View view, Scope scope, string nameOrArn)
    {
        var name = NameOf(nameOrArn);
        return IsFargate(name) || Find(view, scope, nameOrArn) is { IsActive: true }
            ? name
            : throw InvalidParameterException(
                "The specified capacity provider does not exist. Specify a valid name or ARN and try again."
            );
    }

    /// <exception cref="AwsException"><c>InvalidParameterException</c>: it cannot be a provider's name.</exception>
    internal static void CheckNew(string name)
    {
        if (!ValidName().IsMatch(name) || ReservedName().IsMatch(name))
        {
            throw InvalidParameterException(
                "The specified capacity provider name is invalid. Up to 255 characters are allowed, including "
                    + "letters (upper and lowercase), numbers, underscores, and hyphens. "
                    + "The name cannot be prefixed with \"aws\", \"ecs\", or \"fargate\". Specify a valid name "
                    + "and try again."
            );
        }
    }

    private static CapacityProvider BuiltIn(Scope scope, string name) =>
        new()
        {
            CapacityProviderArn = CapacityProviderRecord.ArnOf(scope, name),
            Name = name,
            Status = CapacityProviderStatus.Active,
            Type = name,
        };

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,255}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ValidName();

    [GeneratedRegex("^(aws|ecs|fargate)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex ReservedName();
}
