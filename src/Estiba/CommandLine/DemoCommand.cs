using System.CommandLine;
using Estiba.Demo;

namespace Estiba.CommandLine;

/// <summary><c>estiba demo</c>: the whole article, run on this machine, with nothing left behind.</summary>
internal static class DemoCommand
{
    private static readonly Option<bool> Keep = new("--keep")
    {
        Description = "Leave the data, the containers and the image when it ends.",
    };
    private static readonly Option<bool> Exit = new("--exit")
    {
        Description = "End after the walk, as scripts want it, instead of staying up until Ctrl-C.",
    };
    private static readonly Option<bool> Pause = new("--pause") { Description = "Wait for Enter after each step." };

    internal static Command Create(Terminal terminal)
    {
        var command = new Command(
            "demo",
            "Walk the article: from 'docker pull nginx' to nginx in a browser, with the stock aws and docker commands."
        )
        {
            PlatformOptions.Port,
            Exit,
            Keep,
            Pause,
        };
        command.SetAction(
            (parsed, cancellation) =>
                new DemoRun(
                    terminal,
                    TimeProvider.System,
                    new DemoChoices(
                        parsed.GetValue(PlatformOptions.Port) ?? PlatformOptions.DefaultPort,
                        parsed.GetValue(Exit),
                        parsed.GetValue(Keep),
                        parsed.GetValue(Pause)
                    )
                ).RunAsync(cancellation)
        );
        return command.WithExamples(
            ("see it, and look around while it stays up", "estiba demo"),
            ("step by step, at your own pace", "estiba demo --pause"),
            ("as a check in a script", "estiba demo --exit")
        );
    }
}
