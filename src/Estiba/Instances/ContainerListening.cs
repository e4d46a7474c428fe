using System.Net;

namespace Estiba.Instances;

/// <summary>How the platform comes to listen in one more place, where containers reach it.</summary>
/// <param name="ListenAsync">Listens at an address of this machine for the callers that are let in; throws an
/// <see cref="IOException"/> where that is impossible.</param>
internal sealed record ContainerListening(Func<IPEndPoint, Func<IPAddress, bool>, CancellationToken, Task> ListenAsync);
