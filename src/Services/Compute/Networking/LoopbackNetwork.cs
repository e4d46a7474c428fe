using System.Net;

namespace Estiba.Compute.Networking;

/// <summary>Addresses of 127.66.0.0/16: nothing has to be set up and only the host reaches them.</summary>
internal sealed class LoopbackNetwork(string limitation = "addresses of 127.66.0.0/16 are reached from this host only")
    : IInstanceNetwork
{
    public AddressRange Range => AddressRange.Loopback;

    public IPAddress? Host => null;

    public Task<AddressReport> ApplyAsync(IReadOnlySet<IPAddress> wanted, CancellationToken cancellation)
    {
        var answering = wanted.Where(IPAddress.IsLoopback).ToHashSet();
        return Task.FromResult(
            new AddressReport(
                answering,
                answering.Count == wanted.Count ? null : $"Addresses on a bridge cannot be had any more: {limitation}"
            )
        );
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
