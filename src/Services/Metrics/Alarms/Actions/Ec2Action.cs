using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.Hosting.Alarms;

namespace Estiba.Metrics.Alarms.Actions;

/// <summary>Stops, terminates or reboots the instance that an alarm's metric is of, its dimension <c>InstanceId</c>:
/// <c>arn:aws:automate:REGION:ec2:stop</c>.</summary>
/// <param name="ec2">EC2.</param>
/// <param name="instanceOf">The instance of an alarm, by the alarm's ARN; null where it has none.</param>
internal sealed class Ec2Action(IEc2Api ec2, Func<string, string?> instanceOf) : IAlarmAction
{
    private const string Prefix = "ec2:";

    /// <inheritdoc/>
    public bool Takes(string arn) => VerbOf(arn) is "stop" or "terminate" or "reboot";

    /// <inheritdoc/>
    public async Task RunAsync(string arn, AlarmStateChange change, CancellationToken cancellation)
    {
        if (!Arn.TryParse(change.AlarmArn, out var alarm) || instanceOf(change.AlarmArn) is not { } instance)
            throw new AwsException("ValidationError", "The alarm's metric has no dimension InstanceId.");
        var context = AlarmCaller.ContextOf(new Scope(alarm.AccountId, alarm.Region), change.AlarmArn);
        switch (VerbOf(arn))
        {
            case "stop":
                await ec2.StopInstancesAsync(new() { InstanceIds = [instance] }, context, cancellation);
                break;
            case "terminate":
                await ec2.TerminateInstancesAsync(new() { InstanceIds = [instance] }, context, cancellation);
                break;
            default:
                await ec2.RebootInstancesAsync(new() { InstanceIds = [instance] }, context, cancellation);
                break;
        }
    }

    /// <summary>Whether an ARN is an action of EC2, of whatever kind.</summary>
    internal static bool IsOfEc2(string arn) =>
        Arn.TryParse(arn, out var parts) && parts.Service is "automate" or "swf";

    // arn:aws:automate:eu-west-1:ec2:stop has fewer parts than other ARNs.
    private static string? VerbOf(string arn)
    {
        var parts = arn.Split(':', 5);
        return parts is ["arn", _, "automate", _, var rest] && rest.StartsWith(Prefix, StringComparison.Ordinal)
            ? rest[Prefix.Length..]
            : null;
    }
}
