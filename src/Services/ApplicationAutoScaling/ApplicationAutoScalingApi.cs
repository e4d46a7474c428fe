using Estiba.ApplicationAutoScaling.ScalableTargets;
using Estiba.ApplicationAutoScaling.TargetTracking;
using Estiba.Contracts.ApplicationAutoScaling;
using Estiba.State;

namespace Estiba.ApplicationAutoScaling;

/// <summary>
/// The operations of Application Auto Scaling, for services of ECS. Follows the API reference, version 2016-02-06.
/// </summary>
public sealed partial class ApplicationAutoScalingApi : IApplicationAutoScalingApi
{
    private readonly Store _store;
    private readonly EcsServices _services;
    private readonly LinkedRole _role;
    private readonly AlarmKeeper _alarms;
    private readonly UniqueIds _ids;
    private readonly TimeProvider _time;

    /// <summary>Creates the service.</summary>
    /// <param name="store">Where everything is kept.</param>
    /// <param name="services">What can be scaled.</param>
    /// <param name="role">As whom AWS would scale it.</param>
    /// <param name="alarms">The alarms of policies.</param>
    /// <param name="ids">Makes ids.</param>
    /// <param name="time">The clock.</param>
    internal ApplicationAutoScalingApi(
        Store store,
        EcsServices services,
        LinkedRole role,
        AlarmKeeper alarms,
        UniqueIds ids,
        TimeProvider time
    ) => (_store, _services, _role, _alarms, _ids, _time) = (store, services, role, alarms, ids, time);

    private DateTimeOffset Now => _time.GetUtcNow();
}
