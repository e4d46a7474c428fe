using System.Net;

namespace Estiba.Compute.Networking;

/// <summary>Addresses of 127.66.0.0/16: nothing has to be set up and only the host reaches them.</summary>
internal sealed class LoopbackNetwork(string? limitation = null, IPAddress? platformAddress = null) : IInstanceNetwork
{
    public AddressRange Range => AddressRange.Loopback;

    public IPAddress? PlatformAddress => platformAddress;

    public string? Limitation { get; } = limitation ?? "addresses of 127.66.0.0/16 are reached from this host only";

    public Task<AddressReport> ApplyAsync(IReadOnlySet<IPAddress> wanted, CancellationToken cancellation)
    {
        var answering = wanted.Where(IPAddress.IsLoopback).ToHashSet();
        return Task.FromResult(new AddressReport(
            answering, answering.Count == wanted.Count ? null : $"Addresses on a bridge cannot be had any more: {Limitation}"));
    }

    public Task RemoveAsync(CancellationToken cancellation) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
