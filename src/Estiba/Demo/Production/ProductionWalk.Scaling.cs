namespace Estiba.Demo.Production;

/// <summary>More tasks for more requests, fewer for fewer, and others for those of an instance that is gone.</summary>
internal sealed partial class ProductionWalk
{
    private const string Target =
        $"--service-namespace ecs --resource-id service/{Cluster}/{Family} "
        + "--scalable-dimension ecs:service:DesiredCount";

    private Task ScaleOutAsync(CancellationToken cancellation)
    {
        walk.Step(
            "The load doubles",
            "A policy tracks a target: 1,500 requests a minute for each task. It makes an alarm of its own that wants "
                + "to see three minutes above it, as on AWS; nothing of that is shortened here. So this takes its time."
        );
        return ObserveAsync("the load doubles", async () =>
        {
            await RunAsync(
                $"aws application-autoscaling register-scalable-target {Target} --min-capacity 2 --max-capacity 4",
                cancellation
            );
            walk.ShowFile(ProductionFiles.Tracking, ProductionFiles.Content(ProductionFiles.Tracking, place));
            await RunAsync(
                $"aws application-autoscaling put-scaling-policy {Target} --policy-name requests "
                    + "--policy-type TargetTrackingScaling --target-tracking-scaling-policy-configuration "
                    + "\"$(sed \"s|{load_balancer}|${BALANCER#*:loadbalancer/}|; "
                    + $"s|{{target_group}}|${{{_serving}##*:}}|\" "
                    + $"{ProductionFiles.Tracking})\" --query 'Alarms[].AlarmName' --output text",
                cancellation
            );
            _client!.Rate = DoubledRate;
            walk.Say($"Now the client asks {DoubledRate:0} times a second.");
            await WatchAsync(
                "aws cloudwatch describe-alarms --alarm-name-prefix TargetTracking- "
                    + "--query 'MetricAlarms[0].[StateValue,StateReason]' --output text",
                seen => seen.StartsWith("ALARM", StringComparison.Ordinal),
                cancellation,
                minutes: 8
            );
            await TasksAsync(4, cancellation);
            await RunAsync(
                $"aws application-autoscaling describe-scaling-activities {Target} --query "
                    + "'ScalingActivities[0].[Description,Cause]'",
                cancellation
            );
            return "2 tasks, then 4";
        });
    }

    private Task ScaleInAsync(CancellationToken cancellation)
    {
        walk.Step(
            "The load falls",
            "Target tracking would wait for fifteen quiet minutes, as on AWS, before it takes tasks away. That is left "
                + "to a second policy (DisableScaleIn above), by steps, whose alarm wants to see one quiet minute."
        );
        return ObserveAsync("the load falls", async () =>
        {
            _client!.Rate = UsualRate;
            walk.Say($"The client asks {UsualRate:0} times a second again.");
            await walk.SetAsync(
                "POLICY",
                $"aws application-autoscaling put-scaling-policy {Target} --policy-name quiet "
                    + "--policy-type StepScaling --step-scaling-policy-configuration AdjustmentType=ExactCapacity,"
                    + "Cooldown=60,StepAdjustments='[{MetricIntervalUpperBound=0,ScalingAdjustment=2}]' "
                    + "--query PolicyARN --output text",
                cancellation
            );
            await RunAsync(
                "aws cloudwatch put-metric-alarm --alarm-name quiet --namespace AWS/ApplicationELB "
                    + "--metric-name RequestCountPerTarget --dimensions "
                    + "Name=LoadBalancer,Value=${BALANCER#*:loadbalancer/} "
                    + $"Name=TargetGroup,Value=${{{_serving}##*:}} "
                    + "--statistic Sum --period 60 --evaluation-periods 1 --comparison-operator LessThanThreshold "
                    + "--threshold 900 --alarm-actions $POLICY",
                cancellation
            );
            await TasksAsync(2, cancellation);
            return "4 tasks, then 2";
        });
    }

    internal Task LostInstanceAsync(CancellationToken cancellation)
    {
        walk.Step(
            "An instance is gone",
            "One with a task on it ends as by a power cut: its containers are killed at once, whatever they are asked."
        );
        return ObserveAsync("an instance is gone", async () =>
        {
            var instance = await walk.SetAsync(
                "INSTANCE",
                $"aws elbv2 describe-target-health --target-group-arn ${_serving} "
                    + "--query 'TargetHealthDescriptions[0].Target.Id' --output text",
                cancellation
            );
            await RunAsync(
                "aws ec2 terminate-instances --instance-ids $INSTANCE "
                    + "--query 'TerminatingInstances[].CurrentState.Name' --output text",
                cancellation
            );
            await WatchAsync(
                $"aws elbv2 describe-target-health --target-group-arn ${_serving} "
                    + "--query 'TargetHealthDescriptions[].[Target.Id,TargetHealth.State]' --output text",
                seen =>
                    !seen.Contains(instance, StringComparison.Ordinal)
                    && seen.Split("; ").Count(target => target.EndsWith(" healthy", StringComparison.Ordinal)) == 2,
                cancellation
            );
            return "replaced on another instance";
        });
    }

    private Task TasksAsync(int count, CancellationToken cancellation) =>
        WatchAsync(
            $"aws ecs describe-services --cluster {Cluster} --services {Family} --query "
                + "'services[0].[desiredCount,runningCount]' --output text",
            seen => seen == $"{count} {count}",
            cancellation,
            minutes: 8
        );
}
