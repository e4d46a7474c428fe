using Estiba.Contracts;
using Estiba.Contracts.ElbV2;

namespace Estiba.AutoScaling.Tests;

/// <summary>Target groups whose targets are as a test says; one that is taken off drains until the test lets it
/// go.</summary>
internal sealed class StandInBalancers : IElbV2Api
{
    public const string Web = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/0123456789abcdef";

    /// <summary>The states of the targets of <see cref="Web"/>, by instance.</summary>
    public SortedDictionary<string, string> Targets { get; } = new(StringComparer.Ordinal);

    public Task<DescribeTargetGroupsOutput> DescribeTargetGroupsAsync(
        DescribeTargetGroupsInput request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        request.TargetGroupArns!.All(arn => arn == Web)
            ? Task.FromResult(
                new DescribeTargetGroupsOutput
                {
                    TargetGroups = [new TargetGroup { TargetGroupArn = Web, TargetType = "instance" }],
                }
            )
            : throw ElbV2Errors.TargetGroupNotFoundException("One or more target groups not found");

    public Task<RegisterTargetsOutput> RegisterTargetsAsync(
        RegisterTargetsInput request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        foreach (var target in request.Targets!)
            Targets[target.Id!] = "initial";
        return Task.FromResult(new RegisterTargetsOutput());
    }

    public Task<DeregisterTargetsOutput> DeregisterTargetsAsync(
        DeregisterTargetsInput request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        foreach (var target in request.Targets!)
            Targets[target.Id!] = "draining";
        return Task.FromResult(new DeregisterTargetsOutput());
    }

    public Task<DescribeTargetHealthOutput> DescribeTargetHealthAsync(
        DescribeTargetHealthInput request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new DescribeTargetHealthOutput
            {
                TargetHealthDescriptions =
                [
                    .. Targets.Select(target => new TargetHealthDescription
                    {
                        Target = new TargetDescription { Id = target.Key },
                        TargetHealth = new TargetHealth { State = target.Value },
                    }),
                ],
            }
        );

    /// <summary>What drains has answered all that it was asked.</summary>
    public void Drained()
    {
        foreach (var id in Targets.Where(target => target.Value == "draining").Select(target => target.Key).ToList())
            Targets.Remove(id);
    }
}
