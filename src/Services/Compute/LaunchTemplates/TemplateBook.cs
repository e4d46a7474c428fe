using System.Globalization;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.State;

namespace Estiba.Compute.LaunchTemplates;

/// <summary>Finds the launch templates of an account in a region, and their versions.</summary>
internal sealed class TemplateBook(View view, CallContext context)
{
    internal const string Latest = "$Latest";
    internal const string Default = "$Default";

    private readonly Scope _scope = Scope.Of(context);

    /// <summary>The template with an id or a name, of which a request has exactly one.</summary>
    /// <exception cref="AwsException">It has both or neither, or there is no such template.</exception>
    public LaunchTemplateRecord Get(string? id, string? name)
    {
        if (string.IsNullOrEmpty(id) == string.IsNullOrEmpty(name))
            throw string.IsNullOrEmpty(id)
                ? new AwsException(
                    "MissingParameter",
                    "Either the launch template ID or the launch template name must be specified."
                )
                : Ec2Requests.Combination(
                    "Specify either the launch template ID or the launch template name, but not both."
                );
        return string.IsNullOrEmpty(id) ? GetByName(name!) : GetById(id);
    }

    public LaunchTemplateRecord? FindByName(string name) =>
        view.Where(ComputeTables.LaunchTemplates, ComputeTables.LaunchTemplateName, _scope.Key(name)).FirstOrDefault();

    public IEnumerable<LaunchTemplateRecord> All() => view.Range(ComputeTables.LaunchTemplates, _scope.Prefix);

    public IEnumerable<LaunchTemplateVersionRecord> Versions(LaunchTemplateRecord template) =>
        view.Range(
            ComputeTables.LaunchTemplateVersions,
            ComputeTables.VersionsPrefix(template.AccountId, template.Region, template.LaunchTemplateId)
        );

    /// <summary>A version by its number, or as <c>$Latest</c> or <c>$Default</c>, which no version is too.</summary>
    /// <exception cref="AwsException"><c>InvalidLaunchTemplateId.VersionNotFound</c>.</exception>
    public LaunchTemplateVersionRecord GetVersion(LaunchTemplateRecord template, string? version) =>
        FindVersion(template, NumberOf(template, version))
        ?? throw new AwsException(
            "InvalidLaunchTemplateId.VersionNotFound",
            $"Could not find launch template version {version} of the launch template {template.LaunchTemplateId}"
        );

    public LaunchTemplateVersionRecord? FindVersion(LaunchTemplateRecord template, long number) =>
        view.Find(
            ComputeTables.LaunchTemplateVersions,
            ComputeTables.VersionKey(template.AccountId, template.Region, template.LaunchTemplateId, number)
        );

    /// <summary>The number that a text means.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterValue</c>: it is no version.</exception>
    public static long NumberOf(LaunchTemplateRecord template, string? version) =>
        version switch
        {
            null or "" or Default => template.DefaultVersion,
            Latest => template.LatestVersion,
            _ when long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
            _ => throw Ec2Requests.Invalid($"Invalid launch template version: '{version}'"),
        };

    private LaunchTemplateRecord GetById(string id)
    {
        ResourceKind.LaunchTemplate.Require([id], each =>
            view.Find(ComputeTables.LaunchTemplates, _scope.Key(each)) is not null
        );
        return view.Find(ComputeTables.LaunchTemplates, _scope.Key(id))!;
    }

    private LaunchTemplateRecord GetByName(string name) => FindByName(name) ?? throw NoneOfName();

    /// <summary>What EC2 says of a name that no template has.</summary>
    public static AwsException NoneOfName() =>
        new(
            "InvalidLaunchTemplateName.NotFoundException",
            "At least one of the launch templates specified in the request does not exist."
        );
}
