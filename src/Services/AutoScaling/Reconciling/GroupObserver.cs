using Estiba.AutoScaling.Groups;
using Estiba.AutoScaling.Instances;
using Estiba.AutoScaling.Launching;
using Estiba.Contracts;
using Estiba.Contracts.AutoScaling;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.ElbV2;
using Estiba.State;
using Filter = Estiba.Contracts.Ec2.Filter;
using LaunchTemplateSpecification = Estiba.Contracts.AutoScaling.LaunchTemplateSpecification;

namespace Estiba.AutoScaling.Reconciling;

/// <summary>Asks EC2 and the load balancers how the instances of a group are.</summary>
internal sealed class GroupObserver(
    Store store,
    IEc2Api ec2,
    IElbV2Api balancers,
    LaunchTemplates templates,
    UniqueIds ids
)
{
    /// <summary>As many values may the filters of a request have.</summary>
    private const int AtOnce = 200;

    /// <summary>Asks.</summary>
    /// <exception cref="AwsException">One of them could not answer.</exception>
    internal async Task<Observation> ObserveAsync(GroupRecord group, CancellationToken cancellation)
    {
        var view = store.Current;
        var known = GroupStep.InstancesOf(view, group);
        return new Observation(
            known.Select(each => each.InstanceId).OfType<string>().ToHashSet(StringComparer.Ordinal),
            await InstancesAsync(group.Scope, known, cancellation),
            await TargetsAsync(group, cancellation),
            group.IsDeleting
                ? null
                : await SourceAsync(view, group, GroupStep.RefreshOf(view, group)?.Desired, cancellation)
        );
    }

    private async Task<IReadOnlyDictionary<string, SeenInstance>> InstancesAsync(
        Scope scope,
        IReadOnlyList<GroupInstanceRecord> known,
        CancellationToken cancellation
    )
    {
        var seen = new Dictionary<string, SeenInstance>(StringComparer.Ordinal);
        foreach (var chunk in known.Select(each => each.InstanceId).OfType<string>().Chunk(AtOnce))
        {
            var answer = await ec2.DescribeInstancesAsync(
                new DescribeInstancesRequest { Filters = [new Filter { Name = "instance-id", Values = chunk }] },
                ServiceIdentity.ContextOf(scope, ids),
                cancellation
            );
            foreach (var instance in (answer.Reservations ?? []).SelectMany(each => each.Instances ?? []))
                seen[instance.InstanceId!] = new SeenInstance(
                    instance.State!.Name!,
                    instance.Tags?.FirstOrDefault(tag => tag.Key == LaunchSource.GroupTagKey)?.Value,
                    instance.InstanceType,
                    instance.ImageId,
                    instance.StateReason?.Message
                );
        }

        return seen;
    }

    private async Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>> TargetsAsync(
        GroupRecord group,
        CancellationToken cancellation
    )
    {
        var seen = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        foreach (var link in group.TargetGroups)
        {
            try
            {
                var answer = await balancers.DescribeTargetHealthAsync(
                    new DescribeTargetHealthInput { TargetGroupArn = link.Arn },
                    ServiceIdentity.ContextOf(group.Scope, ids),
                    cancellation
                );
                seen[link.Arn] = (answer.TargetHealthDescriptions ?? [])
                    .GroupBy(each => each.Target!.Id!, StringComparer.Ordinal)
                    .ToDictionary(
                        targets => targets.Key,
                        targets => targets.First().TargetHealth!.State!,
                        StringComparer.Ordinal
                    );
            }
            catch (AwsException gone) when (gone.Code == "TargetGroupNotFound")
            {
                // Nobody is its target any more; and nobody can become one.
            }
        }

        return seen;
    }

    private async Task<LaunchSource?> SourceAsync(
        View view,
        GroupRecord group,
        LaunchTemplateSpecification? desired,
        CancellationToken cancellation
    )
    {
        if ((desired ?? group.LaunchTemplate) is { } template)
            return await templates.SourceOfAsync(group.Scope, template, cancellation);
        var found = view.Find(AutoScalingTables.LaunchConfigurations, group.Scope.Key(group.LaunchConfiguration ?? ""));
        return found is null
            ? new LaunchSource
            {
                Configuration = group.LaunchConfiguration,
                Error = $"Launch configuration name not found - {group.LaunchConfiguration}.",
            }
            : new LaunchSource
            {
                Request = LaunchSource.RequestOf(found.Content),
                Configuration = found.Name,
                InstanceType = found.Content.InstanceType,
                ImageId = found.Content.ImageId,
            };
    }
}
