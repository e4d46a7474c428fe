using System.Net;
using Estiba.Compute.Networking;

namespace Estiba.Compute.Tests;

/// <summary>A bridge that is only a set of addresses.</summary>
internal sealed class StandInNetwork : IInstanceNetwork
{
    public AddressRange Range { get; } = AddressRange.OfBridge(IPNetwork.Parse("10.66.0.0/16"));

    public IPAddress? Host => null;

    public string? Complaint { get; set; }

    public IReadOnlySet<IPAddress> Present { get; set; } = new HashSet<IPAddress>();

    public Task<AddressReport> ApplyAsync(IReadOnlySet<IPAddress> wanted, CancellationToken cancellation)
    {
        if (Complaint is null)
            Present = wanted;
        return Task.FromResult(new AddressReport(Present, Complaint));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
