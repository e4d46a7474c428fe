using System.Text;
using Estiba.Compute.Instances;
using Estiba.Compute.InstanceTypes;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute;

public sealed partial class Ec2Api
{
    /// <summary>
    /// What a virtual instance has to say: what was made of its user data, and why it does not start.
    /// </summary>
    public Task<GetConsoleOutputResult> GetConsoleOutputAsync(
        GetConsoleOutputRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Ec2Requests.EndDryRun(request.DryRun);
        var record = InstanceLookup.Get(_store.Current, context, request.InstanceId!);

        var text = new StringBuilder();
        if (InstanceTypeCatalog.Find(record.InstanceType) is { } type)
        {
            text.AppendLine(
                $"virtual instance {record.InstanceId}: {record.InstanceType}, "
                    + $"{InstanceNames.ZoneName(record)}, address {record.Address ?? "none"}"
            );
            text.AppendLine($"capacity registered with ECS: {type.EcsCpu} CPU units, {type.EcsMemoryMiB} MiB");
        }
        foreach (var note in InstanceLaunches.ReadUserData(record).Notes)
            text.AppendLine($"user data: {note}");
        text.AppendLine($"state: {record.State}, booted {record.Booted} time(s)");
        if (record.Trouble is { } trouble)
            text.AppendLine($"trouble: {trouble}");

        return Task.FromResult(
            new GetConsoleOutputResult
            {
                InstanceId = record.InstanceId,
                Timestamp = record.LaunchTime,
                Output = Convert.ToBase64String(Encoding.UTF8.GetBytes(text.ToString())),
            }
        );
    }
}
