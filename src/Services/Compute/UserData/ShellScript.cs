using System.Text;
using Estiba.Compute.UserData.Shell;

namespace Estiba.Compute.UserData;

/// <summary>
/// Follows a shell script to find out what it writes to files. Commands that only move text (echo, printf, cat, tee,
/// ...) are imitated; every other command is taken to succeed and to say nothing. No process is started.
/// </summary>
internal sealed class ShellScript
{
    private const int MostCommands = 10_000;
    private const int MostDepth = 32;

    /// <summary>What is read in all: a script may have the same text read again and again.</summary>
    private const int MostRead = 4 * 1024 * 1024;

    private const int MostNotes = 100;
    private const int LongestNote = 200;

    private readonly InstanceFiles _files;
    private readonly List<string> _notes;
    private readonly ShellVariables _variables;
    private readonly ShellCommands _commands;
    private readonly Dictionary<string, ShellCommand> _functions = [];
    private int _commandsRun;
    private int _depth;
    private int _read;
    private bool _ended;

    public ShellScript(InstanceFiles files, List<string> notes)
    {
        _files = files;
        _notes = notes;
        _variables = new ShellVariables(Substitute);
        _commands = new ShellCommands(files, _variables);
    }

    /// <summary>Follows a script's text.</summary>
    public void Run(string script)
    {
        _ended = false;
        RunText(script, "", new StringBuilder());
    }

    /// <summary>Follows one command whose arguments are known.</summary>
    public void RunCommand(IReadOnlyList<string> arguments)
    {
        _ended = false;
        Call(arguments, "", new StringBuilder());
    }

    private bool RunText(string script, string input, StringBuilder output)
    {
        if (_depth >= MostDepth)
            return true;
        _ended |= (_read += script.Length) > MostRead;
        if (_ended)
            return true;
        _depth++;
        var succeeded = Run(new ShellParser(script.ReplaceLineEndings("\n")).Parse(), input, output);
        _depth--;
        return succeeded;
    }

    private string Substitute(string command)
    {
        var output = new StringBuilder();
        RunText(command, "", output);
        if (output.Length == 0 && command.Trim() is { Length: > 0 } text && _notes.Count < MostNotes)
            _notes.Add(
                $"the output of $({(text.Length > LongestNote ? text[..LongestNote] + "..." : text)}) "
                    + "is not known and taken as empty"
            );
        return output.ToString();
    }

    private bool Run(IReadOnlyList<ShellStatement> statements, string input, StringBuilder output)
    {
        var succeeded = true;
        foreach (var statement in statements)
        {
            if (_ended)
                break;
            if (statement.When == Connector.IfSucceeded && !succeeded)
                continue;
            if (statement.When == Connector.IfFailed && succeeded)
                continue;
            succeeded = RunPipeline(statement.Stages, input, output) != statement.Negated;
            output.Length = Math.Min(output.Length, InstanceFiles.MostCharacters);
        }
        return succeeded;
    }

    private bool RunPipeline(IReadOnlyList<ShellCommand> stages, string input, StringBuilder output)
    {
        var succeeded = true;
        for (var stage = 0; stage < stages.Count; stage++)
        {
            var last = stage == stages.Count - 1;
            var sink = last ? output : new StringBuilder();
            succeeded = RunRedirected(stages[stage], input, sink);
            if (!last)
                input = sink.ToString();
        }
        return succeeded;
    }

    private bool RunRedirected(ShellCommand command, string input, StringBuilder output)
    {
        Redirect? target = null;
        foreach (var redirect in command.Redirects)
        {
            if (redirect.Kind == RedirectKind.Text)
                input = _variables.Expand(redirect.Target);
            else if (redirect.Kind == RedirectKind.Input)
                input = _files.Read(_variables.Expand(redirect.Target));
            else if (redirect.Descriptor == 1)
                target = redirect;
        }
        if (target is null)
            return Run(command, input, output);

        var written = new StringBuilder();
        var succeeded = Run(command, input, written);
        var path = _variables.Expand(target.Target);
        if (target.Kind == RedirectKind.Duplicate)
        {
            if (path == "1")
                output.Append(written);
        }
        else if (path == "/dev/stdout")
        {
            output.Append(written);
        }
        else if (!path.StartsWith("/dev/", StringComparison.Ordinal))
        {
            _files.Write(path, written.ToString(), append: target.Kind == RedirectKind.Append);
        }
        return succeeded;
    }

    private bool Run(ShellCommand command, string input, StringBuilder output)
    {
        _ended |= ++_commandsRun > MostCommands;
        if (_ended)
            return true;

        switch (command)
        {
            case GroupCommand group:
                return Run(group.Body, input, output);
            case IfCommand choice:
                return choice.Branches.FirstOrDefault(branch => Run(branch.Condition, input, output)).Body
                        is not { } body
                    || Run(body, input, output);
            case LoopCommand { Variable: { } variable } loop:
                foreach (var value in loop.Words.SelectMany(_variables.ExpandFields))
                {
                    if (_ended)
                        break;
                    _variables.Set(variable, value);
                    Run(loop.Body, input, output);
                }
                return true;
            case LoopCommand loop:
                return Run(loop.Body, input, output);
            case FunctionCommand function:
                _functions[function.Name] = function.Body;
                return true;
            case SimpleCommand simple:
                var words = simple.Words.SkipWhile(_variables.TryAssign).ToList();
                return words.Count == 0 || Call([.. words.SelectMany(_variables.ExpandFields)], input, output);
            default:
                return true;
        }
    }

    private bool Call(IReadOnlyList<string> arguments, string input, StringBuilder output)
    {
        var command = ShellCommands.WithoutPrefix(arguments);
        if (command.Count == 0)
            return true;

        var name = command[0][(command[0].LastIndexOf('/') + 1)..];
        var operands = command.Skip(1).ToList();
        if (_functions.TryGetValue(name, out var function))
        {
            if (_depth >= MostDepth)
                return true;
            _depth++;
            for (var index = 0; index < operands.Count; index++)
                _variables.Set($"{index + 1}", operands[index]);
            var succeeded = RunRedirected(function, input, output);
            _depth--;
            return succeeded;
        }
        switch (name)
        {
            case "exit":
                _ended = true;
                return true;
            case "eval":
                return RunText(string.Join(' ', operands), input, output);
            case "source" or ".":
                return operands.Count == 0 || RunText(_files.Read(operands[0]), input, output);
            case "sh" or "bash" or "dash":
                return ShellCommands.ScriptOf(operands, input, _files) is not { } script
                    || RunText(script, input, output);
            default:
                return _commands.Run(name, operands, input, output);
        }
    }
}
