using Estiba.CommandLine;

namespace Estiba.Demo;

/// <summary>
/// nginx from Docker Hub, or where that cannot be reached soon, an image made of Debian's nginx under the same name.
/// </summary>
/// <param name="shell">Where commands run.</param>
/// <param name="directory">Remembers which images were not there before.</param>
/// <param name="nameOnAws">The name under which the agents will keep the image, once they have pulled it.</param>
internal sealed class NginxOfDockerHub(Shell shell, DemoDirectory directory, string nameOnAws)
{
    private const string Name = "nginx:latest";

    /// <summary>Docker says something every few seconds while it pulls.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(20);

    /// <summary>Leaves an image called <c>nginx:latest</c> in the engine.</summary>
    /// <exception cref="CommandException">There is none to be had.</exception>
    internal async Task PullAsync(Walk walk, CancellationToken cancellation)
    {
        var before = await IsHereAsync(Name, cancellation);
        foreach (var name in new[] { Name, nameOnAws })
        {
            if (!await IsHereAsync(name, cancellation))
                directory.Remember(record => record.WithImage(name));
        }

        var pull = await walk.TryAsync("docker pull nginx", Silence, cancellation);
        if (pull.Succeeded)
            return;
        if (before)
        {
            walk.Say("Docker Hub does not answer. The image nginx that is here already will do.");
            return;
        }

        walk.Say("Docker Hub does not answer: an image made of Debian's nginx takes its place.");
        var made = await EmbeddedScript.RunAsync(EmbeddedScript.NginxImage, ["--no-pull", Name], cancellation);
        if (made != 0)
            throw new CommandException("there is no nginx to go on with; the reason is above.");
    }

    private async Task<bool> IsHereAsync(string name, CancellationToken cancellation) =>
        (await shell.RunAsync($"docker image inspect {name}", silence: null, cancellation)).Succeeded;
}
