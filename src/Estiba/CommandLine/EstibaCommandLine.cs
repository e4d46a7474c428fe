using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace Estiba.CommandLine;

/// <summary>
/// The command line: <c>estiba up</c>, <c>demo</c>, <c>env</c>, <c>status</c>, <c>console</c>, <c>server</c>,
/// <c>token</c>, <c>agent</c>, <c>backup</c>, <c>restore</c>, <c>verify</c>, <c>coverage</c>.
/// </summary>
internal static class EstibaCommandLine
{
    /// <summary>Runs one command and returns the exit code of the process (<see cref="ExitCodes"/>).</summary>
    internal static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal)
    {
        using var interruption = new Interruption();
        var parsed = Root(terminal).Parse(arguments);
        var configuration = new InvocationConfiguration
        {
            Output = terminal.Output,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        try
        {
            if (parsed.Action is ParseErrorAction)
                return await RefuseAsync(arguments, parsed, configuration, interruption.Token);
            return await parsed.InvokeAsync(configuration, interruption.Token);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
        catch (CommandException failure)
        {
            terminal.Say($"{(ServiceManager.HasJournal ? "<3>" : "")}estiba: {failure.Message}");
            return failure.ExitCode;
        }
    }

    /// <summary>
    /// Says what is wrong with the arguments and where to read on; all of the help only to somebody who typed nothing
    /// at all.
    /// </summary>
    private static async Task<int> RefuseAsync(
        IReadOnlyList<string> arguments,
        ParseResult parsed,
        InvocationConfiguration configuration,
        CancellationToken cancellation
    )
    {
        if (parsed.Action is ParseErrorAction action)
        {
            action.ShowHelp = arguments.Count == 0;
            action.ShowTypoCorrections = false;
        }

        await parsed.InvokeAsync(configuration, cancellation);
        if (arguments.Count > 0)
        {
            if (Spelling.Nearest(parsed) is { } guess)
                await configuration.Error.WriteLineAsync($"Did you mean '{guess}'?");
            await configuration.Error.WriteLineAsync($"{PathOf(parsed.CommandResult)} --help tells what there is.");
        }

        return ExitCodes.Usage;
    }

    /// <summary>How a command is typed: <c>estiba token create</c>.</summary>
    private static string PathOf(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{PathOf(parent)} {command.Command.Name}" : "estiba";

    private static RootCommand Root(Terminal terminal)
    {
        var root = new RootCommand(
            "Estiba runs containers as Amazon ECS does, on machines of your own, and speaks the AWS APIs."
        )
        {
            DemoCommand.Create(terminal),
            UpCommand.Create(terminal),
            EnvCommand.Create(terminal),
            StatusCommand.Create(terminal),
            ConsoleCommand.Create(terminal),
            ServerCommand.Create(terminal),
            TokenCommand.Create(terminal),
            AgentCommand.Create(terminal),
            BackupCommand.Create(terminal),
            RestoreCommand.Create(terminal),
            VerifyCommand.Create(terminal),
            CoverageCommand.Create(terminal),
        };
        return root.WithExamples(
            ("see it once, from docker pull to nginx in a browser", "estiba demo"),
            ("start the platform on this machine", "estiba up"),
            ("in another terminal: let aws, SDKs and CDK talk to it", "eval \"$(estiba env)\""),
            ("and use it", "aws ecs create-cluster --cluster-name my-cluster")
        );
    }

    /// <summary>Adds examples to the end of a command's help.</summary>
    internal static TCommand WithExamples<TCommand>(this TCommand command, params (string What, string Line)[] examples)
        where TCommand : Command
    {
        // The root brings its help option along; a subcommand gets one of its own, to have its own examples.
        var help = command.Options.OfType<HelpOption>().FirstOrDefault();
        if (help is null)
            command.Options.Add(help = new HelpOption());
        help.Action = new HelpWithExamples((HelpAction)help.Action!, examples);
        return command;
    }
}
