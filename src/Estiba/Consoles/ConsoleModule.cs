using System.Net;
using Estiba.Hosting;
using Estiba.Hosting.Http;
using Estiba.Identity.Credentials;
using Estiba.Platforms;
using Microsoft.Extensions.Logging;

namespace Estiba.Consoles;

/// <summary>
/// The console at <c>/console</c>: a program of its own, which the first request for it starts. Shares
/// <see cref="PlatformLinks"/>; asks for the platform's <see cref="RootCredentials"/>, with which they sign in.
/// </summary>
internal sealed class ConsoleModule(PlatformConfiguration configuration) : Module
{
    /// <inheritdoc/>
    public override string Name => "console";

    /// <inheritdoc/>
    public override Task<OpenModule> OpenAsync(ModuleHost host, CancellationToken cancellation)
    {
        var root = host.Get<RootCredentials>();
        var keys = new ConsoleLinks(host.Time);
        var links = new PlatformLinks(configuration, keys);
        host.Share(links);
        var door = new ConsoleDoor(
            configuration.ConsoleProgram,
            listen => new ConsoleSettings
            {
                Listen = listen,
                Endpoint = Text(Reached()),
                Region = configuration.Region,
                Links = new LinkSettings
                {
                    Key = keys.Key,
                    AccessKeyId = root.Credentials.AccessKeyId,
                    SecretAccessKey = root.Credentials.SecretAccessKey,
                },
                Authority = configuration.Certificate?.Authority,
                PublicUrl = Text(configuration.Endpoint),
            },
            host.Time,
            host.Loggers.CreateLogger("Estiba.Console")
        );
        return Task.FromResult(
            new OpenModule
            {
                Paths = [HttpPath.Open(ConsoleSettings.Path, door.AnswerAsync), new LinkDoor(links, root).HttpPath],
                StopAsync = door.DisposeAsync,
                CloseAsync = door.DisposeAsync,
            }
        );
    }

    /// <summary>
    /// Where a program on this machine reaches the platform, whatever resolves names; over TLS only the name counts.
    /// </summary>
    private Uri Reached()
    {
        if (configuration.Certificate is not null)
            return configuration.Endpoint;
        var address = configuration.Bind switch
        {
            null => IPAddress.Loopback,
            var any when any.Equals(IPAddress.Any) => IPAddress.Loopback,
            var any when any.Equals(IPAddress.IPv6Any) => IPAddress.IPv6Loopback,
            var one => one,
        };
        return new Uri($"http://{new IPEndPoint(address, configuration.Port)}");
    }

    private static string Text(Uri endpoint) => endpoint.GetLeftPart(UriPartial.Authority);
}
