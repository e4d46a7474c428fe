using Estiba.Compute.Instances;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute;

public sealed partial class Ec2Api
{
    /// <inheritdoc />
    public async Task<Reservation> RunInstancesAsync(
        RunInstancesRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var launch = LaunchRequest.Check(request, context.Region);
        var launcher = new InstanceLauncher(_network.Range, VCpuLimit, _ids, _time);
        var records = await _store.CommitAsync(transaction => launcher.Launch(transaction, launch, context), cancellation);
        var view = _store.Current;
        return new InstanceDescription(view, context, Book(view, context)).ToReservations(records)[0];
    }
}
