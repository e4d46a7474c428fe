using System.Globalization;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using LaunchTemplateSpecification = Estiba.Contracts.AutoScaling.LaunchTemplateSpecification;

namespace Estiba.AutoScaling.Launching;

/// <summary>Asks EC2 for launch templates.</summary>
/// <param name="own">EC2, called by this service.</param>
/// <param name="callers">EC2, called as whoever asks for a group.</param>
/// <param name="ids">Makes request ids.</param>
internal sealed class LaunchTemplates(IEc2Api own, IEc2Api callers, UniqueIds ids)
{
    /// <summary>The version that a group launches now.</summary>
    /// <exception cref="AwsException">EC2 has none.</exception>
    internal async Task<LaunchTemplateVersion> GetAsync(
        Scope scope,
        LaunchTemplateSpecification named,
        CancellationToken cancellation
    )
    {
        var answer = await own.DescribeLaunchTemplateVersionsAsync(
            new DescribeLaunchTemplateVersionsRequest
            {
                LaunchTemplateId = named.LaunchTemplateId,
                LaunchTemplateName = named.LaunchTemplateId is null ? named.LaunchTemplateName : null,
                Versions = [named.Version ?? "$Default"],
            },
            ServiceIdentity.ContextOf(scope, ids),
            cancellation
        );
        return answer.LaunchTemplateVersions![0];
    }

    /// <summary>What is launched of a template.</summary>
    internal async Task<LaunchSource> SourceOfAsync(
        Scope scope,
        LaunchTemplateSpecification named,
        CancellationToken cancellation
    )
    {
        try
        {
            var version = await GetAsync(scope, named, cancellation);
            var number = version.VersionNumber!.Value.ToString(CultureInfo.InvariantCulture);
            return new LaunchSource
            {
                Request = new RunInstancesRequest
                {
                    LaunchTemplate = new Contracts.Ec2.LaunchTemplateSpecification
                    {
                        LaunchTemplateId = version.LaunchTemplateId,
                        Version = number,
                    },
                },
                Asked = named,
                Template = new LaunchTemplateSpecification
                {
                    LaunchTemplateId = version.LaunchTemplateId,
                    LaunchTemplateName = version.LaunchTemplateName,
                    Version = number,
                },
                InstanceType = version.LaunchTemplateData!.InstanceType,
                ImageId = version.LaunchTemplateData.ImageId,
            };
        }
        catch (AwsException refused) when (refused.StatusCode < 500)
        {
            return new LaunchSource { Asked = named, Error = refused.Message };
        }
    }

    /// <summary>
    /// The template that a request names, with its id and name; as on AWS, whoever asks for a group must be allowed to
    /// launch it ("Launch template support", user guide).
    /// </summary>
    /// <exception cref="AwsException"><c>ValidationError</c>.</exception>
    internal async Task<LaunchTemplateSpecification> RequireAsync(
        LaunchTemplateSpecification named,
        string subnet,
        CallContext caller,
        CancellationToken cancellation
    )
    {
        if (string.IsNullOrEmpty(named.LaunchTemplateId) == string.IsNullOrEmpty(named.LaunchTemplateName))
            throw Validation.Error("Valid requests must contain either launchTemplateId or LaunchTemplateName");
        LaunchTemplateVersion version;
        try
        {
            version = await GetAsync(Scope.Of(caller), named, cancellation);
        }
        catch (AwsException refused) when (refused.StatusCode < 500)
        {
            throw Validation.Error($"You must use a valid fully-formed launch template. {refused.Message}");
        }

        await TryAsync(version, subnet, caller, cancellation);
        return new LaunchTemplateSpecification
        {
            LaunchTemplateId = version.LaunchTemplateId,
            LaunchTemplateName = version.LaunchTemplateName,
            Version = named.Version,
        };
    }

    /// <summary>Tries a launch as whoever asks for it; nothing is launched.</summary>
    /// <exception cref="AwsException"><c>ValidationError</c>: EC2 would refuse it.</exception>
    internal async Task TryAsync(RunInstancesRequest launch, CallContext caller, CancellationToken cancellation)
    {
        try
        {
            await callers.RunInstancesAsync(
                launch with
                {
                    DryRun = true,
                    MinCount = 1,
                    MaxCount = 1,
                },
                caller,
                cancellation
            );
        }
        catch (AwsException worked) when (worked.Code == "DryRunOperation")
        {
            // That is how EC2 says that it would have worked.
        }
        catch (AwsException refused) when (refused.StatusCode < 500)
        {
            throw Validation.Error(refused.Message);
        }
    }

    // Image and profile are said again, so that the caller's permission for them is asked too.
    private async Task TryAsync(
        LaunchTemplateVersion version,
        string subnet,
        CallContext caller,
        CancellationToken cancellation
    )
    {
        var data = version.LaunchTemplateData!;
        var launch = new RunInstancesRequest
        {
            LaunchTemplate = new Contracts.Ec2.LaunchTemplateSpecification
            {
                LaunchTemplateId = version.LaunchTemplateId,
                Version = version.VersionNumber!.Value.ToString(CultureInfo.InvariantCulture),
            },
            ImageId = data.ImageId,
            InstanceType = data.InstanceType,
            SubnetId = subnet,
            IamInstanceProfile = data.IamInstanceProfile is { } profile
                ? new IamInstanceProfileSpecification { Arn = profile.Arn, Name = profile.Name }
                : null,
        };
        try
        {
            await TryAsync(launch, caller, cancellation);
        }
        catch (AwsException refused) when (refused.StatusCode < 500)
        {
            throw Validation.Error($"You must use a valid fully-formed launch template. {refused.Message}");
        }
    }
}
