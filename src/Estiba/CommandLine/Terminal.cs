using Spectre.Console;

namespace Estiba.CommandLine;

/// <summary>
/// Where a command writes: results to <see cref="Output"/>, progress and errors to <see cref="Error"/>.
/// </summary>
/// <remarks>
/// The console is made when first used: a command that prints two plain lines does not pay for it.
/// </remarks>
internal sealed class Terminal(TextWriter output, TextWriter error)
{
    private readonly Lazy<IAnsiConsole> _console = new(() => Create(output));

    /// <summary>Results, plain: what a script reads.</summary>
    internal TextWriter Output { get; } = output;

    /// <summary>Progress and errors, plain.</summary>
    internal TextWriter Error { get; } = error;

    /// <summary>Results for a person: tables, and colours where the output is a terminal.</summary>
    internal IAnsiConsole Console => _console.Value;

    /// <summary>
    /// Writes a result in a colour where the output is a terminal, and never breaks the line: it may be copied.
    /// </summary>
    internal void WriteLine(string line, Colour colour = Colour.None)
    {
        var ansi = colour != Colour.None && Console.Profile.Capabilities.Ansi;
        Output.WriteLine(ansi ? $"\e[{(int)colour}m{line}\e[0m" : line);
    }

    /// <summary>
    /// Says something beside the results. Where it cannot be written, as on a full disk, nobody hears of it, and that
    /// is no reason to stop.
    /// </summary>
    internal void Say(string line)
    {
        try
        {
            Error.WriteLine(line);
        }
        catch (IOException)
        {
            // Here is nobody to tell.
        }
    }

    internal static Terminal OfProcess() => new(System.Console.Out, System.Console.Error);

    private static IAnsiConsole Create(TextWriter writer)
    {
        var terminal =
            writer == System.Console.Out
                ? !System.Console.IsOutputRedirected
                : writer == System.Console.Error && !System.Console.IsErrorRedirected;
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Out = new AnsiConsoleOutput(writer),
                Ansi = terminal ? AnsiSupport.Detect : AnsiSupport.No,
                ColorSystem = terminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
                Interactive = terminal ? InteractionSupport.Detect : InteractionSupport.No,
            }
        );

        // What is read by a program is not broken at a column that no terminal has.
        if (!terminal)
            console.Profile.Width = 160;
        return console;
    }
}

/// <summary>The colours of plain lines, as terminals number them.</summary>
internal enum Colour
{
    /// <summary>As it comes.</summary>
    None = 0,

    /// <summary>For what a person typed.</summary>
    Cyan = 36,

    /// <summary>For what went wrong.</summary>
    Yellow = 33,

    /// <summary>For what is beside the point.</summary>
    Grey = 90,
}
