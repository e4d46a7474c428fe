using Estiba.CommandLine;

namespace Estiba.Demo;

/// <summary>The engine that this user's <c>docker</c> command talks to.</summary>
internal static class DockerEndpoint
{
    /// <summary>
    /// DOCKER_HOST, or what the command's current context says, as in <c>unix:///var/run/docker.sock</c>.
    /// </summary>
    /// <exception cref="CommandException">The command did not say.</exception>
    internal static async Task<string> FindAsync(Shell shell, CancellationToken cancellation)
    {
        if (Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } host)
            return host;
        var context = await shell.RunAsync(
            "docker context inspect --format '{{.Endpoints.docker.Host}}'",
            silence: null,
            cancellation
        );
        return context.Succeeded
            ? context.Output.Trim()
            : throw new CommandException($"docker does not tell its context: {context.Everything.Trim()}");
    }
}
