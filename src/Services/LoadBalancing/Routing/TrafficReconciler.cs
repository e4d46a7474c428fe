using Estiba.Hosting.Certificates;
using Estiba.Hosting.Controllers;
using Estiba.Listeners;
using Estiba.LoadBalancing.Traffic;
using Estiba.LoadBalancing.Traffic.Network;
using Estiba.State;
using Microsoft.Extensions.Logging;

namespace Estiba.LoadBalancing.Routing;

/// <summary>
/// Has the traffic follow the records: one key for all, because a listener that opens may need what another gives up.
/// </summary>
/// <remarks>
/// An address begins to answer a little after its network interface was made: until then a listener cannot be opened,
/// and is tried again.
/// </remarks>
internal sealed partial class TrafficReconciler(
    Store store,
    LoadBalancerTraffic traffic,
    NetworkTraffic network,
    ServerCertificates certificates,
    ILogger logger
) : IReconciler<string>
{
    /// <summary>The only key.</summary>
    internal const string Key = "traffic";

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private HashSet<string> _said = [];

    public async Task<TimeSpan?> ReconcileAsync(string key, CancellationToken cancellation)
    {
        var view = store.Current;
        var found = Certificates(view);
        var faults = (await traffic.ApplyAsync(ListenerConfigurations.Of(view, found), cancellation))
            .Concat(network.Apply(NetworkListenerConfigurations.Of(view, found)))
            .ToList();
        foreach (var fault in faults.Where(fault => !_said.Contains(fault.ListenerArn)))
            Log.CannotListen(logger, fault.ListenerArn, $"{fault.EndPoint}", fault.Reason);
        _said = [.. faults.Select(fault => fault.ListenerArn)];
        return faults.Count > 0 ? Retry : null;
    }

    private Dictionary<string, ServerCertificate> Certificates(View view)
    {
        var found = new Dictionary<string, ServerCertificate>(StringComparer.Ordinal);
        foreach (var listener in ListenerConfigurations.Secure(view))
        {
            foreach (var arn in listener.Certificates.Where(arn => !found.ContainsKey(arn)))
            {
                if (certificates.Find(view, arn, listener.Scope) is { } its)
                    found.Add(arn, its);
            }
        }

        return found;
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "The listener {Listener} does not get {Address} yet: {Reason}"
        )]
        internal static partial void CannotListen(ILogger logger, string listener, string address, string reason);
    }
}
