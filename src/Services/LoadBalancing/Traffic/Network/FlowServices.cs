using System.Net.Security;
using System.Runtime.CompilerServices;
using Estiba.Listeners;
using Microsoft.Extensions.Logging;

namespace Estiba.LoadBalancing.Traffic.Network;

/// <summary>What all flows share.</summary>
internal sealed class FlowServices(NetworkTrafficOptions options, TimeProvider time, ILogger logger)
{
    // Contexts are dear, and clients' sessions live in them.
    private readonly ConditionalWeakTable<ServerCertificate, SslStreamCertificateContext> _contexts = [];

    public TimeProvider Time { get; } = time;

    public ILogger Logger { get; } = logger;

    /// <summary>How long flows in the middle of something may go on when their listener closes.</summary>
    public TimeSpan ShutdownGrace { get; } = options.ShutdownGrace;

    public RelayBuffers Buffers { get; } = new();

    public FlowKeeper Tcp { get; } = new(options.Limits.Tcp);

    public FlowKeeper Udp { get; } = new(options.Limits.Udp);

    public SslStreamCertificateContext ContextOf(ServerCertificate certificate) =>
        _contexts.GetValue(certificate, static each =>
            SslStreamCertificateContext.Create(each.Certificate, each.Chain, offline: true)
        );
}
