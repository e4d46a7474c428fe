using System.CommandLine;
using Estiba.Demo;
using Estiba.Demo.Production;

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

    internal static Command Create(Terminal terminal) =>
        Create(
                terminal,
                "demo",
                "Walk the article: from 'docker pull nginx' to nginx in a browser, with the stock aws and docker "
                    + "commands.",
                new FirstChapter(),
                CreateProduction(terminal)
            )
            .WithExamples(
                ("see it, and look around while it stays up", "estiba demo"),
                ("step by step, at your own pace", "estiba demo --pause"),
                ("as a check in a script", "estiba demo --exit"),
                ("what production asks for: balancing, deployments, scaling", "estiba demo production")
            );

    private static Command CreateProduction(Terminal terminal) =>
        Create(
                terminal,
                "production",
                "Walk the article's second chapter while a client counts what fails: a load balancer, deployments that "
                    + "go well, that are taken back and that are tried first, scaling, and the loss of an instance.",
                new SecondChapter()
            )
            .WithExamples(
                ("see it (ten minutes), and look around while it stays up", "estiba demo production"),
                ("as a check in a script", "estiba demo production --exit")
            );

    private static Command Create(
        Terminal terminal,
        string name,
        string description,
        IChapter chapter,
        params Command[] subcommands
    )
    {
        var command = new Command(name, description) { PlatformOptions.Port, Exit, Keep, Pause };
        foreach (var subcommand in subcommands)
            command.Add(subcommand);
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
                    ),
                    chapter
                ).RunAsync(cancellation)
        );
        return command;
    }
}
