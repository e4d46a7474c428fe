using System.Text;

namespace Estiba.Compute.UserData.Shell;

/// <summary>The commands that are imitated because they move text about.</summary>
internal sealed class ShellCommands(InstanceFiles files, ShellVariables variables)
{
    private static readonly string[] Prefixes = ["sudo", "command", "exec", "builtin", "nohup", "time", "env"];

    /// <summary>Options of sudo that have a value of their own.</summary>
    private static readonly string[] SudoValues = ["-u", "-g", "-h", "-p", "-C", "--user", "--group"];

    /// <summary>The command proper, without <c>sudo -u root</c> and the like in front of it.</summary>
    public static IReadOnlyList<string> WithoutPrefix(IReadOnlyList<string> arguments)
    {
        var at = 0;
        while (at < arguments.Count && Prefixes.Contains(arguments[at]))
        {
            at++;
            while (
                at < arguments.Count
                && (arguments[at].StartsWith('-') || arguments[at].Contains('=', StringComparison.Ordinal))
            )
                at += SudoValues.Contains(arguments[at]) ? 2 : 1;
        }
        return [.. arguments.Skip(at)];
    }

    /// <summary>What <c>bash -c TEXT</c>, <c>bash FILE</c> or a bash with a script as its input runs.</summary>
    public static string? ScriptOf(IReadOnlyList<string> operands, string input, InstanceFiles files)
    {
        for (var at = 0; at < operands.Count; at++)
        {
            if (!operands[at].StartsWith('-'))
                return files.Read(operands[at]);
            if (!operands[at].StartsWith("--", StringComparison.Ordinal) && operands[at].EndsWith('c'))
                return operands.ElementAtOrDefault(at + 1);
        }
        return input;
    }

    /// <returns>Whether the command succeeds.</returns>
    public bool Run(string name, IReadOnlyList<string> operands, string input, StringBuilder output)
    {
        switch (name)
        {
            case "echo":
                output.Append(ShellText.Echo(operands));
                return true;
            case "printf":
                output.Append(ShellText.Printf(operands));
                return true;
            case "cat":
                foreach (
                    var path in operands
                        .Where(operand => operand == "-" || !operand.StartsWith('-'))
                        .DefaultIfEmpty("-")
                )
                {
                    if (output.Length > InstanceFiles.MostCharacters)
                        break;
                    output.Append(path == "-" ? input : files.Read(path));
                }
                return true;
            case "tee":
                foreach (var path in operands.Where(operand => !operand.StartsWith('-')))
                    files.Write(path, input, append: operands.Contains("-a") || operands.Contains("--append"));
                output.Append(input);
                return true;
            case "cp" or "mv":
                var paths = operands.Where(operand => !operand.StartsWith('-')).ToList();
                if (paths is [var from, var to])
                    files.Write(to, files.Read(from), append: false);
                if (name == "mv" && paths.Count == 2)
                    files.Delete(paths[0]);
                return true;
            case "rm":
                foreach (var path in operands)
                    files.Delete(path);
                return true;
            case "export" or "declare" or "local" or "readonly" or "typeset":
                foreach (var operand in operands)
                    Assign(operand);
                return true;
            case "test" or "[" or "[[":
                return ShellTest.Holds(operands, files);
            case "grep" or "egrep" or "fgrep":
                return Contains(operands, input);
            default:
                return name != "false";
        }
    }

    private void Assign(string operand)
    {
        var equals = operand.IndexOf('=', StringComparison.Ordinal);
        if (equals > 0 && ShellVariables.IsName(operand.AsSpan(0, equals)))
            variables.Set(operand[..equals], operand[(equals + 1)..]);
    }

    /// <summary>
    /// Scripts ask with grep whether a line is there already; the pattern is taken as text, its anchors left out.
    /// </summary>
    private bool Contains(IReadOnlyList<string> operands, string input)
    {
        var plain = operands.Where(operand => !operand.StartsWith('-')).ToList();
        if (plain.Count == 0)
            return false;
        var text = plain.Count > 1 ? string.Concat(plain.Skip(1).Select(files.Read)) : input;
        return text.Contains(plain[0].TrimStart('^').TrimEnd('$'), StringComparison.Ordinal);
    }
}
