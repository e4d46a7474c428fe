using System.Net;

namespace Estiba.Agent.ServiceConnect;

/// <summary>Where a task answers. Its failures are <see cref="OutlierDetection"/>'s.</summary>
/// <param name="address">The address and port.</param>
internal sealed class Endpoint(IPEndPoint address)
{
    /// <summary>How often it has failed since it last answered.</summary>
    internal int Failures;

    /// <summary>The address and port.</summary>
    internal IPEndPoint Address { get; } = address;

    /// <summary>Until when it is avoided, by the steady clock.</summary>
    internal TimeSpan AvoidedUntil { get; set; }

    /// <summary>How often it was avoided, one time soon after another.</summary>
    internal int TimesAvoided { get; set; }
}
