using Estiba.CommandLine;

namespace Estiba.Demo.Production;

/// <summary>Deployments: one that goes well, one that is taken back, and one that is tried first.</summary>
internal sealed partial class ProductionWalk
{
    private const int CanaryPercent = 20;
    private const string LastDeployment = $"aws ecs list-service-deployments {TheService} --query ";

    internal Task RollingAsync(CancellationToken cancellation)
    {
        walk.Step(
            "A rolling deployment",
            "Version 2 takes the place of version 1, task by task. A task that leaves is taken off the target group, "
                + "answers what it was asked, and only then stops."
        );
        return ObserveAsync("a rolling deployment", async () =>
        {
            await PublishAsync(2, cancellation);
            await UpdateAsync(2, cancellation);
            await DeployedAsync(cancellation);
            return $"version 1, then {await RunAsync($"curl -s {Addresses[0]}", cancellation)}";
        });
    }

    private Task BadDeploymentAsync(CancellationToken cancellation)
    {
        walk.Step(
            "A bad one, which is taken back",
            "Version 3 has a mistake and answers 500. No task of it ever becomes healthy: after three the circuit "
                + "breaker gives up, and ECS goes back to version 2 by itself."
        );
        walk.ShowFile(
            ProductionFiles.BadConfiguration,
            ProductionFiles.Content(ProductionFiles.BadConfiguration, place)
        );
        return ObserveAsync("a bad deployment", async () =>
        {
            await PublishAsync(3, cancellation, $"docker build -q -f {ProductionFiles.BadDockerfile} .");
            await UpdateAsync(3, cancellation);
            var status = await EndOfDeploymentAsync(cancellation);
            if (status != "ROLLBACK_SUCCESSFUL")
                throw new CommandException($"the bad deployment should have been rolled back, and ended {status}.");
            await RunAsync($"{LastDeployment}'serviceDeployments[0].statusReason' --output text", cancellation);
            await RunAsync(
                $"aws ecs describe-services --cluster {Cluster} --services {Family} --query "
                    + "\"services[0].events[?contains(message, 'unhealthy')].message | [0]\"",
                cancellation
            );
            await DeployedAsync(cancellation);
            return $"rolled back to {await RunAsync($"curl -s {Addresses[0]}", cancellation)}";
        });
    }

    private async Task CanaryAsync(CancellationToken cancellation)
    {
        walk.Step(
            "A canary",
            $"Version 4 runs beside version 2, in a target group of its own, and answers {CanaryPercent} % of the "
                + "requests for a minute before it gets all of them. (AWS's default is ten minutes.)"
        );
        if (!await KnowsCanariesAsync(cancellation))
        {
            walk.Say(
                "The aws command here is older than canaries (October 2025), so this step is left out. Install a newer "
                    + "one to see it: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html"
            );
            return;
        }

        await ObserveAsync("a canary", async () =>
        {
            await PrepareCanaryAsync(cancellation);
            await PublishAsync(LastVersion, cancellation);
            await RunAsync(
                $"aws ecs update-service {TheService} --task-definition {Family}:{LastVersion} "
                    + "--deployment-configuration strategy=CANARY,canaryConfiguration='{"
                    + $"canaryPercent={CanaryPercent},canaryBakeTimeInMinutes=1}}' --load-balancers "
                    + "\"targetGroupArn=$GROUP,containerName=nginx,containerPort=80,advancedConfiguration={"
                    + "alternateTargetGroupArn=$GREEN,productionListenerRule=$RULE,roleArn=$ROLE}\" "
                    + "--query service.deploymentConfiguration.strategy --output text",
                cancellation
            );
            await WeightsAsync(CanaryPercent, cancellation);
            var before = _client!.Total;
            var trial = before;
            await WeightsAsync(100, cancellation, meanwhile: () => trial = _client.Total);
            var share = trial.PercentSince(before, $"version {LastVersion}");
            var status = await EndOfDeploymentAsync(cancellation);
            if (status != "SUCCESSFUL")
                throw new CommandException($"the canary should have been successful, and ended {status}.");
            await DeployedAsync(cancellation);
            _serving = "GREEN";
            return $"{share:0} % version {LastVersion}, then all";
        });
    }

    // On AWS the role lets ECS change the rules of listeners.
    private async Task PrepareCanaryAsync(CancellationToken cancellation)
    {
        await walk.SetAsync("GREEN", $"aws elbv2 create-target-group --name green {TargetGroupSettings}", cancellation);
        await walk.SetAsync(
            "RULE",
            "aws elbv2 describe-rules --listener-arn $LISTENER --query 'Rules[0].RuleArn' --output text",
            cancellation
        );
        await walk.SetAsync(
            "ROLE",
            "aws iam create-role --role-name ecs-listeners --assume-role-policy-document file://role.json "
                + "--query Role.Arn --output text",
            cancellation
        );
        await RunAsync(
            "aws iam attach-role-policy --role-name ecs-listeners --policy-arn "
                + "arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers",
            cancellation
        );
    }

    private Task UpdateAsync(int version, CancellationToken cancellation) =>
        RunAsync(
            $"aws ecs update-service {TheService} --task-definition {Family}:{version} "
                + "--query service.taskDefinition --output text",
            cancellation
        );

    /// <summary>Waits until the listener's rule gives the new target group this part of the requests.</summary>
    private Task WeightsAsync(int percent, CancellationToken cancellation, Action? meanwhile = null) =>
        WatchAsync(
            "aws elbv2 describe-rules --rule-arns $RULE --query "
                + "'Rules[0].Actions[0].ForwardConfig.TargetGroups[].[TargetGroupArn,Weight]' --output text "
                + "| sed 's|.*targetgroup/||'",
            seen =>
            {
                if (
                    seen.Split("; ")
                        .Any(each =>
                            each.StartsWith("green/", StringComparison.Ordinal)
                            && each.EndsWith($" {percent}", StringComparison.Ordinal)
                        )
                )
                    return true;
                meanwhile?.Invoke();
                return false;
            },
            cancellation
        );

    private Task<string> EndOfDeploymentAsync(CancellationToken cancellation) =>
        WatchAsync(
            $"{LastDeployment}'serviceDeployments[0].status' --output text",
            status => status is "SUCCESSFUL" or "STOPPED" or "ROLLBACK_SUCCESSFUL" or "ROLLBACK_FAILED",
            cancellation
        );

    private async Task<bool> KnowsCanariesAsync(CancellationToken cancellation) =>
        (
            await shell.RunAsync(
                "aws ecs update-service --generate-cli-skeleton | grep canaryBakeTimeInMinutes",
                silence: null,
                cancellation
            )
        ).Succeeded;
}
