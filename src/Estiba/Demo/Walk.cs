using Estiba.CommandLine;
using Spectre.Console;

namespace Estiba.Demo;

/// <summary>
/// Tells the walk through the article: numbered steps, each command as a person would type it, and its answer.
/// </summary>
internal sealed class Walk(Terminal terminal, Shell shell, bool pause)
{
    private const int LinesShown = 14;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private int _step;

    /// <summary>Begins a step.</summary>
    internal void Step(string title, string sentence)
    {
        if (pause && _step > 0)
            WaitForEnter();
        _step++;
        terminal.Console.WriteLine();
        terminal.Console.Write(new Rule($"[bold]{_step}. {Markup.Escape(title)}[/]").LeftJustified().RuleStyle("grey"));
        Say(sentence);
    }

    /// <summary>Says something between commands.</summary>
    internal void Say(string sentence) => terminal.Console.WriteLine(sentence);

    /// <summary>Shows a file that the next command uses.</summary>
    internal void ShowFile(string name, string content)
    {
        terminal.WriteLine("");
        terminal.WriteLine($"  {name}:", Colour.Grey);
        foreach (var line in content.TrimEnd().Split('\n'))
            terminal.WriteLine($"    {line}");
    }

    /// <summary>Shows a command, runs it and shows its answer, which is its standard output.</summary>
    /// <exception cref="CommandException">It failed.</exception>
    internal async Task<string> RunAsync(string line, CancellationToken cancellation)
    {
        var answer = await TryAsync(line, silence: null, cancellation);
        return answer.Succeeded
            ? answer.Output.Trim()
            : throw new CommandException($"this command failed, which it should not: {line}");
    }

    /// <summary>Shows a command whose answer is kept in a variable, for the lines that follow.</summary>
    /// <returns>The answer.</returns>
    /// <exception cref="CommandException">It failed.</exception>
    internal async Task<string> SetAsync(string variable, string command, CancellationToken cancellation)
    {
        Show($"{variable}=$({command})");
        var answer = await WithSpinnerAsync("running", () => shell.RunAsync(command, silence: null, cancellation));
        Show(answer);
        var value = answer.Succeeded
            ? answer.Output.Trim()
            : throw new CommandException($"this command failed, which it should not: {command}");
        shell.Set(variable, value);
        return value;
    }

    /// <summary>Shows a command that is meant to be refused, and the refusal.</summary>
    /// <exception cref="CommandException">It was not refused.</exception>
    internal async Task RefusedAsync(string line, CancellationToken cancellation)
    {
        var answer = await TryAsync(line, silence: null, cancellation);
        if (answer.Succeeded)
            throw new CommandException($"this command went through, which it should not: {line}");
    }

    /// <summary>Shows a command, runs it, shows its answer, and leaves it to the caller what a failure means.</summary>
    internal async Task<ShellAnswer> TryAsync(string line, TimeSpan? silence, CancellationToken cancellation)
    {
        Show(line);
        var answer = await WithSpinnerAsync("running", () => shell.RunAsync(line, silence, cancellation));
        Show(answer);
        return answer;
    }

    /// <summary>Runs a query again and again, unseen, until it answers what is waited for.</summary>
    internal Task<string> UntilAsync(
        string waitingFor,
        string line,
        Func<string, bool> enough,
        TimeProvider time,
        CancellationToken cancellation
    ) => WithSpinnerAsync(waitingFor, async () =>
        {
            var began = time.GetTimestamp();
            while (true)
            {
                var answer = await shell.RunAsync(line, silence: null, cancellation);
                if (answer.Succeeded && enough(answer.Output.Trim()))
                    return answer.Output.Trim();
                if (time.GetElapsedTime(began) > TimeSpan.FromMinutes(2))
                {
                    throw new CommandException(
                        $"waited two minutes, in vain, for {waitingFor}. The last answer: {answer.Everything.Trim()}"
                    );
                }

                await Task.Delay(Look, time, cancellation);
            }
        });

    /// <summary>
    /// Shows a query, and then, as it is repeated, each answer that differs from the one before, until it is what is
    /// waited for. Of one that stays the same it says so from time to time.
    /// </summary>
    /// <exception cref="CommandException">That did not come within the limit.</exception>
    internal async Task<string> WatchAsync(
        string line,
        Func<string, bool> enough,
        TimeSpan limit,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        Show($"watch {line}");
        var began = time.GetTimestamp();
        var (shown, said) = ("", TimeSpan.Zero);
        while (true)
        {
            var answer = await shell.RunAsync(line, silence: null, cancellation);
            var seen = string.Join("; ", answer.Everything.Trim().Replace('\t', ' ').Split('\n'));
            var elapsed = time.GetElapsedTime(began);
            if (seen != shown)
                terminal.WriteLine($"    {elapsed:m\\:ss}  {seen}", answer.Succeeded ? Colour.None : Colour.Yellow);
            else if (elapsed - said >= Patience)
                terminal.WriteLine($"    {elapsed:m\\:ss}  the same", Colour.Grey);
            if (seen != shown || elapsed - said >= Patience)
                (shown, said) = (seen, elapsed);
            if (answer.Succeeded && enough(seen))
                return seen;
            if (elapsed > limit)
                throw new CommandException(
                    $"waited {limit.TotalMinutes:0} minutes, in vain, at: {line}. The last answer: {seen}"
                );
            await Task.Delay(Look, time, cancellation);
        }
    }

    private void Show(string line)
    {
        terminal.WriteLine("");
        terminal.WriteLine($"  $ {line}", Colour.Cyan);
    }

    private void Show(ShellAnswer answer)
    {
        var lines = answer.Everything.TrimEnd().Split('\n').Where(line => line.Length > 0).ToList();
        foreach (var line in lines.Take(LinesShown))
            terminal.WriteLine($"    {line}", answer.Succeeded ? Colour.None : Colour.Yellow);
        if (lines.Count > LinesShown)
            terminal.WriteLine($"    ... and {lines.Count - LinesShown} more lines", Colour.Grey);
    }

    private Task<T> WithSpinnerAsync<T>(string what, Func<Task<T>> work) =>
        terminal.Console.Profile.Capabilities.Interactive
            ? terminal
                .Console.Status()
                .Spinner(Spinner.Known.Dots)
                .StartAsync(Markup.Escape(what) + " ...", _ => work())
            : work();

    private void WaitForEnter()
    {
        terminal.Console.Markup("\n[grey]Enter goes on.[/] ");
        Console.ReadLine();
    }
}
