using Estiba.Clients;
using Estiba.Console;
using Estiba.Hosting;
using Estiba.Hosting.Http;
using Estiba.Identity.Credentials;
using Estiba.Platforms;

namespace Estiba.Consoles;

/// <summary>
/// The console at <c>/console</c>, a client of the platform's own APIs. Shares the <see cref="ConsoleApplication"/>;
/// asks for the platform's <see cref="RootCredentials"/>, with which its one-time links sign in.
/// </summary>
internal sealed class ConsoleModule(PlatformConfiguration configuration) : Module
{
    /// <inheritdoc/>
    public override string Name => "console";

    /// <inheritdoc/>
    public override Task<OpenModule> OpenAsync(ModuleHost host, CancellationToken cancellation)
    {
        var authority = configuration.Certificate?.Authority;
        var console = new ConsoleApplication(
            new ConsoleOptions
            {
                Endpoint = configuration.Endpoint,
                Region = configuration.Region,
                LinkCredentials = host.Get<RootCredentials>().Credentials,
                Handler = () =>
                    (authority is null ? TrustedAuthority.OfMachine : TrustedAuthority.Load(authority)).CreateHandler(),
                Time = host.Time,
                Loggers = host.Loggers,
            }
        );
        host.Share(console);
        return Task.FromResult(
            new OpenModule
            {
                Paths = [HttpPath.Open(ConsoleApplication.Path, console.AnswerAsync)],
                StopAsync = console.DisposeAsync,
                CloseAsync = console.DisposeAsync,
            }
        );
    }
}
