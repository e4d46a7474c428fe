using Estiba.Demo;

namespace Estiba.EndToEnd.Tests.Platforms;

/// <summary>An image of nginx in the engine, under a name of the tests' own; it stays there for the next run.</summary>
internal static class Nginx
{
    public const string Image = "estiba-test-nginx:latest";

    public static async Task EnsureAsync(string? dockerHost = null)
    {
        var environment = new Dictionary<string, string?>(dockerHost is null ? [] : [new("DOCKER_HOST", dockerHost)]);
        var code = await EmbeddedScript.RunAsync(
            EmbeddedScript.NginxImage,
            [Image],
            CancellationToken.None,
            environment
        );
        if (code != 0)
            throw new InvalidOperationException("there is no image of nginx; the script's words are above");
    }
}
