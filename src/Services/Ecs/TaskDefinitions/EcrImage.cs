using System.Text.RegularExpressions;
using Estiba.Contracts;

namespace Estiba.Ecs.TaskDefinitions;

/// <summary>
/// Image references of Amazon ECR's private registries, <c>{account}.dkr.ecr.{region}.amazonaws.com/{repository}</c>.
/// </summary>
/// <param name="AccountId">Whose registry.</param>
/// <param name="Region">Where.</param>
/// <param name="Repository">The repository, with the tag or the digest.</param>
internal readonly partial record struct EcrImage(string AccountId, string Region, string Repository)
{
    internal static bool IsMatch(string image) => Reference().IsMatch(image);

    internal static EcrImage? Of(string image) =>
        Reference().Match(image) is { Success: true } match
            ? new EcrImage(match.Groups["account"].Value, match.Groups["region"].Value, image[match.Length..])
            : null;

    [GeneratedRegex(
        @"^(?<account>[0-9]{12})\.dkr[.-]ecr(-fips)?\.(?<region>[a-z0-9-]+)\.(on\.aws|" + Arn.DnsSuffixPattern + ")/",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Reference();
}
