namespace Estiba.Compute.UserData.Shell;

/// <summary>
/// The conditions of <c>test</c>, <c>[</c> and <c>[[</c> that can be known without running anything; any other holds.
/// </summary>
internal static class ShellTest
{
    public static bool Holds(IReadOnlyList<string> arguments, InstanceFiles files)
    {
        var operands =
            arguments.Count > 0 && arguments[^1] is "]" or "]]"
                ? arguments.Take(arguments.Count - 1).ToList()
                : arguments;
        if (operands is ["!", ..])
            return !Holds([.. operands.Skip(1)], files);
        return operands switch
        {
            ["-z", var text] => text.Length == 0,
            ["-n", var text] => text.Length > 0,
            ["-z" or "-n"] => operands[0] == "-z",
            ["-f" or "-s" or "-e" or "-r", var path] => files.Exists(path),
            [var left, "=" or "==", var right] => left == right,
            [var left, "!=", var right] => left != right,
            [] => false,
            _ => true,
        };
    }
}
