using System.Globalization;
using Estiba.Compute.Instances;
using Estiba.Compute.LaunchTemplates;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.Iam;
using Tag = Estiba.Contracts.Ec2.Tag;

namespace Estiba.Compute;

public sealed partial class Ec2Api
{
    /// <inheritdoc />
    public async Task<Reservation> RunInstancesAsync(
        RunInstancesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var hash = LaunchRequest.HashOf(request);
        // What was launched of a template stays so when the template changes or goes.
        if (
            request.DryRun != true
            && InstanceLauncher.FindEarlier(_store.Current, request.ClientToken, hash, context) is { } earlier
        )
            return Described(earlier, context);
        var (whole, templateTags) = OfTemplate(request, context);
        // A dry run ends there, before anything else is looked up.
        var checkedLaunch = LaunchRequest.Check(whole, context);
        var launch = checkedLaunch with
        {
            Hash = hash,
            Tags = [.. checkedLaunch.Tags, .. templateTags],
            InstanceProfileArn = await FindProfileAsync(whole.IamInstanceProfile, context, cancellation),
        };
        var launcher = new InstanceLauncher(_network.Range, VCpuLimit, _ids, _time);
        var records = await _store.CommitAsync(
            transaction => launcher.Launch(transaction, launch, context),
            cancellation
        );
        return Described(records, context);
    }

    private Reservation Described(IReadOnlyList<InstanceRecord> records, CallContext context)
    {
        var view = _store.Current;
        return new InstanceDescription(view, context, Book(view, context)).ToReservations(records)[0];
    }

    /// <summary>The request with what its launch template says, and the tags that say which one it was.</summary>
    private (RunInstancesRequest Request, IReadOnlyList<Tag> Tags) OfTemplate(
        RunInstancesRequest request,
        CallContext context
    )
    {
        if (request.LaunchTemplate is not { } named)
            return (request, []);
        var book = new TemplateBook(_store.Current, context);
        var template = book.Get(named.LaunchTemplateId, named.LaunchTemplateName);
        var version = book.GetVersion(template, named.Version);
        return (
            TemplateData.Apply(version.Data, request),
            [
                new Tag { Key = "aws:ec2launchtemplate:id", Value = template.LaunchTemplateId },
                new Tag
                {
                    Key = "aws:ec2launchtemplate:version",
                    Value = version.Version.ToString(CultureInfo.InvariantCulture),
                },
            ]
        );
    }

    /// <summary>
    /// The ARN of the instance profile that is named, or whose ARN is given; null where there is none in the account.
    /// </summary>
    private async Task<string?> FindProfileAsync(
        IamInstanceProfileSpecification? wanted,
        CallContext context,
        CancellationToken cancellation
    )
    {
        if ((wanted?.Arn?.Split('/')[^1] ?? wanted?.Name) is not { } name)
            return null;
        try
        {
            var found = await _iam.GetInstanceProfileAsync(
                new GetInstanceProfileRequest { InstanceProfileName = name },
                context,
                cancellation
            );
            var arn = found.InstanceProfile!.Arn;
            return wanted!.Arn is null || wanted.Arn == arn ? arn : null;
        }
        catch (AwsException missing) when (missing.Code is "NoSuchEntity" or "ValidationError")
        {
            return null; // there is none, or none can have that name
        }
    }
}
