using Estiba.Console.Commands;
using Estiba.Console.Sessions;
using Estiba.Contracts;

namespace Estiba.Console.Pages.Services;

/// <summary>A service that somebody is about to make, with what belongs to it.</summary>
internal sealed class ServicePlan
{
    internal const string Spread = "spread";
    internal const string Binpack = "binpack";
    internal const string OnePerHost = "distinctInstance";
    internal const string NewTargetGroup = "new";

    // What the commands show in place of an ARN that is not known before.
    private const string ComingArn = "$TARGET_GROUP_ARN";
    private const string Dimension = "ecs:service:DesiredCount";
    private const int LowestPriority = 50000;

    internal string Cluster { get; set; } = "default";
    internal string TaskDefinition { get; set; } = "";
    internal string Name { get; set; } = "";
    internal int? DesiredCount { get; set; } = 1;
    internal string Placement { get; set; } = Spread;
    internal bool IsAwsvpc { get; set; }
    internal string Subnets { get; set; } = "";
    internal string SecurityGroups { get; set; } = "";
    internal int? MinimumHealthyPercent { get; set; } = 100;
    internal int? MaximumPercent { get; set; } = 200;
    internal bool HasCircuitBreaker { get; set; } = true;

    /// <summary>An ARN; empty for none, <see cref="NewTargetGroup"/> for one that is made.</summary>
    internal string TargetGroup { get; set; } = "";

    internal string Listener { get; set; } = "";
    internal string? VpcId { get; set; }
    internal string PathPattern { get; set; } = "/*";
    internal string HealthCheckPath { get; set; } = "/";

    /// <summary>The container and its port that the load balancer sends to: <c>name:80</c>.</summary>
    internal string ContainerPort { get; set; } = "";

    internal bool Scales { get; set; }
    internal int? MinCapacity { get; set; } = 1;
    internal int? MaxCapacity { get; set; } = 4;
    internal int? TargetCpu { get; set; } = 60;

    /// <summary>All that will be asked for, in this order.</summary>
    internal IReadOnlyList<IShape> Requests
    {
        get
        {
            var requests = new List<IShape>();
            if (TargetGroup == NewTargetGroup)
                requests.AddRange([TargetGroupRequest, RuleRequest(ComingArn, 1)]);
            requests.Add(ServiceRequest(ComingArn));
            if (Scales)
                requests.AddRange([TargetRequest, PolicyRequest]);
            return requests;
        }
    }

    /// <summary>The commands that do the same.</summary>
    internal string Commands =>
        string.Join(
            "\n",
            Requests.Select(request =>
                request switch
                {
                    Elb.CreateTargetGroupInput => AwsCommand.Of("elbv2", "CreateTargetGroup", request),
                    Elb.CreateRuleInput => AwsCommand.Of("elbv2", "CreateRule", request),
                    Ecs.CreateServiceRequest => AwsCommand.Of("ecs", "CreateService", request),
                    AppScaling.RegisterScalableTargetRequest => AwsCommand.Of(
                        "application-autoscaling",
                        "RegisterScalableTarget",
                        request
                    ),
                    _ => AwsCommand.Of("application-autoscaling", "PutScalingPolicy", request),
                }
            )
        );

    /// <summary>Makes all of it.</summary>
    internal async Task MakeAsync(Clients clients)
    {
        var group = TargetGroup;
        if (group == NewTargetGroup)
            group = await MakeTargetGroupAsync(clients.Of<Elb.IElbV2Api>());
        await clients.Of<Ecs.IEcsApi>().CreateServiceAsync(ServiceRequest(group), Session.Context);
        if (!Scales)
            return;
        var scaling = clients.Of<AppScaling.IApplicationAutoScalingApi>();
        await scaling.RegisterScalableTargetAsync(TargetRequest, Session.Context);
        await scaling.PutScalingPolicyAsync(PolicyRequest, Session.Context);
    }

    private async Task<string> MakeTargetGroupAsync(Elb.IElbV2Api elb)
    {
        var made = await elb.CreateTargetGroupAsync(TargetGroupRequest, Session.Context);
        var arn = made.TargetGroups![0].TargetGroupArn!;
        var rules = await elb.DescribeRulesAsync(new() { ListenerArn = Listener }, Session.Context);
        var taken = (rules.Rules ?? [])
            .Select(rule => int.TryParse(rule.Priority, out var priority) ? priority : 0)
            .ToHashSet();
        var free = Enumerable.Range(1, LowestPriority).First(priority => !taken.Contains(priority));
        await elb.CreateRuleAsync(RuleRequest(arn, free), Session.Context);
        return arn;
    }

    private string ResourceId => $"service/{Cluster}/{Name}";

    private Elb.CreateTargetGroupInput TargetGroupRequest =>
        new()
        {
            Name = Name.Replace('_', '-'),
            Protocol = "HTTP",
            Port = 80,
            VpcId = VpcId,
            TargetType = IsAwsvpc ? "ip" : "instance",
            HealthCheckPath = HealthCheckPath,
        };

    private AppScaling.RegisterScalableTargetRequest TargetRequest =>
        new()
        {
            ServiceNamespace = "ecs",
            ResourceId = ResourceId,
            ScalableDimension = Dimension,
            MinCapacity = MinCapacity,
            MaxCapacity = MaxCapacity,
        };

    private AppScaling.PutScalingPolicyRequest PolicyRequest =>
        new()
        {
            PolicyName = $"{Name}-cpu",
            ServiceNamespace = "ecs",
            ResourceId = ResourceId,
            ScalableDimension = Dimension,
            PolicyType = "TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration = new()
            {
                TargetValue = TargetCpu,
                PredefinedMetricSpecification = new() { PredefinedMetricType = "ECSServiceAverageCPUUtilization" },
            },
        };

    private Elb.CreateRuleInput RuleRequest(string group, int priority) =>
        new()
        {
            ListenerArn = Listener.Length == 0 ? null : Listener,
            Priority = priority,
            Conditions = [new() { Field = "path-pattern", Values = [PathPattern] }],
            Actions = [new() { Type = "forward", TargetGroupArn = group }],
        };

    private Ecs.CreateServiceRequest ServiceRequest(string group) =>
        new()
        {
            Cluster = Or(Cluster),
            ServiceName = Or(Name),
            TaskDefinition = Or(TaskDefinition),
            DesiredCount = DesiredCount,
            LaunchType = "EC2",
            DeploymentConfiguration = new()
            {
                MinimumHealthyPercent = MinimumHealthyPercent,
                MaximumPercent = MaximumPercent,
                DeploymentCircuitBreaker = new() { Enable = HasCircuitBreaker, Rollback = HasCircuitBreaker },
            },
            PlacementStrategy = Placement switch
            {
                Spread =>
                [
                    new() { Type = "spread", Field = "attribute:ecs.availability-zone" },
                    new() { Type = "spread", Field = "instanceId" },
                ],
                Binpack => [new() { Type = "binpack", Field = "memory" }],
                _ => null,
            },
            PlacementConstraints = Placement == OnePerHost ? [new() { Type = OnePerHost }] : null,
            LoadBalancers = LoadBalancers(TargetGroup == NewTargetGroup ? group : TargetGroup),
            NetworkConfiguration = IsAwsvpc
                ? new()
                {
                    AwsvpcConfiguration = new() { Subnets = Split(Subnets), SecurityGroups = Split(SecurityGroups) },
                }
                : null,
        };

    private IReadOnlyList<Ecs.LoadBalancer>? LoadBalancers(string group) =>
        group.Length == 0 || ContainerPort.Split(':') is not [var container, var port]
            ? null
            :
            [
                new()
                {
                    TargetGroupArn = group,
                    ContainerName = container,
                    ContainerPort = int.Parse(port, System.Globalization.CultureInfo.InvariantCulture),
                },
            ];

    private static string? Or(string text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static string[]? Split(string text) =>
        text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } parts ? parts : null;
}
