using Estiba.Contracts;
using Estiba.Contracts.Ecr;
using Estiba.Ecr.Repositories;
using Estiba.Ecr.Settings;

namespace Estiba.Ecr.Scanning;

/// <summary>
/// Which images would be scanned when ("Scan images for software vulnerabilities", Amazon ECR user guide).
/// </summary>
internal static class ScanningRules
{
    private const int MostRulesOfBasic = 1;
    private const int MostRules = 2;

    /// <exception cref="AwsException"><c>InvalidParameterException</c>: this type of scanning has no such
    /// rule.</exception>
    internal static void Validate(PutRegistryScanningConfigurationRequest request)
    {
        var isEnhanced = request.ScanType == ScanType.Enhanced;
        var rules = request.Rules ?? [];
        if (!isEnhanced && rules.Any(rule => rule.ScanFrequency == ScanFrequency.ContinuousScan))
            throw EcrErrors.InvalidParameterException("CONTINUOUS_SCAN is only supported for the scan type ENHANCED.");
        if (isEnhanced && rules.Any(rule => rule.ScanFrequency == ScanFrequency.Manual))
            throw EcrErrors.InvalidParameterException("MANUAL is only supported for the scan type BASIC.");
        var most = isEnhanced ? MostRules : MostRulesOfBasic;
        if (rules.Count > most)
            throw EcrErrors.InvalidParameterException($"There can be at most {most} rules for this scan type.");
        if (rules.Select(rule => rule.ScanFrequency).Distinct(StringComparer.Ordinal).Count() < rules.Count)
            throw EcrErrors.InvalidParameterException("There can be at most one rule for each scanFrequency.");
    }

    /// <summary>What the registry is set to; basic scanning without rules when nobody has said.</summary>
    internal static RegistryScanningConfiguration Of(RegistryRecord registry) =>
        registry.Scanning ?? new RegistryScanningConfiguration { ScanType = ScanType.Basic, Rules = [] };

    /// <summary>What holds for one repository: the registry's first rule for its name, else its own setting.</summary>
    internal static RepositoryScanningConfiguration For(RegistryRecord registry, RepositoryRecord repository, Arn arn)
    {
        var applied = Of(registry)
            .Rules!.Select(rule =>
                (
                    rule.ScanFrequency,
                    Filters: rule.RepositoryFilters!.Where(filter => Matches(filter, repository.Name)).ToList()
                )
            )
            .FirstOrDefault(rule => rule.Filters.Count > 0);
        var frequency = applied.ScanFrequency
            ?? (repository.ScanOnPush ? ScanFrequency.ScanOnPush : ScanFrequency.Manual);
        return new RepositoryScanningConfiguration
        {
            RepositoryArn = arn.ToString(),
            RepositoryName = repository.Name,
            ScanOnPush = frequency != ScanFrequency.Manual,
            ScanFrequency = frequency,
            AppliedScanFilters = applied.Filters ?? [],
        };
    }

    // A filter without a wildcard matches every name that has it in it.
    private static bool Matches(ScanningRepositoryFilter filter, string name) =>
        filter.Filter!.Contains('*', StringComparison.Ordinal)
            ? TagMutability.Matches(filter.Filter, name)
            : name.Contains(filter.Filter, StringComparison.Ordinal);
}
