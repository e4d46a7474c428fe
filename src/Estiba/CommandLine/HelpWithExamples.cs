using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Estiba.CommandLine;

/// <summary>The usual help, and below it what a newcomer would type.</summary>
internal sealed class HelpWithExamples(HelpAction help, IReadOnlyList<(string What, string Line)> examples)
    : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var code = help.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        foreach (var (what, line) in examples)
        {
            output.WriteLine($"  # {what}");
            output.WriteLine($"  {line}");
        }

        output.WriteLine();
        return code;
    }
}
